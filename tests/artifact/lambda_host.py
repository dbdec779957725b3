"""What Lambda does around the environments: one for each simultaneous invocation, warm reuse, and retries.

CloudFormation and the artifact itself invoke asynchronously: an invocation that ends in an error, at the deadline or in
a dead process is run again, twice, with the same request id (Lambda's docs, "How Lambda handles errors and retries with
asynchronous invocation": after one minute and after two; here after `retry_delay`).
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from .events import ACCOUNT, FUNCTION_NAME, REGION
from .runtime_api import Environment, Invocation, LogLine, Outcome, Result

HANDLER: Final = "handler.app.handler"
RETRIES: Final = 2
WORKERS: Final = 16
ENDS_WELL: Final = frozenset({Outcome.RESPONSE})
SURVIVES: Final = frozenset({Outcome.RESPONSE, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one invocation."""

    payload: Mapping[str, Any]
    request_id: str
    cold: bool
    result: Result

    @property
    def outcome(self) -> Outcome:
        return self.result.outcome


class LambdaHost:
    """The function, deployed: `invoke` it, and read `attempts` and `lines`. Ended by `close()` or as a context."""

    def __init__(
        self,
        artifact: Path,
        python: Path,
        variables: Mapping[str, str],
        *,
        timeout: float = 120.0,
        retry_delay: float = 0.0,
    ) -> None:
        self.artifact, self.python = artifact, python
        self.variables = {**_lambda_variables(artifact), **variables}
        self.timeout, self.retry_delay = timeout, retry_delay
        self.attempts: list[Attempt] = []
        self.lines: list[LogLine] = []
        self._idle: list[Environment] = []
        self._busy: list[Environment] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="invocation")
        self._futures: list[Future[None]] = []
        self._closing = threading.Event()

    def invoke(self, payload: Mapping[str, Any] | Sequence[Any] | str | None) -> None:
        """Takes an asynchronous invocation, answers at once, and runs it as soon as an environment is there."""
        with self._lock:
            if self._closing.is_set():
                return
            self._futures.append(self._pool.submit(self._run, json.dumps(payload).encode()))

    def wait(self, seconds: float) -> None:
        """Waits until no invocation is under way, also none that another one has made."""
        ends_at = time.monotonic() + seconds
        while pending := [future for future in list(self._futures) if not future.done()]:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{len(pending)} invocations are still running after {seconds:.0f} s.")
            wait(pending, timeout=left, return_when=FIRST_COMPLETED)
        for future in list(self._futures):
            future.result(0)

    def cool(self) -> None:
        """Ends every idle environment: the next invocation is a cold start."""
        with self._lock:
            idle, self._idle = self._idle, []
        for environment in idle:
            environment.end()

    def kill(self) -> int:
        """Kills every environment that is at work, in the middle of it; how many there were."""
        with self._lock:
            busy = list(self._busy)
        for environment in busy:
            environment.kill()
        return len(busy)

    def close(self) -> None:
        """Ends every process and thread."""
        with self._lock:
            self._closing.set()
        self.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.cool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _run(self, payload: bytes) -> None:
        invocation = Invocation(payload, self.timeout)
        for delay in (0.0, *[self.retry_delay] * RETRIES):
            if self._closing.wait(delay) or self._attempt(invocation) in ENDS_WELL:
                return

    def _attempt(self, invocation: Invocation) -> Outcome:
        environment, cold = self._take()
        result = environment.run(invocation)
        self._give_back(environment, result.outcome)
        self.attempts.append(Attempt(json.loads(invocation.payload), invocation.request_id, cold, result))
        return result.outcome

    def _take(self) -> tuple[Environment, bool]:
        with self._lock:
            warm = self._idle.pop() if self._idle else None
            environment = warm or self._start()
            self._busy.append(environment)
            return environment, warm is None

    def _start(self) -> Environment:
        command = [str(self.python), "-m", "awslambdaric", HANDLER]
        return Environment(command, self.artifact, self.variables, self.lines.append)

    def _give_back(self, environment: Environment, outcome: Outcome) -> None:
        with self._lock:
            self._busy.remove(environment)
            keep = outcome in SURVIVES and not self._closing.is_set()
            if keep:
                self._idle.append(environment)
        if not keep:
            environment.end()


def _lambda_variables(artifact: Path) -> dict[str, str]:
    """What Lambda sets, and nothing of the shell that runs the tests."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/nonexistent",
        "PYTHONPATH": str(artifact),
        "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's /var/task cannot be written to
        "_HANDLER": HANDLER,
        "LAMBDA_TASK_ROOT": str(artifact),
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION_NAME}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    }
