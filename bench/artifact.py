"""The artifact, as the Makefile's target builds it for the SAM CLI."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> Path:
    """Builds it into `folder`, with bytecode for the Python that runs this, as if the functions' runtime were that one."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    runtime = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = ["make", "build-ProviderFunction", f"ARTIFACTS_DIR={folder}", f"PYTHON={sys.executable}", f"RUNTIME={runtime}"]
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)  # noqa: S603 - written above
    return folder


def zipped_bytes(folder: Path) -> int:
    """How many bytes the artifact's zip has, deflated as the SAM CLI does it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return len(packed.getvalue())
