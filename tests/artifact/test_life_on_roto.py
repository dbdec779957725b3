"""The life of a table on a second Lambda and a second DynamoDB, so that no proof hangs on the whim of one engine.

roto runs the function, which asks our stand-in for CloudFormation before it writes. `roto.luau` answers what roto does not.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .events import Resource, table_arn
from .roto_world import RotoWorld
from .schemas import INDEXES, attributes, expected_indexes, index, live_indexes, table

pytestmark = [pytest.mark.awslambdaric, pytest.mark.roto, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

NAME, OTHER = "sentinel-sessions", "sentinel-sessions-2"
SHORT_SECONDS = 12
"""An invocation of these hands over after 9 s."""
TAGS = [{"Key": "team", "Value": "security"}]
TTL_ON: Any = {"Enabled": True, "AttributeName": "ttl"}
TTL_OFF: Any = {"Enabled": False, "AttributeName": "ttl"}
RECOVERY_OFF: Any = {"PointInTimeRecoveryEnabled": False}
RECORD = {"id": {"S": "kept"}}
DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/provider/x is not authorized to perform: dynamodb:UpdateTimeToLive on "
    f"resource: {table_arn(NAME)} because no identity-based policy allows the dynamodb:UpdateTimeToLive action"
)
BUSY = f"Attempt to change a resource which is still in use: Table is being updated: {NAME}"
COOLDOWN = "Time to live has been modified multiple times within a fixed interval"


@pytest.fixture
def here(artifact: Path, newest: Path, tmp_path: Path) -> Iterator[RotoWorld]:
    with RotoWorld(artifact, newest, tmp_path / "task") as world:
        yield world
        world.assert_clean_log()
        assert not world.exceptions()
        assert {each["state"] for each in world.roto.invocations()} == {"succeeded"}


def made(here: RotoWorld, **properties: Any) -> Resource:
    """A resource whose table stands, with a record in it."""
    resource = Resource("session", **properties)
    here.succeed(resource, resource.create())
    here.client.put_item(TableName=resource.physical_id, Item=RECORD)
    return resource


def state(here: RotoWorld, name: str = NAME) -> dict[str, Any]:
    """What every table of the schema has by itself, and may be changed by hand or by a template."""
    table = here.client.describe_table(TableName=name)["Table"]
    ttl = here.client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = here.client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return {
        "indexes": live_indexes(table),
        "ttl": (ttl["TimeToLiveStatus"], ttl.get("AttributeName")),
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "protected": table["DeletionProtectionEnabled"],
        "key": table.get("SSEDescription", {}).get("KMSMasterKeyArn"),
        "class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "stream": table.get("StreamSpecification", {}).get("StreamViewType"),
    }


FRESH: dict[str, Any] = {
    "indexes": expected_indexes("session"),
    "ttl": ("ENABLED", "ttl"),
    "recovery": "ENABLED",
    "protected": False,
    "key": None,
    "class": "STANDARD",
    "stream": None,
}
"""The state of a table whose template says nothing but the schema."""


def tags(here: RotoWorld, name: str = NAME) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in here.client.list_tags_of_resource(ResourceArn=table_arn(name))["Tags"]}


def owner(resource: Resource, origin: str = "created") -> dict[str, str]:
    return {
        "sentinel:stack-id": resource.stack_id, "sentinel:logical-id": resource.logical_id,
        "sentinel:schema": "session", "sentinel:origin": origin,
    }  # fmt: skip


def tables(here: RotoWorld) -> list[str]:
    return here.client.list_tables()["TableNames"]


def kept(here: RotoWorld, name: str = NAME) -> bool:
    return here.client.get_item(TableName=name, Key=RECORD).get("Item") == RECORD


class TestCreateUpdateDelete:
    def test_a_create_makes_the_whole_table_and_the_same_event_again_writes_nothing(self, here: RotoWorld) -> None:
        resource = Resource("session")
        event = resource.create()
        answer = here.succeed(resource, event)
        table_id = here.client.describe_table(TableName=NAME)["Table"]["TableId"]
        assert answer["PhysicalResourceId"] == NAME
        assert answer["Data"] == {"TableName": NAME, "Arn": table_arn(NAME), "TableId": table_id, "Schema": "session"}
        assert (state(here), tags(here)) == (FRESH, owner(resource))
        assert "DescribeStackResource" in here.questions()
        before = len(here.roto.calls())
        assert here.ask(event) == answer
        assert not [call for call in here.roto.calls()[before:] if call.is_write]

    def test_an_update_changes_every_setting_and_takes_it_back(self, here: RotoWorld) -> None:
        resource = made(here)
        key = here.roto.kms.create_key()["KeyMetadata"]
        here.roto.kms.create_alias(AliasName="alias/sentinel", TargetKeyId=key["KeyId"])
        changes: dict[str, Any] = {
            "Tags": TAGS, "TableClass": "STANDARD_INFREQUENT_ACCESS", "DeletionProtectionEnabled": True,
            "TimeToLiveSpecification": TTL_OFF, "PointInTimeRecoverySpecification": RECOVERY_OFF,
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/sentinel"},
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}, "ContributorInsightsSpecification": {"Enabled": True},
        }  # fmt: skip
        answer = here.succeed(resource, resource.update(**changes))
        assert answer["Data"]["StreamArn"].startswith(f"{table_arn(NAME)}/stream/")
        assert state(here) == {
            "indexes": FRESH["indexes"], "ttl": ("DISABLED", None), "recovery": "DISABLED", "protected": True,
            "key": key["Arn"], "class": "STANDARD_INFREQUENT_ACCESS", "stream": "NEW_IMAGE",
        }  # fmt: skip
        assert tags(here) == owner(resource) | {"team": "security"}
        assert here.writes_of(resource.update()) == []
        back = dict.fromkeys(changes) | {"DeletionProtectionEnabled": False, "TimeToLiveSpecification": TTL_ON}
        here.succeed(resource, resource.update(**back))
        assert (state(here), tags(here), kept(here)) == (FRESH, owner(resource), True)
        assert here.writes_of(resource.update()) == []

    def test_a_protected_table_refuses_its_delete_and_an_unprotected_one_goes(self, here: RotoWorld) -> None:
        resource = made(here, DeletionProtectionEnabled=True)
        assert "DeletionProtectionEnabled" in here.fail(resource.delete())
        assert (state(here), kept(here)) == (FRESH | {"protected": True}, True)
        here.succeed(resource, resource.update(DeletionProtectionEnabled=False))
        here.succeed(resource, resource.delete())
        assert tables(here) == []
        assert [call.action for call in here.calls_of(resource.delete())] == ["DescribeTable"]


class TestDrift:
    def test_what_somebody_changed_by_hand_is_as_the_template_says_again(self, here: RotoWorld) -> None:
        said: dict[str, Any] = {"TimeToLiveSpecification": TTL_ON, "Tags": TAGS}
        resource = made(here, **said, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        wrong = ("profile", "id")
        change: Any = here.client.update_table
        for updates in ({"Delete": {"IndexName": "gsi-user"}}, {"Delete": {"IndexName": "gsi-status"}},
                        {"Create": index("gsi-status", wrong)}):  # fmt: skip
            defined = {"AttributeDefinitions": attributes(*wrong)} if "Create" in updates else {}
            change(TableName=NAME, GlobalSecondaryIndexUpdates=[updates], **defined)
        here.client.update_time_to_live(TableName=NAME, TimeToLiveSpecification=TTL_OFF)
        here.client.update_continuous_backups(TableName=NAME, PointInTimeRecoverySpecification=RECOVERY_OFF)
        here.client.untag_resource(ResourceArn=table_arn(NAME), TagKeys=["team"])
        drifted = state(here)
        assert (drifted["ttl"][0], drifted["recovery"]) == ("DISABLED", "DISABLED")
        assert drifted["indexes"]["gsi-status"][0] == wrong
        assert "gsi-user" not in drifted["indexes"]
        here.succeed(resource, resource.update())
        assert (state(here), tags(here), kept(here)) == (FRESH, owner(resource) | {"team": "security"}, True)
        assert here.writes_of(resource.update()) == []


class TestReplacement:
    def test_another_name_is_another_table_and_the_old_one_goes_in_the_clean_up(self, here: RotoWorld) -> None:
        resource = made(here)
        former = resource.properties
        here.succeed(resource, resource.update(TableName=OTHER))
        assert (resource.physical_id, tables(here)) == (OTHER, [NAME, OTHER])
        here.succeed(resource, resource.delete(NAME, former))
        assert tables(here) == [OTHER]
        assert (state(here, OTHER), tags(here, OTHER)) == (FRESH, owner(resource))

    def test_a_roll_back_goes_back_to_the_old_table_and_deletes_the_new_one(self, here: RotoWorld) -> None:
        """Another resource of the stack fails: the Update back names the new table, and its answer the old one."""
        resource = made(here)
        here.succeed(resource, resource.update(TableName=OTHER))
        tried = resource.properties
        answer = here.ask(resource.update(TableName=None), during="UPDATE_ROLLBACK_IN_PROGRESS")
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", NAME)
        resource.physical_id = NAME
        here.succeed(resource, resource.delete(OTHER, tried))
        assert tables(here) == [NAME]
        assert (state(here), tags(here), kept(here)) == (FRESH, owner(resource), True)

    def test_a_replacement_that_fails_leaves_the_old_table_alone(self, here: RotoWorld) -> None:
        resource = made(here)
        here.roto.refuse("UpdateTimeToLive", "AccessDeniedException", DENIED)
        event = resource.update(TableName=OTHER)
        answer = here.ask(event)
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", NAME)
        assert "UpdateTimeToLive" in answer["Reason"]
        assert tables(here) == [NAME]
        here.roto.allow("UpdateTimeToLive")
        assert here.writes_of(resource.update(TableName=None)) == []
        assert (state(here), tags(here), kept(here)) == (FRESH, owner(resource), True)


class TestAdoption:
    def test_a_table_that_was_made_by_hand_is_adopted_converged_and_given_back(self, here: RotoWorld) -> None:
        made_with = [each for each in INDEXES["session"].items() if each[0] != "gsi-profile"]
        here.client.create_table(**table(NAME, made_with, Tags=TAGS))
        here.client.put_item(TableName=NAME, Item=RECORD)
        said: dict[str, Any] = {"TimeToLiveSpecification": TTL_ON, "SSESpecification": {"SSEEnabled": True}}
        resource = Resource("session", ExistingTable="Adopt", **said)
        answer = here.succeed(resource, resource.create())
        assert answer["Data"]["TableName"] == resource.physical_id == NAME
        adopted = state(here)
        assert (adopted["indexes"], adopted["ttl"]) == (expected_indexes("session"), ("ENABLED", "ttl"))
        assert tags(here) == owner(resource, "adopted") | {"team": "security"}
        assert here.writes_of(resource.update()) == []
        here.succeed(resource, resource.delete())
        assert (tags(here), kept(here)) == ({"team": "security"}, True)
        assert state(here) == adopted

    def test_without_the_word_it_is_left_to_whoever_made_it(self, here: RotoWorld) -> None:
        """The Create fails, and the Delete that follows it takes nothing."""
        owned = made(here)
        other = Resource("session")
        answer = here.ask(other.create())
        assert (answer["Status"], "ExistingTable" in answer["Reason"]) == ("FAILED", True)
        assert here.writes_of(other.delete(answer["PhysicalResourceId"])) == []
        assert (state(here), tags(here), kept(here)) == (FRESH, owner(owned), True)


class TestWorkThatOutlastsAnInvocation:
    """What holds the work up goes when the second invocation has met it: however fast the machine is, it is handed over."""

    def test_a_busy_table_is_changed_by_the_next_invocation(self, here: RotoWorld) -> None:
        resource = made(here)
        here.roto.refuse("UpdateTable", "ResourceInUseException", BUSY)
        event = resource.update(DeletionProtectionEnabled=True)
        self._is_handed_over(here, event, "UpdateTable")
        assert (state(here), kept(here)) == (FRESH | {"protected": True}, True)
        assert here.writes_of(resource.update()) == []

    def test_a_refused_time_to_live_is_waited_for(self, here: RotoWorld) -> None:
        """DynamoDB takes a change of it once in an hour or so."""
        resource = made(here)
        here.roto.refuse("UpdateTimeToLive", "ValidationException", COOLDOWN)
        event = resource.update(TimeToLiveSpecification=TTL_OFF)
        self._is_handed_over(here, event, "UpdateTimeToLive")
        assert (state(here), kept(here)) == (FRESH | {"ttl": ("DISABLED", None)}, True)
        assert here.writes_of(resource.update()) == []

    def test_a_time_to_live_that_stays_refused_fails_in_time_and_says_why(self, here: RotoWorld) -> None:
        resource = made(here)
        here.roto.refuse("UpdateTimeToLive", "ValidationException", COOLDOWN)
        answer = here.ask(resource.update(TimeToLiveSpecification=TTL_OFF, ServiceTimeout=8))
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", NAME)
        assert COOLDOWN in answer["Reason"]
        assert (state(here), kept(here)) == (FRESH, True)
        here.roto.allow("UpdateTimeToLive")
        assert here.writes_of(resource.update(TimeToLiveSpecification=None)) == []

    @staticmethod
    def _is_handed_over(here: RotoWorld, event: dict[str, Any], refused: str) -> None:
        """The event is answered once, with success, by a chain of invocations, none of which was at its deadline."""
        before = len(here.roto.invocations())
        here.host.limit(SHORT_SECONDS)
        here.send(event)
        here.until(lambda: len([each for each in here.roto.invocations() if each["state"] != "queued"]) >= before + 2)
        met = len(here.roto.calls())
        here.until(lambda: refused in {call.action for call in here.roto.calls()[met:]})
        here.roto.allow(refused)
        assert here.answer(event)["Status"] == "SUCCESS"
        here.host.wait(60)
        assert len([put for put in here.answers.puts if put.request_id == event["RequestId"]]) == 1
        chain = here.roto.invocations()[before:]
        assert [each["attempts"] for each in chain] == [1] * len(chain)
        assert len(chain) == 1 + [call.action for call in here.roto.calls()].count("Invoke")


class TestAFailedCreate:
    """CloudFormation sends a Delete after it, with the physical id of the failed answer."""

    def test_it_takes_its_table_with_it_and_its_delete_finds_nothing(self, here: RotoWorld) -> None:
        resource = Resource("session")
        answer = self._fails(here, resource)
        assert "DeleteTable" in [call.action for call in here.roto.calls() if not call.error]
        assert tables(here) == []
        assert here.writes_of(resource.delete(answer["PhysicalResourceId"])) == []

    def test_what_it_could_not_delete_its_delete_does(self, here: RotoWorld) -> None:
        resource = Resource("session")
        here.roto.refuse("DeleteTable", "AccessDeniedException", DENIED.replace("UpdateTimeToLive", "DeleteTable"))
        answer = self._fails(here, resource)
        assert tags(here) == owner(resource)
        here.roto.allow("DeleteTable")
        assert here.writes_of(resource.delete(answer["PhysicalResourceId"])) == ["DeleteTable"]
        assert tables(here) == []

    @staticmethod
    def _fails(here: RotoWorld, resource: Resource) -> dict[str, Any]:
        here.roto.refuse("UpdateTimeToLive", "AccessDeniedException", DENIED)
        answer = here.ask(resource.create())
        assert (answer["Status"], "UpdateTimeToLive" in answer["Reason"]) == ("FAILED", True)
        assert answer["PhysicalResourceId"] != NAME
        assert "CreateTable" in [call.action for call in here.roto.calls() if not call.error]
        here.roto.allow("UpdateTimeToLive")
        return answer
