"""What is released: one version for everything, a wheel with all of the sources and no more, workflows that are pinned."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode import decode  # type: ignore[import-untyped]

import sentinel_tables

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sentinel_tables", "sentinel_tables_cli")
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "handler", "local", "tests", *PACKAGES)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = decode(str(ROOT / "template.yaml"))[0]["Metadata"]["AWS::ServerlessRepo::Application"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the commands are written below
        [sys.executable, *command], env=os.environ | variables, check=False, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by the setuptools of the lock, and from a copy, since it leaves folders where it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        source, target = ROOT / name, folder / "source" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    options = ("--no-deps", "--no-build-isolation", "--no-index")
    built = run("-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(folder / "source"))
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_everything_has_one_version() -> None:
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {
        "pyproject.toml": PROJECT["version"],
        "template.yaml": REPOSITORY["SemanticVersion"],
        "CHANGELOG.md": released[0],
    } == dict.fromkeys(("pyproject.toml", "template.yaml", "CHANGELOG.md"), sentinel_tables.__version__)


def test_the_wheel_holds_the_packages_to_the_last_source_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    sources = {str(path.relative_to(ROOT)): path.read_bytes() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    held = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
    assert held.keys() == sources.keys()
    assert held == sources
    assert any(name.startswith("sentinel_tables_cli/cfn_lint_rules/sentinel_table") for name in held)


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    told = metadata(wheel)
    assert (told["Name"], told["Version"]) == ("sentinel-tables", sentinel_tables.__version__)
    assert told["License-Expression"] == REPOSITORY["SpdxLicenseId"]
    assert told["Requires-Python"] == ">=3.11"
    assert [one for one in told.get_all("Requires-Dist", []) if "extra ==" not in one] == ["boto3>=1.35"]
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())


def test_the_command_runs_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    (points,) = tmp_path.glob("*.dist-info/entry_points.txt")
    assert "sentinel-tables = sentinel_tables_cli.__main__:main" in points.read_text(encoding="utf-8")
    command = "import sentinel_tables, sentinel_tables_cli.__main__ as cli; print(sentinel_tables.__file__); cli.main()"
    told = run("-P", "-c", command, "schema", "breakglass", PYTHONPATH=str(tmp_path))
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[0] == str(tmp_path / "sentinel_tables" / "__init__.py")
    assert "gsi-invoker" in told.stdout


def test_the_application_repository_takes_the_template_s_metadata() -> None:
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-template-publishing-applications-metadata-properties.html"""
    assert re.fullmatch(r"[a-zA-Z0-9\-]{1,140}", REPOSITORY["Name"])
    assert 1 <= len(REPOSITORY["Description"]) <= 256
    assert re.fullmatch(r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", REPOSITORY["Author"])
    assert len(REPOSITORY["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in REPOSITORY["Labels"])
    assert (ROOT / REPOSITORY["LicenseUrl"]).is_file()
    assert (ROOT / REPOSITORY["ReadmeUrl"]).is_file()


def used(node: Any) -> Iterator[str]:
    """Every action and workflow that some part of a workflow uses."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "uses")
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from used(part)


@every_workflow
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    """A workflow of this very repository is the one of the same commit."""
    actions = [name for name in used(yaml.safe_load(path.read_text(encoding="utf-8"))) if not name.startswith("./")]
    assert actions
    assert [name for name in actions if not re.fullmatch(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40}", name)] == []


@every_workflow
def test_every_pin_says_which_version_it_is_also_where_it_is_commented_out(path: Path) -> None:
    pins = re.findall(r"uses: (?!\./)(.*)", path.read_text(encoding="utf-8"))
    assert [pin for pin in pins if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin)] == []


@every_workflow
def test_a_job_may_do_what_it_says_and_nothing_else(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    writing = {name for name, job in workflow["jobs"].items() if "write" in job["permissions"].values()}
    assert writing == ({"release"} if path.stem == "release" else set())
