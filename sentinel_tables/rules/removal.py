"""The rule of removal: whether a table may be deleted, released or given back. All that decides it stands on this page.

A table of records that is lost is the worst that can happen, so a table goes only if everything below holds. Whatever is not
known speaks against it, and a table that is spared is named in the log.

1. *It is this resource's.* Its tags name the owner. One that the resource created is deleted; one that it adopted is
   released, or given back to its former owner, and stays. Any other table is left (`ownership.hold`, `plan.plan_removal`).
2. *There is a ground*, one of four:
   - a Delete of the table's own id;
   - a Delete of another id whose properties name the table: its Create failed, or was cancelled at work;
   - this process made the table for an event that has failed since;
   - a process before this one did, and died or handed over.
3. *CloudFormation does not contradict it:*
   - R1: a table that it names as the resource's own goes by nothing but a Delete of that very id.
   - R4: a table older than the stack's operation is deleted only while the stack deletes what was alive. At another word
     CloudFormation is asked again for a minute, because its answers may be late; in a roll-back it is not.
   - R5: on any ground but the first, the table was made since the operation began.

   What another process made is undone after a minute of asking: that process may have answered, and CloudFormation may
   be that late to name the table (R1). For the same reason a Delete takes a table by its properties' name at once only if
   CloudFormation calls the resource by the very id that is deleted; else after that minute.

If asking is switched off, R1 and R4 are too, and the event's date stands for the beginning of the operation. Without a date
nothing goes by the properties' name, and nothing is undone but what this process made.
"""

from enum import Enum
from math import inf

from sentinel_tables.allowance import BELIEF_SECONDS, CLOCK_SKEW_SECONDS
from sentinel_tables.model import LiveTable
from sentinel_tables.rules.belief import StackWord, Word
from sentinel_tables.rules.ownership import SCHEMA, Hold
from sentinel_tables.values import Value

DELETING_WHAT_WAS_ALIVE = ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS")
"""R4: the statuses of a stack that deletes resources which a finished operation had left alive."""
ROLLBACK = "ROLLBACK"
"""R4: the part of a status that says that the stack goes back to what it was."""

NOT_CREATED = "not-created"
"""The beginning of the physical id of a Create that made no table. The colon after it is in no table's name."""
NOTHING = "-"
"""Stands after that if the Create looked at no table at all."""


ALWAYS, NEVER = (-inf, inf), (inf, -inf)
"""Spans of time, in seconds since the epoch."""


class Ruling(Enum):
    """The answers to the question whether a table may go."""

    GO = "it may go"
    SPARE = "it is left"
    ASK_AGAIN = "it may not go yet, but CloudFormation's answer may be late"


class Ground(Value):
    """Why a table may have to go. Each has its constructor."""

    deleted_id: str = ""
    """The id that a Delete is about."""
    since_began: bool = True
    """True if the table must have been made since the operation began (R5)."""
    may_yet_come: bool = False
    """True if a Create that was cancelled may be at work elsewhere, and make or adopt the table in a moment."""
    unprotect: bool = False
    """True if the event itself may have protected the table."""
    by_name: bool = False
    """True if it is the Delete's properties that name the table, and not its id."""
    by_another: bool = False
    """True if the table was made by another process than this one, and may have been finished by it."""
    began: float | None = None
    """The beginning of the operation if CloudFormation is not asked, in seconds since the epoch."""
    schema: str = ""
    """The schema that the event names: it has made no table of another one."""
    made_between: tuple[float, float] = ALWAYS
    """When the event can have made the table, as far as it says so itself; seconds since the epoch."""


def delete_of_own_id(name: str) -> Ground:
    """A Delete of the table's own id."""
    return Ground(deleted_id=name, since_began=False)


def delete_of_another_id(deleted_id: str, schema: str, sent_at: float | None) -> Ground:
    """A Delete whose properties name the table: its Create failed, or CloudFormation cancels it at work.

    For a cancelled one CloudFormation makes an id up; a failed one was answered with an id that says so.
    """
    failed = deleted_id.startswith(f"{NOT_CREATED}:")
    return Ground(
        deleted_id,
        by_name=True,
        may_yet_come=not failed,
        unprotect=failed,
        began=sent_at,
        schema=schema if failed else "",
        made_between=_span(deleted_id),
    )


def made_here(schema: str, *, may_yet_come: bool) -> Ground:
    """This very process made the table; `may_yet_come` if it may not be visible yet."""
    return Ground(unprotect=True, may_yet_come=may_yet_come, began=0.0, schema=schema)


