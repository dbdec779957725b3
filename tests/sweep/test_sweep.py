"""Every scenario, every call in it, every kind of fault; and every pair of faults in the shorter ones.

A part of it runs by itself, more with `--sweep`, all of it with `--sweep-all`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from tests.aws import REAL, Durations, Fault, Kind
from tests.aws.faults import NEVER_ENDING, every_pair, every_single
from tests.sweep.beginnings import STANDING
from tests.sweep.run import Courses, survivors, without_faults
from tests.sweep.scenario import NotReached, Scenario
from tests.sweep.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(3600)  # with --sweep-all, one test is every fault at every call of a scenario

QUICK = REAL.scaled(0.02)
"""The order of things as on the service, with fewer looks at each."""
STEADY = REAL.scaled(0.25)
"""Slow enough that both sides see each other's work."""
AT_ONCE = REAL.scaled(0.0)
FEW_CALLS = 150
LAGS = (0.5, 3.0, 6.0)
"""How late an answer of DynamoDB may be, in seconds: 3 s is the most that was measured, of tags."""
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
    """The service's own, at which the provider reckons with them, unless the work takes too many looks."""
    calls, *_ = without_faults(scenario, REAL)
    if calls <= FEW_CALLS:
        return REAL
    return STEADY if scenario.steady else QUICK


def _sweep(
    scenario: Scenario, durations: Durations, orders: Iterable[tuple[Fault, ...]], every: int, record: Record
) -> list[str]:
    """The survivors of one run in `every`, and of the first one, which is without a fault."""
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


@pytest.mark.parametrize("lag", LAGS)
@EACH
def test_a_scenario_ends_well_although_every_answer_is_late(scenario: Scenario, lag: float) -> None:
    assert survivors(scenario, REAL.lagging(lag), ()) == []


@EACH
def test_no_fault_at_any_call_does_harm(scenario: Scenario, every: int, record_property: Record) -> None:
    calls, *_ = without_faults(scenario, _durations(scenario))
    orders = [(), *every_single(calls)][:: scenario.thin]
    assert _sweep(scenario, _durations(scenario), orders, every, record_property) == []


def _troubles() -> Sequence[tuple[Fault, ...]]:
    """CloudFormation throttled for a while, out of reach for a while and for good, and denied for good, at each question."""
    apis, calls = ("describe_stack_resource", "describe_stacks"), range(1, 5)
    kinds = ((Kind.THROTTLED, 20), (Kind.UNREACHABLE, 4), (Kind.UNREACHABLE, NEVER_ENDING), (Kind.CONNECT_TIMED_OUT, 2))
    lasting = [(Fault(kind, call, api, times),) for api in apis for call in calls for kind, times in kinds]
    return lasting + [(Fault(Kind.ACCESS_DENIED_FROM_NOW, call, api),) for api in apis for call in calls]


@EACH
def test_no_trouble_with_asking_does_harm(scenario: Scenario, every: int, record_property: Record) -> None:
    turn = SCENARIOS.index(scenario) % every
    assert _sweep(scenario, _durations(scenario), [(), *_troubles()[turn:]], every, record_property) == []


@BRIEF
def test_no_two_faults_do_harm(scenario: Scenario, every: int, record_property: Record) -> None:
    calls, *_ = without_faults(scenario, AT_ONCE)
    assert _sweep(scenario, AT_ONCE, [(), *every_pair(calls, TELLING)], every * every, record_property) == []


def another(scenario: str, **changes: object) -> Scenario:
    """The scenario of that name, but for these changes."""
    (found,) = [one for one in SCENARIOS if one.name == scenario]
    return replace(found, **changes)  # type: ignore[arg-type] # given by name


def test_a_beginning_that_does_not_come_to_its_state_fails_the_scenario() -> None:
    """As it was with an index that was never built: an ordinary table was deleted, and everything was well."""
    (built,) = [one.before for one in SCENARIOS if one.name == "delete while an index is backfilled"]
    never = another("delete while an index is backfilled", before=replace(built, make=STANDING.make))
    with pytest.raises(NotReached, match="one of its indexes is backfilled"):
        survivors(never, REAL, ())


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("delete while an index is backfilled", {"before": STANDING}, "has not met"),
        (
            "create that comes twice",
            {"act": lambda stage: stage.stack.create("Table", {"Schema": "breakglass"})},
            "has not met",
        ),
        ("create that fails", {"standing": ()}, "comes to ('CREATE_COMPLETE',)"),
    ],
)
def test_an_act_that_does_not_meet_what_its_scenario_is_about_is_told(
    name: str, changes: dict[str, object], told: str
) -> None:
    assert told in " ".join(survivors(another(name, **changes), REAL, ()))
