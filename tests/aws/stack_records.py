"""What CloudFormation keeps of its stacks, and shows to whoever asks: maybe a little late.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .refusals import Refused

if TYPE_CHECKING:
    from .rate import Rate

DELETED_STACKS_ANSWER_SECONDS = 90 * 86_400.0
Lag = float | Callable[[], float]


def late(longest: float = 30.0, seed: int = 0) -> Callable[[], float]:
    """A lag of up to `longest` seconds, drawn anew for each call: one call may see less than the one before."""
    chance = random.Random(seed)  # noqa: S311 - the same run again is the point
    return lambda: chance.uniform(0.0, longest)


@dataclass(frozen=True, slots=True)
class ShownResource:
    """A resource from one moment on."""

    time: float
    status: str
    physical_id: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShownStack:
    """A stack from one moment on."""

    time: float
    status: str
    updated_at: float | None
    tags: Mapping[str, str]


@dataclass(eq=False, slots=True)
class StackRecord:
    """One stack, from its creation to 90 days after its deletion."""

    stack_id: str
    created_at: float
    states: list[ShownStack] = field(default_factory=list)
    resources: dict[str, list[ShownResource | float]] = field(default_factory=dict)
    """By logical id, in the order of time; a bare moment is one from which on the resource is not there."""

    @property
    def name(self) -> str:
        """The name within its id."""
        return self.stack_id.split("/")[1]

    @property
    def status(self) -> str | None:
        """The stack's newest status."""
        return self.states[-1].status if self.states else None

    @property
    def began(self) -> float:
        """When its last operation began: `LastUpdatedTime`, else `CreationTime`."""
        updated = self.states[-1].updated_at if self.states else None
        return self.created_at if updated is None else updated

    def say(self, now: float, status: str, tags: Mapping[str, str], updated_at: float | None = None) -> None:
        """The stack has this status from now on, and this `LastUpdatedTime`; None leaves it as it was."""
        before = self.states[-1].updated_at if self.states else None
        self.states.append(ShownStack(now, status, before if updated_at is None else updated_at, dict(tags)))

    def say_of(self, logical_id: str, now: float, shown: ShownResource | None) -> None:
        """The resource looks like this from now on; None where it is no part of the stack any more."""
        self.resources.setdefault(logical_id, []).append(now if shown is None else shown)

    def stack_at(self, moment: float) -> ShownStack | None:
        """As it was at that moment."""
        return next((state for state in reversed(self.states) if state.time <= moment), None)

    def resource_at(self, logical_id: str, moment: float) -> ShownResource | None:
        """As it was at that moment."""
        for shown in reversed(self.resources.get(logical_id, [])):
            if isinstance(shown, float):
                if shown <= moment:
                    return None
            elif shown.time <= moment:
                return shown
        return None

    def resource(self, logical_id: str) -> ShownResource | None:
        """As it is."""
        return self.resource_at(logical_id, float("inf"))


@dataclass(slots=True)
class StackRecords:
    """All stacks of an account and Region. `lag` is how late each answer is, in seconds."""

    lag: Lag = 0.0
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """How often each call may be made, by its boto3 method name. AWS limits one call at a time, and publishes no figure."""
    by_id: dict[str, StackRecord] = field(default_factory=dict)

    def add(self, record: StackRecord) -> StackRecord:
        """Keep a new stack."""
        self.by_id[record.stack_id] = record
        return record

    def seen_at(self, now: float) -> float:
        """The moment that this one call sees."""
        return now - (self.lag() if callable(self.lag) else self.lag)

    def find(self, name: str, moment: float) -> StackRecord | None:
        """By id, or by the name of a stack that is not deleted."""
        record = self.by_id.get(name)
        if record is not None:
            return record if self._answers(record, moment) else None
        named = (each for each in self.by_id.values() if each.name == name and self._answers(each, moment))
        return next((each for each in named if (each.stack_at(moment) or each.states[0]).status != "DELETE_COMPLETE"), None)

    def _answers(self, record: StackRecord, moment: float) -> bool:
        shown = record.stack_at(moment)
        if shown is None:
            return False
        return shown.status != "DELETE_COMPLETE" or moment - shown.time <= DELETED_STACKS_ANSWER_SECONDS

    def take(self, api: str, now: float) -> None:
        """One call, or its refusal."""
        if api in self.rates and not self.rates[api].spend(now):
            raise Refused("Throttling", "Rate exceeded")
