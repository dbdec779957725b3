"""What fills an environment: uv, held to the lock and to pip's registry whatever is set for it; pip where uv cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ["--quiet", "--no-deps", "--require-hashes", "-r", "a.txt"]
PIP_IS_SET_TO = """\
:env:.find-links='/of/the/environment'
global.find-links='/one /two'
global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'
global.index-url='https://registry.example/simple'
global.target='/elsewhere'
install.cert='/authority.pem'
list.format='columns'
"""
RECORD = """\
#!/bin/sh
{{ echo "$0 $*"; env; }} >> "{folder}/{name}"
test "$*" != "-m pip config list" || cat "{folder}/pip-is-set-to"
exit {status}
"""


class Installer:
    """An environment with stand-ins for uv and for pip's Python, which write down how they were called."""

    def __init__(self, folder: Path, *, uv: int | None = 0, configured: str = "") -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "pip-is-set-to").write_text(configured)
        for name, status in {"uv": uv, "python": 0}.items():
            if status is not None:
                path = folder / "bin" / name
                path.write_text(RECORD.format(folder=folder, name=name, status=status))
                path.chmod(0o755)

    def install(self, **variables: str) -> subprocess.CompletedProcess[str]:
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
        command = [sys.executable, str(ROOT / "tools" / "install.py"), "a.txt", ".venv-a", str(self.folder)]
        return subprocess.run(command, env=outer | variables, check=False, capture_output=True, text=True)  # noqa: S603

    def calls(self, name: str) -> list[list[str]]:
        path = self.folder / name
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split()[1:] for line in lines if line.startswith(str(self.folder / "bin" / name))]

    def variables(self) -> dict[str, str]:
        """What uv found in its environment."""
        pairs = (line.partition("=") for line in (self.folder / "uv").read_text().splitlines() if "=" in line)
        return {name: value for name, _, value in pairs}


BY_PIP = [
    *("-m", "pip", "--python", ".venv-a/bin/python", "install"),
    *("--disable-pip-version-check", "--root-user-action=ignore", "--no-compile", *LOCKED),
]


def test_uv_installs_what_the_lock_names_by_its_hashes(tmp_path: Path) -> None:
    installer = Installer(tmp_path)
    assert installer.install().returncode == 0
    assert installer.calls("uv") == [["pip", "install", "--no-config", "--python", ".venv-a/bin/python", *LOCKED]]
    assert BY_PIP not in installer.calls("python")


def test_uv_goes_to_the_registry_that_pip_is_set_up_for(tmp_path: Path) -> None:
    installer = Installer(tmp_path, configured=PIP_IS_SET_TO)
    installer.install(UV_DEFAULT_INDEX="https://another.example/simple")
    found = installer.variables()
    wanted = {
        "UV_DEFAULT_INDEX": "https://registry.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/of/the/environment",
        "SSL_CERT_FILE": "/authority.pem",
    }
    assert {name: found.get(name) for name in wanted} == wanted
    assert {name for name in found if name.startswith("UV_")} <= wanted.keys()


def test_places_to_find_links_in_are_told_apart_as_uv_does_it(tmp_path: Path) -> None:
    installer = Installer(tmp_path, configured="global.find-links='/one /two'\n")
    installer.install()
    assert installer.variables()["UV_FIND_LINKS"] == "/one,/two"


def test_nothing_that_is_set_for_uv_makes_it_install_other_things_or_elsewhere(tmp_path: Path) -> None:
    """What names a registry, the way to it, or a cache stays."""
    names = ("CONSTRAINT", "DRY_RUN", "EXCLUDE_NEWER", "NO_BINARY", "NO_VERIFY_HASHES", "OVERRIDE", "PREFIX", "PYTHON",
             "RESOLUTION", "SYSTEM_PYTHON", "TARGET", "CONFIG_FILE", "PROJECT_ENVIRONMENT")  # fmt: skip
    unkind = {f"UV_{name}": "1" for name in names}
    kind = {"UV_CACHE_DIR": "/cache", "UV_INDEX_OURS_PASSWORD": "secret", "UV_HTTP_TIMEOUT": "9", "HTTPS_PROXY": "http://p"}
    installer = Installer(tmp_path)
    assert installer.install(**unkind, **kind).returncode == 0
    found = installer.variables()
    assert {name: found.get(name) for name in unkind | kind} == dict.fromkeys(unkind) | kind


@pytest.mark.parametrize(("uv", "configured"), [(None, ""), (2, ""), (0, "global.no-index='true'\n")])
def test_pip_does_what_uv_cannot(tmp_path: Path, uv: int | None, configured: str) -> None:
    installer = Installer(tmp_path, uv=uv, configured=configured)
    told = installer.install()
    assert told.returncode == 0
    assert told.stderr == "uv could not install a.txt. pip does it, which takes longer.\n"
    assert installer.calls("python")[-1] == BY_PIP


def test_what_pip_cannot_do_either_is_a_failure(tmp_path: Path) -> None:
    installer = Installer(tmp_path, uv=None)
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 3\n")
    assert installer.install().returncode == 3


def test_every_environment_is_made_by_it_from_a_lock() -> None:
    command = ["make", "--dry-run", "--always-make", ".venv/.installed", ".venv-sam/.installed", ".venv-uv/.installed"]
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.run(command, cwd=ROOT, env=outer, check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert "tools/install.py requirements-dev.txt .venv .venv-uv" in shown
    assert "tools/install.py requirements-sam.txt .venv-sam .venv-uv" in shown
    assert "--no-deps --require-hashes --only-binary :all: -r requirements-uv.txt" in shown
