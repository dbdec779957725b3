"""What CloudFormation sends to a custom resource, and what it remembers of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tables import Json
    from .world import Event

DEFAULT_TIMEOUT = 3_600.0


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
    """As DescribeStackResource shows it, or showed it last."""
    reason: str = ""
    physical_id: str | None = None
    data: Json = field(default_factory=dict)
    statuses: list[tuple[float, str, str]] = field(default_factory=list)
    """Time, status and reason of each of the stack's events for it, those of a clean-up included."""
    before: Json | None = None
    """The properties before the last update, for a roll-back."""
    tried: Json = field(default_factory=dict)
    """The properties of the last update."""
    request: Request | None = None
    """The one that is under way."""
    gone: bool = False
    """Whether it is no part of the stack any more."""
    unclean: list[tuple[str, str]] = field(default_factory=list)
    """Physical id and reason of each clean-up that failed for good: CloudFormation has dropped it."""

    @property
    def in_progress(self) -> bool:
        """Whether CloudFormation is still at it."""
        return self.status.endswith("IN_PROGRESS")


def same_request(one: Json, other: Json) -> bool:
    """Whether an event repeats another one."""
    members = ("RequestType", "StackId", "LogicalResourceId", "PhysicalResourceId")
    return all(one.get(member) == other.get(member) for member in members)


def service_timeout(properties: Json) -> float:
    """How many seconds CloudFormation waits for the answer."""
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
