"""Asks CloudFormation about a resource and about its stack: the port `Stacks` on boto3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sentinel_tables.allowance import DENIED_SECONDS, UNREACHABLE_SECONDS
from sentinel_tables.aws.calls import Client, NeverHeardOf, Unanswered, call
from sentinel_tables.errors import NotNow, Patience, RefusedByAws
from sentinel_tables.model import Owner
from sentinel_tables.rules.belief import ResourceWord, StackWord

NOT_FOR_A_TABLE = ("aws:", "sentinel:")
"""The beginnings of tag keys that are not put on a table."""
ACTIONS = {"describe_stack_resource": "DescribeStackResource", "describe_stacks": "DescribeStacks"}


class CloudFormationStacks:
    """Asks through a client that is made when it is first needed, so that no event without a step pays for it."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    def resource(self, owner: Owner) -> ResourceWord:
        """See `ports.Stacks.resource`."""
        arguments = {"StackName": owner.stack_id, "LogicalResourceId": owner.logical_id}
        try:
            found = self._ask("describe_stack_resource", arguments)["StackResourceDetail"]
        except NeverHeardOf:
            return ResourceWord()
        changed_at = _seconds(found.get("LastUpdatedTimestamp"))
        return ResourceWord(found.get("ResourceStatus", ""), found.get("PhysicalResourceId") or "", changed_at)

    def stack(self, stack_id: str) -> StackWord:
        """See `ports.Stacks.stack`."""
        try:
            (found,) = self._ask("describe_stacks", {"StackName": stack_id})["Stacks"]
        except (NeverHeardOf, ValueError):
            return StackWord()
        began = _seconds(found.get("LastUpdatedTime") or found.get("CreationTime"))
        return StackWord(found.get("StackStatus", ""), began, tags_for_tables(found))

    def _ask(self, api: str, arguments: Mapping[str, object]) -> Any:
        """Raises NotNow: for a minute if nobody answers, for some seconds if it is denied, else for as long as it takes."""
        try:
            return call(self._client(), api, arguments)
        except Unanswered as error:
            final = RefusedByAws(
                f"CloudFormation cannot be reached ({api}). Give the function's VPC its endpoint, or deploy the provider "
                "with AskCloudFormation=false."
            )
            raise NotNow(str(error), back_off=True, patience=Patience(UNREACHABLE_SECONDS, final)) from error
        except RefusedByAws as error:
            code = str(error).partition(': "')[0][:60]
            final = RefusedByAws(
                f"{code}. Allow cloudformation:{ACTIONS[api]} in the function's role, its boundary and every SCP, or deploy "
                "the provider with AskCloudFormation=false."
            )
            raise NotNow(str(error), back_off=True, patience=Patience(DENIED_SECONDS, final)) from error


def tags_for_tables(stack: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a stack, as DescribeStacks gives it, but for those that AWS or the provider reserves."""
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    return {key: value for key, value in tags.items() if not key.lower().startswith(NOT_FOR_A_TABLE)}


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
