"""What failed or was cancelled is undone: what it made goes, and what stood before stays with its records."""

import pytest

from tests.aws import REAL, Fault, Kind
from tests.events.ownership import FAILS, FOREIGN, NAME, NOBODYS, OLD, RECORD, origin, owner, stage, tags_of
from tests.worlds import LOGICAL_ID, Json, Scene, standing


def test_what_a_failed_replacement_made_is_removed_and_the_old_table_stays() -> None:
    scene = Scene(faults=FAILS)
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags(), records=[RECORD]))
    answer = scene.update("sentinel-before", old={"Schema": "approval", "TableName": "sentinel-before"})
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "sentinel-before"
    assert "update_continuous_backups: AccessDeniedException" in answer["Reason"]
    assert set(scene.plane.tables) == {"sentinel-before"}
    assert scene.plane.lost_records == []


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_what_a_failed_replacement_adopted_is_given_back_with_its_records(state: str) -> None:
    scene = Scene(faults=FAILS)
    tags = tags_of(scene, state) | {"cost": "7"}
    scene.plane.given_table(NAME, **standing(tags=tags, recovery_days=None, records=[RECORD]))
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    answer = scene.update("sentinel-before", ExistingTable="Adopt", old={"TableName": "sentinel-before"})
    assert answer["Status"] == "FAILED"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.tables[NAME].tags.current == tags


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_what_a_failed_create_adopted_is_left_with_its_records_and_so_it_is_by_the_delete_after_it(state: str) -> None:
    scene = Scene(faults=FAILS)
    tags = tags_of(scene, state) | {"cost": "7"}
    scene.plane.given_table(NAME, **standing(tags=tags, recovery_days=None, records=[RECORD]))
    answer = scene.create(ExistingTable="Adopt")
    assert answer["Status"] == "FAILED"
    assert scene.delete(answer["PhysicalResourceId"], ExistingTable="Adopt")["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.lost_records == []


@pytest.mark.parametrize("after", [0.4, 0.6, 0.8, 1.0])
@pytest.mark.parametrize(
    "properties",
    [
        {"TableName": "sentinel-after"},
        {"DeletionProtectionEnabled": True, "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}},
        {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": 7}, "Tags": [{"Key": "team", "Value": "red"}]},
    ],
    ids=["a replacement", "settings", "recovery and tags"],
)
def test_the_roll_back_of_an_update_ends_where_it_began(properties: Json, after: float) -> None:
    scene = Scene()
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    scene.plane.put_record(NAME, RECORD)
    before = scene.plane.truth(NAME) or {}
    scene.stack.update(LOGICAL_ID, {"Schema": "approval"} | properties)
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert (resource.status, scene.stack.status) == ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    assert resource.physical_id == NAME
    assert scene.plane.records(NAME) == [RECORD]
    found = scene.plane.truth(NAME) or {}
    if "DeletionProtectionEnabled" in properties:  # a template that says nothing of it takes none away
        found["DeletionProtectionEnabled"] = before["DeletionProtectionEnabled"]
    assert {key: found.get(key) for key in before} == before


def test_what_stood_under_the_new_name_is_not_removed_when_a_replacement_fails() -> None:
    scene = Scene(faults=FAILS)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), recovery_days=None, records=[RECORD], age=OLD))
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    assert scene.update("sentinel-before", old={"TableName": "sentinel-before"})["Status"] == "FAILED"
    assert scene.plane.records(NAME) == [RECORD]
    assert origin(scene) == "created"


def test_a_failed_create_that_made_its_table_leaves_nothing_once_it_is_rolled_back() -> None:
    scene = Scene(faults=FAILS, repairs=True)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": True})
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.tables == {}


@pytest.mark.parametrize("call", range(2, 200, 7))
def test_a_create_that_fails_is_rolled_back_however_late_it_fails_with_protection(call: int) -> None:
    scene = Scene(durations=REAL, faults=(Fault(Kind.ACCESS_DENIED, call),), repairs=True)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": True})
    scene.world.run()
    struck = {scene.wire.calls[fault.call - 1] for fault in scene.wire.struck}
    if "deliver" in struck:
        return  # there is no answering through a 403
    fails = struck - {"describe_stack_resource", "describe_stacks"}  # a question that is denied once is asked again
    assert resource.status == ("DELETE_COMPLETE" if fails else "CREATE_COMPLETE"), resource.reason


def test_a_refused_create_does_not_wait_for_a_table_that_cannot_come() -> None:
    scene = Scene(faults=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "create_table"),))
    began = scene.clock.now()
    assert scene.create()["Status"] == "FAILED"
    assert scene.sink.answers[0].time - began < 1


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS, "nobody's, other schema"])
def test_a_create_that_is_refused_and_rolled_back_leaves_the_table_as_it_was(state: str) -> None:
    scene = stage(state)
    scene.stack.delete_after_failed_create = True
    before = scene.plane.truth(NAME)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.writes() == []
    assert scene.plane.truth(NAME) == before


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_a_cancelled_create_that_adopted_leaves_the_records(state: str) -> None:
    for after in (0.5, 0.9, 1.4, 3.0):
        scene = stage(state, recovery_days=None)
        scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": "Adopt"})
        scene.stack.cancel(LOGICAL_ID, after)
        scene.world.run()
        assert scene.plane.records(NAME) == [RECORD]
        assert scene.plane.lost_records == []


@pytest.mark.parametrize("after", [0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.4, 0.7, 1.0, 1.5, 2.0, 5.0])
def test_a_cancelled_create_leaves_no_table(after: float) -> None:
    scene = Scene()
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.tables == {}


@pytest.mark.parametrize("existing", ["Fail", "Adopt"])
@pytest.mark.parametrize("age", [30 * OLD, 4 * 3600])
@pytest.mark.parametrize("after", [0.1, 0.3, 0.5, 1.0, 2.0, 5.0])
def test_a_cancelled_create_leaves_a_table_that_its_resource_had_retained_long_before(
    after: float, age: float, existing: str
) -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=age, records=[RECORD], recovery_days=None))
    scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": existing})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert scene.plane.records(NAME) == [RECORD]


@pytest.mark.parametrize("after", [0.5, 0.7, 1.0, 1.5, 2.0])
def test_a_cancelled_create_leaves_a_table_that_it_has_just_taken_back(after: float) -> None:
    """DynamoDB refuses the Delete while it writes the tags that say so; what was read before that does not count."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=600, records=[RECORD], recovery_days=None))
    scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert scene.plane.records(NAME) == [RECORD]


@pytest.mark.parametrize("after", [0.1, 0.3, 0.5, 1.0, 5.0, 60.0])
def test_a_cancelled_create_takes_no_table_over_that_was_released_meanwhile(after: float) -> None:
    """It is at work on indexes for a long time, while the Delete releases the table."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(indexes={}, age=OLD, records=[RECORD]))
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": "Adopt"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert owner(scene) == (None, None)
    assert scene.plane.records(NAME) == [RECORD]


@pytest.mark.parametrize("protected", [False, True])
def test_a_table_that_an_update_went_back_to_stays_when_that_is_rolled_back(protected: bool) -> None:
    """CloudFormation takes it for the new table of a replacement, and sends its Delete."""
    scene = Scene(repairs=True)
    scene.stack.create(LOGICAL_ID, {"Schema": "approval", "TableName": "sentinel-elsewhere"})
    scene.world.run()
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=OLD, records=[RECORD]))
    scene.stack.another_fails = True
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": protected})
    scene.world.run()
    assert scene.plane.records(NAME) == [RECORD]
