"""The artifact, as the Makefile's target builds it for the SAM CLI: what is in it, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import crhelper
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("handler", "sentinel_tables")
WATCH_ONLY = {
    "handler/watch.py",
    "sentinel_tables/drift/__init__.py",
    "sentinel_tables/drift/declaration.py",
    "sentinel_tables/drift/judgement.py",
}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifact")
    make("build-ProviderFunction", f"ARTIFACTS_DIR={folder}").check_returncode()
    return folder


def make(*arguments: str, **besides: str) -> subprocess.CompletedProcess[str]:
    """Run make in the project's folder, as a program of its own rather than as part of the make that runs the tests."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | besides
    command = ["make", "--no-print-directory", *arguments, f"PYTHON={sys.executable}"]
    return subprocess.run(  # noqa: S603 - the command is written above
        command, cwd=ROOT, env=variables, check=False, capture_output=True, text=True
    )


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_artifact_holds_three_packages_and_nothing_else(artifact: Path) -> None:
    assert {path.name for path in artifact.iterdir()} == {*SOURCES, "crhelper"}


@pytest.mark.parametrize("package", SOURCES)
def test_a_package_of_the_project_is_there_to_the_last_source(artifact: Path, package: str) -> None:
    sources = {str(path.relative_to(ROOT / package)): path.read_bytes() for path in (ROOT / package).rglob("*.py")}
    sources = {name: source for name, source in sources.items() if f"{package}/{name}" not in WATCH_ONLY}
    assert {name: (artifact / package / name).read_bytes() for name in files(artifact / package)} == sources


def test_crhelper_is_the_locked_one_with_its_notice(artifact: Path) -> None:
    installed = Path(crhelper.__file__).parent
    sources = {path.name: path.read_bytes() for path in installed.glob("*.py")}
    assert sources == {name: (artifact / "crhelper" / name).read_bytes() for name in sources}
    assert files(artifact / "crhelper") == {*sources, "NOTICE"}


def test_the_handler_is_found_where_lambda_looks_for_it(artifact: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import handler.app as app; print(app.__file__, callable(app.handler))"
    )
    variables = {"AWS_DEFAULT_REGION": "us-east-1", "TABLE_NAME_PREFIX": "sentinel-", "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(  # noqa: S603 - the command is written here
        [sys.executable, "-P", "-c", script, str(artifact)],
        cwd=artifact, env=variables, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (found.returncode, found.stdout.split(), found.stderr) == (0, [str(artifact / "handler" / "app.py"), "True"], "")


def test_the_drift_watch_has_its_own_sources_besides(artifact: Path, tmp_path: Path) -> None:
    make("build-DriftFunction", f"ARTIFACTS_DIR={tmp_path}").check_returncode()
    assert files(tmp_path) - files(artifact) == WATCH_ONLY
    assert files(artifact) < files(tmp_path)


def unkind(folder: Path) -> dict[str, str]:
    """What people have set for pip, and what would break an installation half-way."""
    away = {f"PIP_{name}": str(folder / name.lower()) for name in ("PREFIX", "TARGET", "ROOT", "CONSTRAINT", "REQUIREMENT")}
    return away | {"PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_DRY_RUN": "1", "PIP_PLATFORM": "win32"}


def test_the_artifact_is_the_same_whatever_is_set_for_pip(artifact: Path, tmp_path: Path) -> None:
    made = make("build-ProviderFunction", f"ARTIFACTS_DIR={tmp_path / 'artifact'}", **unkind(tmp_path))
    assert made.returncode == 0, made.stderr
    assert files(tmp_path / "artifact") == files(artifact)
    assert [path.name for path in tmp_path.iterdir()] == ["artifact"]


def test_pip_is_called_without_what_is_set_for_it_but_for_the_registry(tmp_path: Path) -> None:
    """Every target calls it so, also those that make the environments."""
    registry = {"PIP_INDEX_URL": "https://registry.example/simple"}
    shown = make("--eval=show: ; @env", "show", **unkind(tmp_path), **registry).stdout
    found = dict(line.split("=", 1) for line in shown.splitlines() if line.startswith("PIP_"))
    wanted = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", **registry}
    assert {name: found.get(name) for name in unkind(tmp_path) | registry} == dict.fromkeys(unkind(tmp_path)) | wanted


def test_without_a_place_to_build_into_nothing_is_built() -> None:
    refused = make("build-ProviderFunction", "ARTIFACTS_DIR=")
    assert refused.returncode
    assert "ARTIFACTS_DIR says where the artifact goes" in refused.stderr


def test_building_into_the_project_itself_leaves_it_as_it_is() -> None:
    paths = [path for package in SOURCES for path in (ROOT / package).rglob("*.py")]
    before = [path.read_bytes() for path in paths]
    assert make("build-ProviderFunction", "ARTIFACTS_DIR=.").returncode
    assert [path.read_bytes() for path in paths] == before
