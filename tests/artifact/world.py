"""One account with the provider in it, as a test sees it: send an event, read the answer."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, Unpack

from .answers import SIGV4, Answers, Put, violations
from .aws import Call, FakeAws
from .engines import Engine
from .events import Event, Resource
from .lambda_host import LambdaHost
from .runtime_api import LogLine
from .stacks import Said, Stacks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANSWER_SECONDS: Final = 600.0
LAMBDA_LINES: Final = ("[ERROR]", "[WARNING]", "[INFO]", "[DEBUG]", "LAMBDA_WARNING:", "START ", "END ", "REPORT ")


class Host(Protocol):
    """What runs the function."""

    @property
    def lines(self) -> Sequence[LogLine]:
        """What the function wrote."""
        ...

    def invoke(self, payload: Mapping[str, Any]) -> None:
        """Takes an asynchronous invocation."""
        ...

    def wait(self, seconds: float) -> None:
        """Waits until no invocation is under way, also none that another one has made."""
        ...

    def close(self) -> None:
        """Ends whatever runs."""
        ...


class Deployed:
    """The function in an account, as a test sees it: send an event, read the answer."""

    def __init__(self, host: Host, stacks: Stacks, answers: Answers) -> None:
        self.host, self.stacks, self.answers = host, stacks, answers

    def send(self, event: Event, age: float = 0.0, signing: str = SIGV4, **said: Unpack[Said]) -> None:
        """CloudFormation's half: hands the event to the function, with a ResponseURL, `age` seconds after it was made.

        From then until the answer it says that it is at work on the event, unless it has said so of this one before.
        """
        self.stacks.announce(event, age, **said)
        self.host.invoke({**event, "ResponseURL": self.answers.url(event, age, signing)})

    def answer(self, event: Event, seconds: float = ANSWER_SECONDS, nth: int = 1) -> dict[str, Any]:
        """The answer to an event's `nth` delivery; AssertionError when it is none that CloudFormation takes."""
        put = self.answers.wait(event["RequestId"], seconds, nth)
        found = violations(put, event)
        assert not found, found
        return put.answer

    def ask(
        self,
        event: Event,
        seconds: float = ANSWER_SECONDS,
        age: float = 0.0,
        signing: str = SIGV4,
        **said: Unpack[Said],
    ) -> dict[str, Any]:
        """Sends the event and waits for the answer and for the end of the work."""
        nth = len(self.answers.accepted(event["RequestId"])) + 1
        self.send(event, age, signing, **said)
        answer = self.answer(event, seconds, nth)
        self.host.wait(ANSWER_SECONDS)
        assert len(self.answers.accepted(event["RequestId"])) == nth, "more than one answer"
        return answer

    def succeed(self, resource: Resource, event: Event, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        """As `ask`, and the answer is SUCCESS; `resource` takes over the physical id, as CloudFormation does."""
        answer = self.ask(event, seconds)
        assert answer["Status"] == "SUCCESS", f"{answer['Reason']} {self.exceptions()}"
        if event["RequestType"] != "Delete":
            resource.physical_id = answer["PhysicalResourceId"]
        return answer

    def ask_forged(self, event: Event) -> dict[str, Any]:
        """As `ask`, and it is not CloudFormation that sends it."""
        self.stacks.forget(event)
        return self.ask(event)

    def fail(self, event: Event, seconds: float = ANSWER_SECONDS) -> str:
        """As `ask`, and the answer is FAILED; its Reason."""
        answer = self.ask(event, seconds)
        assert answer["Status"] == "FAILED", answer
        assert not self.exceptions(), self.exceptions()
        return str(answer["Reason"])

    def exceptions(self) -> list[str]:
        """What the artifact logged with a stack trace: a fault of its own, or of its installation."""
        return [found[-1500:] for line in self.log_lines() if (found := str((_parsed(line) or {}).get("exception", "")))]

    def warned(self) -> list[str]:
        """The reasons that the artifact's log warns of, of which there is one at least."""
        ends_at = time.monotonic() + ANSWER_SECONDS
        while not (found := [line["reason"] for line in map(_parsed, self.log_lines()) if _warns(line)]):
            assert time.monotonic() < ends_at, "no warning in the log"
            time.sleep(0.02)
        return found

    def put_of(self, event: Event) -> Put:
        """The PUT of the last answer to an event."""
        return self.answers.accepted(event["RequestId"])[-1]

    def log_lines(self) -> list[str]:
        """The lines that the code of the artifact logged; those of Lambda's runtime client are its own."""
        return [line.text for line in list(self.host.lines) if line.text and not line.text.startswith(LAMBDA_LINES)]

    def assert_clean_log(self) -> None:
        """No line holds a signature, and each line of the artifact's is one JSON object."""
        text = "\n".join(line.text for line in list(self.host.lines))
        told = [each for each in (*self.answers.secrets, "X-Amz-Signature") if each in text]
        assert not told, f"the log tells {told}"
        assert self.log_lines(), "nothing was logged"
        odd = [line for line in self.log_lines() if not isinstance(_parsed(line), dict)]
        assert not odd, f"{len(odd)} lines are not JSON, the first: {odd[0][:600]}"

    def close(self) -> None:
        self.host.close()
        self.answers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class World(Deployed):
    """The function of `artifact` on `python`, its AWS, and the end of its ResponseURLs."""

    host: LambdaHost

    def __init__(
        self,
        artifact: Path,
        python: Path,
        engine: Engine,
        *,
        timeout: float = 120.0,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.aws = FakeAws(engine)
        answers = Answers(self.aws.stacks.settle)
        host = LambdaHost(
            artifact,
            python,
            {
                "AWS_ENDPOINT_URL": self.aws.url,
                "SSL_CERT_FILE": str(answers.ca_file),
                "LOG_LEVEL": "DEBUG",
                "TABLE_NAME_PREFIX": "sentinel-",
                **(variables or {}),
            },
            timeout=timeout,
        )
        super().__init__(host, self.aws.stacks, answers)
        self.aws.invoke, self.aws.kill = host.invoke, host.kill
        self.client: DynamoDBClient = self.aws.client()

    def calls_of(self, event: Event, seconds: float = ANSWER_SECONDS) -> list[Call]:
        """The calls that an event makes, which is to succeed."""
        before = len(self.aws.calls)
        assert self.ask(event, seconds)["Status"] == "SUCCESS"
        return self.aws.calls[before:]

    def wait_until_gone(self, name: str, seconds: float = ANSWER_SECONDS) -> None:
        ends_at = time.monotonic() + seconds
        while name in self.client.list_tables()["TableNames"]:
            assert time.monotonic() < ends_at, f"{name} is still there after {seconds:.0f} s"
            time.sleep(0.1)

    def close(self) -> None:
        self.aws.close()
        self.host.close()
        self.answers.close()
        self.client.close()


def _warns(line: Any) -> bool:
    return isinstance(line, dict) and line.get("level") == "WARNING" and "reason" in line


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
