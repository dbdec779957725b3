"""`boto3.client("cloudformation")`, the two calls that a provider asks about its own stack with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from .client import LATENCY_SECONDS, Latency, Meta, Wire
from .refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from .faults import Faults
    from .plane import ControlPlane
    from .process import Process
    from .stack_records import ShownResource, StackRecord, StackRecords
    from .tables import Json

RESOURCE_TYPE = "Custom::SentinelTable"


class StacksClient:
    """As the client of boto3, with all stacks of the account behind it."""

    def __init__(
        self,
        plane: ControlPlane,
        records: StackRecords,
        *,
        faults: Faults | None = None,
        process: Process | None = None,
        latency: Latency = LATENCY_SECONDS,
    ) -> None:
        self._wire = Wire("cloudformation", plane, faults, process, latency)
        self._records = records
        self._clock = plane.clock
        self.exceptions = self._wire.exceptions
        self.meta = Meta(plane.state.region, plane.endpoint_url)

    def describe_stack_resource(self, **arguments: Any) -> Json:
        """The resource as it is, or was a little earlier."""
        records, clock = self._records, self._clock
        return self._wire.send(
            "describe_stack_resource", arguments, lambda: said_of_resource(records, clock.now(), **arguments)
        )

    def describe_stacks(self, **arguments: Any) -> Json:
        """The stack as it is, or was a little earlier; all stacks at once are not modelled."""
        return self._wire.send("describe_stacks", arguments, lambda: self._told(said_of_stack, arguments))

    def _told(self, said: Callable[..., Json], arguments: Json) -> Json:
        return said(self._records, self._clock.now(), **arguments)


def said_of_resource(records: StackRecords, now: float, *, StackName: str, LogicalResourceId: str) -> Json:  # noqa: N803
    """What DescribeStackResource says at that moment, moments as seconds since the epoch. Raises Refused."""
    records.take("describe_stack_resource", now)
    moment = records.seen_at(now)
    record = records.find(StackName, moment)
    if record is None:
        _refuse(f"Stack '{StackName}' does not exist")
    shown = record.resource_at(LogicalResourceId, moment)
    if shown is None:
        _refuse(f"Resource {LogicalResourceId} does not exist for stack {record.name}")
    return {"StackResourceDetail": _detail(record, LogicalResourceId, shown)}


def said_of_stack(records: StackRecords, now: float, *, StackName: str) -> Json:  # noqa: N803 - boto3's
    """What DescribeStacks says at that moment, moments as seconds since the epoch. Raises Refused."""
    records.take("describe_stacks", now)
    moment = records.seen_at(now)
    record = records.find(StackName, moment)
    state = record.stack_at(moment) if record else None
    if record is None or state is None:
        _refuse(f"Stack with id {StackName} does not exist")
    shown: Json = {
        "StackId": record.stack_id,
        "StackName": record.name,
        "CreationTime": record.created_at,
        "StackStatus": state.status,
        "Tags": [{"Key": key, "Value": value} for key, value in state.tags.items()],
    }
    return {"Stacks": [shown | ({} if state.updated_at is None else {"LastUpdatedTime": state.updated_at})]}


def _detail(record: StackRecord, logical_id: str, shown: ShownResource) -> Json:
    detail: Json = {
        "StackName": record.name,
        "StackId": record.stack_id,
        "LogicalResourceId": logical_id,
        "ResourceType": RESOURCE_TYPE,
        "LastUpdatedTimestamp": shown.time,
        "ResourceStatus": shown.status,
    }
    detail |= {"ResourceStatusReason": shown.reason} if shown.reason else {}
    return detail | ({"PhysicalResourceId": shown.physical_id} if shown.physical_id else {})


def _refuse(text: str) -> NoReturn:
    raise Refused("ValidationError", text)