def made_by_dead_process(schema: str, sent_at: float | None, *, late: bool = False) -> Ground:
    """A process before this one made the table for this event, which was sent then.

    If the event's time is up (`late`), it is up for every process that is at work on it, and none can finish any more.
    """
    since = (sent_at, inf) if sent_at is not None else ALWAYS
    return Ground(by_another=not late, began=sent_at, schema=schema, made_between=since)


class Case(Value):
    """A table, and what speaks for and against its going."""

    ground: Ground
    live: LiveTable
    held: Hold
    word: Word | None
    """The word of CloudFormation; None if it is not asked."""
    asked_for: float = 0.0
    """For how many seconds it has been asked."""
    patience: float = BELIEF_SECONDS
    """For how many seconds it may be asked: a minute, or less if the event's time is shorter."""


def judge(case: Case) -> tuple[Ruling, str]:
    """Rules whether the table may go, and says why not. It does not look at whose the table is."""
    ground, live, word = case.ground, case.live, case.word
    if ground.schema and live.table.tags.get(SCHEMA, ground.schema) != ground.schema:
        return Ruling.SPARE, "it is of another schema than the event"
    if case.held is Hold.CREATED and not ground.made_between[0] <= live.created_at <= ground.made_between[1]:
        return Ruling.SPARE, "the event did not make it"
    return _judge_unasked(case) if word is None else _judge_asked(case, word)


def _judge_asked(case: Case, word: Word) -> tuple[Ruling, str]:
    ground, live = case.ground, case.live
    own = word.resource is not None and word.resource.physical_id == live.table.name
    if own and ground.deleted_id != live.table.name:
        return Ruling.SPARE, "CloudFormation says that it is the resource's table"
    if case.held is Hold.CREATED and not _made_since(word.stack, live):
        return _judge_old(case, word.stack)
    if ground.by_another and case.asked_for < case.patience:
        return Ruling.ASK_AGAIN, "another process may have finished it"
    if ground.by_name and not _names_deleted(word, ground) and case.asked_for < case.patience:
        return Ruling.ASK_AGAIN, "CloudFormation may not have named it yet"
    return Ruling.GO, ""


def _names_deleted(word: Word, ground: Ground) -> bool:
    """True if CloudFormation calls the resource by the id that is deleted: then it has no table under another one."""
    return bool(ground.deleted_id) and word.resource is not None and word.resource.physical_id == ground.deleted_id


def _judge_unasked(case: Case) -> tuple[Ruling, str]:
    ground, live = case.ground, case.live
    if not ground.since_began:
        return Ruling.GO, ""
    if ground.began is None:
        return Ruling.SPARE, "nobody knows whether this event made it"
    if case.held is not Hold.CREATED or live.created_at >= ground.began - CLOCK_SKEW_SECONDS:
        return Ruling.GO, ""
    return Ruling.SPARE, "it stood there before"


def _judge_old(case: Case, stack: StackWord | None) -> tuple[Ruling, str]:
    """A table that is older than the operation, or whose operation is not known."""
    status = stack.status if stack else ""
    if case.ground.since_began:
        return Ruling.SPARE, "it is older than the stack's operation"
    if status in DELETING_WHAT_WAS_ALIVE:
        return Ruling.GO, ""
    why = f"it is older than the stack's operation, and the stack is {status}"
    late = ROLLBACK not in status and case.asked_for < case.patience
    return (Ruling.ASK_AGAIN if late else Ruling.SPARE), why


def _made_since(stack: StackWord | None, live: LiveTable) -> bool:
    return stack is not None and stack.began is not None and live.created_at >= stack.began - CLOCK_SKEW_SECONDS


def not_created(request_id: str, *, looked: bool = True) -> str:
    """The physical id of a Create that left no table; `looked` if it may have tried to make one."""
    words = (NOT_CREATED, request_id[:128].replace(":", "-"))
    return ":".join(words if looked else (words[0], NOTHING, words[1]))


def made_nothing(physical_id: str) -> bool:
    """True if the id is that of a Create that looked at no table, so that its Delete has nothing to remove."""
    return _span(physical_id) == NEVER


def _span(physical_id: str) -> tuple[float, float]:
    """From when to when a Create that was answered with that id can have made a table; seconds since the epoch.

    Version 0.1.0 wrote both into the id: `not-created:<from>-<to>:<request id>`.
    """
    word, _, rest = physical_id.partition(":")
    span, colon, _ = rest.partition(":")
    if word != NOT_CREATED or not colon:
        return ALWAYS
    since, _, until = span.partition("-")
    return (float(since), float(until)) if since.isdecimal() and until.isdecimal() else NEVER
