"""What is called, and in which order: nothing is read in vain, and no step is taken on what was read too long ago."""

from typing import Any

import pytest

from tests.aws import Fault, Kind
from tests.worlds import Scene, standing

NAME = "sentinel-requests"
READS = ["list_tags_of_resource", "describe_time_to_live", "describe_continuous_backups", "describe_contributor_insights"]
WHOLE = ["describe_table", *READS, "get_resource_policy"]
STACK, RESOURCE = "describe_stacks", "describe_stack_resource"
TAGS = [{"Key": "team", "Value": "red"}]


def calls(*faults: Fault, until: str, **properties: Any) -> list[str]:
    """All calls of a Create, up to the last one of that kind."""
    scene = Scene(faults=faults)
    assert scene.create(**properties)["Status"] == "SUCCESS"
    made = scene.calls_to_aws()
    return made[: len(made) - made[::-1].index(until)]


def calls_of_update(*faults: Fault, until: str, **properties: Any) -> list[str]:
    """All calls of an Update of a standing table, up to the last one of that kind."""
    scene = Scene(faults=faults)
    scene.plane.given_table(NAME, **standing(tags=scene.tags()))
    assert scene.update(NAME, **properties)["Status"] == "SUCCESS"
    made = [call for call in scene.calls_to_aws() if call != "describe_key"]
    return made[: len(made) - made[::-1].index(until)]


CREATE = ["describe_key", "describe_table", STACK, RESOURCE, "create_table"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ((), CREATE),
        ((Fault(Kind.THROTTLED, 1, "create_table"),), [*CREATE, RESOURCE, "create_table"]),
        ((Fault(Kind.THROTTLED, 1, RESOURCE),), [*CREATE[:3], RESOURCE, *CREATE[3:]]),
        ((Fault(Kind.THROTTLED, 1, STACK),), [*CREATE[:3], *CREATE[2:]]),
    ],
    ids=["no fault", "the step", "the question", "the other question"],
)
def test_a_create_that_has_to_wait_is_tried_again_without_a_look(fault: tuple[Fault, ...], expected: list[str]) -> None:
    made = calls(*fault, until="create_table")
    assert [api for api in made if api != "describe_key"] == expected[1:]


def test_a_create_whose_answer_is_lost_looks_for_the_table_before_it_is_tried_again() -> None:
    made = calls(Fault(Kind.REQUEST_LOST, 1, "create_table"), until="create_table")
    first = made.index("create_table")
    assert made[first + 1] == "describe_table"
    assert made[-2:] == [RESOURCE, "create_table"]


@pytest.mark.parametrize(
    ("fault", "between"),
    [
        ((), []),
        ((Fault(Kind.THROTTLED, 1, RESOURCE),), [RESOURCE, "describe_table", "list_tags_of_resource"]),
        ((Fault(Kind.THROTTLED, 1, "tag_resource"),), ["tag_resource", "describe_table", "list_tags_of_resource"]),
    ],
    ids=["no fault", "the question", "the step"],
)
def test_an_update_that_has_to_wait_looks_at_the_table_and_its_tags_again(
    fault: tuple[Fault, ...], between: list[str]
) -> None:
    made = calls_of_update(*fault, until="tag_resource", Tags=TAGS)
    asked = [*WHOLE, STACK, RESOURCE]
    assert made == [*asked, *between, "tag_resource"]


def test_one_reading_serves_all_steps_that_have_a_call_of_their_own() -> None:
    wanted = {
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true", "RecoveryPeriodInDays": "7"},
        "ContributorInsightsSpecification": {"Enabled": "true"},
    }
    made = calls_of_update(until="update_continuous_backups", **wanted)
    assert made == [*WHOLE, STACK, RESOURCE, "update_contributor_insights", "update_continuous_backups"]


def test_a_new_table_is_read_whole_once_and_only_at_its_end() -> None:
    scene = Scene()
    scene.create()
    made = scene.calls_to_aws()
    for api in ("list_tags_of_resource", "describe_contributor_insights", "get_resource_policy"):
        assert made.count(api) == 1
        assert made.index(api) > made.index("update_continuous_backups")
