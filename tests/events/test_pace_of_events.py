"""When things are called: nothing before it can help, nothing later than it must, and what was begun is seen to its end."""

import logging
from itertools import cycle, pairwise

import pytest

from tests.aws import INSTANT, REAL, UNDATED, WRITES, Call, Fault, Kind
from tests.worlds import INDEXES, Scene, standing

NAME, MINE = "sentinel-requests", {"Schema": "approval"}
TAGS = [{"Key": "team", "Value": "red"}]
OTHERS = {"sentinel:stack-id": "arn:aws:cloudformation:eu-central-1:123456789012:stack/theirs/1"}


def created(scene: Scene) -> list[Call]:
    """All calls of a Create."""
    assert scene.create()["Status"] == "SUCCESS"
    return scene.plane.history


def when(calls: list[Call], api: str, turn: int = 0) -> float:
    return [call.time for call in calls if call.api == api][turn]


def test_a_new_table_is_not_looked_at_before_it_can_be_active() -> None:
    calls = created(Scene(REAL))
    made = when(calls, "create_table")
    looks = [call.time - made for call in calls if call.api == "describe_table" and call.time > made]
    assert looks[0] > 7.0
    assert len([look for look in looks if look < 11.5]) <= 3
    assert len(calls) <= 45


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("missing", [None, "gsi-status"], ids=["create", "an index"])
def test_the_answer_comes_within_a_second_of_the_last_thing_that_dynamodb_does(missing: str | None, seed: int) -> None:
    scene = Scene(REAL, seed=seed)
    if missing is None:
        created(scene)
    else:
        kept = {name: keys for name, keys in INDEXES["approval"].items() if name != missing}
        scene.plane.given_table(NAME, **standing(tags=scene.tags(), indexes=kept))
        assert scene.update(NAME)["Status"] == "SUCCESS"
    answered = scene.sink.answers[-1].time
    assert 0 <= answered - max(end for _, end in scene.plane.state.at_work) < 1


def test_before_a_step_that_removes_all_is_asked_and_read_anew_though_another_step_was_just_taken() -> None:
    """A table that its own failed Create had protected loses its protection first."""
    scene = Scene(INSTANT)
    assert scene.create(DeletionProtectionEnabled="true")["Status"] == "SUCCESS"
    before = len(scene.calls_to_aws())
    assert scene.ask(scene.event("Delete", MINE, "not-created:1"), during="ROLLBACK_IN_PROGRESS")["Status"] == "SUCCESS"
    made = scene.calls_to_aws()[before:]
    removal = made[made.index("update_table") + 1 : made.index("delete_table")]
    assert removal[-2:] == ["describe_stacks", "describe_stack_resource"]
    assert {"describe_table", "list_tags_of_resource"} <= set(removal)


def test_what_settles_is_not_looked_at_before_it_can_have_settled() -> None:
    calls = created(Scene(REAL))
    active, begun = when(calls, "update_time_to_live") - 0.1, when(calls, "update_time_to_live")
    assert when(calls, "describe_continuous_backups") - active > 0.9
    assert when(calls, "describe_time_to_live") - begun > 1.3


def test_where_nothing_takes_time_every_call_follows_the_one_before() -> None:
    calls = created(Scene(INSTANT))
    began = when(calls, "create_table")
    settled = [call for call in calls if call.time >= began]
    assert [later.api for earlier, later in pairwise(settled) if later.time - earlier.time > 0.05] == []
    assert calls[-1].time - began < 0.4


def test_a_question_that_is_throttled_is_asked_ever_more_seldom() -> None:
    scene = Scene(faults=(Fault(Kind.THROTTLED, 1, "describe_stack_resource", 30),))
    began = scene.clock.now()
    assert scene.create()["Status"] == "SUCCESS"
    assert scene.clock.now() - began > 30 * 0.4 * 2
    assert scene.calls_to_aws().count("describe_table") < 20


