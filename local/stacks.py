"""CloudFormation as the demo uses it: send a template, wait for the end, read what happened."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.expect import UnexpectedError, expect_equal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WAIT_SECONDS = 600.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack by its name. ``client`` is boto3's, for cloudformation."""

    client: Any
    name: str

    def create(self, template: Path, **parameters: str) -> str:
        """Create the stack and return the status that it ends in."""
        self.client.create_stack(**self._arguments(template, parameters))
        return self._wait()

    def update(self, template: Path, **parameters: str) -> str:
        """Update the stack and return the status that it ends in."""
        self.client.update_stack(**self._arguments(template, parameters))
        return self._wait()

    def delete(self) -> str:
        """Delete the stack and return the status that it ends in."""
        stack_id = self.describe()["StackId"]
        self.client.delete_stack(StackName=self.name)
        return self._wait(stack_id)

    def describe(self, name_or_id: str | None = None) -> dict[str, Any]:
        """Return what CloudFormation says of the stack."""
        found: dict[str, Any] = self.client.describe_stacks(StackName=name_or_id or self.name)["Stacks"][0]
        return found

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.describe().get("Outputs", [])}

    def reason(self, logical_id: str) -> str:
        """Return why CloudFormation says that a resource failed."""
        for event in self.client.describe_stack_events(StackName=self.name)["StackEvents"]:
            if event["LogicalResourceId"] == logical_id and event["ResourceStatus"].endswith("_FAILED"):
                return str(event.get("ResourceStatusReason", ""))
        raise UnexpectedError(f"No event of the stack {self.name} says that {logical_id} failed.")

    def expect(self, status: str, wanted: str) -> None:
        """Raise UnexpectedError, with the reasons, unless the status is the wanted one."""
        failures = self.failures() if status != wanted else ""
        expect_equal(status, wanted, f"The status of the stack {self.name}{failures}")

    def failures(self) -> str:
        """Return what failed, and why, for a person to read."""
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return "".join(f" ({e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')})" for e in failed)

    def _arguments(self, template: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": template.read_text(encoding="utf-8"),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def _wait(self, stack_id: str | None = None) -> str:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            status = self._status(stack_id)
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(POLL_SECONDS)
        raise UnexpectedError(f"The stack {self.name} is still {status} after {WAIT_SECONDS:.0f} s.")

    def _status(self, stack_id: str | None) -> str:
        try:
            return str(self.describe(stack_id)["StackStatus"])
        except ClientError as error:
            if "does not exist" in str(error):
                return "DELETE_COMPLETE"
            raise
