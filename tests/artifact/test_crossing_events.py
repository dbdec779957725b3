"""Events that come late, or cross one another, and tables that stood there before: what the artifact leaves alone.

On moto, whose tables are there at once, since none of this depends on states that take time.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Worlds
from .engines import Moto
from .events import ACCOUNT, REGION, Resource, table_arn
from .faults import Fault
from .world import ANSWER_SECONDS, World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

INVENTED = "app-Table-1ABCDEFGHIJKL"
"""As CloudFormation makes one up for a Create that it cancels."""
DAY = 86_400.0
RECORD = {"id": {"S": "kept"}}


def test_an_event_that_comes_after_cloudformation_s_patience_touches_nothing(world: World) -> None:
    """A Delete of two hours ago: meanwhile the stack may have been rolled back, and the table be in use."""
    resource = _with_record(world)
    event, before = resource.delete(), len(world.aws.calls)
    assert world.ask(event, age=7200)["Status"] == "FAILED"
    assert not _writes(world, before)
    assert _record(world, resource.physical_id) == RECORD


def test_a_create_that_is_cancelled_early_does_not_take_a_retained_table_with_it(world: World) -> None:
    """The stack that kept it by `DeletionPolicy: Retain` has it in its template once more; another resource fails."""
    resource = _with_record(world)
    world.aws.settings.age(resource.physical_id, 2 * DAY)
    before = len(world.aws.calls)
    assert world.ask(resource.delete(INVENTED))["Status"] == "SUCCESS"
    assert not _writes(world, before)
    assert _record(world, resource.physical_id) == RECORD


def test_a_retained_table_that_comes_back_is_not_deleted_with_its_create(world: World) -> None:
    """It is held as adopted from then on, so the Delete of a roll-back releases it."""
    resource = _with_record(world)
    world.aws.settings.age(resource.physical_id, DAY / 4)
    world.succeed(resource, resource.create())
    assert _tags(world, resource.physical_id)["sentinel:origin"] == "adopted"
    world.succeed(resource, resource.delete())
    assert _record(world, resource.physical_id) == RECORD


def test_an_adoption_that_is_cancelled_stays_released(world: World) -> None:
    """The Delete releases the table while the Create is at work on it; the Create does no more to it, and fails."""
    former = _with_record(world)
    resource = Resource("breakglass", ExistingTable="Adopt", ContributorInsightsSpecification={"Enabled": True},
                        TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"})  # fmt: skip
    world.aws.faults.order(Fault.HANGS, "UpdateContributorInsights", times=20)
    create, before = resource.create(), len(world.aws.calls)
    world.send(create)
    _until(lambda: _tags(world, former.physical_id).get("sentinel:stack-id") == resource.stack_id)
    world.succeed(resource, resource.delete(INVENTED))
    answer = world.answer(create)
    assert (answer["Status"], "released" in answer["Reason"]) == ("FAILED", True)
    assert _writes(world, before) == ["TagResource", "UntagResource"]
    assert not [key for key in _tags(world, former.physical_id) if key.startswith("sentinel:")]
    assert _record(world, former.physical_id) == RECORD


def test_forty_tags_make_room_for_forty_others(world: World) -> None:
    """A table has fifty tags at most, and four are of ownership."""
    resource = Resource("breakglass", Tags=_forty("old"))
    world.succeed(resource, resource.create())
    before = len(world.aws.calls)
    world.succeed(resource, resource.update(Tags=_forty("new")))
    world.succeed(resource, resource.update())
    assert _writes(world, before) == ["UntagResource", "TagResource"]


def test_tags_of_aws_that_an_old_template_named_are_left_alone(world: World) -> None:
    resource = Resource("breakglass")
    world.succeed(resource, resource.create())
    resource.properties["Tags"] = [{"Key": "aws:team", "Value": "x"}]
    before = len(world.aws.calls)
    world.succeed(resource, resource.update(Tags=None))
    assert not _writes(world, before)


@pytest.mark.parametrize("named_by", ["KeyId", "Arn", "alias", "alias's ARN"])
def test_the_aws_managed_key_is_the_default_by_whatever_name(worlds: Worlds, newest: Path, named_by: str) -> None:
    engine = Moto()
    key = engine.call("kms", "DescribeKey", {"KeyId": "alias/aws/dynamodb"}).value["KeyMetadata"]
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/dynamodb"
    name = {**key, "alias": "alias/aws/dynamodb", "alias's ARN": arn}[named_by]
    here = worlds(newest, engine)
    resource = Resource("breakglass", SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": name})
    here.succeed(resource, resource.create())
    before = len(here.aws.calls)
    here.succeed(resource, resource.update(SSESpecification=None))
    assert not _writes(here, before)


def _with_record(world: World) -> Resource:
    """A table of ours, with a record in it."""
    resource = Resource("breakglass")
    world.succeed(resource, resource.create())
    world.client.put_item(TableName=resource.physical_id, Item=RECORD)
    return resource


def _record(world: World, name: str) -> Any:
    return world.client.get_item(TableName=name, Key=RECORD).get("Item")


def _writes(world: World, before: int) -> list[str]:
    return [call.action for call in world.aws.calls[before:] if call.is_write]


def _tags(world: World, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in world.client.list_tags_of_resource(ResourceArn=table_arn(name))["Tags"]}


def _forty(what: str) -> list[dict[str, str]]:
    return [{"Key": f"{what}-{number}", "Value": what} for number in range(40)]


def _until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + ANSWER_SECONDS
    while not holds():
        assert time.monotonic() < ends_at
        time.sleep(0.02)
