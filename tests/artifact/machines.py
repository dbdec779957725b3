"""What has to be installed on this machine: Pythons with AWS's runtime client, Java, DynamoDB Local's jar.

Whatever is missing skips the tests that need it, with a reason; where the variable `CI` is true it fails them instead.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NoReturn

import pytest

from .build import ROOT

VERSIONS: Final = ("3.11", "3.12", "3.13")
LOCK: Final = ROOT / "requirements-runtime.txt"
LOCKS: Final = ROOT / ".build"
JAR_FOLDER: Final = ROOT / ".engines" / "dynamodb-local"
# The shell ends Java when its standard input closes: also when the tests' process dies without a chance to clean up.
WATCHED: Final = ("sh", "-c", '"$@" & read -r _; kill -9 $!', "sh")
JAVA_OPTIONS: Final = (
    "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
    "-inMemory", "-disableTelemetry",
)  # fmt: skip
DELAYS: Final = "-delayTransientStatuses"
INSTALL_SECONDS: Final = 1800
READY_SECONDS: Final = 300.0


def missing(what: str) -> NoReturn:
    """Ends the test: skipped here, failed in CI."""
    if _in_ci():
        pytest.fail(f"{what} In CI no engine may be missing.", pytrace=False)
    pytest.skip(what)


def installed(versions: Iterable[str]) -> list[str]:
    """Those of `versions` that are installed; in CI all of them have to be."""
    found = [version for version in versions if _interpreter(version)]
    if not found or (_in_ci() and len(found) < len(list(versions))):
        missing(f"Of Python {', '.join(versions)}, only {found} are installed.")
    return found


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def runtime(version: str) -> Path:
    """The interpreter of an environment with AWS's runtime client, which is made when it is not there."""
    interpreter = _interpreter(version)
    if interpreter is None:
        missing(f"Python {version} is not installed.")
    folder = ROOT / f".venv-runtime-{version}"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    LOCKS.mkdir(exist_ok=True)
    with (LOCKS / f"runtime-{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run meet here
        stamp = folder / "made-from"
        if not stamp.exists() or stamp.read_text() != wanted:
            _install(interpreter, folder)
            stamp.write_text(wanted)
    return folder / "bin" / "python"


def _interpreter(version: str) -> Path | None:
    if found := shutil.which(f"python{version}"):
        with contextlib.suppress(subprocess.SubprocessError):  # pyenv's shims exist for versions that are not active
            subprocess.run([found, "-c", ""], check=True, capture_output=True, timeout=30)  # noqa: S603 - from PATH
            return Path(found)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return next(iter(sorted(root.glob(f"versions/{version}.*/bin/python{version}"))), None)


def _install(interpreter: Path, folder: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(LOCK),
    ]
    for command in ([str(interpreter), "-m", "venv", "--clear", str(folder)], pip):
        subprocess.run(command, check=True, env=clean, timeout=INSTALL_SECONDS)  # noqa: S603 - our own commands


@contextlib.contextmanager
def dynamodb_local(*, delays: bool = True) -> Iterator[int]:
    """DynamoDB Local on a port of its own, with states that take their time unless a test has no use for that."""
    java = shutil.which("java")
    if java is None:
        missing("Java is not installed, which DynamoDB Local needs; `make engines` says how.")
    if not (JAR_FOLDER / "DynamoDBLocal.jar").exists():
        missing("DynamoDB Local is not there; `make engines` fetches it.")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*WATCHED, java, *JAVA_OPTIONS, *([DELAYS] if delays else []), "-port", str(port)],
        cwd=JAR_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_listening(port)
        yield port
    finally:
        process.communicate(timeout=READY_SECONDS)


def _until_listening(port: int) -> None:
    ends_at = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < ends_at, f"DynamoDB Local did not listen within {READY_SECONDS:.0f} s"
            time.sleep(0.05)
        else:
            return
