"""CloudFormation's behaviour towards one custom resource: which event follows which answer.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
"""

from __future__ import annotations

import json
import random
import string
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from .announcements import announce
from .operations import Operations
from .stack_events import Outcome, Request, Resource, Then, same_request, service_timeout, stringified
from .stack_records import ShownResource, StackRecord
from .stacks_client import RESOURCE_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Answer, AnswerSink
    from .lambda_service import LambdaService
    from .tables import Json
    from .world import World

CLEAN_UPS = 3
"""How often a clean-up is tried before the resource is dropped."""


class Said(TypedDict, total=False):
    """What a test may say of a hand-made event beside the event; see `announce`."""

    during: str
    own: str
    began: float


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
    preserve: bool = False
    """"Preserve successfully provisioned resources": what fails is taken back by itself, and a failed Create is kept until
    the next operation."""
    kept_goes_last: bool = True
    """Whether the next operation deletes what was kept in its clean-up, or at once."""
    clean_up_shows_old: bool = False
    """Whether DescribeStackResource shows the old id in a clean-up, as the stack's events do. Nobody has published it."""
    reuses_request_ids: bool = True
    """Whether an event that repeats one that failed has its `RequestId`."""
    another_fails: bool = False
    """Each update of this resource that goes well is rolled back before anything is cleaned up: another one failed."""
    tags: dict[str, str] = field(default_factory=dict)
    """The stack's own, as of its next operation."""
    resources: dict[str, Resource] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    stack_ids: list[str] = field(default_factory=list)
    """Of this stack, and of those of the same name that were deleted before it; the newest last."""
    operations: Operations = field(init=False)
    _touched: dict[str, Resource] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - the same run again is the point
        self._renew()

    def _renew(self) -> None:
        """A new stack, of the name of the one that was deleted."""
        state, lives = self.functions.plane.state, len(self.stack_ids)
        unique = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.stack}/{self.seed}" + (f"/{lives}" if lives else ""))
        self.stack_ids.append(f"arn:aws:cloudformation:{state.region}:{state.account}:stack/{self.stack}/{unique}")
        record = self.functions.stacks.add(StackRecord(self.stack_id, self.world.clock.now()))
        self.operations = Operations(self.world.clock, record)

    @property
    def stack_id(self) -> str:
        """The stack's ARN."""
        return self.stack_ids[-1]

    @property
    def status(self) -> str:
        """The stack's status; empty before its first operation."""
        return self.operations.status

    @property
    def record(self) -> StackRecord:
        """What CloudFormation shows of it."""
        return self.operations.record

    def owner(self, logical_id: str) -> tuple[str, str]:
        """Stack id and logical id, as the table's tags name them."""
        return self.stack_id, logical_id

    def create(self, logical_id: str, properties: Mapping[str, Any], after: float = 0.0) -> Resource:
        """Create; when that fails, Delete with the physical id of the answer.

        What was kept of an earlier, failed Create of the resource gets its Delete in the same operation.
        """
        kept = self.resources.get(logical_id)
        resource = Resource(logical_id, dict(properties))
        self.resources[logical_id] = resource
        self._later(after, lambda: self._create(resource, kept))
        return resource

    def _create(self, resource: Resource, kept: Resource | None) -> None:
        if self.status == "DELETE_COMPLETE":
            self._renew()
        if not self.status:
            self.record.created_at = self.world.clock.now()
        self._begin("UPDATE" if self.status and self.status != "CREATE_IN_PROGRESS" else "CREATE", resource)
        if kept is not None and kept.status == "CREATE_FAILED" and not kept.gone:
            self._remove_kept(kept)
        self._set(resource, "CREATE_IN_PROGRESS")
        self._send(resource, "Create", resource.properties, None, lambda outcome: self._created(resource, outcome))

    def _created(self, resource: Resource, outcome: Outcome) -> None:
        resource.physical_id = outcome.physical_id or self.invented_id(resource.logical_id)
        resource.data = outcome.data
        self._set(resource, "CREATE_COMPLETE" if outcome.succeeded else "CREATE_FAILED", outcome.reason)
        undone = not outcome.succeeded and self.delete_after_failed_create and not self.preserve
        if undone:
            self._fail(resource)
            self._remove(resource)
        self.operations.end(failed=not outcome.succeeded and not undone)

    def cancel(self, logical_id: str, after: float = 0.0) -> None:
        """Another resource failed meanwhile, and the stack rolls back without waiting for this one.

        A Create at work is followed by a Delete with an invented physical id, an Update at work by an Update with the
        properties swapped. What was complete by then is deleted, or rolled back. Until then the stack is in progress.
        """
        resource = self.resources[logical_id]
        self._held(after, lambda: self._cancel(resource))

    def _cancel(self, resource: Resource) -> None:
        self._fail(resource)
        self._undo(resource)
        self.operations.advance()

    def _fail(self, resource: Resource) -> None:
        """The stack rolls back, and so does every other resource that the operation has touched."""
        self.operations.back()
        touched, self._touched = self._touched, {}
        for other in touched.values():
            if other is not resource:
                self._undo(other)

    def _undo(self, resource: Resource) -> None:
        match resource.status:
            case "CREATE_IN_PROGRESS":
                self._forget(resource)
                resource.physical_id = self.invented_id(resource.logical_id)
                self._set(resource, "CREATE_FAILED", "Resource creation cancelled")
                self._remove(resource)
            case "CREATE_COMPLETE":
                self._remove(resource)
            case "UPDATE_IN_PROGRESS":
                self._forget(resource)
                self._set(resource, "UPDATE_FAILED", "Resource update cancelled")
                self._swap(resource, resource.properties, resource.tried)
            case "UPDATE_COMPLETE":
                self._swap(resource, resource.before or resource.properties, resource.properties)

    def update(self, logical_id: str, properties: Mapping[str, Any], after: float = 0.0) -> Resource:
        """Update; another physical id is a replacement, after which the old one is deleted.

        A resource whose Create failed, and was kept, is created anew.
        """
        resource = self.resources[logical_id]
        if resource.status == "CREATE_FAILED":
            return self.create(logical_id, properties, after)
        self._later(after, lambda: self._update(resource, dict(properties)))
        return resource

    def _update(self, resource: Resource, properties: Json) -> None:
        self._begin("UPDATE", resource)
        resource.before = old = resource.properties
        resource.tried = properties
        self._set(resource, "UPDATE_IN_PROGRESS")

        def updated(outcome: Outcome) -> None:
            if outcome.succeeded:
                resource.properties = properties
                self._replaced(resource, outcome, old)
            else:
                self._set(resource, "UPDATE_FAILED", outcome.reason)
                self._take_back(resource, old, properties)
            undone = self.preserve or self.roll_back_after_failed_update
            self.operations.end(failed=not outcome.succeeded and not undone)

        self._send(resource, "Update", properties, old, updated)

    def _take_back(self, resource: Resource, old: Json, properties: Json) -> None:
        """After a failed Update; in preserve mode the resource is called failed all the while, and afterwards."""
        if self.preserve:
            self._swap(resource, old, properties, called="UPDATE_FAILED")
        elif self.roll_back_after_failed_update:
            self._fail(resource)
            self._swap(resource, old, properties)

    def roll_back(self, logical_id: str, after: float = 0.0) -> None:
        """Another resource's update failed after this one's went well: Update with the properties swapped.

        Until then the stack is in progress, if it is now.
        """
        resource = self.resources[logical_id]

        def swap() -> None:
            self.operations.back()
            self._swap(resource, resource.before or resource.properties, resource.properties)

        self._held(after, swap)

    def _swap(self, resource: Resource, wanted: Json, tried: Json, called: str = "") -> None:
        self._set(resource, called or "UPDATE_IN_PROGRESS")

        def rolled_back(outcome: Outcome) -> None:
            resource.properties = wanted
            if outcome.succeeded:
                self._replaced(resource, outcome, tried, called)
            else:
                self._set(resource, "UPDATE_FAILED", outcome.reason)
            self.operations.end(failed=bool(called) or not outcome.succeeded)

        self._send(resource, "Update", wanted, tried, rolled_back)

    def _replaced(self, resource: Resource, outcome: Outcome, old: Json, called: str = "") -> None:
        """Complete; what the old physical id stood for is cleaned up in an event of its own, with the old properties."""
        former, resource.physical_id = resource.physical_id, outcome.physical_id
        resource.data = outcome.data
        if former != resource.physical_id:
            self._set(resource, called or "UPDATE_IN_PROGRESS", "Requested update requires the creation of a new resource")
        self._set(resource, called or "UPDATE_COMPLETE", outcome.reason)
        if self.another_fails and not self.operations.going_back and not called:
            self._fail(resource)
            self._swap(resource, old, resource.properties)
        elif former != resource.physical_id:
            self.operations.clean_ups.append(lambda: self._clean_up(resource, former, old))

    def _clean_up(self, resource: Resource, former: str | None, old: Json, tries: int = CLEAN_UPS) -> None:
        """A resource that is replaced: its status stays, and the stack's says what is going on."""
        self._note(resource, "DELETE_IN_PROGRESS")
        if self.clean_up_shows_old:
            self._show(resource, "DELETE_IN_PROGRESS", former)

        def cleaned(outcome: Outcome) -> None:
            self._note(resource, "DELETE_COMPLETE" if outcome.succeeded else "DELETE_FAILED", outcome.reason)
            if not outcome.succeeded and tries > 1:
                self._clean_up(resource, former, old, tries - 1)
            elif not outcome.succeeded:
                resource.unclean.append((str(former), outcome.reason))
            if self.clean_up_shows_old and (outcome.succeeded or tries == 1):
                self._show(resource, resource.status, resource.physical_id)
            self.operations.end()

        self._send(resource, "Delete", old, None, cleaned, former)

    def delete(self, logical_id: str, after: float = 0.0) -> None:
        """Take the resource out of the template: its Delete comes in the clean-up of that update."""
        resource = self.resources[logical_id]

        def take_out() -> None:
            self._forget(resource)
            self._begin("UPDATE", resource)
            self.operations.clean_ups.append(lambda: self._delete(resource, CLEAN_UPS, cleans=True))
            self.operations.advance()

        self._later(after, take_out)

    def delete_stack(self, after: float = 0.0) -> None:
        """Delete the stack: each of its resources gets its Delete, and what is at work is not waited for."""

        def begin() -> None:
            self.operations.clean_ups.clear()
            self.operations.begin("DELETE")
            self.operations.start()
            for resource in self.resources.values():
                if not resource.gone:
                    self._forget(resource)
                    self._delete(resource)
            self.operations.end()

        self._later(after, begin)

    def _remove(self, resource: Resource) -> None:
        """What a roll-back deletes: at once in a new stack, in the clean-up in an update."""
        if self.status == "ROLLBACK_IN_PROGRESS":
            self._delete(resource)
        else:
            self.operations.clean_ups.append(lambda: self._delete(resource, CLEAN_UPS, cleans=True))

    def _remove_kept(self, kept: Resource) -> None:
        if self.kept_goes_last:
            self.operations.clean_ups.append(lambda: self._delete(kept, CLEAN_UPS, cleans=True))
        else:
            self._delete(kept, CLEAN_UPS, cleans=True)

    def _delete(self, resource: Resource, tries: int = 1, *, cleans: bool = False) -> None:
        """Delete, and again where a clean-up fails; then the resource is dropped."""
        self._set(resource, "DELETE_IN_PROGRESS")

        def deleted(outcome: Outcome) -> None:
            resource.gone = outcome.succeeded or (cleans and tries == 1)
            self._set(resource, "DELETE_COMPLETE" if outcome.succeeded else "DELETE_FAILED", outcome.reason)
            if not outcome.succeeded and tries > 1:
                self._delete(resource, tries - 1, cleans=cleans)
            elif not outcome.succeeded and cleans:
                resource.unclean.append((str(resource.physical_id), outcome.reason))
            self.operations.end(failed=not outcome.succeeded and not cleans)

        self._send(resource, "Delete", resource.properties, None, deleted)

    def repeat(self, logical_id: str, after: float = 0.0) -> None:
        """What an operator does about a stack that is stuck: the roll-back once more, or the deletion of the stack."""
        resource = self.resources[logical_id]

        def again() -> None:
            self.operations.back()
            self._swap(resource, resource.before or resource.properties, resource.tried)

        if resource.status.startswith("UPDATE"):
            self._later(after, again)
        else:
            self.delete_stack(after)

    def retain(self, logical_id: str) -> Resource:
        """`DeletionPolicy: Retain`: the resource leaves the stack, and nobody is told."""
        resource = self.resources.pop(logical_id)
        self.operations.begin("UPDATE")
        self.record.say_of(logical_id, self.world.clock.now(), None)
        resource.gone = True
        self.operations.advance()
        return resource

    def redeliver(self, event: Json, after: float = 0.0) -> None:
        """Lambda delivers the event once more, `after` seconds from now. CloudFormation knows nothing of it."""
        self._later(after, lambda: self.functions.submit(json.dumps(event).encode()))

    def announce(self, event: Json, **said: Unpack[Said]) -> Json:
        """A hand-made event with its URL; CloudFormation says from now on what it says while such an event runs."""
        tags = dict(self.tags) if event["StackId"] == self.stack_id else {}
        settle = announce(self.functions.stacks, event, self.world.clock.now(), tags=tags, **said)
        return event | {"ResponseURL": self.sink.url(event, settle)}

    def invented_id(self, logical_id: str) -> str:
        """What CloudFormation calls a resource that has not said its own physical id."""
        letters = string.ascii_uppercase + string.digits
        return f"{self.stack}-{logical_id}-{''.join(self._chance.choices(letters, k=13))}"

    def _begin(self, verb: str, resource: Resource) -> None:
        """Begin an operation, or join the one in progress."""
        if not self.operations.busy:
            self._touched = {}
            self.operations.tags = dict(self.tags)
        self.operations.begin(verb)
        self._touched[resource.logical_id] = resource

    def _held(self, after: float, verb: Callable[[], None]) -> None:
        """As `_later`, and until then the stack does not come to rest."""
        self.operations.holds += 1

        def release() -> None:
            self.operations.holds -= 1
            verb()

        self._later(after, release)

    def _later(self, after: float, verb: Callable[[], None]) -> None:
        self.world.at(self.world.clock.now() + after, verb)

    def _set(self, resource: Resource, status: str, reason: str = "") -> None:
        resource.status, resource.reason = status, reason
        self._note(resource, status, reason)
        self._show(resource, status, resource.physical_id, reason)

    def _note(self, resource: Resource, status: str, reason: str = "") -> None:
        resource.statuses.append((self.world.clock.now(), status, reason))

    def _show(self, resource: Resource, status: str, physical_id: str | None, reason: str = "") -> None:
        """What DescribeStackResource says; of what was kept it says nothing once its successor is there."""
        if self.resources.get(resource.logical_id) is resource:
            now = self.world.clock.now()
            shown = None if resource.gone else ShownResource(now, status, physical_id, reason)
            self.record.say_of(resource.logical_id, now, shown)

    def _forget(self, resource: Resource) -> None:
        """Wait no longer for the answer that is due; when it comes it is ignored."""
        request = resource.request
        if request is not None and request.outcome is None:
            request.stop_waiting()
            resource.request = None
            self.sink.close(request.event["ResponseURL"])
            self.operations.at_work -= 1

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
        self._reuse_request_id(event)
        self.operations.start()
        request = Request(kind, event, self.world.clock.now(), then)
        event["ResponseURL"] = self.sink.url(event, lambda answer: self._answered(request, answer))
        resource.request = request
        self.requests.append(request)
        request.timer = self.world.at(request.sent_at + service_timeout(properties), lambda: self._time_out(request))
        self.functions.submit(json.dumps(event).encode())

    def _reuse_request_id(self, event: Json) -> None:
        """Once more what failed a moment ago, or when the operation was tried before."""
        before = next((each for each in reversed(self.requests) if same_request(each.event, event)), None)
        if self.reuses_request_ids and before and before.outcome and not before.outcome.succeeded:
            event["RequestId"] = before.event["RequestId"]

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
