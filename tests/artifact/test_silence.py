"""What a template does not say, it does not take from a table that stands; and what cannot be is refused before a write.

Against Amazon's own engine. What it does not know (replicas, keys, policies) is kept beside it: see `engines`.
"""

import json
from typing import Any

import pytest

from .events import ACCOUNT, REGION, Resource, a_second_later, table_arn
from .faults import Fault
from .schemas import INDEXES, table
from .world import World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.java, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

NAME = "sentinel-breakglass"
TAGS = [{"Key": "team", "Value": "security"}]
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OVERDUE = [{"id": {"S": f"r-{number}"}, "ttl": {"N": "1"}} for number in range(3)]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteItem", "Resource": table_arn(NAME)}],
}


def writes_of(world: World, event: dict[str, Any]) -> list[str]:
    """The calls that an event which is to succeed writes with."""
    return [call.action for call in world.calls_of(event) if call.is_write]


def refused(world: World, event: dict[str, Any]) -> str:
    """The reason of an event that is to fail before its first write."""
    before = len(world.aws.calls)
    reason = world.fail(event)
    assert not [call.action for call in world.aws.calls[before:] if call.is_write]
    return reason


def described(world: World) -> dict[str, Any]:
    return dict(world.client.describe_table(TableName=NAME)["Table"])


def expires(world: World) -> str:
    return str(world.client.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]["TimeToLiveStatus"])


class TestRestored:
    """A table that was restored from a backup has no time to live, and every record in it is overdue."""

    def test_a_silent_template_that_adopts_it_lets_no_record_expire(self, local_world: World) -> None:
        here, resource = local_world, Resource("breakglass", ExistingTable="Adopt")
        here.client.create_table(**table(NAME, INDEXES["breakglass"].items()))
        here.client.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})
        for record in OVERDUE:
            here.client.put_item(TableName=NAME, Item=record)
        here.succeed(resource, resource.create())
        assert expires(here) == "DISABLED"
        assert writes_of(here, resource.update(Tags=TAGS)) == ["TagResource"]
        assert expires(here) == "DISABLED"
        assert here.client.scan(TableName=NAME)["Count"] == len(OVERDUE)

    def test_off_is_said_before_anything_else_and_on_at_the_end(self, local_world: World) -> None:
        here, resource = local_world, Resource("breakglass")
        here.succeed(resource, resource.create())
        a_second_later()
        off = {"Enabled": False, "AttributeName": "ttl"}
        later = {"Tags": TAGS, "ContributorInsightsSpecification": {"Enabled": True}}
        writes = writes_of(here, resource.update(TimeToLiveSpecification=off, **later))
        assert writes == ["TagResource", "UpdateTimeToLive", "UpdateContributorInsights"]
        assert writes_of(here, resource.update(TimeToLiveSpecification=None)) == []
        assert expires(here) == "DISABLED"


class TestHardenedByHand:
    """Somebody protected a table, gave it a key, a stream that feeds an archive, and a resource policy."""

    def test_an_update_of_a_tag_takes_none_of_it(self, local_world: World) -> None:
        here, resource = local_world, Resource("breakglass")
        here.succeed(resource, resource.create())
        a_second_later()
        self._harden(here)
        before = described(here)
        assert writes_of(here, resource.update(Tags=TAGS)) == ["TagResource"]
        assert described(here) == before
        assert before["DeletionProtectionEnabled"]
        assert before["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        assert json.loads(here.client.get_resource_policy(ResourceArn=table_arn(NAME))["Policy"]) == POLICY
        assert here.warned() == ["The table has a resource policy that the template does not say. It is left as it is."]

    def test_what_a_template_takes_back_goes_and_protection_stays(self, world: World) -> None:
        here = world
        said: dict[str, Any] = {
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "ResourcePolicy": {"PolicyDocument": POLICY},
        }
        resource = Resource("breakglass", DeletionProtectionEnabled=True, **said)
        here.succeed(resource, resource.create())
        a_second_later()
        here.succeed(resource, resource.update(**dict.fromkeys([*said, "DeletionProtectionEnabled"])))
        live = described(here)
        assert live["DeletionProtectionEnabled"]
        assert not live.get("StreamSpecification", {}).get("StreamEnabled")
        with pytest.raises(here.client.exceptions.PolicyNotFoundException):
            here.client.get_resource_policy(ResourceArn=table_arn(NAME))

    @staticmethod
    def _harden(here: World) -> None:
        client: Any = here.client
        client.update_table(TableName=NAME, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY_ARN})
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        client.update_table(TableName=NAME, StreamSpecification=stream)
        client.put_resource_policy(ResourceArn=table_arn(NAME), Policy=json.dumps(POLICY))
        client.update_table(TableName=NAME, DeletionProtectionEnabled=True)  # last: this engine forgets it at a next change


