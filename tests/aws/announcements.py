"""What CloudFormation would say while an event runs that a test has made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .operations import ended
from .stack_records import ShownResource, StackRecord

if TYPE_CHECKING:
    from .answers import Answer
    from .stack_records import StackRecords
    from .tables import Json

STOOD_SECONDS = 31 * 86_400.0
"""How long ago a stack was made of which nothing was said before."""
Settle = Callable[["Answer"], None]


def announce(  # noqa: PLR0913 - what an announcement is made of
    records: StackRecords,
    event: Json,
    now: float,
    *,
    during: str | None = None,
    own: str | None = None,
    began: float | None = None,
    tags: Mapping[str, str] | None = None,
) -> Settle:
    """Say of the event's stack and resource what would be said, and return what its answer makes of that.

    `during` is the stack's status, `own` the physical id that the resource has by then, `began` when the operation began.
    Without these they follow from what was said before: a Delete of another id than the resource's is a clean-up, a Delete
    after a failed Create a roll-back. So is one with an invented id after any Create, which was cancelled then, and an
    Update after a failed one. Any other Delete is the stack's.
    """
    verb, logical_id = str(event["RequestType"]), event["LogicalResourceId"]
    record = records.by_id.get(event["StackId"]) or records.add(StackRecord(event["StackId"], now))
    known = record.status is not None
    if not known and verb != "Create":
        record.created_at = now - STOOD_SECONDS
    shown = record.resource(logical_id)
    given = event.get("PhysicalResourceId")
    if not during and not own and verb == "Delete" and _was_cancelled(record, logical_id, shown, given):
        shown = ShownResource(now, "CREATE_FAILED", given, "Resource creation cancelled")
        record.say_of(logical_id, now, shown)
    status = during or _status(verb, record, shown, given, known=known)
    _say(record, status, now, began, tags or {}, moves=verb != "Delete" and "ROLLBACK" not in status)
    resource = _resource(verb, status, shown, given, own)
    record.say_of(logical_id, now, ShownResource(now, *resource))

    def settle(answer: Answer) -> None:
        _settle(record, verb, logical_id, answer, deletes_own=resource[0] == "DELETE_IN_PROGRESS")

    return settle


def _was_cancelled(record: StackRecord, logical_id: str, shown: ShownResource | None, given: str | None) -> bool:
    """Whether the Delete has an id that CloudFormation invents, and nothing has followed the Create."""
    invented = re.fullmatch(f"{re.escape(record.name)}-{re.escape(logical_id)}-[A-Z0-9]{{12,13}}", given or "")
    return invented is not None and shown is not None and shown.status == "CREATE_COMPLETE"


def _say(  # noqa: PLR0913 - what a status is made of
    record: StackRecord, status: str, now: float, began: float | None, tags: Mapping[str, str], *, moves: bool
) -> None:
    if status in {"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"}:
        record.created_at = record.created_at if began is None else began
        record.say(now, status, tags)
        return
    record.say(now, status, tags, now if moves and began is None else began)


def _status(verb: str, record: StackRecord, shown: ShownResource | None, given: str | None, *, known: bool) -> str:
    before = record.status or ""
    if verb == "Create":
        return "UPDATE_IN_PROGRESS" if known else "CREATE_IN_PROGRESS"
    if verb == "Update":
        failed = shown is not None and shown.status == "UPDATE_FAILED"
        return "UPDATE_ROLLBACK_IN_PROGRESS" if failed else "UPDATE_IN_PROGRESS"
    if shown is not None and shown.status == "CREATE_FAILED":
        return "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" if before.startswith("UPDATE") else "ROLLBACK_IN_PROGRESS"
    if shown is not None and shown.physical_id != given:
        rolled_back = "ROLLBACK" in before
        return f"UPDATE_{'ROLLBACK_' if rolled_back else ''}COMPLETE_CLEANUP_IN_PROGRESS"
    return "DELETE_IN_PROGRESS"


def _resource(
    verb: str, status: str, shown: ShownResource | None, given: str | None, own: str | None
) -> tuple[str, str | None]:
    """The resource's status and its physical id."""
    if verb == "Create":
        return "CREATE_IN_PROGRESS", own
    if verb == "Update":
        return "UPDATE_IN_PROGRESS", own or given
    other = own or (shown.physical_id if shown and shown.status != "CREATE_FAILED" else None)
    if "CLEANUP" in status and other not in {None, given}:
        return "UPDATE_COMPLETE", other
    return "DELETE_IN_PROGRESS", own or given


def _settle(record: StackRecord, verb: str, logical_id: str, answer: Answer, *, deletes_own: bool) -> None:
    status = record.status or ""
    if status.endswith("_IN_PROGRESS"):
        record.say(answer.time, ended(status, well=answer.succeeded), record.states[-1].tags)
    before = record.resource(logical_id)
    physical_id = answer.parsed.get("PhysicalResourceId")
    if verb == "Delete" and answer.succeeded:
        if deletes_own:
            record.say_of(logical_id, answer.time, None)
        return
    if verb == "Delete" and not deletes_own:
        return
    if verb == "Update" and not answer.succeeded and before is not None:
        physical_id = before.physical_id
    word = f"{verb.upper()}_{'COMPLETE' if answer.succeeded else 'FAILED'}"
    record.say_of(logical_id, answer.time, ShownResource(answer.time, word, physical_id, answer.reason))
