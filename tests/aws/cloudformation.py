"""CloudFormation's behaviour towards one custom resource: which event follows which answer.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
"""

from __future__ import annotations

import json
import random
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answer, AnswerSink
    from .lambda_service import LambdaService
    from .tables import Json
    from .world import Event, World

DEFAULT_TIMEOUT = 3_600.0
RESOURCE_TYPE = "Custom::SentinelTable"


@dataclass(eq=False, slots=True)
class Outcome:
    """How a request ended."""

    succeeded: bool
    reason: str
    physical_id: str | None
    data: Json
    timed_out: bool = False


Then = Callable[[Outcome], None]


@dataclass(eq=False, slots=True)
class Request:
    """One event, and the wait for its answer."""

    kind: str
    event: Json
    sent_at: float
    then: Then
    outcome: Outcome | None = None
    timer: Event | None = None

    def stop_waiting(self) -> None:
        """No time-out any more."""
        if self.timer is not None:
            self.timer.cancelled = True


@dataclass(eq=False, slots=True)
class Resource:
    """A resource of the stack as CloudFormation remembers it."""

    logical_id: str
    properties: Json
    status: str = "CREATE_IN_PROGRESS"
    reason: str = ""
    physical_id: str | None = None
    data: Json = field(default_factory=dict)
    statuses: list[tuple[float, str, str]] = field(default_factory=list)
    """Time, status and reason of each of the stack's events for it."""
    before: Json | None = None
    """The properties before the last update, for a roll-back."""
    tried: Json = field(default_factory=dict)
    """The properties of the last update."""
    request: Request | None = None
    """The one that is under way."""

    @property
    def in_progress(self) -> bool:
        """Whether CloudFormation is still at it."""
        return self.status.endswith("IN_PROGRESS")


