"""`boto3.client("cloudformation")`, the two calls that a provider asks about its own stack with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from .client import LATENCY_SECONDS, Latency, Meta, Wire
from .refusals import Refused

if TYPE_CHECKING:
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
        self.meta = Meta(plane.state.region)

    def describe_stack_resource(self, **arguments: Any) -> Json:
        """The resource as it is, or was a little earlier."""
        return self._wire.send("describe_stack_resource", arguments, lambda: self._resource(**arguments))

    def describe_stacks(self, **arguments: Any) -> Json:
        """The stack as it is, or was a little earlier; all stacks at once are not modelled."""
        return self._wire.send("describe_stacks", arguments, lambda: self._stacks(**arguments))

    def _resource(self, StackName: str, LogicalResourceId: str) -> Json:  # noqa: N803 - boto3's
        self._records.take(self._clock.now())
        moment = self._records.seen_at(self._clock.now())
        record = self._records.find(StackName, moment)
        if record is None:
            _refuse(f"Stack '{StackName}' does not exist")
        shown = record.resource_at(LogicalResourceId, moment)
        if shown is None:
            _refuse(f"Resource {LogicalResourceId} does not exist for stack {record.name}")
        return {"StackResourceDetail": _detail(record, LogicalResourceId, shown)}

    def _stacks(self, StackName: str) -> Json:  # noqa: N803 - boto3's
        self._records.take(self._clock.now())
        moment = self._records.seen_at(self._clock.now())
        record = self._records.find(StackName, moment)
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
