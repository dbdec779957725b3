"""The provider as it is deployed, crhelper and all, in the world of the tests: virtual time, a model of AWS around it."""

import json
from types import SimpleNamespace
from typing import Any

from handler.cloudformation import SentinelTable
from handler.invocation import Means
from sentinel_tables.aws.calls import call
from sentinel_tables.aws.tables import DynamoTables
from tests.aws.clock import VirtualClock
from tests.aws.lambda_service import Invocation

PREFIX = "sentinel-"


class WorldClock:
    """The virtual clock, with a jitter that is the same in every run."""

    def __init__(self, clock: VirtualClock, seed: int = 0) -> None:
        self._clock = clock
        self._state = (0.5 + seed * 0.618) % 1

    def now(self) -> float:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def jitter(self) -> float:
        self._state = (self._state * 997 + 0.123) % 1
        return self._state


def handle(event: dict[str, Any], invocation: Invocation, *, declare: bool = False) -> None:
    """One invocation of the function, in a process of its own."""

    def invoke(payload: bytes) -> None:
        arguments = {"FunctionName": invocation.function_name, "InvocationType": "Event", "Payload": payload}
        call(invocation.functions, "invoke", arguments)

    means = Means(
        clock=WorldClock(invocation.clock, invocation.number),
        tables=DynamoTables(invocation.client, lambda: invocation.kms),
        invoke=invoke,
        put=lambda url, body, _seconds: invocation.deliver(url, body),
        prefix=PREFIX,
        declare=declare,
    )
    context = SimpleNamespace(get_remaining_time_in_millis=invocation.remaining_ms, aws_request_id=invocation.request_id)
    SentinelTable(lambda _seconds: means, "INFO")(json.loads(json.dumps(event)), context)
