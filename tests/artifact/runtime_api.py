"""One execution environment: a process of AWS's runtime client, and the Runtime API that it alone talks to.

As on Lambda, an environment runs one invocation at a time, is frozen in between (SIGSTOP, from the moment it asks for
the next one), is killed at the deadline, and is thrown away when it died. Lambda's docs: "Using the Lambda runtime
API".
"""

import contextlib
import enum
import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from .events import FUNCTION_ARN

PREFIX: Final = "/2018-06-01/runtime/"
INIT_SECONDS: Final = 300.0  # Lambda's own limit is 10; the machines that run tests are slower
END_SECONDS: Final = 10.0
FRAME_HEAD: Final = 16
# Ends a process when our end of its standard input closes: also when the tests die without a chance to clean up.
GUARD: Final = ("/bin/sh", "-c", 'read -r _; kill -s KILL -- "-$0" 2>/dev/null; true')


class Outcome(enum.Enum):
    """How an invocation ended."""

    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init error"
    TIMEOUT = "timeout"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What `next` hands out; `timeout` in seconds is counted from then."""

    payload: bytes
    timeout: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def headers(self) -> dict[str, str]:
        return {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
            "Content-Type": "application/json",
        }


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    body: str = ""


class RuntimeApi:
    """The server; `inbox` takes invocations, `outbox` gives what became of them."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self.outbox: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self.asked = threading.Event()
        self.taken = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def next(self) -> Invocation | None:
        """The next invocation, when there is one; None when the server closes."""
        self.asked.set()
        while not self._closed.is_set():
            try:
                invocation = self.inbox.get(timeout=0.2)
            except queue.Empty:
                continue
            self.asked.clear()
            self.taken.set()
            return invocation
        return None

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(END_SECONDS)


def _handler_of(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two of them wait for each other, 40 ms each time

        def do_GET(self) -> None:
            invocation = api.next() if self.path == f"{PREFIX}invocation/next" else None
            if invocation is None:
                self.close_connection = True
                return
            self._send(200, invocation.payload, invocation.headers())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            api.outbox.put(Result(_outcome(self.path), body))
            self._send(202, b'{"status":"OK"}', {"Content-Type": "application/json"})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            """Says nothing: the tests read what the artifact logs, not what this server does."""

    return Handler


def _outcome(path: str) -> Outcome:
    if path == f"{PREFIX}init/error":
        return Outcome.INIT_ERROR
    return Outcome.RESPONSE if path.endswith("/response") else Outcome.ERROR


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the process wrote, as it comes to CloudWatch: a line of `stdout` or `stderr`, or a whole message of `log`.

    `at` is `time.monotonic()`.
    """

    text: str
    stream: str
    at: float


class Environment:
    """A process that lives from its cold start until somebody ends it."""

    def __init__(
        self, command: Sequence[str], folder: Path, variables: Mapping[str, str], log: Callable[[LogLine], None]
    ) -> None:
        self.api = RuntimeApi()
        self.started_at = time.monotonic()
        frames, frames_end = os.pipe()
        given = {"AWS_LAMBDA_RUNTIME_API": self.api.address, "_LAMBDA_TELEMETRY_LOG_FD": str(frames_end)}
        self.process = subprocess.Popen(  # noqa: S603 - the command is the test's own
            command,
            cwd=folder,
            env={**variables, **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
            pass_fds=(frames_end,),
        )
        os.close(frames_end)
        self._guard = subprocess.Popen([*GUARD, str(self.process.pid)], stdin=subprocess.PIPE)  # noqa: S603 - our own
        self._readers = [
            threading.Thread(target=_read, args=(self.process, name, log), daemon=True) for name in ("stdout", "stderr")
        ]
        self._readers.append(threading.Thread(target=_read_frames, args=(frames, log), daemon=True))
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        for thread in (*self._readers, self._watcher):
            thread.start()

    def run(self, invocation: Invocation) -> Result:
        """Runs one invocation to its end. After TIMEOUT, DIED and INIT_ERROR nothing but `end()` can follow."""
        self.api.taken.clear()
        self._signal(signal.SIGCONT)
        self.api.inbox.put(invocation)
        result = self._until_taken() or self._result(invocation.timeout) or Result(Outcome.TIMEOUT)
        if result.outcome in {Outcome.RESPONSE, Outcome.ERROR}:
            self._freeze()
        else:
            self.end()
        return result

    def end(self) -> None:
        """Kills the process and whatever it started, and closes the server. May be called twice."""
        self._signal(signal.SIGKILL)
        self.process.wait(END_SECONDS)
        self._guard.communicate(timeout=END_SECONDS)
        for thread in (*self._readers, self._watcher):
            thread.join(END_SECONDS)
        self.api.close()

    def kill(self) -> None:
        """What happens when the host under an environment fails: it is gone, in the middle of whatever it did."""
        self._signal(signal.SIGKILL)

    def _until_taken(self) -> Result | None:
        """Waits for the init phase; None once the process has the invocation."""
        ends_at = time.monotonic() + INIT_SECONDS
        while not self.api.taken.wait(0.005):
            early = self._result(0.005)
            if early is not None:
                return early
            if time.monotonic() > ends_at:
                return Result(Outcome.TIMEOUT, "the init phase did not end")
        return None

    def _result(self, seconds: float) -> Result | None:
        try:
            return self.api.outbox.get(timeout=seconds)
        except queue.Empty:
            return None

    def _freeze(self) -> None:
        if self.api.asked.wait(INIT_SECONDS):
            self._signal(signal.SIGSTOP)

    def _watch(self) -> None:
        code = self.process.wait()
        self.api.outbox.put(Result(Outcome.DIED, json.dumps({"exit": code})))

    def _signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                os.killpg(self.process.pid, number)


def _read(process: "subprocess.Popen[str]", name: str, log: Callable[[LogLine], None]) -> None:
    stream = getattr(process, name)
    with stream:
        for line in stream:
            log(LogLine(line.rstrip("\n"), name, time.monotonic()))


def _read_frames(descriptor: int, log: Callable[[LogLine], None]) -> None:
    """What is logged goes to Lambda in frames: 4 bytes of type, 4 of length, 8 of time, and the message."""
    with os.fdopen(descriptor, "rb") as stream:
        while len(head := stream.read(FRAME_HEAD)) == FRAME_HEAD:
            text = stream.read(int.from_bytes(head[4:8], "big")).decode(errors="backslashreplace")
            log(LogLine(text.rstrip("\n"), "log", time.monotonic()))
