"""Time as an argument: how much of it an event has, and how an hour of it is spent. All constants of time stand here.

    CloudFormation waits for ServiceTimeout, 3,600 s if the template does not say it.

    sent                                                                                       ServiceTimeout
    |---- invocation 1 ----|h|---- invocation 2 ----|h| ...    |--- undo a replacement ---|---- answer ----|
                            ^ hand-over: the smaller of 30 s       removal_reserve:          event_reserve:
                              and a quarter of the invocation      a fifth, at most 180 s    a tenth, 2 to 60 s

    In the last part of an invocation, the one marked h:  hand over | undo | answer
                                                               1/4  |  3/8 |  3/8

The constants that decide whether a table may be deleted stand in `rules.removal`, with what they follow from.
"""

from dataclasses import replace
from typing import Protocol

from sentinel_tables.values import Value

SERVICE_TIMEOUT_SECONDS = 3600.0
"""CloudFormation's patience if a template has no ServiceTimeout.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html"""
OLDEST_EVENT_SECONDS = 6 * 3600.0
"""The longest that Lambda keeps an asynchronous event.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html"""
CLOCK_SKEW_SECONDS = 120.0
"""CloudFormation's clock, which dates an event, and DynamoDB's, which dates a table, differ by less than this."""

HAND_OVER_SHARE = 0.25
"""The part of what is kept of an invocation that may go into handing over."""
UNDO_SHARE = 0.375
"""The part of it that may go into undoing after that. The rest is for the answer: maybe the last word of the event."""

FIRST_HAND_OVER_PAUSE_SECONDS = 0.25
LONGEST_HAND_OVER_PAUSE_SECONDS = 4.0
"""Between two attempts at handing over."""

FIRST_PAUSE_SECONDS = 0.1
FIRST_PAUSE_AT_AWS_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 0.5
"""Between two looks at a table. Short enough for an answer within a second."""
LONG_WAIT_SECONDS = 240.0
PAUSE_IN_LONG_WAIT_SECONDS = 0.75
"""The longest pause after four minutes of waiting, as an index takes them."""
TABLE_SECONDS = 1.5
TABLE_WITH_INDEXES_SECONDS = 11.5
TIME_TO_LIVE_SECONDS = 1.4
INDEX_SECONDS = 300.0
"""DynamoDB's shortest times from a call to its effect, below all that was measured: a new table, one with its
indexes, a change of time to live, an index on a standing table. Until then there is little to look for."""
RECOVERY_SECONDS = 0.9
"""The shortest time for which DynamoDB refuses to set point-in-time recovery, once the table is ACTIVE."""
SPARSE_SECONDS = 2.0
SPARSE_SHARE = 0.7
LONGEST_SPARSE_PAUSE_SECONDS = 15.0
"""Longer before that moment than the first of these, the loop lets that share of what is left of the time pass."""
RECOVERY_READY_SECONDS = 20.0
"""The loop believes for this long that recovery cannot be set yet. Then it tries."""
FIRST_BACK_OFF_SECONDS = 0.4
BACK_OFF_SHARE = 0.08
FORMER_BACK_OFF_SHARE = 0.1
LONGEST_FORMER_BACK_OFF_SECONDS = 10.0
LONGEST_BACK_OFF_SECONDS = 40.0
"""After a call that was throttled, or that nobody answered: 0.4 s, a share of what it has been put off so far, and a
tenth, at most 10 s, of what the steps before it were put off. A share s of the wait costs at most s, and a crowd of any size
thins out to what the service takes. Whoever has made no table yet goes before whoever has one to finish, since a table
takes time that the others can use."""
STALE_SECONDS = 10.0
"""The age from which a reading is made again before a step is taken on it, or success is reported."""

TAG_LAG_SECONDS = 4.0
"""The tags of a table may be invisible for this long after it is ACTIVE, with something to spare."""
NEWBORN_SECONDS = 30.0
"""A table younger than this may be in that state: creating one with its indexes takes up to 22 s."""
VISIBILITY_SECONDS = 30.0
"""DescribeTable may not know a table for this long after CreateTable accepted it, and a change may go unseen."""
DOUBT_SECONDS = 3.0
"""A call whose answer was lost has this long to show its effect before it is made again."""
BRIEF_SECONDS = 60.0
"""The longest wait for something that DynamoDB has accepted for good, and does in its own time."""
LATE_CREATE_SECONDS = 5.0
"""A Delete for a Create that was cancelled looks for this long for the table which that Create may yet make."""

BELIEF_SECONDS = 60.0
"""CloudFormation's answers about itself may be this late, so it is asked again for as long before its word is believed."""
BELIEF_SHARE = 0.6
"""The part of an event's time that may go into asking again before a table is spared, or taken."""
UNREACHABLE_SECONDS = 60.0
"""The loop tries to reach CloudFormation for this long: a function in a VPC needs its endpoint."""
DENIED_SECONDS = 5.0
"""A refused permission to ask CloudFormation is asked for again for this long: a new policy takes seconds to act."""
PRINCIPAL_SECONDS = 60.0
"""IAM may not know a principal for this long after the same stack made it."""


class Clock(Protocol):
    """A source of time and of chance."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Lets so many seconds pass."""

    def jitter(self) -> float:
        """A number from 0 to 1, another one each time."""


class Allowance(Value):
    """When work has to stop: `invocation_ends` for this invocation, `answer_by` for the event. Seconds since the epoch.

    Both moments lie before the real ends by what an answer, or handing over, may take.
    """

    clock: Clock
    invocation_ends: float
    answer_by: float

    def left(self) -> float:
        """Seconds of work that are left, here and now."""
        return min(self.invocation_ends, self.answer_by) - self.clock.now()

    def event_left(self) -> float:
        """Seconds until the event has to be answered, come what may."""
        return self.answer_by - self.clock.now()

    def event_is_over(self) -> bool:
        """True if the event has to be answered now, come what may."""
        return self.event_left() <= 0

    def keeping_back(self, seconds: float) -> "Allowance":
        """The same, but for so many seconds at the end of the event."""
        return replace(self, answer_by=self.answer_by - seconds)


def invocation_reserve(seconds: float) -> float:
    """The seconds of an invocation that are kept for the answer or for handing over: a quarter, at most 30 s."""
    return min(30.0, seconds / 4)


def event_reserve(service_timeout: float) -> float:
    """The seconds of CloudFormation's patience that are kept: a tenth, from 2 s to a minute, and never more than half."""
    return min(60.0, max(2.0, service_timeout / 10), service_timeout / 2)


def removal_reserve(service_timeout: float) -> float:
    """The seconds that a replacement keeps back to remove the new table if it fails: a fifth, at most three minutes."""
    return min(180.0, service_timeout / 5)