def test_each_step_is_logged_once_with_its_seconds(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sentinel_tables.taking"):
        calls = created(Scene(REAL))
    steps = {record.step: record.seconds for record in caplog.records if record.msg == "step"}  # type: ignore[attr-defined] # extra
    assert sorted(steps) == sorted(call.api for call in calls if call.api in WRITES)
    assert steps["create_table"] > 13
    assert 1.4 < steps["update_time_to_live"] < 3


@pytest.mark.parametrize("stands", [False, True])
@pytest.mark.parametrize("verb", ["Create", "Update"])
def test_an_event_without_a_date_is_dated_by_its_stacks_operation(verb: str, stands: bool) -> None:
    scene = Scene()
    scene.sink.signing = UNDATED
    if stands:
        scene.plane.given_table(NAME, **standing(tags=scene.tags(), ttl=None))
    answer = scene.create() if verb == "Create" else scene.update(NAME)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    ttl = scene.plane.tables[NAME].ttl
    assert (ttl.attribute if ttl.status == "ENABLED" else None) == (None if stands else "ttl")


def test_once_it_is_dated_the_step_is_taken_at_once() -> None:
    scene = Scene(INSTANT)
    scene.sink.signing = UNDATED
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), ttl=None))
    began = scene.clock.now()
    assert scene.update(NAME, Tags=TAGS)["Status"] == "SUCCESS"
    looked, tagged = when(scene.plane.history, "describe_table"), when(scene.plane.history, "tag_resource")
    assert tagged - looked < 0.2, "six readings and two questions"
    assert looked > began


def test_a_delete_by_name_without_a_date_is_dated_by_what_cloudformation_says() -> None:
    scene = Scene()
    assert scene.create()["Status"] == "SUCCESS"
    scene.sink.signing = UNDATED
    assert scene.ask(scene.event("Delete", MINE, "not-created:1"), during="ROLLBACK_IN_PROGRESS")["Status"] == "SUCCESS"
    assert NAME not in scene.plane.tables


def _made_after(scene: Scene, seconds: float, tags: dict[str, str]) -> None:
    """Somebody makes the table by then, with these tags."""

    def make() -> None:
        scene.plane.given_table(NAME, **standing(tags=tags))

    scene.world.at(scene.clock.now() + seconds, make)


def deleted(late: float, **properties: str) -> Scene:
    """A Delete of an old table, while DescribeStacks is so many seconds late, and DescribeStackResource is not."""
    scene = Scene()
    scene.plane.given_table(NAME, **standing(tags=scene.tags()))
    scene.functions.stacks.lag = cycle([late, 0.0]).__next__
    assert scene.ask(scene.event("Delete", MINE | properties, NAME))["Status"] == "SUCCESS"
    return scene


def test_what_the_stack_does_is_asked_again_until_it_is_said() -> None:
    scene = deleted(20.0)
    assert NAME not in scene.plane.tables
    asked = scene.calls_to_aws().count("describe_stacks")
    assert 10 < asked < 30, "the pauses grow"


@pytest.mark.parametrize("patience", [20, 60, 3600])
def test_a_table_is_spared_before_the_events_time_is_up(patience: int) -> None:
    scene = deleted(1_000_000.0, ServiceTimeout=str(patience))
    assert NAME in scene.plane.tables


def test_a_table_that_appears_between_the_look_and_the_step_is_somebody_elses() -> None:
    scene = Scene()
    began = scene.clock.now()
    first = when(created(Scene()), "describe_table") - began
    _made_after(scene, first + 0.03, OTHERS)
    answer = scene.create()
    assert answer["Status"] == "FAILED"
    assert "belongs to" in answer["Reason"]
    assert scene.calls_to_aws().count("create_table") == 1


def test_another_table_under_the_name_is_not_the_one_that_the_event_began_with() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), key=None))

    def another() -> None:
        scene.plane.state.tables.pop(NAME)
        scene.plane.given_table(NAME, **standing(tags=scene.tags(), key=None))

    scene.world.at(scene.clock.now() + 3.0, another)
    answer = scene.update(NAME, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert answer["Status"] == "FAILED"
    assert "deleted or replaced" in answer["Reason"]


def test_a_create_that_is_contradicted_looks_whether_its_twin_has_finished_the_table() -> None:
    scene = Scene()
    event = scene.event("Create", MINE)
    _made_after(scene, 20.0, scene.tags())
    answer = scene.forge(event)
    assert answer["Status"] == "FAILED"
    assert scene.calls_to_aws().count("describe_table") > 10
