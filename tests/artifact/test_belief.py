"""An event is believed as far as CloudFormation is at work on it: events that come again, and events that somebody forged.

Each of these stories lost a table, or opened one, before CloudFormation was asked. On moto, whose tables are there at once.
"""

from pathlib import Path
from typing import Any

import pytest

from .answers import SIGV2, UNDATED
from .conftest import Worlds
from .engines import Moto
from .events import ACCOUNT, Resource, table_arn
from .faults import Fault
from .world import World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

AGAIN: dict[str, Any] = {"ServiceTimeout": 20}
"""For an event that comes again soon. What contradicts it is believed when its time is up, instead of after a minute."""
FORGED: dict[str, Any] = {"ServiceTimeout": 8}
DAY = 86_400.0
RECORD = {"id": {"S": "kept"}}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "dynamodb:Scan",
            "Resource": table_arn("sentinel-breakglass"),
        }
    ],
}
WEAKER: dict[str, Any] = {
    "DeletionProtectionEnabled": False,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
    "ResourcePolicy": {"PolicyDocument": OPEN},
}
NOT_BELIEVED = "so this event is not believed"


def with_record(world: World, **properties: Any) -> Resource:
    """A table that a resource has made, with a record in it."""
    resource = Resource("breakglass", **properties)
    world.succeed(resource, resource.create())
    world.client.put_item(TableName=resource.physical_id, Item=RECORD)
    return resource


def is_there(world: World, name: str) -> bool:
    return bool(world.client.get_item(TableName=name, Key=RECORD).get("Item") == RECORD)


def tags_of(world: World, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in world.client.list_tags_of_resource(ResourceArn=table_arn(name))["Tags"]}


def writes_since(world: World, before: int) -> list[str]:
    return [call.action for call in world.aws.calls[before:] if call.is_write]


class TestEventsThatComeAgain:
    """Lambda delivers an asynchronous event more than once, up to six hours later."""

    def test_a_create_whose_stack_is_gone_makes_no_table(self, world: World) -> None:
        resource = Resource("breakglass", **AGAIN)
        create = resource.create()
        world.succeed(resource, create)
        world.succeed(resource, resource.delete())
        before = len(world.aws.calls)
        reason = world.fail(create)
        assert "knows no such resource" in reason
        assert NOT_BELIEVED in reason
        assert not writes_since(world, before)
        assert world.client.list_tables()["TableNames"] == []

    def test_a_create_that_failed_makes_no_table_later(self, world: World) -> None:
        resource = Resource("breakglass", **AGAIN)
        create = resource.create()
        world.aws.faults.order(Fault.DENIED, "CreateTable")
        answer = world.ask(create)
        assert answer["Status"] == "FAILED"
        world.succeed(resource, resource.delete(answer["PhysicalResourceId"]))
        before = len(world.aws.calls)
        assert NOT_BELIEVED in world.fail(create)
        assert not writes_since(world, before)
        assert world.client.list_tables()["TableNames"] == []

    def test_an_update_does_not_take_a_newer_one_back(self, world: World) -> None:
        resource = with_record(world, Tags=[{"Key": "version", "Value": "1"}])
        older = resource.update(Tags=[{"Key": "version", "Value": "2"}], **AGAIN)
        world.succeed(resource, older)
        world.succeed(resource, resource.update(Tags=[{"Key": "version", "Value": "3"}]))
        before = len(world.aws.calls)
        reason = world.fail(older)
        assert "UPDATE_COMPLETE" in reason
        assert NOT_BELIEVED in reason
        assert not writes_since(world, before)
        assert tags_of(world, resource.physical_id)["version"] == "3"

    def test_nor_while_the_newer_one_is_at_work(self, world: World) -> None:
        """CloudFormation says UPDATE_IN_PROGRESS, and since when: longer after the older event than a clock is wrong."""
        resource = with_record(world)
        older = resource.update(Tags=[{"Key": "version", "Value": "2"}], ServiceTimeout=76)
        world.stacks.forget(older)
        world.stacks.announce(resource.update(Tags=[{"Key": "version", "Value": "3"}]))
        before = len(world.aws.calls)
        answer = world.ask(older, age=60)
        assert (answer["Status"], "younger than the event" in answer["Reason"]) == ("FAILED", True), answer
        assert not writes_since(world, before)

    def test_a_delete_does_not_take_the_table_that_was_made_anew(self, world: World) -> None:
        resource = Resource("breakglass", **AGAIN)
        world.succeed(resource, resource.create())
        delete = resource.delete()
        world.succeed(resource, delete)
        world.succeed(resource, resource.create())
        world.client.put_item(TableName=resource.physical_id, Item=RECORD)
        before = len(world.aws.calls)
        assert NOT_BELIEVED in world.fail(delete)
        assert not writes_since(world, before)
        assert is_there(world, resource.physical_id)


