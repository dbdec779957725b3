"""The asking itself: how often, what its answers bring along, and how long it is tried when there is none."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from .conftest import Worlds
from .engines import Moto
from .events import Event, Resource, table_arn
from .faults import Fault
from .world import World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

RESOURCE, STACK = "DescribeStackResource", "DescribeStacks"
NOBODY = "http://127.0.0.1:1"
"""Where nothing listens, as where a VPC has no endpoint for CloudFormation."""
TAGS = [{"Key": "team", "Value": "security"}]


def questions(world: World, event: Event, status: str = "SUCCESS") -> list[str]:
    """What is asked of CloudFormation while an event is served."""
    before = len(world.aws.calls)
    answer = world.ask(event)
    assert answer["Status"] == status, answer
    return [call.action for call in world.aws.calls[before:] if call.service == "cloudformation"]


def own_tags(world: World, name: str) -> dict[str, str]:
    """The tags of a table but for those of ownership."""
    tags = world.client.list_tags_of_resource(ResourceArn=table_arn(name))["Tags"]
    return {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("sentinel:")}


class TestHowOften:
    """The cost of a question is a call, and the account's rate of calls is shared with every deployment."""

    @pytest.mark.java
    def test_a_create_asks_four_times_at_most_and_a_delete_three_times(self, local_world: World) -> None:
        resource = Resource("breakglass", DeletionProtectionEnabled=False)
        asked = questions(local_world, resource.create())
        assert 1 <= len(asked) <= 4, asked
        resource.physical_id = "sentinel-breakglass"
        asked = questions(local_world, resource.delete())
        assert set(asked) == {RESOURCE, STACK}
        assert len(asked) <= 3, asked

    def test_an_update_with_steps_asks_once_and_about_the_stack_for_its_tags(self, world: World) -> None:
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        asked = questions(world, resource.update(Tags=TAGS, ContributorInsightsSpecification={"Enabled": True}))
        assert asked == [STACK, RESOURCE]
        assert questions(world, resource.update(Tags=None, StackTags="Ignore")) == [RESOURCE]

    def test_an_update_of_nothing_asks_nothing_also_if_asking_is_denied(self, world: World) -> None:
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        _deny(world, RESOURCE, STACK)
        assert questions(world, resource.update()) == []

    def test_nor_does_a_delete_that_has_nothing_to_remove(self, world: World) -> None:
        resource = Resource("breakglass")
        resource.physical_id = "sentinel-breakglass"
        _deny(world, RESOURCE, STACK)
        assert questions(world, resource.delete()) == []

    def test_where_it_is_switched_off_nobody_is_asked(self, worlds: Worlds, newest: Path) -> None:
        here = worlds(newest, Moto(), variables={"ASK_CLOUDFORMATION": "false"})
        resource = Resource("breakglass")
        here.stacks.tags[resource.stack_id] = {"cost": "42"}
        here.stacks.forget(create := resource.create())
        assert questions(here, create) == []
        resource.physical_id = "sentinel-breakglass"
        assert own_tags(here, resource.physical_id) == {}
        assert questions(here, resource.update(Tags=TAGS)) == []
        assert questions(here, resource.delete()) == []


class TestTheStacksTags:
    """CloudFormation puts them on native resources, and not on custom ones."""

    @pytest.mark.parametrize(
        ("properties", "expected"),
        [
            ({}, {"team": "platform", "cost": "42"}),
            ({"Tags": TAGS}, {"team": "security", "cost": "42"}),
            ({"StackTags": "Ignore"}, {}),
            ({"StackTags": "Ignore", "Tags": TAGS}, {"team": "security"}),
        ],
        ids=str,
    )
    def test_a_new_table_has_them(self, world: World, properties: dict[str, Any], expected: dict[str, str]) -> None:
        resource = Resource("breakglass", **properties)
        world.stacks.tags[resource.stack_id] = {"team": "platform", "cost": "42"}
        world.succeed(resource, resource.create())
        assert own_tags(world, resource.physical_id) == expected
        assert not [call.action for call in world.calls_of(resource.update()) if call.is_write]

    def test_an_update_that_writes_something_puts_on_those_that_came_and_leaves_those_that_went(self, world: World) -> None:
        resource = Resource("breakglass")
        world.stacks.tags[resource.stack_id] = {"cost": "42"}
        world.succeed(resource, resource.create())
        world.stacks.tags[resource.stack_id] = {"owner": "audit"}
        world.succeed(resource, resource.update())
        assert own_tags(world, resource.physical_id) == {"cost": "42"}
        world.succeed(resource, resource.update(Tags=TAGS))
        assert own_tags(world, resource.physical_id) == {"cost": "42", "owner": "audit", "team": "security"}


class TestNoAnswer:
    """It is no leave to write; and a genuine event is not refused because an answer is late."""

    def test_an_event_is_believed_however_late_the_answers_are_within_the_minute(self, world: World) -> None:
        """Each answer is of a second earlier than the one before, up to eight."""
        lags = itertools.chain(range(8), itertools.repeat(8))
        world.stacks.records.lag = lambda: float(next(lags))
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        world.succeed(resource, resource.update(Tags=TAGS))
        assert own_tags(world, resource.physical_id) == {"team": "security"}
        world.succeed(resource, resource.delete())
        assert world.client.list_tables()["TableNames"] == []

    @pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.INTERNAL, Fault.DROPPED_BEFORE], ids=lambda fault: fault.name)
    def test_what_passes_is_waited_out(self, world: World, fault: Fault) -> None:
        for action in (RESOURCE, STACK):
            world.aws.faults.order(fault, action, times=4)
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        assert len([call for call in world.aws.calls if call.service == "cloudformation" and call.error]) == 8

    @pytest.mark.parametrize("action", [RESOURCE, STACK])
    def test_denied_for_five_seconds_it_fails_and_names_the_action_and_the_switch(self, world: World, action: str) -> None:
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())
        _deny(world, action)
        before, event = len(world.aws.calls), resource.delete()
        reason = world.fail(event)
        assert f"Allow cloudformation:{action} in the function's role" in reason
        assert "AskCloudFormation=false" in reason
        assert 5 <= world.put_of(event).at - world.aws.calls[before].at < 30
        assert not [call.action for call in world.aws.calls[before:] if call.is_write]
        assert world.client.list_tables()["TableNames"] == [resource.physical_id]

    def test_a_permission_that_comes_within_them_is_enough(self, world: World) -> None:
        world.aws.faults.order(Fault.DENIED, RESOURCE, times=2)
        resource = Resource("breakglass")
        world.succeed(resource, resource.create())

    def test_out_of_reach_it_fails_and_names_the_endpoint_and_the_switch(self, worlds: Worlds, newest: Path) -> None:
        here = worlds(newest, Moto(), variables={"AWS_ENDPOINT_URL_CLOUDFORMATION": NOBODY})
        reason = here.fail(Resource("breakglass", ServiceTimeout=10).create())
        assert "CloudFormation cannot be reached" in reason
        assert "Give the function's VPC its endpoint" in reason
        assert "AskCloudFormation=false" in reason
        assert not [call.action for call in here.aws.calls if call.is_write]


def _deny(world: World, *actions: str) -> None:
    for action in actions:
        world.aws.faults.order(Fault.DENIED, action, times=100)
