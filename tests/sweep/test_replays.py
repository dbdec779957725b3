"""Every event of every scenario, delivered once more by Lambda: when all is over, and at every later event's time.

What CloudFormation says of the stack is all that tells it from one that is at work, and nothing here holds without
the asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws import REAL, late
from tests.sweep.scenarios import SCENARIOS, Scenario
from tests.sweep.stage import Stage
from tests.worlds import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = REAL.scaled(0.2)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
AFTER_IT = (0.5, 3.0, 8.0, 20.0)
AFTER_OTHERS = (0.1, 1.0, 4.0, 9.0)
"""Seconds after its own sending, and after each later event's."""


@dataclass(frozen=True)
class Replay:
    """The event of that number comes once more at that moment."""

    event: int
    moment: float


def play(scenario: Scenario, replay: Replay | None = None, *, lag: float = 0.0, asking: bool = True) -> Stage:
    stage = Stage(QUICK, declares=scenario.declares, asking=asking)
    stage.functions.stacks.lag = late(lag)
    scenario.before.play(stage)
    stage.order(*scenario.standing)
    if replay is not None:
        stage.world.at(max(replay.moment, stage.clock.now()), lambda: again(stage, replay.event))
    scenario.act(stage)
    stage.world.run()
    return stage


def again(stage: Stage, number: int) -> None:
    if number < len(stage.stack.requests):
        stage.stack.redeliver(stage.stack.requests[number].event)


def replays(stage: Stage) -> Iterator[Replay]:
    """All of them, for a run without any."""
    sent = [request.sent_at for request in stage.stack.requests]
    end = max(answer.time for answer in stage.sink.answers)
    for number, moment in enumerate(sent):
        moments = {moment + span for span in AFTER_IT}
        moments |= {later + span for later in sent[number + 1 :] for span in AFTER_OTHERS}
        yield from (Replay(number, when) for when in sorted(moments) if when < end)


def outcome(stage: Stage) -> dict[str, Any]:
    """What stands, what was lost, and what the stack says of its resources."""
    return {
        "tables": stage.shapes(),
        "lost": sorted(lost.table for lost in stage.plane.lost_records),
        "statuses": {name: resource.status for name, resource in stage.stack.resources.items()},
        "crashes": stage.functions.crashes(),
    }


def changed_afterwards(stage: Stage) -> list[str]:
    """What the events change that come once more, half a minute after the end."""
    stage.order()
    stage.clock.sleep(40)
    found = []
    for number, request in enumerate(list(stage.stack.requests)):
        before = len(stage.plane.changes)
        again(stage, number)
        stage.world.run()
        found += [f"{request.kind}: {change.api} {change.table}" for change in stage.plane.changes[before:]]
    return found


@EACH
@pytest.mark.parametrize("lag", [0.0, 30.0])
def test_an_event_that_comes_again_when_all_is_over_changes_nothing(scenario: Scenario, lag: float) -> None:
    assert changed_afterwards(play(scenario, lag=lag)) == []


@EACH
def test_an_event_that_comes_again_while_others_are_at_work_makes_no_difference(scenario: Scenario, every: int) -> None:
    plain = play(scenario)
    wanted, found = outcome(plain), []
    for replay in list(replays(plain))[:: 1 if every == 1 else 3]:
        ended = outcome(play(scenario, replay))
        found += [f"{replay}: {name} {ended[name]}" for name in wanted if ended[name] != wanted[name]]
    assert found == []


def test_without_the_asking_they_do_harm() -> None:
    found = changed_afterwards(play(BY_NAME["create that fails"], asking=False))
    assert "Create: create_table sentinel-breakglass" in found
    found = changed_afterwards(play(BY_NAME["replacement that is rolled back"], asking=False))
    assert "Update: create_table sentinel-elsewhere" in found


@EACH
@pytest.mark.parametrize("shows_old", [False, True])
def test_no_genuine_event_is_refused_however_late_the_answers_are(scenario: Scenario, shows_old: bool) -> None:
    def statuses(lag: float) -> dict[str, list[str]]:
        stage = Stage(REAL, declares=scenario.declares)
        stage.functions.stacks.lag = late(lag)
        stage.stack.clean_up_shows_old = stage.stack.operations.roll_back_moves_began = shows_old
        scenario.before.play(stage)
        stage.order(*scenario.standing)
        scenario.act(stage)
        stage.world.run()
        return {name: [row[1] for row in one.statuses] for name, one in stage.stack.resources.items()}

    if not scenario.cancels:
        assert statuses(30.0) == statuses(0.0)
    else:
        assert {rows[-1] for rows in statuses(30.0).values()} == {"DELETE_COMPLETE"}


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
def test_an_event_that_cloudformation_never_sent_changes_nothing(verb: str) -> None:
    scene = Scene()
    made = scene.create()["PhysicalResourceId"]
    before = scene.plane.snapshot()
    weakened = {"Schema": "approval", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"}}
    answer = scene.forge(scene.event(verb, weakened, made if verb != "Create" else ""))
    assert (answer["Status"], scene.plane.snapshot()) == ("FAILED", before)
