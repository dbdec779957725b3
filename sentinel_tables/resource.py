"""Create, Update and Delete: which table, whose it is, which physical id and attributes the answer has.

The physical id is the table's name. A Create that made no table answers with an id that is no table's name: the Delete
that CloudFormation sends next is not to touch one that stood there before.
"""

import logging
from collections.abc import Mapping
from dataclasses import field, replace

from sentinel_tables.allowance import Allowance
from sentinel_tables.converge import converge, remove
from sentinel_tables.errors import Contradicted, InvalidRequest, OutOfTime, SentinelTableError
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import Done
from sentinel_tables.goals.standing import Standing
from sentinel_tables.inquiry import Inquiry
from sentinel_tables.memory import Memory
from sentinel_tables.model import LiveTable
from sentinel_tables.ports import Stacks, Tables
from sentinel_tables.request.event import Create, Delete, Request, Update
from sentinel_tables.request.properties import is_table_name
from sentinel_tables.rules import removal, silence
from sentinel_tables.rules.belief import Sender, Verb
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.removal import Ground
from sentinel_tables.values import Value

log = logging.getLogger(__name__)

ATTRIBUTES = ("TableName", "Arn", "TableId", "Schema", "StreamArn")
"""The attributes that `Fn::GetAtt` gives; the last one if the table has a stream."""


class Outcome(Value):
    """The answer to CloudFormation; `reason` is empty on success."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


class Surroundings(Value):
    """The means that a request is served with: the ports, the time there is, and the prefix of table names."""

    tables: Tables
    allowance: Allowance
    prefix: str
    removal_reserve: float = 0.0
    """The seconds that a replacement keeps back to remove the new table again if it fails."""
    stacks: Stacks | None = None
    """The port to CloudFormation; None if nobody is asked."""
    home: tuple[str, str] | None = None
    """The function's own Region and account."""
    first: bool = True
    """True in the first invocation that the event has."""

    def inquiry(self, request: Request, memory: Memory, *, of_stack: bool = False) -> Inquiry | None:
        """The inquiry about the request; None if nobody is asked."""
        if self.stacks is None:
            return None
        match request:
            case Create():
                verb, physical_id = Verb.CREATE, ""
            case Update():
                verb, physical_id = Verb.UPDATE, request.physical_id
            case Delete():
                verb, physical_id = Verb.DELETE, request.physical_id
        datable = self.first or memory.seen_at_work
        sender = Sender(verb, request.owner, physical_id, request.sent_at, datable, self.home)
        return Inquiry(self.stacks, sender, of_stack=of_stack)


def provide(request: Request, around: Surroundings, memory: Memory) -> Outcome:
    """Serves the request to its end.

    Raises OutOfTime if the event has time left and this invocation has not: the next one goes on, with `memory`.
    """
    try:
        match request:
            case Create():
                return _new(request, around, memory)
            case Update():
                return _new(request, around, memory) if request.replaces else _changed(request, around, memory)
            case Delete():
                return _deleted(request, around, memory)
    except OutOfTime as pending:
        if not around.allowance.event_is_over():
            raise
        return Outcome(_id_of_failed(request, around, memory), reason=_too_late(pending))
    except SentinelTableError as error:
        return Outcome(_id_of_failed(request, around, memory), reason=str(error))


def give_up(request: Request, around: Surroundings, memory: Memory, reason: str) -> Outcome:
    """The outcome if the event cannot go on, although it has time left; a replacement is undone as far as time goes."""
    if may_have_to_undo(request) and not isinstance(request, Delete):
        reason += _undo(request, around, memory)
    return Outcome(_id_of_failed(request, around, memory), reason=reason)


def may_have_to_undo(request: Request) -> bool:
    """True if the request is for a table that the resource did not have before, which must not be left behind."""
    return isinstance(request, Create) or (isinstance(request, Update) and request.replaces)


def unread(event: Mapping[str, object], error: InvalidRequest) -> Outcome:
    """The outcome of an event that could not be read; a Create of that kind has looked at nothing."""
    physical_id = event.get("PhysicalResourceId")
    given = physical_id if isinstance(physical_id, str) and physical_id else ""
    return Outcome(given or removal.not_created(str(event.get("RequestId", "")), looked=False), reason=str(error))


def _changed(request: Update, around: Surroundings, memory: Memory) -> Outcome:
    """The table that the resource has is made what the template says."""
    goal = Standing(request.desired)
    live = converge(goal, around.tables, around.allowance, memory, around.inquiry(request, memory))
    return _succeeded(request.desired, live)


def _new(request: Create | Update, around: Surroundings, memory: Memory) -> Outcome:
    """A table that this resource did not have before. If that fails, what this event made of it is undone first.

    CloudFormation deletes the old table of a replacement in an event of its own if all goes well. It never mentions the new
    table of a failed replacement again, nor that of an event that comes twice.
    """
    believed = True
    if not memory.failure:
        allowance = around.allowance.keeping_back(around.removal_reserve)
        try:
            goal = Standing(request.desired)
            live = converge(goal, around.tables, allowance, memory, around.inquiry(request, memory))
            return _succeeded(request.desired, live)
        except OutOfTime as pending:
            if not allowance.event_is_over():
                raise
            memory.late, memory.failure = True, _too_late(pending)
        except SentinelTableError as error:
            believed, memory.failure = not isinstance(error, Contradicted), str(error)
        memory.pending, memory.pending_since = "", None
    left_behind = _undo(request, around, memory, believed=believed)
    physical_id = _id_of_failed(request, around, memory if left_behind else Memory())
    return Outcome(physical_id, reason=memory.failure + (left_behind if isinstance(request, Update) else ""))


