"""Lambda delivers an event twice, now and then: long after it was answered, and when the table is in use.

What a second delivery fails at is no reason to undo what the first one finished, for records may stand in it.
"""

import dataclasses
from typing import Any

import pytest

from tests.aws import REAL, Durations, Fault, Faults, Kind
from tests.worlds import LOGICAL_ID, Json, Scene, standing

NEW = "sentinel-new"
NAME = "sentinel-requests"
RECORD = {"id": "1", "requester": "ann"}
SHORT_SECONDS = 30.0
"""An invocation that a Create outlasts."""
PROTECTED: Json = {"Schema": "approval", "DeletionProtectionEnabled": True}


def denied_once(scene: Scene, api: str, at: float) -> None:
    """From that moment on the next call of `api` is denied."""
    scene.world.at(at, lambda: setattr(scene.functions, "faults", Faults(Fault(Kind.ACCESS_DENIED, 1, api))))


def used(scene: Scene, name: str, at: float) -> None:
    """From that moment on there is a record in the table."""
    scene.world.at(at, lambda: scene.plane.put_record(name, RECORD))


def replaced(scene: Scene, again: float, **properties: Any) -> None:
    """A table is replaced by another one; the event comes `again` so many seconds later."""
    scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    scene.functions.duplicates = {scene.functions.queued + 1: again}
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "TableName": NEW, **properties})


READS = ("describe_table", "list_tags_of_resource", "describe_continuous_backups", "describe_time_to_live")


@pytest.mark.parametrize("api", READS)
@pytest.mark.parametrize("properties", [{"Schema": "approval"}, PROTECTED], ids=["plain", "protected"])
def test_a_create_that_was_handed_over_and_comes_again_leaves_the_table_that_it_finished(properties: Json, api: str) -> None:
    scene = Scene(REAL, timeout=SHORT_SECONDS, faults=(Fault(Kind.KILLED_AFTER, 1, "deliver"),))
    resource = scene.stack.create(LOGICAL_ID, properties)
    began = scene.clock.now()
    used(scene, NAME, began + 50)
    denied_once(scene, api, began + 50)
    scene.world.run()
    assert resource.status == "CREATE_COMPLETE"
    assert len(scene.functions.invocations) > 2
    assert scene.functions.faults.struck
    assert scene.plane.records(NAME) == [RECORD]
    assert (scene.plane.truth(NAME) or {})["DeletionProtectionEnabled"] is (properties is PROTECTED)


def test_an_adoption_that_was_handed_over_and_comes_again_is_not_given_back() -> None:
    scene = Scene(REAL, faults=(Fault(Kind.KILLED_AFTER, 1, "deliver"),))
    before = scene.tags(stack_id="arn:aws:cloudformation:eu-central-1:1:stack/old/1")
    lacking = {name: keys for name, keys in (standing().get("indexes") or {}).items() if name != "gsi-status"}
    scene.plane.given_table(NAME, **standing(indexes=lacking, tags=before, records=[RECORD], age=86_400))
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": "Adopt"})
    denied = False

    def deny() -> None:
        nonlocal denied
        denied = resource.status == "CREATE_COMPLETE"
        if denied:
            scene.functions.faults = Faults(Fault(Kind.ACCESS_DENIED, 1, "describe_time_to_live"))
        else:
            scene.world.at(scene.clock.now() + 5, deny)

    scene.functions.timeout = 300.0
    deny()
    scene.world.run()
    assert denied
    assert scene.plane.tables[NAME].tags.current == scene.tags("adopted")


@pytest.mark.parametrize("named_by", ["alias", "id", "arn", None])
@pytest.mark.parametrize("api", [*READS, "describe_key"])
def test_a_replacement_that_comes_again_leaves_the_table_that_it_finished(named_by: str | None, api: str) -> None:
    scene = Scene(REAL)
    key = scene.plane.keys.add("alias/records")
    name = {"alias": "alias/records", "id": key.key_id, "arn": key.arn, None: None}[named_by]
    began = scene.clock.now()
    replaced(scene, 90, **({"SSESpecification": {"KMSMasterKeyId": name}} if name else {}))
    used(scene, NEW, scene.clock.now() + 60)
    denied_once(scene, api, scene.clock.now() + 60)
    scene.world.run()
    assert scene.clock.now() - began > 90
    assert scene.plane.records(NEW) == [RECORD]


