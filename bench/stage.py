"""A place on virtual time: stacks, the provider as it is deployed, and the account that they share."""

import json
import random
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from handler.cloudformation import SentinelTable
from handler.invocation import Means
from sentinel_tables.aws.calls import call
from sentinel_tables.aws.stacks import CloudFormationStacks
from sentinel_tables.aws.tables import DynamoTables
from tests.aws import Invocation, VirtualClock
from tests.aws.account import Account
from tests.aws.given import Given

LOGICAL_ID = "Records"
MANAGED_KEY = "alias/aws/dynamodb"
INDEXES: dict[str, tuple[str, str | None]] = {
    "gsi-user": ("user", "created_at"),
    "gsi-status": ("status", "created_at"),
    "gsi-profile": ("profile", "created_at"),
    "gsi-server-instance": ("server_instance_id", "status"),
}
"""Those of the session schema."""


class Draws(random.Random):
    """The model's chance, which keeps every duration that it draws, with the moment and the range."""

    def __init__(self, seed: int, stage: "Stage") -> None:
        super().__init__(seed)
        self._stage = stage
        self.drawn: list[tuple[float, tuple[float, float], float]] = []

    def uniform(self, a: float, b: float) -> float:
        """See random.Random."""
        value = super().uniform(a, b)
        self.drawn.append((self._stage.plane.state.now, (a, b), value))
        return value


class JitteryClock:
    """The virtual clock, with jitter that differs from one invocation to the next, as it does in life."""

    def __init__(self, clock: VirtualClock, seed: str) -> None:
        self.now = clock.now
        self.sleep = clock.sleep
        self.jitter = random.Random(seed).random  # noqa: S311 - the same run again is the point


class OutOfPatience(RuntimeError):
    """The work did not fit into the hour that CloudFormation waits."""


@dataclass(eq=False)
class Stage(Account):
    """One account with the provider in it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.draws = Draws(self.seed, self)
        self.plane.state.chance = self.draws

    def handle(self, event: dict[str, Any], invocation: Invocation) -> None:
        """One invocation of the provider."""

        def invoke(payload: bytes) -> None:
            arguments = {"FunctionName": invocation.function_name, "InvocationType": "Event", "Payload": payload}
            call(invocation.functions, "invoke", arguments)

        means = Means(
            clock=JitteryClock(invocation.clock, f"{self.seed}/{invocation.number}"),
            tables=DynamoTables(invocation.client, lambda: invocation.kms),
            invoke=invoke,
            put=lambda url, body, _seconds: invocation.deliver(url, body),
            prefix="sentinel-",
            stacks=CloudFormationStacks(lambda: invocation.cloudformation),
        )
        context = SimpleNamespace(get_remaining_time_in_millis=invocation.remaining_ms, aws_request_id=invocation.request_id)
        SentinelTable(lambda _seconds: means, "ERROR")(event, context)

    def ask(self, verb: str, properties: dict[str, Any], physical_id: str = "") -> float:
        """Sends an event, lets everything come to its end, and gives the moment of its one answer, a success."""
        event = self.stack.event(verb, LOGICAL_ID, properties)
        if physical_id:
            event["PhysicalResourceId"] = physical_id
        before = len(self.sink.answers)
        self.functions.submit(json.dumps(self.stack.announce(event)).encode())
        self.world.run()
        (answer,) = self.sink.answers[before:]
        if not answer.succeeded:
            failure = OutOfPatience if answer.reason.startswith("Time is up: ") else RuntimeError
            raise failure(f"{verb} failed: {answer.reason}")
        return answer.time

    def standing(self, name: str, missing: int = 0) -> None:
        """A table of the session schema that this stack made, as its template wants it, but for so many indexes."""
        kept = list(INDEXES)[: len(INDEXES) - missing]
        tags = {"stack-id": self.stack.stack_id, "logical-id": LOGICAL_ID, "schema": "session", "origin": "created"}
        given = Given(
            indexes={index: INDEXES[index] for index in kept},
            ttl="ttl",
            recovery_days=35,
            key=MANAGED_KEY,
            tags={f"sentinel:{key}": value for key, value in tags.items()},
        )
        self.plane.given_table(name, **given)