def _undo(request: Create | Update, around: Surroundings, memory: Memory, *, believed: bool = True) -> str:
    """Removes the new table if this event made it, gives it back if this event adopted it; else leaves it.

    An event that CloudFormation contradicts undoes only what this very process did: its memory may be made up.
    """
    goal = _to_undo(request, memory, asked=around.stacks is not None) if believed or memory.here else None
    if goal is None:
        return ""
    name = request.desired.table.name
    left_behind = f" Table {name[:48]} was left behind. Delete it, or adopt it."
    inquiry = around.inquiry(request, memory, of_stack=True)
    try:
        done = remove(goal, around.tables, around.allowance, replace(memory), inquiry, undoing=memory.here)
    except SentinelTableError as error:
        if isinstance(error, OutOfTime) and not around.allowance.event_is_over():
            raise
        log.warning("left behind", extra={"table": name, "reason": str(error)})
        return left_behind
    log.log(logging.WARNING if done.spared else logging.INFO, "undone", extra={"table": name, "reason": done.why})
    return left_behind if done.spared else ""


def _to_undo(request: Create | Update, memory: Memory, *, asked: bool) -> Removed | GivenBack | None:
    """Finds what is to be undone of the new table.

    What a process before this one made is known by the table's age. After a Create, CloudFormation's Delete looks for that.
    """
    name, owner = request.desired.table.name, request.owner
    if memory.adopted is not None:
        return GivenBack(name, owner, memory.adopted, _ground(request, memory))
    if memory.tried_at is not None:
        return Removed(name, owner, _ground(request, memory))
    if isinstance(request, Update) and (asked or request.sent_at is not None):
        return Removed(name, owner, _ground(request, memory))
    return None


def _ground(request: Create | Update, memory: Memory) -> Ground:
    schema = request.desired.claim.schema_name
    if memory.here:
        return removal.made_here(schema, may_yet_come=memory.adopted is None)
    return removal.made_by_dead_process(schema, request.sent_at, late=memory.late)


def _deleted(request: Delete, around: Surroundings, memory: Memory) -> Outcome:
    """Removes the table of the physical id; if that is none of ours, the one that the properties name.

    For a Create that is cancelled at work, CloudFormation invents a physical id, and the Create may make its table yet.
    """
    name, named, done = request.physical_id, request.named, Done()
    if is_table_name(name, around.prefix):
        done = _remove(request, name, removal.delete_of_own_id(name), around, memory)
    if named and named != name and not done.ours and not removal.made_nothing(name):
        ground = removal.delete_of_another_id(name, request.schema, request.sent_at)
        done = _remove(request, named, ground, around, memory)
    if not done.why:
        log.info("left", extra={"table": name, "reason": "no table of this provider has that name"})
    return Outcome(name or removal.not_created(request.request_id, looked=False))


def _remove(request: Delete, name: str, ground: Ground, around: Surroundings, memory: Memory) -> Done:
    """Each of the tables that a Delete looks at is a matter of its own: nothing is remembered from one to the other."""
    fresh = Memory(pending=memory.pending, pending_since=memory.pending_since)
    inquiry = around.inquiry(request, memory, of_stack=True)
    done = remove(Removed(name, request.owner, ground), around.tables, around.allowance, fresh, inquiry)
    level = logging.WARNING if done.spared else logging.INFO
    log.log(level, "removed" if done.ours else "left", extra={"table": name, "reason": done.why})
    return done


def _id_of_failed(request: Request, around: Surroundings, memory: Memory) -> str:
    """The physical id of an answer that says FAILED.

    A Create answers with an id that is no table's: if the stack is kept and the resource made anew, the Delete of the kept
    one must not carry the id of the table in use. It finds what the Create left by its properties' name. If CloudFormation
    is not asked, nothing but the table's own name bounds that Delete well enough.
    """
    match request:
        case Create():
            tried = memory.tried_at is not None or memory.adopted is not None
            unasked = tried and around.stacks is None
            return request.desired.table.name if unasked else removal.not_created(request.request_id)
        case Update():
            return request.physical_id
        case Delete():
            return request.physical_id or removal.not_created(request.request_id, looked=False)


def _succeeded(desired: Desired, live: LiveTable) -> Outcome:
    for words in silence.left(desired, live):
        log.warning("kept", extra={"table": live.table.name, "reason": words})
    values = (live.table.name, live.arn, live.table_id, desired.claim.schema_name, live.stream_arn)
    attributes = {name: value for name, value in zip(ATTRIBUTES, values, strict=True) if value is not None}
    return Outcome(live.table.name, attributes)


def _too_late(pending: OutOfTime) -> str:
    return f"Time is up: {str(pending)[:150]}. Repeat the operation, with a ServiceTimeout of 3600 if it is shorter."
