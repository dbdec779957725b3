"""CloudFormation's events, as it sends them: every scalar a string, ids of their own for each request."""

import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
FUNCTION_NAME: Final = "sentinel-tables-Provider"
FUNCTION_ARN: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION_NAME}"

Event: TypeAlias = Mapping[str, Any]


def table_arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


class Resource:
    """One resource of one stack: makes its events, and remembers what CloudFormation remembers between them."""

    def __init__(self, schema: str, *, logical_id: str = "Table", stack: str = "", **properties: Any) -> None:
        name = stack or f"app-{uuid.uuid4().hex[:8]}"
        self.stack_id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}"
        self.logical_id = logical_id
        self.properties: dict[str, Any] = {"Schema": schema, **properties}
        self.physical_id = ""

    @property
    def invented_id(self) -> str:
        """As CloudFormation makes one up for a Create that it cancels, or waits for no longer."""
        return f"{self.stack_id.split('/')[1]}-{self.logical_id}-1ABCDEFGHIJKL"

    def create(self) -> dict[str, Any]:
        return self._event("Create", self.properties)

    def update(self, **changes: Any) -> dict[str, Any]:
        """The template's next version: `changes` over the properties of the last, `None` for one that is left out."""
        old, merged = self.properties, {**self.properties, **changes}
        self.properties = {name: value for name, value in merged.items() if value is not None}
        return self._event("Update", self.properties, PhysicalResourceId=self.physical_id, OldResourceProperties=_sent(old))

    def delete(self, physical_id: str = "", properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A Delete of what the resource is now, or of `physical_id`, as after a replacement."""
        return self._event(
            "Delete",
            self.properties if properties is None else properties,
            PhysicalResourceId=physical_id or self.physical_id,
        )

    def _event(self, verb: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "RequestType": verb,
            "RequestId": str(uuid.uuid4()),
            "StackId": self.stack_id,
            "LogicalResourceId": self.logical_id,
            "ResourceType": "Custom::SentinelTable",
            "ServiceToken": FUNCTION_ARN,
            "ResourceProperties": _sent(properties),
            **more,
        }


def _sent(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"ServiceToken": FUNCTION_ARN, **_strings(properties)}


def _strings(value: Any) -> Any:
    """`value` as CloudFormation sends it: `True` is `"true"`, `35` is `"35"`."""
    if isinstance(value, Mapping):
        return {key: _strings(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_strings(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def a_second_later() -> None:
    """Lets the second end in which a table was made: the date of an event says no more than seconds."""
    time.sleep(1.05 - time.time() % 1)
