"""Time as an invariant: how long an event takes beyond the service's own time, with how many calls, after what pauses.

The model notes from when to when the service has something to do in its own time. All else is the provider's: what it reads,
asks and writes, each call 20 ms, and the pauses before it sees that something has come about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.aws import REAL, WRITES, Call
from tests.sweep.run import played
from tests.sweep.scenario import Scenario
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import Stage

OWN_SECONDS, OWN_SECONDS_A_WRITE = 1.0, 0.6
"""What is the provider's own of an event, and for each write that was accepted more than that."""
CALLS, CALLS_A_MINUTE, CALLS_A_MINUTE_IN_LONG = 60, 110, 62
"""The most calls of an event, and those for each minute of it; the last is for an event of ten minutes or more."""
SHORTEST_PAUSE_SECONDS = 0.1
"""Between two reads of the same thing, if nothing was written."""
DELETE_SECONDS = 60.0
"""A Delete never waits for a backfill, which takes minutes; a table that is being created takes half of this."""
IDLE = {
    "create under which somebody deletes the table": 5.5,
    "table that vanished, made anew by an update whose process dies": 42.0,
    "table that vanished, made anew by an update that is rolled back": 42.0,
}
"""What a scenario is allowed beside: the look for a table that may yet come, and Lambda's pause before it tries again."""


@dataclass(frozen=True, slots=True)
class Served:
    """One event that was answered: its kind, the seconds it took, those that were the provider's own, and its calls."""

    kind: str
    seconds: float
    own: float
    calls: tuple[Call, ...]

    @property
    def writes(self) -> int:
        """How many calls changed something."""
        return sum(call.api in WRITES and call.outcome == "ok" for call in self.calls)


def served(stage: Stage) -> Iterator[Served]:
    """The events of the act that were answered."""
    answers = {answer.url: answer for answer in stage.sink.answers}
    for request in stage.stack.requests:
        answer = answers.get(request.event["ResponseURL"])
        if answer is None or request.sent_at < stage.began:
            continue
        calls = tuple(call for call in stage.plane.history if request.sent_at <= call.time <= answer.time)
        seconds = answer.time - request.sent_at
        yield Served(request.kind, seconds, seconds - at_work(stage, request.sent_at, answer.time), calls)


def at_work(stage: Stage, since: float, until: float) -> float:
    """For how many seconds between two moments the service had something to do."""
    seconds = 0.0
    for begin, end in sorted(stage.plane.state.at_work):
        seconds += max(0.0, min(end, until) - max(begin, since))
        since = max(since, min(end, until))
    return seconds


def hasty(calls: Iterable[Call]) -> Iterator[str]:
    """Each read that a process made again too soon, with nothing written in between."""
    last: dict[str, float] = {}
    for call in calls:
        if call.api in WRITES:
            last.clear()
            continue
        if call.time - last.get(call.api, 0.0) < SHORTEST_PAUSE_SECONDS:
            yield f"{call.api} after {call.time - last[call.api]:.2f} s"
        last[call.api] = call.time


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_an_event_takes_little_more_than_the_services_own_time(scenario: Scenario) -> None:
    stage = played(scenario, REAL, ())
    for event in served(stage):
        assert event.own <= OWN_SECONDS + OWN_SECONDS_A_WRITE * event.writes + IDLE.get(scenario.name, 0.0), event.kind
        processes = len({call.environment for call in event.calls})
        rate = CALLS_A_MINUTE if event.seconds < 600 else CALLS_A_MINUTE_IN_LONG
        assert len(event.calls) <= processes * (CALLS + rate * event.seconds / 60), event.kind
        assert event.kind != "Delete" or event.seconds <= DELETE_SECONDS


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_read_again_without_a_pause(scenario: Scenario) -> None:
    """But for one look at a table that is to be undone, which begins anew."""
    by_process: dict[str, list[Call]] = {}
    for call in played(scenario, REAL, ()).plane.history:
        by_process.setdefault(call.environment, []).append(call)
    for calls in by_process.values():
        found = list(hasty(calls))
        assert found == [] or (len(found) == 1 and found[0].startswith("describe_table")), found
