"""A handler that is as simple as can be, and an account for it."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from tests.aws import Client, Fault, Invocation, account

if TYPE_CHECKING:
    from tests.aws.lambda_service import Handle

Json = dict[str, Any]
NAME = "records"
NEW: Json = {
    "TableName": NAME,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def handle(event: Json, invocation: Invocation) -> None:
    """Make or delete the table that the properties name; hand over when time is short."""
    name, client = event["ResourceProperties"]["TableName"], invocation.client
    reason = ""
    if event["RequestType"] == "Delete":
        delete(client, invocation, name)
    else:
        with contextlib.suppress(client.exceptions.ResourceInUseException):
            client.create_table(**NEW | {"TableName": name})
        reason = wait(client, invocation, name)
        if reason == "hand over":
            payload = json.dumps(event).encode()
            invocation.functions.invoke(FunctionName=invocation.function_arn, InvocationType="Event", Payload=payload)
            return
    if name == "refused" and event["RequestType"] != "Delete":
        reason = "refused"
    answer(event, invocation, name, reason)


def delete(client: Client, invocation: Invocation, name: str) -> None:
    while True:
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            return
        except client.exceptions.ResourceInUseException:
            pass
        invocation.clock.sleep(1)


def wait(client: Client, invocation: Invocation, name: str) -> str:
    while invocation.remaining_ms() > 1_000:
        invocation.clock.sleep(0.5)
        try:
            if client.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE":
                return ""
        except client.exceptions.ResourceNotFoundException:
            return "it went away"
    return "hand over"


def answer(event: Json, invocation: Invocation, name: str, reason: str) -> None:
    body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    status = "FAILED" if reason else "SUCCESS"
    text = json.dumps(body | {"Status": status, "Reason": reason, "PhysicalResourceId": name}).encode()
    for _ in range(5):
        try:
            if invocation.deliver(event["ResponseURL"], text) < 500:
                return
        except OSError:
            pass
        invocation.clock.sleep(1)


class Account(account.Account):
    """An account with any handler, and with the means of a test of the model."""

    def __init__(self, *faults: Fault, handler: Handle = handle, **service: Any) -> None:
        super().__init__(faults=faults)
        self.functions.handle = handler
        for name, value in service.items():
            setattr(self.functions, name, value)

    def run(self) -> None:
        self.world.run()
        assert self.functions.crashes() == []

    def kinds(self) -> list[str]:
        return [request.kind for request in self.stack.requests]
