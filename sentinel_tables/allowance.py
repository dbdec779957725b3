"""Time as an argument: how much of it an event still has, in this invocation and in all."""

from dataclasses import dataclass, replace
from typing import Protocol

SERVICE_TIMEOUT_SECONDS = 3600.0
"""How long CloudFormation waits where a template has no ServiceTimeout.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html"""


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Lets so many seconds pass."""

    def jitter(self) -> float:
        """A number from 0 to 1, another one each time."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """When work has to stop: `invocation_ends` for this invocation, `answer_by` for the event. Seconds since the epoch.

    Both moments lie before the real ends by what an answer, or handing over, may take.
    """

    clock: Clock
    invocation_ends: float
    answer_by: float

    def left(self) -> float:
        """Seconds of work that are left, here and now."""
        return min(self.invocation_ends, self.answer_by) - self.clock.now()

    def event_is_over(self) -> bool:
        """Whether the event has to be answered now, come what may."""
        return self.answer_by <= self.clock.now()

    def keeping_back(self, seconds: float) -> "Allowance":
        """The same, but for so many seconds at the end of the event."""
        return replace(self, answer_by=self.answer_by - seconds)


def invocation_reserve(seconds: float) -> float:
    """What is kept of an invocation of so many seconds for the answer or for handing over: a quarter, at most 30 s."""
    return min(30.0, seconds / 4)


def event_reserve(service_timeout: float) -> float:
    """What is kept of CloudFormation's patience: a tenth, from 2 s to a minute, and never more than half."""
    return min(60.0, max(2.0, service_timeout / 10), service_timeout / 2)


def removal_reserve(service_timeout: float) -> float:
    """What a replacement keeps back to remove the new table again, should it fail: a fifth, at most three minutes."""
    return min(180.0, service_timeout / 5)
