"""Every scenario, every call in it, every kind of fault; and every pair of faults in the shorter ones.

A part of it runs by itself, all of it with `--sweep`.
"""

from collections.abc import Callable, Iterable

import pytest

from tests.aws import REAL, Durations, Fault, Kind
from tests.aws.faults import every_pair, every_single
from tests.sweep.run import Courses, survivors, without_faults
from tests.sweep.scenarios import SCENARIOS, Scenario

QUICK = REAL.scaled(0.02)
"""The order of things as on the service, with fewer looks at each."""
STEADY = REAL.scaled(0.25)
"""For a Create that is cancelled: slow enough that both sides see each other's work."""
AT_ONCE = REAL.scaled(0.0)
TELLING = (
    Kind.THROTTLED,
    Kind.INTERNAL_ERROR,
    Kind.ANSWER_LOST,
    Kind.KILLED_BEFORE,
    Kind.KILLED_AFTER,
    Kind.ACCESS_DENIED,
    Kind.ACCESS_DENIED_FROM_NOW,
)
"""For pairs: of kinds that the provider cannot tell apart, one."""
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
BRIEF = pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.brief], ids=lambda scenario: scenario.name)
Record = Callable[[str, object], None]


def _durations(scenario: Scenario) -> Durations:
    return STEADY if scenario.cancels else QUICK


def _sweep(
    scenario: Scenario, durations: Durations, orders: Iterable[tuple[Fault, ...]], every: int, record: Record
) -> list[str]:
    """The survivors of one run in `every`."""
    courses = Courses()
    found = []
    for order in list(orders)[::every]:
        told = survivors(scenario, durations, order, courses)
        found += [f"{[(fault.call, fault.kind.name) for fault in order]}: {words}" for words in told]
    record("sweep", (scenario.name, courses.runs, len(courses.seen), courses.calls))
    return found


@EACH
def test_a_scenario_ends_well_without_a_fault(scenario: Scenario) -> None:
    assert survivors(scenario, REAL, ()) == []


@EACH
def test_no_fault_at_any_call_does_harm(scenario: Scenario, every: int, record_property: Record) -> None:
    calls, *_ = without_faults(scenario, _durations(scenario))
    assert _sweep(scenario, _durations(scenario), every_single(calls), every, record_property) == []


@BRIEF
def test_no_two_faults_do_harm(scenario: Scenario, every: int, record_property: Record) -> None:
    calls, *_ = without_faults(scenario, AT_ONCE)
    assert _sweep(scenario, AT_ONCE, every_pair(calls, TELLING), every * every, record_property) == []
