"""AWS answers late, once with an error, or not at all to KMS: an event ends right, or says why it did not."""

import json

import pytest

from tests.aws import FAST, REAL, Fault, Kind
from tests.worlds import Json, Scene, standing

NAME, NEW = "sentinel-requests", "sentinel-new"
MANAGED: Json = {"SSESpecification": {"SSEEnabled": "true"}}


@pytest.mark.parametrize("verb", ["create", "replacement"])
@pytest.mark.parametrize("lag", [0.5, 3.0, 10.0, 25.0])
def test_a_table_that_describetable_shows_late_is_waited_for(lag: float, verb: str) -> None:
    """A Create was given up when DescribeTable was half a second late."""
    scene = Scene(FAST.lagging(lag))
    if verb == "create":
        answer = scene.create(DeletionProtectionEnabled="true")
    else:
        scene.plane.given_table(NAME, **standing(tags=scene.tags()))
        answer = scene.update(NAME, TableName=NEW)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert [call.api for call in scene.plane.writes() if call.outcome == "ok"].count("create_table") == 1


@pytest.mark.parametrize("kind", [Kind.INTERNAL_ERROR, Kind.REQUEST_LOST, Kind.THROTTLED, Kind.ANSWER_LOST])
@pytest.mark.parametrize("old", [None, {"SSESpecification": {"KMSMasterKeyId": "alias/records"}}], ids=["unsaid", "said"])
@pytest.mark.parametrize("new", [MANAGED, {}], ids=["managed", "taken back"])
def test_a_key_service_that_stumbles_once_leaves_no_wrong_key(kind: Kind, old: Json | None, new: Json) -> None:
    """With KMS answering one 5xx, an Update said SUCCESS and left the wrong key."""
    scene = Scene(faults=(Fault(kind, 1, "describe_key"),))
    key = scene.plane.keys.add("alias/records")
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), key=key.arn))
    answer = scene.update(NAME, old=old, **new)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    described = (scene.plane.truth(NAME) or {})["SSEDescription"]
    stays = not new and old is None
    assert described["KMSMasterKeyArn"] == (key.arn if stays else scene.plane.keys.managed.arn)


@pytest.mark.parametrize(
    ("named", "changed"), [("alias/records", None), ("arn", True), ("id", True), ("alias arn", None)], ids=str
)
def test_a_key_service_that_is_denied_leaves_no_key_that_the_template_takes_back(named: str, changed: bool | None) -> None:
    """With KMS denied, an Update said SUCCESS and left the wrong key."""
    scene = Scene(faults=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "describe_key"),))
    key = scene.plane.keys.add("alias/records")
    names = {"arn": key.arn, "id": key.key_id, "alias arn": f"{key.arn.partition(':key/')[0]}:alias/records"}
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), key=key.arn))
    answer = scene.update(NAME, old={"SSESpecification": {"KMSMasterKeyId": names.get(named, named)}})
    described = (scene.plane.truth(NAME) or {})["SSEDescription"]
    if changed:
        assert answer["Status"] == "SUCCESS", answer["Reason"]
        assert described["KMSMasterKeyArn"] == scene.plane.keys.managed.arn
    else:
        assert answer["Status"] == "FAILED"
        assert answer["Reason"].endswith("Allow kms:DescribeKey for alias/aws/dynamodb, then retry.")
        assert described["KMSMasterKeyArn"] == key.arn


def replaced(*faults: Fault) -> Scene:
    """A table is replaced by one that is protected; the event comes to its end, answered or not."""
    scene = Scene(REAL, faults=faults)
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    event = scene.event("Update", {"Schema": "approval", "DeletionProtectionEnabled": "true"}, "sentinel-before")
    scene.functions.submit(json.dumps(scene.stack.announce(event)).encode())
    scene.world.run()
    return scene


def test_a_replacement_that_fails_after_it_was_protected_leaves_no_table_behind() -> None:
    """It left the protected table behind, which no later event mentions."""
    calls, failed_protected = len(replaced().wire.calls), 0
    for call in range(calls - 6, calls):
        scene = replaced(Fault(Kind.ACCESS_DENIED, call))
        (answer,) = [one.parsed for one in scene.sink.answers]
        if answer["Status"] == "FAILED":
            assert scene.plane.tables.keys() == {"sentinel-before"}
            changes = [write for write in scene.plane.writes() if write.outcome == "ok"]
            failed_protected += any(write.arguments.get("DeletionProtectionEnabled") for write in changes)
    assert failed_protected, "a table was removed that had been protected"
