"""MiniStack, the local AWS: started, found to be well, and stopped again whatever happens."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config

from local import environment
from local.expect import UnexpectedError, expect
from local.keeper import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A running local AWS: its keeper's process group, its port, the folder for what it writes, the certificate to trust."""

    group: int
    port: int
    state: Path
    ca_bundle: Path

    @property
    def endpoint(self) -> str:
        """The URL of every service."""
        return f"https://{environment.LOOPBACK}:{self.port}"

    def variables(self) -> dict[str, str]:
        """Return what an AWS client has to find in its environment."""
        return environment.aws(self.endpoint, self.ca_bundle)

    def client(self, service: str, account: str = environment.CREDENTIAL, region: str = environment.REGION) -> Any:
        """Return a client, as boto3's, for MiniStack's own account, or the one of this number.

        It does not retry: nothing here is slow, and what fails is to be seen.
        """
        return botocore.session.get_session().create_client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key=environment.CREDENTIAL,
            verify=str(self.ca_bundle),
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=300),
        )


class Session:
    """The connection to the keeper: when it ends, so does MiniStack, unless it was told to keep it."""

    def __init__(self, keeper: subprocess.Popen[str]) -> None:
        self._keeper = keeper
        self.kept = False
        self.engine = _engine(keeper)

    def keep(self) -> None:
        """Let MiniStack run on after the demo, until ``make demo-stop``."""
        _pipe(self._keeper.stdin).write("keep\n")
        _pipe(self._keeper.stdin).flush()
        self.kept = bool(_answer(self._keeper)["kept"])


@contextmanager
def session() -> Iterator[Session]:
    """Start MiniStack; it is ready when this yields, and gone with its files when the block ends, unless it is kept."""
    command = [sys.executable, "-m", "local.keeper"]
    keeper = subprocess.Popen(  # noqa: S603 - the command is written above
        command, cwd=environment.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
    )
    started = None
    try:
        started = Session(keeper)
        yield started
    finally:
        _pipe(keeper.stdin).close()
        if not (started and started.kept):
            keeper.wait()
        _pipe(keeper.stdout).close()


def is_kept() -> bool:
    """Say whether an earlier demo left MiniStack running."""
    with suppress(FileNotFoundError), KEPT.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stop_kept() -> bool:
    """Stop what an earlier demo left running, wait for its end, and say whether there was anything."""
    if not is_kept():
        return False
    with KEPT.open(encoding="utf-8") as file:
        os.kill(int(file.read()), signal.SIGTERM)
        fcntl.flock(file, fcntl.LOCK_SH)
    return True


def _engine(keeper: subprocess.Popen[str]) -> Engine:
    place = _answer(keeper)
    engine = Engine(keeper.pid, place["port"], Path(place["state"]), Path(place["ca_bundle"]))
    _wait_until_ready(engine)
    return engine


def _answer(keeper: subprocess.Popen[str]) -> dict[str, Any]:
    line = _pipe(keeper.stdout).readline()
    expect(line, "MiniStack's keeper ended before it answered.")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _pipe(end: IO[str] | None) -> IO[str]:
    expect(end, "The keeper was started without pipes.")
    return cast("IO[str]", end)


def _wait_until_ready(engine: Engine) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(engine):
        if time.monotonic() > deadline:
            log = (engine.state / "ministack.log").read_text(encoding="utf-8", errors="replace")
            raise UnexpectedError(f"MiniStack was not ready within {START_SECONDS:.0f} s:\n{log[-2000:]}")
        time.sleep(0.05)


def _is_ready(engine: Engine) -> bool:
    trust = ssl.create_default_context(cafile=engine.ca_bundle)
    connection = http.client.HTTPSConnection(environment.LOOPBACK, engine.port, timeout=2, context=trust)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