class TestForgedEvents:
    """With `lambda:InvokeFunction` and every id, while CloudFormation is not at work on the resource."""

    @pytest.mark.parametrize("by", ["its id", "an invented id", "no id"])
    def test_a_delete_deletes_nothing(self, world: World, by: str) -> None:
        resource = with_record(world)
        event = resource.delete(resource.invented_id if by == "an invented id" else "", resource.properties | FORGED)
        event |= {"PhysicalResourceId": ""} if by == "no id" else {}
        self._changes_nothing(world, resource, event)

    def test_an_update_weakens_and_opens_nothing(self, world: World) -> None:
        resource = with_record(world, DeletionProtectionEnabled=True)
        self._changes_nothing(world, resource, resource.update(**WEAKER, **FORGED))
        live = world.client.describe_table(TableName=resource.physical_id)["Table"]
        assert live["DeletionProtectionEnabled"]
        with pytest.raises(world.client.exceptions.PolicyNotFoundException):
            world.client.get_resource_policy(ResourceArn=table_arn(resource.physical_id))

    def test_a_create_adopts_nothing(self, world: World) -> None:
        resource = with_record(world)
        forger = Resource("breakglass", ExistingTable="Adopt", **FORGED)
        self._changes_nothing(world, resource, forger.create())

    def test_a_replacement_makes_and_undoes_nothing(self, world: World) -> None:
        resource = with_record(world)
        self._changes_nothing(world, resource, resource.update(TableName="sentinel-other", **FORGED))
        assert world.client.list_tables()["TableNames"] == [resource.physical_id]

    @pytest.mark.parametrize("verb", ["Create", "Update"])
    def test_nor_with_a_note_of_a_hand_over(self, world: World, verb: str) -> None:
        """The note says that the event had made, or adopted, the table, and has failed since: what is to be undone?"""
        resource = with_record(world)
        event = resource.create() if verb == "Create" else resource.update(**FORGED)
        event |= {"PhysicalResourceId": "sentinel-former"} if verb == "Update" else {}
        event["ResourceProperties"] |= {"ServiceTimeout": "8"}
        note = {"tried_at": 1.0, "made_at": 1.0, "adopted": {}, "failure": "as ordered", "late": True}
        before = len(world.aws.calls)
        assert world.ask_forged(event | {"SentinelTablesMemory": note})["Status"] == "FAILED"
        assert not writes_since(world, before)
        assert tags_of(world, resource.physical_id)["sentinel:origin"] == "created"

    def test_a_stack_of_another_account_is_not_even_asked_about(self, world: World) -> None:
        resource = Resource("breakglass")
        event = {**resource.create(), "StackId": resource.stack_id.replace(ACCOUNT, "999999999999")}
        answer = world.ask_forged(event)
        assert (answer["Status"], "another account or Region" in answer["Reason"]) == ("FAILED", True), answer
        assert {call.action for call in world.aws.calls} == {"DescribeTable"}

    @staticmethod
    def _changes_nothing(world: World, resource: Resource, event: dict[str, Any]) -> None:
        before = len(world.aws.calls)
        answer = world.ask_forged(event)
        assert (answer["Status"], NOT_BELIEVED in answer["Reason"]) == ("FAILED", True), answer
        assert not writes_since(world, before)
        assert is_there(world, resource.physical_id)
        world.assert_clean_log()


