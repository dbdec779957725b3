"""What was written down: by the function while events were at work, and by the driver around them. One JSON object each.

All times are seconds since the epoch. Those of `Change`, and `Said.changed_at` and `created_at`, are CloudFormation's; the
others are of whoever wrote the record.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Said:
    """What one call said of a resource or of a stack. A refusal has an error code and a message, and no status."""

    status: str = ""
    physical_id: str = ""
    reason: str = ""
    changed_at: float | None = None
    created_at: float | None = None
    error: str = ""
    message: str = ""

    @property
    def is_absent(self) -> bool:
        """True if CloudFormation says that there is no such resource, or no such stack."""
        return self.error == "ValidationError" and "does not exist" in self.message

    def __str__(self) -> str:
        """A word or two for a table."""
        return "does not exist" if self.is_absent else self.error or self.status


@dataclass(frozen=True, slots=True)
class Event:
    """An event as an invocation of the function got it."""

    invocation: str
    received_at: float
    verb: str
    request_id: str
    stack_id: str
    logical_id: str
    physical_id: str = ""
    setting: str = ""
    old_setting: str = ""
    signature: str = "none"
    sent_at: float | None = None
    """The date of its ResponseURL."""
    valid_seconds: float | None = None

    @property
    def began(self) -> float:
        """When CloudFormation sent it, as far as that is known."""
        return self.received_at if self.sent_at is None else self.sent_at


@dataclass(frozen=True, slots=True)
class Look:
    """What CloudFormation said in an invocation at one moment. `seconds` is how long the two calls took."""

    invocation: str
    at: float
    resource: Said = field(default_factory=Said)
    stack: Said = field(default_factory=Said)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an event. An HTTP status of 0 means that nobody took it."""

    invocation: str
    at: float
    status: str
    physical_id: str
    http_status: int = 200


@dataclass(frozen=True, slots=True)
class Change:
    """An event of a stack (DescribeStackEvents): what CloudFormation says afterwards that it did, and when."""

    stack_id: str
    logical_id: str
    physical_id: str
    status: str
    at: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of a scene: what the driver asked for, and the status that the stack ended in."""

    scene: str
    step: str
    stack_id: str
    began: float
    ended: float
    status: str

    @property
    def is_refused(self) -> bool:
        """True if CloudFormation did not begin it."""
        return self.status.startswith(REFUSED)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What CloudFormation said to the driver when nothing was at work any more. `what` is removed or deleted."""

    what: str
    stack_id: str
    by_id: Said = field(default_factory=Said)
    """DescribeStacks by the stack's id."""
    by_name: Said = field(default_factory=Said)
    """DescribeStacks by the stack's name."""
    resource: Said = field(default_factory=Said)
    """DescribeStackResource of the resource that is gone, by the stack's id."""


Record = Event | Look | Answer | Change | Operation | Afterwards
KINDS: dict[str, type[Record]] = {
    kind.__name__.lower(): kind for kind in (Event, Look, Answer, Change, Operation, Afterwards)
}
One = TypeVar("One", bound=Record)


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that was written down in a run."""

    all: tuple[Record, ...] = ()

    def of(self, kind: type[One]) -> tuple[One, ...]:
        """The records of one kind, in the order that they were written in."""
        return tuple(record for record in self.all if isinstance(record, kind))


def read(given: Mapping[str, Any]) -> Record:
    """A record from its JSON. A key that is not known is passed over; KeyError if the kind is not known."""
    kind = KINDS[given["kind"]]
    known = {one.name for one in fields(kind)}
    values: Any = {
        name: Said(**value) if isinstance(value, dict) else value for name, value in given.items() if name in known
    }
    return kind(**values)


def lines(records: Iterable[Record]) -> Iterator[str]:
    """A line of JSON for each record."""
    for record in records:
        yield json.dumps({"kind": type(record).__name__.lower(), **asdict(record)})


def from_lines(text: str) -> Records:
    """The records that `lines` wrote."""
    return Records(tuple(read(json.loads(line)) for line in text.splitlines() if line.strip()))
