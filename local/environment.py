"""Where things are, and what each program gets to know of the shell that the demo was started from.

The demo talks to its own local AWS with credentials that mean nothing. So no program gets to see the user's AWS settings,
and each gets to trust exactly what it talks to: ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE`` with the local certificate
would take away the trust in the package registry from pip, so only ``AWS_CA_BUNDLE`` names it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local.expect import UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"
CREDENTIAL = "test"  # id and secret of the local AWS's own user


def python(environment: str) -> Path:
    """Return the interpreter of one of the project's environments, such as ``.venv-sam``."""
    return ROOT / environment / "bin" / "python"


def install(environment: str) -> None:
    """Bring an environment up to its lock, as ``make`` does it; quick where nothing changed."""
    run(["make", "--no-print-directory", f"{environment}/.installed"], env=outside())


def outside() -> dict[str, str]:
    """Return the shell's variables without its AWS settings, and without what belongs to this very process."""
    foreign = ("AWS_", "MAKE", "PYTHON", "SAM_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    bypass = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), LOOPBACK, "localhost"]))
    return kept | {"NO_PROXY": bypass, "no_proxy": bypass, "PYTHON": str(python(".venv"))}


def aws(endpoint: str, ca_bundle: Path) -> dict[str, str]:
    """Return the variables by which any AWS client finds the local AWS, and nothing but it."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CA_BUNDLE": str(ca_bundle),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def become(variables: Mapping[str, str]) -> None:
    """Make the variables this process's own."""
    os.environ.clear()
    os.environ.update(variables)


def run(command: list[str], *, env: Mapping[str, str], group: int = 0) -> str:
    """Run a program in the project's folder and return what it printed; if it fails, UnexpectedError says what that was.

    It runs in a process group of its own, or joins one, and is ended with whatever it started when the demo is interrupted.
    """
    process = subprocess.Popen(  # noqa: S603 - the demo's own commands
        command,
        cwd=ROOT,
        env=dict(env),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        process_group=group,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(group or process.pid, signal.SIGTERM)
        raise
    if process.returncode:
        tail = "\n".join(output.splitlines()[-30:])
        raise UnexpectedError(f"{' '.join(command[:4])} ... ended with status {process.returncode}:\n{tail}")
    return output