class TestTablesThatAreSpared:
    """The event is genuine, and the table is not what it was sent for: SUCCESS, and a warning that names the table."""

    def test_a_retained_table_that_an_update_went_back_to_survives_the_roll_back(self, world: World) -> None:
        resource = with_record(world, TableName="sentinel-first")
        world.succeed(resource, resource.update(TableName="sentinel-second"))  # UpdateReplacePolicy: Retain
        world.aws.settings.age("sentinel-first", DAY)
        world.succeed(resource, resource.update(TableName="sentinel-first"))
        tried = resource.properties
        answer = world.ask(resource.update(TableName="sentinel-second"), during="UPDATE_ROLLBACK_IN_PROGRESS")
        resource.physical_id = answer["PhysicalResourceId"]
        assert (answer["Status"], resource.physical_id) == ("SUCCESS", "sentinel-second")
        before = len(world.aws.calls)
        world.succeed(resource, resource.delete("sentinel-first", tried))
        assert not writes_since(world, before)
        assert is_there(world, "sentinel-first")
        assert "it is older than the stack's operation" in world.warned()[-1]

    def test_the_table_in_use_survives_the_clean_up_of_an_invented_id(self, world: World) -> None:
        """A Create timed out, was kept in preserve mode, and was made anew; then what was kept is cleaned up."""
        resource = Resource("breakglass")
        first = resource.create()
        world.send(first)
        world.answer(first)
        world.stacks.keep_failed(resource, resource.invented_id)  # the answer came too late
        world.succeed(resource, resource.create())
        world.client.put_item(TableName=resource.physical_id, Item=RECORD)
        before = len(world.aws.calls)
        clean_up = resource.delete(resource.invented_id)
        assert world.ask(clean_up, during="UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")["Status"] == "SUCCESS"
        assert not writes_since(world, before)
        assert is_there(world, resource.physical_id)
        assert world.warned()[-1] == "it was left: CloudFormation says that it is the resource's table"

    @pytest.mark.parametrize("signing", [SIGV2, UNDATED])
    def test_a_retained_table_that_comes_back_outlives_its_create(self, world: World, signing: str) -> None:
        """However the ResponseURL is signed: the table is held as adopted from then on, and released by the roll-back."""
        resource = with_record(world)
        world.aws.settings.age(resource.physical_id, DAY)
        world.stacks.retain(resource)
        answer = world.ask(resource.create(), signing=signing)
        assert answer["Status"] == "SUCCESS", answer["Reason"]
        assert tags_of(world, resource.physical_id)["sentinel:origin"] == "adopted"
        answer = world.ask(resource.delete(), signing=signing)
        assert answer["Status"] == "SUCCESS", answer["Reason"]
        assert not [key for key in tags_of(world, resource.physical_id) if key.startswith("sentinel:")]
        assert is_there(world, resource.physical_id)

    @pytest.mark.parametrize("signing", [SIGV2, UNDATED])
    def test_and_the_cancellation_of_its_create(self, world: World, signing: str) -> None:
        resource = with_record(world)
        world.aws.settings.age(resource.physical_id, DAY)
        world.stacks.retain(resource)
        world.stacks.announce(resource.create())
        before, during = len(world.aws.calls), "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
        assert world.ask(resource.delete(resource.invented_id), signing=signing, during=during)["Status"] == "SUCCESS"
        assert not writes_since(world, before)
        assert is_there(world, resource.physical_id)
        assert world.warned()[-1] == "it was left: it is older than the stack's operation"

    @pytest.mark.parametrize("signing", [SIGV2, UNDATED])
    def test_and_without_asking(self, worlds: Worlds, newest: Path, signing: str) -> None:
        """The parameter AskCloudFormation is false: the event's date stands for the operation's beginning, if it has one."""
        here = worlds(newest, Moto(), variables={"ASK_CLOUDFORMATION": "false"})
        resource = with_record(here)
        here.aws.settings.age(resource.physical_id, DAY)
        assert here.ask(resource.delete(resource.invented_id), signing=signing)["Status"] == "SUCCESS"
        assert is_there(here, resource.physical_id)
        assert here.ask(resource.create(), signing=signing)["Status"] == "SUCCESS"
        assert tags_of(here, resource.physical_id)["sentinel:origin"] == "adopted"
        assert not [call.action for call in here.aws.calls if call.service == "cloudformation"]
