"""The places that tests happen in: a stack with its provider, and the bare tables port, both on virtual time."""

import json
from dataclasses import dataclass, field
from typing import Any, Unpack

from sentinel_tables.allowance import Allowance
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.converge import converge
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Desired, Facet, LiveTable
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Step
from tests.aws import (
    FAST,
    AnswerSink,
    Client,
    CloudFormation,
    ControlPlane,
    Durations,
    Fault,
    Faults,
    KeyService,
    LambdaService,
    VirtualClock,
    World,
)
from tests.aws.cloudformation import Said
from tests.aws.given import Given
from tests.aws.keys import MANAGED_ALIAS
from tests.provider import WorldClock, handle

Json = dict[str, Any]
LOGICAL_ID = "Records"
ALL = frozenset(Facet)
AWS_CALLS_OF_AN_ANSWER = {"deliver"}
KEYS_OF = {
    "breakglass": ("invoker", "status", "profile"),
    "approval": ("requester", "status", "profile"),
    "session": ("user", "status", "profile"),
    "ratelimit": (),
}
DEFAULT_NAMES = {
    "breakglass": "sentinel-breakglass",
    "approval": "sentinel-requests",
    "session": "sentinel-sessions",
    "ratelimit": "sentinel-ratelimit",
}
INDEXES: dict[str, dict[str, tuple[str, str | None]]] = {
    schema: {f"gsi-{key}": (key, "created_at") for key in keys} for schema, keys in KEYS_OF.items()
}
INDEXES["session"]["gsi-server-instance"] = ("server_instance_id", "status")


def standing(schema: str = "approval", **changes: Unpack[Given]) -> Given:
    """A table just as its schema and the default settings want it, but for these changes and its tags."""
    given = Given(indexes=INDEXES[schema], ttl="ttl", recovery_days=35, key=MANAGED_ALIAS)
    given.update(changes)
    return given


@dataclass
class Scene:
    """A stack, the provider as it is deployed, and the account that they are in."""

    durations: Durations = FAST
    faults: tuple[Fault, ...] = ()
    timeout: float = 900.0
    clock: VirtualClock = field(default_factory=VirtualClock)
    repairs: bool = False
    """Whether CloudFormation follows a failure with the event that it sends then."""

    def __post_init__(self) -> None:
        self.plane = ControlPlane(self.clock, durations=self.durations)
        self.world = World(self.clock)
        self.sink = AnswerSink(self.clock)
        self.wire = Faults(*self.faults)
        self.functions = LambdaService(self.world, self.plane, handle, self.sink, self.wire, timeout=self.timeout)
        self.stack = CloudFormation(
            self.world,
            self.functions,
            self.sink,
            delete_after_failed_create=self.repairs,
            roll_back_after_failed_update=self.repairs,
        )

    @property
    def stack_id(self) -> str:
        return self.stack.stack_id

    def tags(self, origin: str = "created", schema: str = "approval", **others: str) -> dict[str, str]:
        """The ownership tags of this stack's one resource; `others` takes their place: `stack_id="..."`."""
        tags = {"stack_id": self.stack_id, "logical_id": LOGICAL_ID, "schema": schema, "origin": origin} | others
        return {f"sentinel:{name.replace('_', '-')}": value for name, value in tags.items() if value}

    def event(self, verb: str, properties: object, physical_id: str = "", old: Json | None = None) -> Json:
        """An event with these very properties, strings or not."""
        event = self.stack.event(verb, LOGICAL_ID, {}, old)
        event["ResourceProperties"] = properties
        return event | ({"PhysicalResourceId": physical_id} if physical_id else {})

    def ask(self, event: Json, **said: Unpack[Said]) -> Json:
        """Sends an event, lets everything come to its end, and gives the one answer there was.

        CloudFormation says meanwhile what it says while such an event runs; `said` says more of it.
        """
        event = self.stack.announce(event, **said)
        before = len(self.sink.answers)
        self.functions.submit(json.dumps(event).encode())
        self.world.run()
        assert not self.functions.crashes()
        (answer,) = self.sink.answers[before:]
        assert not self.sink.ignored, "one answer and no second one"
        assert answer.problem is None, answer.problem
        return answer.parsed

    def create(self, **properties: object) -> Json:
        return self.ask(self.event("Create", {"Schema": "approval"} | properties))

    def update(self, physical_id: str, *, old: Json | None = None, **properties: object) -> Json:
        return self.ask(self.event("Update", {"Schema": "approval"} | properties, physical_id, old))

    def delete(self, physical_id: str, **properties: object) -> Json:
        return self.ask(self.event("Delete", {"Schema": "approval"} | properties, physical_id))

    def calls_to_aws(self) -> list[str]:
        """All that was asked of AWS, but for delivering answers."""
        return [api for api in self.wire.calls if api not in AWS_CALLS_OF_AN_ANSWER]


@dataclass
class Bench:
    """The tables port on the control plane, with no events."""

    durations: Durations = FAST
    seed: int = 0

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.plane = ControlPlane(self.clock, durations=self.durations, seed=self.seed)
        self.customer_key = self.plane.keys.add("alias/records")
        self.tables = DynamoTables(Client(self.plane), lambda: KeyService(self.plane))

    def allowance(self, seconds: float = 20_000.0) -> Allowance:
        ends = self.clock.now() + seconds
        return Allowance(WorldClock(self.clock), invocation_ends=ends, answer_by=ends)

    def live(self, name: str) -> LiveTable | None:
        return self.tables.read(name, None, ALL, ALL)

    def plan(self, desired: Desired) -> tuple[Step, ...]:
        return plan(desired, self.live(desired.table.name))

    def converge(self, desired: Desired) -> LiveTable:
        return converge(Standing(desired), self.tables, self.allowance(), Memory())
