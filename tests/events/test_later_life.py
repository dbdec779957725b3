"""A resource that goes and comes again makes its table anew: what an earlier life of it asked for leaves that one alone."""

import json
import re
from collections.abc import Callable

import pytest

from tests.aws import REAL, Fault, Faults, Kind
from tests.worlds import INDEXES, LOGICAL_ID, Json, Scene, standing

NAME, NEW = "sentinel-requests", "sentinel-new"
RECORD = {"id": "1", "requester": "ann"}
PLAIN: Json = {"Schema": "approval"}
PROTECTED: Json = PLAIN | {"DeletionProtectionEnabled": True}
OTHERS_STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/old/1"


def stood(**properties: object) -> Scene:
    """A stack whose table has stood for a while."""
    scene = Scene(REAL, repairs=True)
    scene.stack.create(LOGICAL_ID, PLAIN | properties)
    scene.world.run()
    scene.clock.sleep(600)
    return scene


def anew(scene: Scene, seconds: float, properties: Json = PLAIN) -> None:
    """The next deployment creates the resource so many seconds from now, and half a minute later there is a record."""
    now = scene.clock.now()

    def deploy() -> None:
        scene.stack.create(LOGICAL_ID, properties)

    scene.world.at(now + seconds, deploy)
    scene.world.at(now + seconds + 30, lambda: scene.plane.put_record(NAME, RECORD))


def kept(scene: Scene, name: str = NAME) -> None:
    began = scene.clock.now()
    scene.world.run()
    assert scene.clock.now() - began > 45, "the other delivery came after the record"
    assert scene.plane.records(name) == [RECORD]
    assert scene.stack.resources[LOGICAL_ID].status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_a_delete_whose_process_died_after_its_answer_leaves_the_table_of_the_next_deployment() -> None:
    scene = stood()
    scene.functions.faults = Faults(Fault(Kind.KILLED_AFTER, 1, "deliver"))
    scene.stack.delete(LOGICAL_ID)
    anew(scene, 25)
    kept(scene)


@pytest.mark.parametrize("again", [200.0, 2900.0])
def test_a_delete_that_is_delivered_twice_leaves_the_table_of_the_next_deployment(again: float) -> None:
    scene = stood()
    scene.functions.duplicates = {scene.functions.queued + 1: again}
    scene.stack.delete(LOGICAL_ID)
    anew(scene, 60)
    kept(scene)


def test_the_delete_of_a_failed_create_that_comes_again_leaves_the_table_of_the_next_deployment() -> None:
    scene = Scene(REAL, repairs=True)
    scene.functions.faults = Faults(Fault(Kind.ACCESS_DENIED, 1, "create_table"), Fault(Kind.KILLED_AFTER, 2, "deliver"))
    scene.stack.create(LOGICAL_ID, PLAIN)
    anew(scene, 25, PROTECTED)
    kept(scene)


def test_the_clean_up_of_a_replacement_that_comes_again_leaves_the_table_that_the_stack_went_back_to() -> None:
    scene = stood()
    scene.functions.faults = Faults(Fault(Kind.KILLED_AFTER, 2, "deliver"))
    scene.stack.update(LOGICAL_ID, PLAIN | {"TableName": NEW})
    scene.stack.update(LOGICAL_ID, PLAIN, after=45)
    scene.world.at(scene.clock.now() + 80, lambda: scene.plane.put_record(NAME, RECORD))
    kept(scene)


@pytest.mark.parametrize("date", ["20200101T000000Z", "20990101T000000Z", "x"])
def test_a_date_that_cannot_be_keeps_no_table_from_being_deleted(date: str) -> None:
    scene = Scene()
    scene.plane.given_table(NAME, **standing(tags=scene.tags()))
    event = scene.stack.announce(scene.event("Delete", PLAIN, NAME))
    url = re.sub(r"X-Amz-Date=[^&]*", f"X-Amz-Date={date}", event["ResponseURL"])
    scene.functions.submit(json.dumps(event | {"ResponseURL": url}).encode())
    scene.world.run()
    assert scene.plane.tables == {}


@pytest.mark.parametrize("properties", [PLAIN, PROTECTED], ids=["plain", "protected"])
@pytest.mark.parametrize("api", ["create_table", "update_time_to_live"])
def test_the_id_of_a_create_that_left_nothing_deletes_no_table_of_a_later_one(api: str, properties: Json) -> None:
    """A deployment that keeps what failed cleans up after it when the next one has succeeded."""
    scene = Scene(faults=(Fault(Kind.ACCESS_DENIED, 1, api),))
    failed = scene.create()
    assert failed["Status"] == "FAILED"
    scene.clock.sleep(900)
    assert scene.create(**properties)["Status"] == "SUCCESS"
    scene.plane.put_record(NAME, RECORD)
    assert scene.delete(failed["PhysicalResourceId"])["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]


def test_a_create_that_could_not_look_leaves_its_delete_a_moment_to_go_by() -> None:
    """It may have made a table in a process that died."""
    faults = (Fault(Kind.KILLED_AFTER, 1, "create_table"), Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "list_tags_of_resource"))
    scene = Scene(REAL, faults=faults)
    failed = scene.create()
    assert failed["Status"] == "FAILED"
    scene.functions.faults = Faults()
    assert scene.delete(failed["PhysicalResourceId"])["Status"] == "SUCCESS"
    assert NAME not in scene.plane.tables


def an_index_is_built(scene: Scene) -> None:
    partition_key, sort_key = INDEXES["approval"]["gsi-status"]
    keys = [(partition_key, "HASH"), (sort_key, "RANGE")]
    index = {
        "IndexName": "gsi-status",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        "Projection": {"ProjectionType": "ALL"},
    }
    arguments = {
        "TableName": NAME,
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        "GlobalSecondaryIndexUpdates": [{"Create": index}],
    }
    scene.plane.call("update_table", arguments)


def the_key_is_changed(scene: Scene) -> None:
    scene.plane.call("update_table", {"TableName": NAME, "SSESpecification": {"Enabled": False}})


@pytest.mark.parametrize("busy", [an_index_is_built, the_key_is_changed])
def test_an_adoption_that_is_cancelled_while_the_table_is_busy_takes_nothing_later(busy: Callable[[Scene], None]) -> None:
    """The tags are set before the wait, for the Delete that follows goes by them, and ends the Create's work."""
    scene = Scene(REAL, repairs=True)
    indexes = {name: keys for name, keys in INDEXES["approval"].items() if name != "gsi-status"}
    before = scene.tags(stack_id=OTHERS_STACK)
    given = standing(indexes=indexes, ttl=None, tags=before, records=[RECORD], age=86_400)
    scene.plane.given_table(NAME, **given)
    busy(scene)
    assert not scene.plane.at_rest()
    resource = scene.stack.create(LOGICAL_ID, PLAIN | {"ExistingTable": "Adopt"})
    scene.stack.cancel(LOGICAL_ID, after=3)
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    left = scene.plane.truth(NAME) or {}
    assert left["TimeToLive"] is None
    assert scene.tags()["sentinel:stack-id"] not in left["Tags"].values()
    assert scene.plane.records(NAME) == [RECORD]
