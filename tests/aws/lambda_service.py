"""Lambda as far as an asynchronous handler feels it: a queue, a time limit, two retries, and death.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .client import LATENCY_SECONDS, Client, KeyService, Latency, Wire
from .faults import AFTERWARDS, Faults, Kind
from .process import Killed, Process
from .refusals import Refused
from .stack_records import StackRecords
from .stacks_client import StacksClient
from .tables import Json

if TYPE_CHECKING:
    from .answers import AnswerSink
    from .clock import VirtualClock
    from .plane import ControlPlane
    from .world import Environment, World

NAME = "sentinel-tables-Provider"
LARGEST_PAYLOAD = 1_048_576


@dataclass(eq=False, slots=True)
class Invocation:
    """One run of the handler, with all that it may reach; each of these dies with its process."""

    service: LambdaService
    event: Json
    attempt: int
    number: int
    request_id: str
    process: Process
    environment: Environment | None = None

    def remaining_ms(self) -> int:
        """Milliseconds until Lambda kills it."""
        deadline = self.process.deadline
        assert deadline is not None
        return max(0, int((deadline - self.clock.now()) * 1_000))

    @property
    def clock(self) -> VirtualClock:
        """The one that all share."""
        return self.service.world.clock

    @property
    def function_name(self) -> str:
        """What the context calls it."""
        return self.service.name

    @property
    def function_arn(self) -> str:
        """What the context calls `invoked_function_arn`."""
        return self.service.arn

    @property
    def client(self) -> Client:
        """DynamoDB's client."""
        service = self.service
        return Client(
            service.plane,
            faults=service.faults,
            process=self.process,
            latency=service.latency,
            environment=f"{self.number}",
        )

    @property
    def kms(self) -> KeyService:
        """The client of KMS."""
        service = self.service
        return KeyService(service.plane, faults=service.faults, process=self.process, latency=service.latency)

    @property
    def cloudformation(self) -> StacksClient:
        """The client of CloudFormation."""
        service = self.service
        return StacksClient(
            service.plane, service.stacks, faults=service.faults, process=self.process, latency=service.latency
        )

    @property
    def functions(self) -> LambdaClient:
        """Lambda's own client."""
        return LambdaClient(self.service, self.process)

    def deliver(self, url: str, body: bytes) -> int:
        """PUT an answer: the HTTP status, or an `OSError`."""
        return _deliver(self.service, self.process, url, body)


Handle = Callable[[Json, Invocation], object]


@dataclass(eq=False, slots=True)
class LambdaService:
    """One function. `handle(event, invocation)` is its handler."""

    world: World
    plane: ControlPlane
    handle: Handle
    sink: AnswerSink
    faults: Faults = field(default_factory=Faults)
    timeout: float = 900.0
    retry_after: tuple[float, ...] = (60.0, 120.0)
    start_seconds: float = 0.3
    oldest_event: float = 21_600.0
    latency: Latency = LATENCY_SECONDS
    duplicates: dict[int, float] = field(default_factory=dict)
    """By the number of the queued event, from 1: deliver it a second time, so many seconds later."""
    name: str = NAME
    stacks: StackRecords = field(default_factory=StackRecords)
    """What CloudFormation says of all stacks, those included that exist in hand-made events only."""
    invocations: list[Invocation] = field(default_factory=list)
    failed: list[Json] = field(default_factory=list)
    """Events that failed for good: what the failure destination receives."""
    queued: int = 0

    @property
    def arn(self) -> str:
        """The function's ARN."""
        state = self.plane.state
        return f"arn:aws:lambda:{state.region}:{state.account}:function:{self.name}"

    def submit(self, payload: bytes) -> None:
        """Queue an event for an invocation of its own."""
        self.queued += 1
        request_id = f"{self.queued:08x}-0000-4000-8000-000000000000"
        self._begin(payload, 0, request_id, self.start_seconds, self.world.clock.now())
        again = self.duplicates.get(self.queued)
        if again is not None:
            self._begin(payload, 0, request_id, self.start_seconds + again, self.world.clock.now())

    def _begin(self, payload: bytes, attempt: int, request_id: str, after: float, queued_at: float) -> None:
        starts = self.world.clock.now() + after
        process = Process(deadline=starts + self.timeout)
        number = len(self.invocations) + 1
        invocation = Invocation(self, json.loads(payload), attempt, number, request_id, process)
        self.invocations.append(invocation)

        def ended(environment: Environment) -> None:
            if environment.error is not None:
                self._again(payload, attempt, request_id, queued_at)

        name = f"{self.name}#{number}"
        run = lambda: self.handle(invocation.event, invocation)  # noqa: E731 - what the environment does
        invocation.environment = self.world.spawn(name, run, after, process, ended)

    def _again(self, payload: bytes, attempt: int, request_id: str, queued_at: float) -> None:
        """A handler that raised, died or ran out of time gets the same event again, twice at most."""
        pause = self.retry_after[attempt] if attempt < len(self.retry_after) else None
        if pause is None or self.world.clock.now() + pause > queued_at + self.oldest_event:
            self.failed.append(json.loads(payload))
            return
        self._begin(payload, attempt + 1, request_id, pause, queued_at)

    def crashes(self) -> list[BaseException]:
        """What handlers raised that is not a death on order."""
        errors = [entry.environment.error for entry in self.invocations if entry.environment is not None]
        return [error for error in errors if error is not None and not isinstance(error, Killed)]


