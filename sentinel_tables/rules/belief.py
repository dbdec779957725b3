"""An event is believed as far as CloudFormation is at work on it. Pure: what CloudFormation says in, a reason out.

Whoever may invoke the function can send it an event, and Lambda delivers a genuine one more than once. So before a step,
CloudFormation is asked about the resource (DescribeStackResource) and, before something is removed, about its stack
(DescribeStacks). What contradicts the event is believed after a minute of asking again, since both answers may be late.
A status that stands in no row contradicts nothing: AWS may add others.

- R0: the stack is of the function's own account and Region, because no other one can be asked about.
- R2: the verb against the statuses, in the three tables below.
- R3: the resource's status is more than 30 s younger than the event, so the event is over. In a later invocation that
  counts only if an earlier one has seen the status that began with the event: then it is another one now.

R1, R4 and R5 spare a table rather than refuse an event; they stand in `removal`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceDetail.html
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from fnmatch import fnmatchcase

from sentinel_tables.model import Owner
from sentinel_tables.values import Value

YOUNGER_SECONDS = 30.0
"""R3: how much younger than its event the status of a resource may be, while the event is at work."""
UNHEARD_OF = "no such resource"
"""Stands for a status if CloudFormation knows no such resource, or no such stack."""
IN_PROGRESS = ("*_IN_PROGRESS",)
GOING = ("DELETE_IN_PROGRESS", "*_CLEANUP_IN_PROGRESS")
"""The statuses of a stack in which it deletes resources that were alive."""


class Verb(StrEnum):
    """The kinds of event that CloudFormation sends."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


class ResourceWord(Value):
    """The answer of DescribeStackResource. The physical id is empty while the resource's Create is at work."""

    status: str = UNHEARD_OF
    physical_id: str = ""
    changed_at: float | None = None
    """When the status came about, in seconds since the epoch."""


class StackWord(Value):
    """The answer of DescribeStacks."""

    status: str = UNHEARD_OF
    began: float | None = None
    """When its last operation began, in seconds since the epoch: LastUpdatedTime, else CreationTime."""
    tags: Mapping[str, str] = field(default_factory=dict)


class Word(Value):
    """Both answers of CloudFormation. One that was not asked for is None."""

    resource: ResourceWord | None = None
    stack: StackWord | None = None


class Sender(Value):
    """The event, as far as its belief goes."""

    verb: Verb
    owner: Owner
    physical_id: str = ""
    sent_at: float | None = None
    datable: bool = True
    """True if R3 holds: in the first invocation of the event, and later if the status that began with it was seen."""
    home: tuple[str, str] | None = None
    """The function's own Region and account; None if it does not know them."""


class Row(Value):
    """Statuses of a resource that contradict a verb, unless the stack has one of `unless`."""

    statuses: tuple[str, ...]
    unless: tuple[str, ...] = ()


CREATE_ROWS = (Row((UNHEARD_OF, "CREATE_COMPLETE", "CREATE_FAILED", "UPDATE_*", "IMPORT_*", "DELETE_*")),)
UPDATE_ROWS = (Row((UNHEARD_OF, "CREATE_*", "*_COMPLETE", "DELETE_*")), Row(("UPDATE_FAILED",), unless=IN_PROGRESS))
DELETE_ROWS = (
    Row(("CREATE_IN_PROGRESS", "UPDATE_*", "CREATE_COMPLETE", "IMPORT_*"), unless=GOING),
    Row(("CREATE_FAILED", "DELETE_FAILED"), unless=IN_PROGRESS),
    Row(("DELETE_COMPLETE", "DELETE_SKIPPED")),
)
"""For a Delete of the very id that CloudFormation says the resource has."""
OTHER_DELETE_ROWS = (Row(("*",), unless=IN_PROGRESS),)
"""For a Delete of another id, or of a resource that CloudFormation does not know."""


def needs_stack(sender: Sender, resource: ResourceWord) -> bool:
    """True if the stack has to be asked about too: by each Delete, and if a row's exception could apply."""
    if sender.verb is Verb.DELETE:
        return True
    return any(row.unless and _fits(resource.status, row.statuses) for row in _rows(sender, resource))


def is_foreign(sender: Sender) -> bool:
    """R0: true if the stack is not of the function's own Region and account."""
    return sender.home is not None and sender.home != _home_of(sender.owner.stack_id)


def contradiction(sender: Sender, word: Word) -> str:
    """R2 and R3: why the event is not believed, as the end of a sentence; empty if nothing contradicts it."""
    resource, stack = word.resource, word.stack
    if resource is None:
        return ""
    state = stack.status if stack else UNHEARD_OF
    said = "knows no such resource" if resource.status == UNHEARD_OF else f"says {resource.status} of the resource"
    for row in _rows(sender, resource):
        if _fits(resource.status, row.statuses) and not _fits(state, row.unless):
            return said + (f" and {state} of its stack" if stack else "")
    return f"{said}, which is younger than the event" if _is_over(sender, resource) else ""


def _is_over(sender: Sender, resource: ResourceWord) -> bool:
    if not sender.datable or sender.sent_at is None or resource.changed_at is None:
        return False
    return resource.changed_at > sender.sent_at + YOUNGER_SECONDS


def began_with(sender: Sender, word: Word) -> bool:
    """True if the resource's status is the one that began with the event."""
    changed_at = word.resource.changed_at if word.resource else None
    if changed_at is None or sender.sent_at is None:
        return False
    return abs(changed_at - sender.sent_at) <= YOUNGER_SECONDS


def _rows(sender: Sender, resource: ResourceWord) -> tuple[Row, ...]:
    match sender.verb:
        case Verb.CREATE:
            return CREATE_ROWS
        case Verb.UPDATE:
            return UPDATE_ROWS
        case Verb.DELETE:
            own = resource.status != UNHEARD_OF and resource.physical_id == sender.physical_id
            return DELETE_ROWS if own else OTHER_DELETE_ROWS


def _fits(status: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(status, pattern) for pattern in patterns)


def _home_of(stack_id: str) -> tuple[str, str] | None:
    """The Region and the account of a stack's ARN; None if it is not one."""
    parts = stack_id.split(":")
    return (parts[3], parts[4]) if len(parts) > 5 else None  # noqa: PLR2004 - arn:aws:cloudformation:Region:account:stack/...
