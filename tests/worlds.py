"""The places that tests happen in, on virtual time: an account with the provider as it is deployed, crhelper and all.

`Place` is that account, with a stack in it; `Scene` sends it events that tests make by hand; `Bench` is the bare port to the
tables, with no events.
"""

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Unpack

from handler.cloudformation import SentinelTable
from handler.invocation import Means
from sentinel_tables.allowance import Allowance
from sentinel_tables.aws.calls import call
from sentinel_tables.aws.stacks import CloudFormationStacks
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.converge import converge
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Step
from tests.aws import FAST, Client, ControlPlane, Durations, Invocation, KeyService, VirtualClock
from tests.aws.account import Account
from tests.aws.cloudformation import Said
from tests.aws.given import Given
from tests.aws.keys import MANAGED_ALIAS

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


def handle(event: dict[str, Any], invocation: Invocation, *, declare: bool = False, asking: bool = True) -> None:
    """One invocation of the provider, in a process of its own; `asking` is its parameter AskCloudFormation."""

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
        stacks=CloudFormationStacks(lambda: invocation.cloudformation) if asking else None,
    )
    context = SimpleNamespace(
        get_remaining_time_in_millis=invocation.remaining_ms,
        aws_request_id=invocation.request_id,
        invoked_function_arn=invocation.function_arn,
    )
    SentinelTable(lambda _seconds: means, "INFO")(json.loads(json.dumps(event)), context)


@dataclass(eq=False)
class Place(Account):
    """An account with the provider in it, and a stack that uses the provider."""

    declares: bool = False
    """True if the drift watch is on, so that tables carry the tag of what their templates declare."""
    asking: bool = True
    """True if the provider asks CloudFormation before it writes."""

    def handle(self, event: Json, invocation: Invocation) -> None:
        """One invocation of the provider."""
        handle(event, invocation, declare=self.declares, asking=self.asking)


@dataclass(eq=False)
class Scene(Place):
    """A place that events are sent to one by one, and answered for; the model is in a hurry."""

    durations: Durations = FAST
    repairs: bool = False
    """Whether CloudFormation follows a failure with the event that it sends then."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stack.delete_after_failed_create = self.stack.roll_back_after_failed_update = self.repairs

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
        return self._asked(self.stack.announce(event, **said))

    def forge(self, event: Json) -> Json:
        """As `ask`, of an event that CloudFormation has never sent, and of which it says nothing."""
        return self._asked(event | {"ResponseURL": self.sink.url(event, lambda _answer: None)})

    def _asked(self, event: Json) -> Json:
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
        before = None if old is None else {"Schema": "approval"} | old
        return self.ask(self.event("Update", {"Schema": "approval"} | properties, physical_id, before))

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
