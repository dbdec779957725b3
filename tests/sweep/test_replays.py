"""Every event of every scenario, delivered once more by Lambda: when all is over, and at every later event's time.

And the other way round: no genuine event is refused, however late CloudFormation's answers are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws import REAL, late
from tests.sweep.replays import changed_afterwards, differences, play, refused
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import Stage
from tests.worlds import Scene

if TYPE_CHECKING:
    from tests.sweep.scenario import Scenario

pytestmark = pytest.mark.timeout(3600)  # with --sweep-all, one test is each event of a scenario at each moment

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@EACH
@pytest.mark.parametrize("lag", [0.0, 30.0])
def test_an_event_that_comes_again_when_all_is_over_changes_nothing(scenario: Scenario, lag: float) -> None:
    assert changed_afterwards(play(scenario, lag=lag)) == []


@EACH
def test_an_event_that_comes_again_while_others_are_at_work_makes_no_difference(scenario: Scenario, every: int) -> None:
    assert list(differences(scenario, every)) == []


def test_without_the_asking_they_do_harm() -> None:
    found = changed_afterwards(play(BY_NAME["create that fails"], asking=False))
    assert "Create: create_table sentinel-breakglass" in found
    found = changed_afterwards(play(BY_NAME["replacement that is rolled back"], asking=False))
    assert "Update: create_table sentinel-elsewhere" in found


@EACH
def test_no_genuine_event_is_refused_however_late_the_answers_are(scenario: Scenario, every: int) -> None:
    assert [words for seed in range(8 // every or 1) if (words := refused(scenario, seed))] == []


@EACH
def test_nor_is_one_if_a_clean_up_shows_in_the_resource_and_a_roll_back_in_the_stack(scenario: Scenario) -> None:
    """What nobody has published, the other way round."""

    def course(lag: float) -> dict[str, list[str]]:
        stage = Stage(REAL, declares=scenario.declares)
        stage.functions.stacks.lag = late(lag)
        stage.stack.clean_up_shows_old = stage.stack.operations.roll_back_moves_began = True
        scenario.before.play(stage)
        stage.begins()
        stage.order(*scenario.standing)
        scenario.act(stage)
        stage.world.run()
        stage.ends()
        return stage.course

    if not scenario.cancels:
        assert course(30.0) == course(0.0)


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
def test_an_event_that_cloudformation_never_sent_changes_nothing(verb: str) -> None:
    scene = Scene()
    made = scene.create()["PhysicalResourceId"]
    before = scene.plane.snapshot()
    weakened = {"Schema": "approval", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"}}
    answer = scene.forge(scene.event(verb, weakened, made if verb != "Create" else ""))
    assert (answer["Status"], scene.plane.snapshot()) == ("FAILED", before)
