"""A forger who knows every id changes no table, opens no record, and loses none, while CloudFormation is not at work.

While it is at work on that very resource he may be believed: docs/explanation/security.md.
"""

from __future__ import annotations

from functools import partial
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws import REAL
from tests.sweep.forger import Forgery, forgeries, harm, send
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.sweep.scenario import Scenario

pytestmark = pytest.mark.timeout(3600)  # with --sweep-all, one test is every forgery in two states of a scenario

QUICK = REAL.scaled(0.2)
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
QUIET_SECONDS = 40.0
"""So long after CloudFormation has said that it is over, its answers are not late any more."""
FEWER = 5
"""Of the forgeries, other ones in each state, so many times fewer than of the faults; with `--sweep-all`, all."""
GAP_SECONDS = 300.0


def some(every: int, scenario: Scenario, state: int) -> list[Forgery]:
    """A part of the forgeries, another one in each state of each scenario, so that all of them come up in the end."""
    step = 1 if every == 1 else every * FEWER
    return forgeries()[(SCENARIOS.index(scenario) * 3 + state) % step :: step]


def attack(stage: Stage, sent: Iterable[Forgery]) -> list[str]:
    """One forgery after another, each to its end; what they have changed."""
    numbers = count(len(stage.functions.invocations))
    kept = [list(table.records) for table in stage.plane.tables.values()]
    for forgery in sent:
        number = next(numbers)
        send(stage, number, forgery)
        stage.world.run()
        if words := harm(stage):
            return [f"{forgery}: {words}"]
    assert [list(table.records) for table in stage.plane.tables.values()] == kept
    assert stage.functions.crashes() == []
    return []


def begun(scenario: Scenario) -> Stage:
    stage = Stage(QUICK, declares=scenario.declares)
    scenario.before.play(stage)
    stage.begins()
    stage.clock.sleep(QUIET_SECONDS)
    return stage


def played(scenario: Scenario, stage: Stage) -> dict[str, Any]:
    """What is left of the tables and of the stack."""
    stage.order(*scenario.standing)
    scenario.act(stage)
    stage.world.run()
    stage.ends()
    stage.order()
    return {"tables": stage.shapes(), "course": stage.course, "lost": len(stage.plane.lost_records)}


@EACH
def test_forged_events_before_and_after_a_scenario_change_nothing(scenario: Scenario, every: int) -> None:
    stage = begun(scenario)
    assert attack(stage, some(every, scenario, 0)) == []
    attacked = played(scenario, stage)
    stage.clock.sleep(QUIET_SECONDS)
    assert attack(stage, some(every, scenario, 1)) == []
    plain = played(scenario, begun(scenario))
    assert attacked["course"] == plain["course"]
    assert attacked["lost"] == plain["lost"]


def gaps(stage: Stage) -> list[float]:
    """The moments within the act at which the stack is at rest for a while."""
    states = [state for state in stage.stack.record.states if state.time >= stage.began]
    return [
        one.time + QUIET_SECONDS
        for one, after in pairwise(states)
        if not one.status.endswith("_IN_PROGRESS") and after.time - one.time > GAP_SECONDS
    ]


@EACH
def test_forged_events_between_the_operations_of_a_scenario_change_nothing(scenario: Scenario, every: int) -> None:
    plain = begun(scenario)
    wanted, moments = played(scenario, plain), gaps(plain)
    for state, moment in enumerate(moments):
        stage = begun(scenario)
        for number, forgery in enumerate(some(every, scenario, state + 2)):
            stage.world.at(moment, partial(send, stage, number, forgery))
        ended = played(scenario, stage)
        assert harm(stage) == []
        assert (ended["course"], ended["lost"]) == (wanted["course"], wanted["lost"])


@EACH
def test_forged_events_while_the_stack_is_at_work_on_something_else_change_nothing(scenario: Scenario, every: int) -> None:
    """An update of another resource of the stack, before it cleans up."""
    stage = begun(scenario)
    if not stage.stack.status:
        return
    stage.stack.operations.begin("UPDATE")
    stage.clock.sleep(QUIET_SECONDS)
    assert attack(stage, some(every, scenario, 3)) == []
    stage.stack.operations.back()
    stage.clock.sleep(QUIET_SECONDS)
    assert attack(stage, some(every, scenario, 4)) == []
