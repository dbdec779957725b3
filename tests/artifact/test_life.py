"""The life of every table, through the artifact, on every Python that it runs on, against Amazon's own engine."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Worlds
from .engines import Local
from .events import Resource, a_second_later, table_arn
from .schemas import DEFAULT_NAMES, INDEXES, expected_indexes, live_indexes
from .world import World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.java, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

MOST_CALLS_OF_NOTHING = 6
TAGS = [{"Key": "team", "Value": "security"}]


@pytest.fixture
def here(worlds: Worlds, python: Path, local_port: int) -> World:
    return worlds(python, Local(local_port))


@pytest.mark.parametrize("schema", INDEXES)
def test_a_table_lives_from_create_to_delete(here: World, schema: str) -> None:
    resource = Resource(schema)
    _is_created(here, resource)
    _is_updated_without_a_change(here, resource)
    _is_changed(here, resource)
    _is_protected(here, resource)
    _is_replaced(here, resource)
    _is_deleted(here, resource)
    here.assert_clean_log()
    assert {attempt.outcome.value for attempt in here.host.attempts} == {"response"}
    assert [attempt.cold for attempt in here.host.attempts].count(True) == 1


def _is_created(here: World, resource: Resource) -> None:
    """Created whole, and a second delivery of the same event is answered alike and writes nothing."""
    event, schema = resource.create(), resource.properties["Schema"]
    answer = here.succeed(resource, event)
    name = DEFAULT_NAMES[schema]
    assert resource.physical_id == name
    table = here.client.describe_table(TableName=name)["Table"]
    assert answer["Data"] == {"TableName": name, "Arn": table_arn(name), "TableId": table["TableId"], "Schema": schema}
    assert live_indexes(table) == expected_indexes(schema)
    assert _state(here, name) == {
        "ttl": ("ENABLED", "ttl"), "recovery": ("ENABLED", 35), "protected": False, "encryption": "KMS",
        "billing": "PAY_PER_REQUEST", "tags": _owner(resource),
    }  # fmt: skip
    before = len(here.aws.calls)
    assert here.ask(event) == answer
    assert not [call.action for call in here.aws.calls[before:] if call.is_write]
    a_second_later()


def _owner(resource: Resource, **more: str) -> dict[str, str]:
    return {
        "sentinel:stack-id": resource.stack_id, "sentinel:logical-id": resource.logical_id,
        "sentinel:schema": resource.properties["Schema"], "sentinel:origin": "created", **more,
    }  # fmt: skip


def _state(here: World, name: str) -> dict[str, Any]:
    client = here.client
    table = client.describe_table(TableName=name)["Table"]
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]
    tags = client.list_tags_of_resource(ResourceArn=table_arn(name))["Tags"]
    return {
        "ttl": (ttl["TimeToLiveStatus"], ttl.get("AttributeName")),
        "recovery": (recovery["PointInTimeRecoveryStatus"], recovery.get("RecoveryPeriodInDays")),
        "protected": table["DeletionProtectionEnabled"],
        "encryption": table.get("SSEDescription", {}).get("SSEType"),
        "billing": table["BillingModeSummary"]["BillingMode"],
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _is_updated_without_a_change(here: World, resource: Resource) -> None:
    calls = here.calls_of(resource.update())
    assert not [call.action for call in calls if call.is_write]
    assert len(calls) <= MOST_CALLS_OF_NOTHING, [call.action for call in calls]


def _is_changed(here: World, resource: Resource) -> None:
    """Every setting that can change in place does, and back again, and a further update finds nothing to do."""
    name = resource.physical_id
    here.succeed(resource, resource.update(
        Tags=TAGS, TableClass="STANDARD_INFREQUENT_ACCESS",
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
        StreamSpecification={"StreamViewType": "NEW_IMAGE"}, ContributorInsightsSpecification={"Enabled": True},
        OnDemandThroughput={"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50},
    ))  # fmt: skip
    state = _state(here, name)
    assert (state["ttl"][0], state["recovery"]) == ("DISABLED", ("ENABLED", 7))
    assert state["tags"] == _owner(resource, team="security")
    table = here.client.describe_table(TableName=name)["Table"]
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    insights = here.client.describe_contributor_insights(TableName=name)
    assert insights["ContributorInsightsStatus"] == "ENABLED"
    _is_updated_without_a_change_and_streams(here, resource)
    answer = here.succeed(resource, resource.update(**dict.fromkeys(set(resource.properties) - {"Schema"})))
    assert "StreamArn" not in answer["Data"]
    assert _state(here, name)["tags"] == _owner(resource)
    _is_updated_without_a_change(here, resource)


def _is_updated_without_a_change_and_streams(here: World, resource: Resource) -> None:
    event = resource.update()
    before = len(here.aws.calls)
    stream_arn = here.ask(event)["Data"]["StreamArn"]
    assert stream_arn.startswith(f"{table_arn(resource.physical_id)}/stream/")
    assert not [call.action for call in here.aws.calls[before:] if call.is_write]


def _is_protected(here: World, resource: Resource) -> None:
    """Deletion protection refuses a Delete, changes nothing, says what to do, and goes when a template says so."""
    here.succeed(resource, resource.update(DeletionProtectionEnabled=True))
    before = len(here.aws.calls)
    assert "DeletionProtectionEnabled" in here.fail(resource.delete())
    assert not [call.action for call in here.aws.calls[before:] if call.is_write and not call.error]
    assert _state(here, resource.physical_id)["protected"] is True
    here.succeed(resource, resource.update(DeletionProtectionEnabled=None))
    assert _state(here, resource.physical_id)["protected"] is True
    here.succeed(resource, resource.update(DeletionProtectionEnabled=False))


def _is_replaced(here: World, resource: Resource) -> None:
    """Another name is another table; the old one goes in an event of its own."""
    old, old_properties = resource.physical_id, resource.properties
    answer = here.succeed(resource, resource.update(TableName=f"{old}-2"))
    assert resource.physical_id == f"{old}-2" == answer["Data"]["TableName"]
    assert here.client.list_tables()["TableNames"] == [old, f"{old}-2"]
    here.succeed(resource, resource.delete(old, old_properties))
    assert here.client.list_tables()["TableNames"] == [f"{old}-2"]


def _is_deleted(here: World, resource: Resource) -> None:
    """Gone, and a second Delete of it looks once."""
    here.succeed(resource, resource.delete())
    assert here.client.list_tables()["TableNames"] == []
    assert [call.action for call in here.calls_of(resource.delete())] == ["DescribeTable"]


def test_a_table_of_somebody_else_is_neither_changed_nor_deleted(here: World) -> None:
    """Create fails, and so does not the Delete that CloudFormation sends after it; the table stays as it was."""
    owner, other = Resource("approval"), Resource("approval")
    here.succeed(owner, owner.create())
    before = len(here.aws.calls)
    answer = here.ask(other.create())
    assert (answer["Status"], "ExistingTable" in answer["Reason"]) == ("FAILED", True)
    here.succeed(other, other.delete(answer["PhysicalResourceId"]))
    here.succeed(other, other.delete(owner.physical_id))
    assert not [call.action for call in here.aws.calls[before:] if call.is_write and not call.error]
    assert _state(here, owner.physical_id)["tags"] == _owner(owner)


def test_an_adopted_table_is_released_and_stays(here: World) -> None:
    """`ExistingTable: Adopt` takes over a table that a deleted stack left, and Delete gives it back."""
    former, resource = Resource("breakglass"), Resource("breakglass", ExistingTable="Adopt", Tags=TAGS)
    here.succeed(former, former.create())
    record = {"id": {"S": "kept"}}
    here.client.put_item(TableName=former.physical_id, Item=record)
    here.succeed(resource, resource.create())
    tags = _state(here, resource.physical_id)["tags"]
    assert tags == {**_owner(resource), "sentinel:origin": "adopted", "team": "security"}
    here.succeed(resource, resource.delete())
    assert not [key for key in _state(here, former.physical_id)["tags"] if key.startswith("sentinel:")]
    assert here.client.get_item(TableName=former.physical_id, Key=record)["Item"] == record
