"""The process that MiniStack lives and dies with: ``python -m local.keeper``.

It makes a folder for everything that MiniStack writes, a certificate, and a socket on a free port of the loopback
interface; starts MiniStack on that socket; and prints one line of JSON that says where it is. From then on it waits for the
end: of its standard input (the demo has ended, by whatever cause, even a kill), of MiniStack, or a signal. Then it ends
MiniStack, the functions running in it and whatever has joined its own process group (the SAM CLI does), and removes the
folder. The line ``keep`` on its input makes it stay on after the demo, until ``make demo-stop`` ends it.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NoReturn

import trustme

from local import environment

KEPT = environment.ROOT / ".build" / "demo.pid"  # locked for as long as the keeper whose process id it holds
GRACE_SECONDS = 3.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    """Keep MiniStack from its start to its end."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    with (
        ExitStack() as afterwards,
        tempfile.TemporaryDirectory(prefix="sentinel-tables-", ignore_cleanup_errors=True) as folder,
        socket.create_server((environment.LOOPBACK, 0)) as listener,
    ):
        process = _start(Path(folder), listener)
        try:
            _print({"port": listener.getsockname()[1], "state": folder, "ca_bundle": f"{folder}/ca.pem"})
            _wait(process, afterwards)
        finally:
            _end(process)


def _start(state: Path, listener: socket.socket) -> subprocess.Popen[bytes]:
    """Start MiniStack on the socket, with a certificate of its own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(state / "ca.pem")
    authority.issue_cert("localhost", environment.LOOPBACK).private_key_and_cert_chain_pem.write_to_path(
        state / "server.pem"
    )
    # The server that `ministack` itself runs, without what that adds: a second listener on port 443, and a pid file.
    command = [
        str(environment.python(".venv-ministack")), "-m", "hypercorn", "ministack.app:app",
        "--bind", f"fd://{listener.fileno()}",
        "--certfile", str(state / "server.pem"), "--keyfile", str(state / "server.pem"),
    ]  # fmt: skip
    with (state / "ministack.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - the command is written above
            command, cwd=state, env=_variables(state, listener.getsockname()[1]), stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True, pass_fds=[listener.fileno()],
        )  # fmt: skip


def _variables(state: Path, port: int) -> dict[str, str]:
    """Return MiniStack's variables, which are also those of the functions it runs."""
    certificate, bundle = str(state / "server.pem"), str(state / "ca.pem")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(state),
        "TMPDIR": str(state),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": environment.LOOPBACK,
        "USE_SSL": "1",
        "AUTH": "true",  # a function may do what its role's policies say, and nothing else
        "MINISTACK_SSL_CERT": certificate,
        "MINISTACK_SSL_KEY": certificate,
        "MINISTACK_REGION": environment.REGION,
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": "unix:///nonexistent",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # What a function needs to trust: the local AWS, and the address that CloudFormation takes answers at.
        "AWS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _wait(process: subprocess.Popen[bytes], afterwards: ExitStack) -> None:
    """Return when MiniStack has ended, or the demo without having asked to keep it."""
    demo = [sys.stdin.fileno()]
    while process.poll() is None:
        ready, _, _ = select.select(demo, [], [], 0.5)
        if ready and os.read(demo.pop(), 64) != b"keep\n":
            return
        if ready:
            _outlive_the_demo(afterwards)


def _outlive_the_demo(afterwards: ExitStack) -> None:
    """Write down for ``make demo-stop`` which process to end, and let go of what belongs to the demo."""
    KEPT.parent.mkdir(exist_ok=True)
    file = afterwards.enter_context(KEPT.open("w", encoding="utf-8"))
    afterwards.callback(KEPT.unlink, missing_ok=True)
    fcntl.flock(file, fcntl.LOCK_EX)
    file.write(str(os.getpid()))
    file.flush()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _print({"kept": True})
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End MiniStack with every function that it started, and the programs that work with it."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit


def _print(place: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(place) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