class TestReplicas:
    """A person added a replica in another Region, and with it the stream that it lives on."""

    @pytest.fixture
    def resource(self, local_world: World) -> Resource:
        resource = Resource("breakglass")
        local_world.succeed(resource, resource.create())
        local_world.aws.settings.replicate(NAME, "us-east-1")
        return resource

    def test_an_update_leaves_stream_and_replica(self, local_world: World, resource: Resource) -> None:
        assert writes_of(local_world, resource.update(Tags=TAGS)) == ["TagResource"]
        live = described(local_world)
        assert live["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert [replica["RegionName"] for replica in live["Replicas"]] == ["us-east-1"]

    def test_another_view_is_refused_before_the_first_write(self, local_world: World, resource: Resource) -> None:
        reason = refused(local_world, resource.update(Tags=TAGS, StreamSpecification={"StreamViewType": "NEW_IMAGE"}))
        assert 'replicas in "us-east-1"' in reason
        assert "StreamSpecification" in reason

    def test_a_delete_is_refused_before_the_first_write(self, local_world: World, resource: Resource) -> None:
        assert "us-east-1" in refused(local_world, resource.delete())
        assert described(local_world)["TableStatus"] == "ACTIVE"


class TestLimits:
    """What AWS refuses half-way has cost nothing."""

    def test_a_key_change_that_hits_the_day_s_limit_fails_at_once_and_keeps_recovery(self, world: World) -> None:
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        world.aws.faults.order(Fault.LIMIT, "UpdateTable", times=50)
        change = {"SSESpecification": {"SSEEnabled": False}, "PointInTimeRecoverySpecification": _off()}
        event, before = resource.update(**change), len(world.aws.calls)
        reason = world.fail(event)
        assert "LimitExceededException" in reason
        assert [call.action for call in world.aws.calls[before:] if call.is_write] == ["UpdateTable"]
        backups = world.client.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"

    def test_a_billing_mode_that_may_not_change_yet_keeps_no_stack_waiting(self, world: World) -> None:
        """Somebody gave the table provisioned throughput today, which goes back tomorrow."""
        resource = Resource("breakglass", ExistingTable="Adopt")
        given = table(NAME, INDEXES["breakglass"].items(), BillingMode="PROVISIONED")
        throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
        given["ProvisionedThroughput"] = throughput
        for index in given["GlobalSecondaryIndexes"]:
            index["ProvisionedThroughput"] = throughput
        world.client.create_table(**given)
        world.aws.faults.order(Fault.BILLING_LIMIT, "UpdateTable", times=50)
        before = len(world.aws.calls)
        assert "LimitExceededException" in world.fail(resource.create())
        assert [call.action for call in world.aws.calls[before:]].count("UpdateTable") == 1

    @pytest.mark.parametrize("action", ["CreateTable", "DescribeTable", "UpdateContinuousBackups"])
    def test_one_request_that_times_out_fails_no_stack(self, world: World, action: str) -> None:
        world.aws.faults.order(Fault.TIMED_OUT, action)
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        assert [call.error for call in world.aws.calls].count("RequestTimeout") == 1


def _off() -> dict[str, Any]:
    return {"PointInTimeRecoveryEnabled": False}
