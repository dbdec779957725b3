"""The artifact: the folder that `sam build` zips and Lambda unpacks to `/var/task`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
BUILD_SECONDS: Final = 1800
TARGET: Final = re.compile(r"^(build-\w+):", re.MULTILINE)


def build(folder: Path) -> Path:
    """Builds the artifact in `folder`, with the make target that `sam build` calls."""
    folder.mkdir(parents=True, exist_ok=True)
    target = TARGET.search(_makefile())
    if target is None:
        raise LookupError("The Makefile has no target build-<the function's logical id>, which `sam build` calls.")
    # SAM's own variables are absent here: `make` is given what it documents, and nothing of this test run.
    command = ["make", "--no-print-directory", target[1], f"ARTIFACTS_DIR={folder}"]
    _run(command)
    return folder


def copy_with(artifact: Path, folder: Path, changes: dict[str, str]) -> Path:
    """A copy of the artifact with some of its files written over, no bytecode: `{"handler/app.py": "import nothing"}`."""
    shutil.copytree(artifact, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in changes.items():
        assert (folder / name).exists(), f"the artifact has no {name}"
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _makefile() -> str:
    path = ROOT / "Makefile"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _run(command: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST", "PYTHON"))}
    clean["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', os.defpath)}"
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