@dataclass(eq=False, slots=True)
class CloudFormation:
    """One stack whose custom resources `functions` provides. Every verb takes effect `after` seconds from now."""

    world: World
    functions: LambdaService
    sink: AnswerSink
    stack: str = "records"
    seed: int = 0
    delete_after_failed_create: bool = True
    roll_back_after_failed_update: bool = True
    another_fails: bool = False
    """Each update of this resource that goes well is rolled back before anything is cleaned up: another one failed."""
    resources: dict[str, Resource] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - the same run again is the point

    @property
    def stack_id(self) -> str:
        """The stack's ARN."""
        state = self.functions.plane.state
        unique = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.stack}/{self.seed}")
        return f"arn:aws:cloudformation:{state.region}:{state.account}:stack/{self.stack}/{unique}"

    def owner(self, logical_id: str) -> tuple[str, str]:
        """Stack id and logical id, as the table's tags name them."""
        return self.stack_id, logical_id

    def create(self, logical_id: str, properties: Mapping[str, Any], after: float = 0.0) -> Resource:
        """Create; when that fails, Delete with the physical id of the answer."""
        resource = Resource(logical_id, dict(properties))
        self.resources[logical_id] = resource
        self._later(after, lambda: self._create(resource))
        return resource

    def _create(self, resource: Resource) -> None:
        self._set(resource, "CREATE_IN_PROGRESS")
        self._send(resource, "Create", resource.properties, None, lambda outcome: self._created(resource, outcome))

    def _created(self, resource: Resource, outcome: Outcome) -> None:
        resource.physical_id = outcome.physical_id or self.invented_id(resource.logical_id)
        resource.data = outcome.data
        self._set(resource, "CREATE_COMPLETE" if outcome.succeeded else "CREATE_FAILED", outcome.reason)
        if not outcome.succeeded and self.delete_after_failed_create:
            self._delete(resource)

    def cancel(self, logical_id: str, after: float = 0.0) -> None:
        """Another resource failed meanwhile, and the stack rolls back without waiting for this one.

        A Create at work is followed at once by a Delete with an invented physical id, an Update at work by an Update
        with the properties swapped. What was complete by then is deleted, or rolled back.
        """
        resource = self.resources[logical_id]
        self._later(after, lambda: self._cancel(resource))

    def _cancel(self, resource: Resource) -> None:
        match resource.status:
            case "CREATE_IN_PROGRESS":
                self._forget(resource)
                resource.physical_id = self.invented_id(resource.logical_id)
                self._set(resource, "CREATE_FAILED", "Resource creation cancelled")
                self._delete(resource)
            case "CREATE_COMPLETE":
                self._delete(resource)
            case "UPDATE_IN_PROGRESS":
                self._forget(resource)
                self._set(resource, "UPDATE_FAILED", "Resource update cancelled")
                self._swap(resource, resource.properties, resource.tried)
            case "UPDATE_COMPLETE":
                self._swap(resource, resource.before or resource.properties, resource.properties)

    def update(self, logical_id: str, properties: Mapping[str, Any], after: float = 0.0) -> Resource:
        """Update; another physical id is a replacement, after which the old one is deleted."""
        resource = self.resources[logical_id]
        self._later(after, lambda: self._update(resource, dict(properties)))
        return resource

    def _update(self, resource: Resource, properties: Json) -> None:
        resource.before = old = resource.properties
        resource.tried = properties
        self._set(resource, "UPDATE_IN_PROGRESS")

        def updated(outcome: Outcome) -> None:
            if outcome.succeeded:
                resource.properties = properties
                self._replaced(resource, outcome, old, "UPDATE")
                return
            self._set(resource, "UPDATE_FAILED", outcome.reason)
            if self.roll_back_after_failed_update:
                self._swap(resource, old, properties)

        self._send(resource, "Update", properties, old, updated)

    def roll_back(self, logical_id: str, after: float = 0.0) -> None:
        """Another resource's update failed after this one's went well: Update with the properties swapped."""
        resource = self.resources[logical_id]

        def swap() -> None:
            self._swap(resource, resource.before or resource.properties, resource.properties)

        self._later(after, swap)

    def _swap(self, resource: Resource, wanted: Json, tried: Json) -> None:
        self._set(resource, "UPDATE_ROLLBACK_IN_PROGRESS")

        def rolled_back(outcome: Outcome) -> None:
            resource.properties = wanted
            if outcome.succeeded:
                self._replaced(resource, outcome, tried, "UPDATE_ROLLBACK")
            else:
                self._set(resource, "UPDATE_ROLLBACK_FAILED", outcome.reason)

        self._send(resource, "Update", wanted, tried, rolled_back)

    def _replaced(self, resource: Resource, outcome: Outcome, old: Json, verb: str) -> None:
        """Complete; what the old physical id stood for is cleaned up in an event of its own, with the old properties."""
        former, resource.physical_id = resource.physical_id, outcome.physical_id
        resource.data = outcome.data
        self._set(resource, f"{verb}_COMPLETE", outcome.reason)
        if self.another_fails and verb == "UPDATE":
            self._swap(resource, old, resource.properties)
        elif former != resource.physical_id:
            self._clean_up(resource, former, old, verb)

    def _clean_up(self, resource: Resource, former: str | None, old: Json, verb: str) -> None:
        self._set(resource, f"{verb}_COMPLETE_CLEANUP_IN_PROGRESS")

        def cleaned(outcome: Outcome) -> None:
            end = "COMPLETE" if outcome.succeeded else "COMPLETE_CLEANUP_FAILED"
            self._set(resource, f"{verb}_{end}", outcome.reason)

        self._send(resource, "Delete", old, None, cleaned, former)

    def delete(self, logical_id: str, after: float = 0.0) -> None:
        """Delete."""
        resource = self.resources[logical_id]
        self._later(after, lambda: self._delete(resource))

    def _delete(self, resource: Resource) -> None:
        self._forget(resource)
        self._set(resource, "DELETE_IN_PROGRESS")

        def deleted(outcome: Outcome) -> None:
            self._set(resource, "DELETE_COMPLETE" if outcome.succeeded else "DELETE_FAILED", outcome.reason)

        self._send(resource, "Delete", resource.properties, None, deleted)

    def retain(self, logical_id: str) -> Resource:
        """`DeletionPolicy: Retain`: the resource leaves the stack, and nobody is told."""
        return self.resources.pop(logical_id)

    def invented_id(self, logical_id: str) -> str:
        """What CloudFormation calls a resource that has not said its own physical id."""
        letters = string.ascii_uppercase + string.digits
        return f"{self.stack}-{logical_id}-{''.join(self._chance.choices(letters, k=13))}"

    def _later(self, after: float, verb: Callable[[], None]) -> None:
        self.world.at(self.world.clock.now() + after, verb)

    def _set(self, resource: Resource, status: str, reason: str = "") -> None:
        resource.status, resource.reason = status, reason
        resource.statuses.append((self.world.clock.now(), status, reason))

    def _forget(self, resource: Resource) -> None:
        """Wait no longer for the answer that is due; when it comes it is ignored."""
        request = resource.request
        if request is not None and request.outcome is None:
            request.stop_waiting()
            self.sink.close(request.event["ResponseURL"])

    def _send(  # noqa: PLR0913 - what an event is made of
        self,
        resource: Resource,
        kind: str,
        properties: Json,
        old: Json | None,
        then: Then,
        physical_id: str | None = None,
    ) -> None:
        event = self.event(kind, resource.logical_id, properties, old)
        if kind != "Create":
            event["PhysicalResourceId"] = physical_id or resource.physical_id
        request = Request(kind, event, self.world.clock.now(), then)
        event["ResponseURL"] = self.sink.url(event, lambda answer: self._answered(request, answer))
        resource.request = request
        self.requests.append(request)
        request.timer = self.world.at(request.sent_at + _timeout(properties), lambda: self._time_out(request))
        self.functions.submit(json.dumps(event).encode())

    def event(self, kind: str, logical_id: str, properties: Json, old: Json | None = None) -> Json:
        """An event as CloudFormation writes it, without URL and physical id: every scalar is a string."""
        event: Json = {
            "RequestType": kind,
            "ServiceToken": self.functions.arn,
            "StackId": self.stack_id,
            "RequestId": str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
            "LogicalResourceId": logical_id,
            "ResourceType": RESOURCE_TYPE,
            "ResourceProperties": self._properties(properties),
        }
        return event if old is None else event | {"OldResourceProperties": self._properties(old)}

    def _properties(self, properties: Json) -> Json:
        written = stringified({"ServiceToken": self.functions.arn} | properties)
        assert isinstance(written, dict)
        return written

    def _answered(self, request: Request, answer: Answer) -> None:
        parsed = answer.parsed
        outcome = Outcome(answer.succeeded, answer.reason, parsed.get("PhysicalResourceId"), parsed.get("Data") or {})
        self._end(request, outcome)

    def _time_out(self, request: Request) -> None:
        self.sink.close(request.event["ResponseURL"])
        reason = (
            "CloudFormation did not receive a response from your Custom Resource. "
            f"Please check your logs for requestId [{request.event['RequestId']}]."
        )
        self._end(request, Outcome(succeeded=False, reason=reason, physical_id=None, data={}, timed_out=True))

    def _end(self, request: Request, outcome: Outcome) -> None:
        request.outcome = outcome
        request.stop_waiting()
        request.then(outcome)


def _timeout(properties: Json) -> float:
    try:
        return float(properties["ServiceTimeout"])
    except (KeyError, TypeError, ValueError):
        return DEFAULT_TIMEOUT


def stringified(value: object) -> object:
    """As CloudFormation writes properties: structure stays, and each scalar becomes a string."""
    if isinstance(value, Mapping):
        return {key: stringified(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [stringified(entry) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)
