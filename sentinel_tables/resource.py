"""Create, Update and Delete: which table, whose it is, which physical id and attributes the answer has.

The physical id is the table's name. A Create that made no table answers with an id that is no table's name: the Delete
that CloudFormation sends next is not to touch one that stood there before.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sentinel_tables.allowance import Allowance
from sentinel_tables.converge import Tables, converge, remove
from sentinel_tables.errors import InvalidRequest, OutOfTime, SentinelTableError
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import Done
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import LiveTable
from sentinel_tables.request.event import Request, Verb
from sentinel_tables.request.properties import is_table_name
from sentinel_tables.rules import removal
from sentinel_tables.rules.removal import (
    CANCELLED_LATE_SECONDS,
    LONGEST_CREATE_SECONDS,
    MADE_LATE_SECONDS,
    NEVER,
    OLDEST_EVENT_SECONDS,
    not_created,
)

log = logging.getLogger(__name__)

ATTRIBUTES = ("TableName", "Arn", "TableId", "Schema", "StreamArn")
"""What `Fn::GetAtt` gives; the last one where the table has a stream."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What CloudFormation is told; `reason` is empty on success."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a request is served with: the tables, the time there is, and how the names of this provider's tables begin.

    `removal_reserve` is how many seconds a replacement keeps back to remove the new table again, should it fail.
    """

    tables: Tables
    allowance: Allowance
    prefix: str
    removal_reserve: float = 0.0


def provide(request: Request, around: Surroundings, memory: Memory) -> Outcome:
    """Serves the request to its end.

    Raises OutOfTime where the event has time left and this invocation has not: the next one goes on, with `memory`.
    """
    try:
        return _SERVED_BY[request.verb](request, around, memory)
    except OutOfTime as pending:
        if not around.allowance.event_is_over():
            raise
        return Outcome(_id_of_failed(request, around, memory), reason=_too_late(pending))
    except SentinelTableError as error:
        return Outcome(_id_of_failed(request, around, memory), reason=str(error))


def give_up(request: Request, around: Surroundings, memory: Memory, reason: str) -> Outcome:
    """The outcome where the event cannot go on, although it has time left; a replacement is undone as far as time goes."""
    if request.desired and may_have_to_undo(request):
        reason += _undo(request, request.desired.table.name, around, memory)
    return Outcome(_id_of_failed(request, around, memory), reason=reason)


def may_have_to_undo(request: Request) -> bool:
    """Whether the request is for a table that the resource did not have before, which must not be left behind."""
    return request.desired is not None and request.desired.table.name != request.physical_id


def unread(event: Mapping[str, object], error: InvalidRequest) -> Outcome:
    """The outcome of an event that could not be read; a Create of that kind has looked at nothing."""
    physical_id = event.get("PhysicalResourceId")
    given = physical_id if isinstance(physical_id, str) and physical_id else ""
    return Outcome(given or not_created(str(event.get("RequestId", "")), None), reason=str(error))


def _create(request: Request, around: Surroundings, memory: Memory) -> Outcome:
    return _new(request, _goal(request), around, memory)


def _update(request: Request, around: Surroundings, memory: Memory) -> Outcome:
    """The same name is converged; another one is a replacement.

    CloudFormation deletes the old table of a replacement in an event of its own, if all goes well.
    """
    goal = _goal(request)
    if goal.name != request.physical_id:
        return _new(request, goal, around, memory)
    return _succeeded(request, converge(goal, around.tables, around.allowance, memory))


def _new(request: Request, goal: Standing, around: Surroundings, memory: Memory) -> Outcome:
    """A table that this resource did not have before. Where that fails, what this event made of it is undone first.

    CloudFormation never mentions the new table of a failed replacement again, nor that of an event that comes twice.
    """
    if not memory.failure:
        allowance = around.allowance.keeping_back(around.removal_reserve)
        try:
            return _succeeded(request, converge(goal, around.tables, allowance, memory))
        except OutOfTime as pending:
            if not allowance.event_is_over():
                raise
            memory.failure = _too_late(pending)
        except SentinelTableError as error:
            memory.failure = str(error)
    left_behind = _undo(request, goal.name, around, memory)
    physical_id = _id_of_failed(request, around, memory if left_behind else Memory())
    return Outcome(physical_id, reason=memory.failure + (left_behind if request.verb is Verb.UPDATE else ""))


def _undo(request: Request, name: str, around: Surroundings, memory: Memory) -> str:
    """Removes the new table where this event made it, gives it back where this event adopted it; else leaves it."""
    goal = _to_undo(request, name, memory)
    if goal is None:
        return ""
    left_behind = f" Table {name[:48]} was left behind: look after it."
    try:
        done = remove(goal, around.tables, around.allowance, replace(memory))
    except SentinelTableError as error:
        if isinstance(error, OutOfTime) and not around.allowance.event_is_over():
            raise
        log.warning("left behind", extra={"table": name, "reason": str(error)})
        return left_behind
    log.info("undone", extra={"table": name, "reason": done.why})
    return left_behind if done.spared else ""


def _to_undo(request: Request, name: str, memory: Memory) -> Removed | GivenBack | None:
    """What is to be undone of the new table; what another invocation may have answered for is left where it is finished.

    What one has made that died is known by the table's age. After a Create, CloudFormation's Delete looks for that.
    """
    unfinished = None if memory.alone else request.desired
    if memory.adopted is not None:
        return GivenBack(name, request.owner, memory.adopted, unfinished)
    if memory.tried_at is not None:
        return Removed(name, request.owner, may_yet_come=not memory.table_id, unfinished=unfinished, made_here=True)
    if request.verb is Verb.UPDATE and request.sent_at is not None:
        return Removed(name, request.owner, request.sent_at, unfinished=request.desired)
    return None


def _delete(request: Request, around: Surroundings, memory: Memory) -> Outcome:
    """The table of the physical id; and where that is none of ours, the one that the properties name.

    For a Create that is cancelled at work, CloudFormation invents a physical id, and the Create may make its table yet.
    """
    name, named = request.physical_id, request.named
    span, done = removal.span(name), Done()
    if is_table_name(name, around.prefix):
        until = _until(request, around, MADE_LATE_SECONDS)
        done = _remove(Removed(name, request.owner, made_until=until), around, memory)
    if named and named != name and not done.ours and span != NEVER:
        since = None if request.sent_at is None else request.sent_at - LONGEST_CREATE_SECONDS
        since, until = span or (since, _until(request, around, CANCELLED_LATE_SECONDS))
        goal = Removed(named, request.owner, since, until, may_yet_come=span is None, made_here=span is not None)
        done = _remove(goal, around, memory)
    if not done.why:
        log.info("left", extra={"table": name, "reason": "no table of this provider has that name"})
    return Outcome(request.physical_id)


def _until(request: Request, around: Surroundings, seconds: float) -> float | None:
    """So many seconds after the event was sent, where that can be: what was made later is not for it to remove."""
    sent, now = request.sent_at, around.allowance.clock.now()
    return None if sent is None or now - sent > OLDEST_EVENT_SECONDS else sent + seconds


def _remove(goal: Removed, around: Surroundings, memory: Memory) -> Done:
    """Each of the tables that a Delete looks at is a matter of its own: nothing is remembered from one to the other."""
    done = remove(goal, around.tables, around.allowance, Memory(answer_by=memory.answer_by))
    log.info("removed" if done.ours else "left", extra={"table": goal.name, "reason": done.why})
    return done


_SERVED_BY: Mapping[Verb, Callable[[Request, Surroundings, Memory], Outcome]] = {
    Verb.CREATE: _create,
    Verb.UPDATE: _update,
    Verb.DELETE: _delete,
}


def _id_of_failed(request: Request, around: Surroundings, memory: Memory) -> str:
    if request.verb is not Verb.CREATE:
        return request.physical_id
    if request.desired is not None and (memory.tried_at is not None or memory.adopted is not None):
        return request.desired.table.name
    return not_created(request.request_id, request.sent_at, around.allowance.clock.now())


def _goal(request: Request) -> Standing:
    if request.desired is None:
        raise AssertionError("a Delete has nothing to converge to")
    return Standing(request.desired)


def _succeeded(request: Request, live: LiveTable) -> Outcome:
    schema = request.desired.claim.schema_name if request.desired else ""
    values = (live.table.name, live.arn, live.table_id, schema, live.stream_arn)
    attributes = {name: value for name, value in zip(ATTRIBUTES, values, strict=True) if value is not None}
    return Outcome(live.table.name, attributes)


def _too_late(pending: OutOfTime) -> str:
    return f"Time is up: {str(pending)[:150]}. Repeat the operation, with a ServiceTimeout of 3600 if it is shorter."
