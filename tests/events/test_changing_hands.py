"""A table that changes hands while an event is at work is left to whoever took it."""

from collections.abc import Callable

import pytest

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.model import Facet
from tests.aws import REAL, Client, KeyService
from tests.events.ownership import NAME, OLD, OTHERS_STACK, RECORD, origin, owner, stage, tags_of
from tests.worlds import LOGICAL_ID, Json, Scene, standing


def test_a_table_retained_by_the_same_resource_is_taken_back_and_never_deleted_with_it() -> None:
    scene = stage("own, created", OLD)
    assert scene.create()["Status"] == "SUCCESS"
    assert origin(scene) == "adopted"
    assert scene.delete(NAME)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]


def test_a_released_table_is_nobodys() -> None:
    scene = stage("own, adopted")
    scene.delete(NAME)
    assert "has no owner" in scene.create()["Reason"]


def test_who_adopts_from_another_is_the_owner_and_the_other_one_no_more() -> None:
    scene = stage("another stack's")
    assert scene.create(ExistingTable="Adopt")["Status"] == "SUCCESS"
    former = scene.event("Delete", {"Schema": "approval"}, NAME) | {"StackId": OTHERS_STACK}
    assert scene.ask(former)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert owner(scene) == scene.stack.owner(LOGICAL_ID)


def test_a_resource_with_another_logical_id_takes_the_table_over_and_keeps_the_records() -> None:
    scene = stage("another resource's")
    assert scene.create(ExistingTable="Adopt")["Status"] == "SUCCESS"
    former = scene.event("Delete", {"Schema": "approval"}, NAME) | {"LogicalResourceId": "Others"}
    assert scene.ask(former)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]


STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


@pytest.mark.parametrize("after", [0.0, 0.2, 0.5, 0.8, 1.0, 2.0])
@pytest.mark.parametrize("moving", [False, True], ids=["at rest", "in motion"])
def test_a_delete_leaves_a_table_that_another_stack_takes_over_before_it(after: float, moving: bool) -> None:
    """The adoption is `after` so many seconds of waiting for the table, or that long before the Delete."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=OLD, records=[RECORD]))
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    theirs = tags_of(scene, "adopted by another")
    taken = {"ResourceArn": arn, "Tags": [{"Key": key, "Value": value} for key, value in theirs.items()]}

    def take_over() -> None:
        scene.plane.call("tag_resource", taken)

    if moving:
        scene.plane.call("update_table", {"TableName": NAME, "StreamSpecification": STREAM})
        assert not scene.plane.at_rest()
        scene.world.at(scene.clock.now() + after, take_over)
    else:
        take_over()
        scene.clock.sleep(after)
    assert scene.delete(NAME)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.tables[NAME].tags.current == theirs


def test_a_table_that_another_stack_takes_over_meanwhile_is_left_to_it() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(indexes={}, age=OLD, records=[RECORD]))
    theirs = tags_of(scene, "another stack's")
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    taken = {"ResourceArn": arn, "Tags": [{"Key": key, "Value": value} for key, value in theirs.items()]}

    def take_over() -> None:
        scene.plane.call("tag_resource", taken)

    scene.world.at(scene.clock.now() + 60, take_over)
    answer = scene.create(ExistingTable="Adopt")
    assert answer["Status"] == "FAILED"
    assert "Somebody else released, or took over, table" in answer["Reason"]
    assert scene.plane.tables[NAME].tags.current == theirs


class Meddled(Client):
    """A client that is called while somebody else takes three tags away, after it has read the first page."""

    meddle: Callable[[], None] | None = None

    def list_tags_of_resource(self, **arguments: str) -> Json:
        page = Client(self._plane).list_tags_of_resource(**arguments)
        if self.meddle:
            self.meddle()
            self.meddle = None
        return page


def test_tags_that_change_from_page_to_page_are_read_again() -> None:
    """What stood on the second page is on the first by then, which was read before."""
    scene = Scene()
    mine = {f"k{number:02}": "v" for number in range(20)} | scene.tags()
    scene.plane.given_table(NAME, **standing(tags=mine))
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    keys = ["k00", "k01", "k02"]

    def meddle() -> None:
        scene.plane.call("untag_resource", {"ResourceArn": arn, "TagKeys": keys})
        scene.clock.sleep(10)

    client = Meddled(scene.plane)
    client.meddle = meddle
    found = DynamoTables(client, lambda: KeyService(scene.plane)).read(NAME, None, frozenset(Facet), frozenset())
    assert found is not None
    assert found.table.tags == {key: value for key, value in mine.items() if key not in keys}