class LambdaClient:
    """`boto3.client("lambda")`, `invoke` of it."""

    def __init__(self, service: LambdaService, process: Process) -> None:
        self._service = service
        self._wire = Wire("lambda", service.plane, service.faults, process, service.latency)
        self.exceptions = self._wire.exceptions

    def invoke(self, **arguments: Any) -> Json:
        """Queue an event; the answer says only that it was taken."""
        return self._wire.send("invoke", arguments, lambda: self._invoke(arguments))

    def _invoke(self, arguments: Json) -> Json:
        service = self._service
        wanted = arguments["FunctionName"]
        if wanted not in {service.name, service.arn} and not wanted.startswith(service.arn + ":"):
            raise Refused("ResourceNotFoundException", f"Function not found: {wanted}", 404)
        if arguments.get("InvocationType") != "Event":
            raise Refused("InvalidParameterValueException", "only asynchronous invocations are modelled")
        payload = arguments["Payload"]
        if len(payload) > LARGEST_PAYLOAD:
            raise Refused("RequestTooLargeException", f"{len(payload)} byte payload is too large", 413)
        service.submit(payload if isinstance(payload, bytes) else payload.encode())
        return {"StatusCode": 202}


def _deliver(service: LambdaService, process: Process, url: str, body: bytes) -> int:
    """A PUT takes a latency and has its faults; as an API it is called `deliver`."""
    process.check()
    latency = service.latency() if callable(service.latency) else service.latency
    service.world.clock.sleep(latency)
    process.check()
    fault = service.faults.strike("deliver")
    kind = fault.kind if fault else None
    if kind is not None and kind not in AFTERWARDS:
        return _undelivered(kind, process)
    status = service.sink.put(url, body)
    if kind is Kind.ANSWER_LOST_AND_RETRIED:
        return service.sink.put(url, body)
    return status if kind is None else _undelivered(kind, process)


def _undelivered(kind: Kind, process: Process) -> int:
    match kind:
        case Kind.KILLED_BEFORE | Kind.KILLED_AFTER:
            process.kill(f"{kind.value}: deliver")
        case Kind.REQUEST_LOST | Kind.UNREACHABLE | Kind.CONNECT_TIMED_OUT:
            raise ConnectionResetError(104, "Connection reset by peer")
        case Kind.ANSWER_LOST | Kind.ANSWER_LOST_AND_RETRIED:
            raise TimeoutError("The read operation timed out")
    statuses = {Kind.THROTTLED: 503, Kind.ACCESS_DENIED: 403, Kind.ACCESS_DENIED_FROM_NOW: 403}
    return statuses.get(kind, 500)