LATER: list[tuple[str, Json]] = [
    ("update_table", {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}),
    ("update_table", {"TableClass": "STANDARD_INFREQUENT_ACCESS"}),
    ("tag_resource", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("update_continuous_backups", {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": "7"}}),
]


@pytest.mark.parametrize("evidence", [False, True])
@pytest.mark.parametrize(("api", "change"), LATER)
def test_a_replacement_that_comes_again_leaves_a_table_that_was_changed_since(
    api: str, change: Json, evidence: bool
) -> None:
    """It differs from what that event asks for, and is none the less finished."""
    expiry: Json = {"TimeToLiveSpecification": {"Enabled": "false"}} if evidence else {}
    scene = Scene(REAL)
    began = scene.clock.now()
    replaced(scene, 600, **expiry)
    used(scene, NEW, scene.clock.now() + 100)
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "TableName": NEW, **expiry, **change}, after=200)
    denied_once(scene, api, scene.clock.now() + 500)
    scene.world.run()
    assert scene.clock.now() - began > 600
    assert scene.plane.records(NEW) == [RECORD]


@pytest.mark.parametrize("again", [2400.0, 2900.0])
def test_a_replacement_that_comes_again_leaves_a_table_that_keeps_its_records_since(again: float) -> None:
    """It wants time to live on once more, and waits until its time is up, for DynamoDB lets it not."""
    durations: Durations = dataclasses.replace(REAL, ttl_cooldown=(1860.0, 1900.0))
    scene = Scene(durations)
    replaced(scene, again)
    used(scene, NEW, scene.clock.now() + 100)
    off = {"Schema": "approval", "TableName": NEW, "TimeToLiveSpecification": {"Enabled": False}}
    scene.stack.update(LOGICAL_ID, off, after=200)
    scene.world.run()
    assert scene.plane.records(NEW) == [RECORD]


OFF: Json = {"TimeToLiveSpecification": {"Enabled": False}}
TURNED_OFF: list[tuple[Json, Json]] = [
    ({"DeletionProtectionEnabled": True}, {}),
    ({"ContributorInsightsSpecification": {"Enabled": True}, **OFF}, OFF),
    (OFF, {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}, **OFF}),
]


@pytest.mark.parametrize("api", READS)
@pytest.mark.parametrize(("first", "then"), TURNED_OFF)
def test_a_replacement_that_comes_again_leaves_a_table_whose_last_setting_was_turned_off_since(
    first: Json, then: Json, api: str
) -> None:
    """It looks as if its last step had never been taken."""
    scene = Scene(REAL)
    replaced(scene, 300, **first)
    began = scene.clock.now()
    used(scene, NEW, began + 90)
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "TableName": NEW, **then}, after=100)
    denied_once(scene, api, began + 299.9)
    scene.world.run()
    assert scene.functions.faults.struck
    assert scene.plane.records(NEW) == [RECORD]


def test_a_replacement_that_died_and_failed_is_undone_all_the_same() -> None:
    """Nobody answered for it, and it has only just been made."""
    faults = (Fault(Kind.KILLED_AFTER, 1, "create_table"), Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "update_time_to_live"))
    scene = Scene(REAL)
    scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    scene.functions.faults = Faults(*faults)
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "TableName": NEW})
    scene.world.run()
    assert set(scene.plane.tables) == {NAME}


@pytest.mark.parametrize("call", range(60, 140))
def test_a_protected_create_that_dies_and_then_fails_can_be_rolled_back(call: int) -> None:
    """The answer's id tells the Delete that this very Create made the table, and may have protected it."""
    scene = Scene(REAL, faults=(Fault(Kind.KILLED_AFTER, call), Fault(Kind.ACCESS_DENIED, call + 1)), repairs=True)
    resource = scene.stack.create(LOGICAL_ID, PROTECTED)
    scene.world.run()
    if "deliver" not in {scene.wire.calls[fault.call - 1] for fault in scene.wire.struck}:
        assert resource.status in ("CREATE_COMPLETE", "DELETE_COMPLETE"), resource.reason
        assert (NAME in scene.plane.tables) is (resource.status == "CREATE_COMPLETE")
