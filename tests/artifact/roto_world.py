"""One account with the provider in it, whose Lambda, DynamoDB and KMS are roto's. CloudFormation is ours, as in `world`."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from .answers import Answers
from .aws import FakeAws
from .engines import Arguments
from .events import ACCOUNT, FUNCTION_NAME, Event
from .lambda_host import HANDLER
from .roto import FUNCTION_KEY, PAUSE_SECONDS, Roto, Traced
from .runtime_api import LogLine
from .wire import Reply, refusal
from .world import ANSWER_SECONDS, Deployed

ENDED: Final = frozenset({"succeeded", "failed"})


class RotoHost:
    """The function of `artifact`, deployed in a roto of its own."""

    def __init__(self, artifact: Path, python: Path, folder: Path, variables: Mapping[str, str], *, timeout: int) -> None:
        package = _zipped(artifact)
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            archive.extractall(folder)
        self.server = Roto(name=FUNCTION_NAME, python=str(python), handler=HANDLER, task=str(folder))
        self.server.functions.create_function(
            FunctionName=FUNCTION_NAME,
            Runtime="python3.13",
            Handler=HANDLER,
            Role=f"arn:aws:iam::{ACCOUNT}:role/provider",
            Code={"ZipFile": package},
            Timeout=timeout,
            MemorySize=256,
            Environment={"Variables": {"AWS_ACCESS_KEY_ID": FUNCTION_KEY, **variables}},
        )

    @property
    def lines(self) -> list[LogLine]:
        """What the function wrote in invocations that have ended."""
        texts = [line for each in self.server.invocations() for line in (each["logs"] or "").splitlines()]
        return [LogLine(text, "log", 0.0) for text in texts]

    def invoke(self, payload: Mapping[str, Any]) -> None:
        """Takes an asynchronous invocation. roto runs one at a time."""
        body = json.dumps(payload).encode()
        self.server.functions.invoke(FunctionName=FUNCTION_NAME, InvocationType="Event", Payload=body)

    def wait(self, seconds: float) -> None:
        """Waits until no invocation is under way, also none that another one has made."""
        ends_at = time.monotonic() + seconds
        while running := [each for each in self.server.invocations() if each["state"] not in ENDED]:
            assert time.monotonic() < ends_at, f"{len(running)} invocations are still running after {seconds:.0f} s"
            time.sleep(PAUSE_SECONDS)

    def limit(self, seconds: int) -> None:
        """From now on an invocation may take so many seconds."""
        self.server.functions.update_function_configuration(FunctionName=FUNCTION_NAME, Timeout=seconds)

    def close(self) -> None:
        self.server.close()


def _zipped(folder: Path) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return package.getvalue()


class NoEngine:
    """What answers where only CloudFormation is asked."""

    def call(self, service: str, action: str, arguments: Arguments) -> Reply:  # noqa: ARG002 - the signature of engines
        return refusal("UnknownOperationException", f"{service}:{action} is roto's")


class RotoWorld(Deployed):
    """The function of `artifact` on `python`, deployed in an account of roto's; `folder` is its `/var/task`."""

    host: RotoHost

    def __init__(self, artifact: Path, python: Path, folder: Path) -> None:
        self._cloudformation = FakeAws(NoEngine())
        answers = Answers(self._cloudformation.stacks.settle)
        variables = {
            "AWS_ENDPOINT_URL_CLOUDFORMATION": self._cloudformation.url,
            "SSL_CERT_FILE": str(answers.ca_file),
            "LOG_LEVEL": "DEBUG",
            "TABLE_NAME_PREFIX": "sentinel-",
        }
        super().__init__(RotoHost(artifact, python, folder, variables, timeout=120), self._cloudformation.stacks, answers)
        self.roto = self.host.server
        self.client = self.roto.dynamodb

    def calls_of(self, event: Event) -> list[Traced]:
        """The calls to roto that an event makes, which is to succeed."""
        before = len(self.roto.calls())
        assert self.ask(event)["Status"] == "SUCCESS"
        return self.roto.calls()[before:]

    def writes_of(self, event: Event) -> list[str]:
        """The calls that an event writes with, and that DynamoDB takes. The event is to succeed."""
        return [call.action for call in self.calls_of(event) if call.is_write and not call.error]

    def questions(self) -> list[str]:
        """What the function has asked of CloudFormation so far."""
        return [call.action for call in self._cloudformation.calls]

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for what the invocations that are under way bring about."""
        ends_at = time.monotonic() + ANSWER_SECONDS
        while not holds():
            done = all(each["state"] in ENDED for each in self.roto.invocations())
            assert holds() or not (done or time.monotonic() > ends_at), self.roto.invocations()
            time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        super().close()
        self._cloudformation.close()
