"""A CloudFormation for the driver: each operation takes some seconds, and ends as it was told beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.aws import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKES_SECONDS = 50.0
ENDS = {"create": "CREATE_COMPLETE", "update": "UPDATE_COMPLETE", "roll_back": "UPDATE_ROLLBACK_COMPLETE"}


def refusal(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "x")


@dataclass
class CloudFormation:
    """Stacks by their ids: the status, since when it is in progress, and for how long."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    calls: list[tuple[str, str]] = field(default_factory=list)
    stacks: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    refused: str = ""
    """A call that is refused."""
    endless: str = ""
    """A call whose operation never ends."""
    late_seconds: float = 4.0
    """For so long DescribeStacks says how a stack was before."""
    before: dict[str, str] = field(default_factory=dict)

    def create_stack(self, **arguments: Any) -> dict[str, str]:
        name = arguments["StackName"]
        stack_id = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{name}/3598e5fc"
        self._operation("create", stack_id, arguments)
        return {"StackId": stack_id}

    def update_stack(self, **arguments: Any) -> None:
        self._operation("update", arguments["StackName"], arguments)

    def rollback_stack(self, **arguments: Any) -> None:
        self._operation("roll_back", arguments["StackName"], arguments)

    def delete_stack(self, **arguments: Any) -> None:
        found = next(one for one in self.stacks if arguments["StackName"] in {one, one.split("/")[1]})
        self._operation("delete", found, arguments)

    def describe_stacks(self, **arguments: Any) -> dict[str, Any]:
        stack_id = arguments["StackName"]
        if stack_id not in self.stacks:
            raise refusal(f"Stack with id {stack_id} does not exist")
        return {"Stacks": [self._shown(stack_id)]}

    def describe_stack_resource(self, **arguments: Any) -> dict[str, Any]:
        raise refusal(f"Resource {arguments['LogicalResourceId']} does not exist for stack")

    def get_paginator(self, name: str) -> CloudFormation | Events:
        return Events() if name == "describe_stack_events" else self

    def paginate(self) -> Iterator[dict[str, Any]]:
        yield {"Stacks": [self._shown(stack_id) for stack_id in self.stacks]}

    def _shown(self, stack_id: str) -> dict[str, Any]:
        status, began, takes = self.stacks[stack_id]
        now, verb = self.clock.now(), status.split("_")[0]
        if stack_id in self.before and now < began + self.late_seconds:
            status = self.before[stack_id]
        elif now < began + takes:
            status = f"{verb}_IN_PROGRESS"
        return {"StackName": stack_id.split("/")[1], "StackStatus": status, "CreationTime": datetime.fromtimestamp(0, UTC)}

    def _operation(self, call: str, stack_id: str, arguments: dict[str, Any]) -> None:
        if call == self.refused:
            raise refusal("no")
        if call == "delete" and self.stacks[stack_id][0] == "DELETE_COMPLETE":
            return  # it is being deleted already
        if "TemplateBody" in arguments:
            assert json.loads(arguments["TemplateBody"])["Resources"]
        self.calls.append((call, stack_id.split("/")[1]))
        if stack_id in self.stacks:
            self.before[stack_id] = self._shown(stack_id)["StackStatus"]
        takes = float("inf") if call == self.endless else TAKES_SECONDS
        self.stacks[stack_id] = (ENDS.get(call, "DELETE_COMPLETE"), self.clock.now(), takes)


class Events:
    """The events of a stack: one."""

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        moment = datetime.fromtimestamp(1000, UTC)
        named = {"StackId": arguments["StackName"], "LogicalResourceId": "Watched", "Timestamp": moment}
        yield {"StackEvents": [named | {"PhysicalResourceId": "first", "ResourceStatus": "CREATE_COMPLETE"}]}


@dataclass
class Table:
    """The table of records, as `query` pages it."""

    items: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, name: str) -> Table:
        assert name == "query"
        return self

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        assert arguments["TableName"] == "records"
        yield {"Items": [{"Record": {"S": json.dumps(item)}} for item in self.items]}


@dataclass
class Bucket:
    """A bucket, by its keys. It is its own `meta`, which says where it is."""

    keys: list[str] = field(default_factory=list)
    ever: list[str] = field(default_factory=list)
    endpoint_url: str = "https://s3.eu-central-1.amazonaws.com"

    @property
    def meta(self) -> Bucket:
        return self

    def put_object(self, **arguments: Any) -> None:
        self.keys.append(arguments["Key"])
        self.ever.append(arguments["Key"])

    def delete_object(self, **arguments: Any) -> None:
        self.keys.remove(arguments["Key"])
