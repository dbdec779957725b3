"""What CloudFormation knows of a stack: its id, its parameters, its template, and which resource is which table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from sentinel_tables.aws.calls import Client
from sentinel_tables_cli.account.tables import is_denied, remedy, why
from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.document import RESOURCE_TYPE, Template, parse
from sentinel_tables_cli.template.parameters import HIDDEN
from sentinel_tables_cli.template.values import Unknown

NOT_YET = "REVIEW_IN_PROGRESS"
"""The state of a stack of which there is a change set, and nothing else."""
LAST_STATES: Mapping[str, str] = {
    "ROLLBACK_COMPLETE": "Delete the stack first.",
    "ROLLBACK_FAILED": "Delete the stack first.",
    "DELETE_FAILED": "Delete the stack first.",
    "UPDATE_ROLLBACK_FAILED": "Continue its roll-back first.",
}
"""The states in which CloudFormation takes no update, each with what to do.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""
NO_TABLE = "not-created:"
"""How the physical id of a resource begins that has made no table."""
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""The states of a resource that the stack no longer has."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it is deployed; without a state where there is none of that name yet."""

    name: str
    stack_id: str = ""
    parameters: Mapping[str, str | Unknown] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    """Physical ids of its `Custom::SentinelTable` resources, by logical id."""
    template: Template | None = None
    state: str = ""

    @property
    def owner_id(self) -> str:
        """The stack's id as it stands in the tags of its tables."""
        return self.stack_id or f"stack {self.name}, which is not there yet"

    @property
    def refusal(self) -> str:
        """Why CloudFormation takes no update of it in the state that it is in; nothing, where it does."""
        remedy = LAST_STATES.get(self.state)
        return f"Stack {self.name} is {self.state}, and CloudFormation does not update it. {remedy}" if remedy else ""

    @property
    def note(self) -> str:
        """What its state has to say to a deployment."""
        if not self.state:
            return f"There is no stack {self.name} yet."
        if self.state.endswith("_IN_PROGRESS"):
            return f"Stack {self.name} is {self.state}. Plan again when that is over: CloudFormation takes no update before."
        return ""


def look_up(client: Client, name: str) -> tuple[Stack | None, str]:
    """The stack of that name; None where it may not be looked at, with the reason. Raises Mistake."""
    try:
        found = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return Stack(name), ""
        return _unseen(error, name)
    except BotoCoreError as error:
        return _unseen(error, name)
    if found["StackStatus"] == NOT_YET:
        return Stack(found["StackName"], found["StackId"]), ""
    parameters = dict(map(_parameter, found.get("Parameters", [])))
    try:
        tables, template = _tables(client, name), _template(client, name)
    except (ClientError, BotoCoreError) as error:
        return _unseen(error, name)
    return Stack(found["StackName"], found["StackId"], parameters, tables, template, found["StackStatus"]), ""


def _parameter(shown: Mapping[str, str]) -> tuple[str, str | Unknown]:
    """A parameter's name and its value. The template's default says nothing of a value that is hidden."""
    name, value = shown["ParameterKey"], shown.get("ParameterValue", "")
    return name, Unknown(f"parameter {name} is hidden") if value == HIDDEN else value


def _unseen(error: Exception, name: str) -> tuple[None, str]:
    if is_denied(error):
        return None, f"stack {clean(name)} cannot be looked at ({clean(why(error))})"
    wrong_name = isinstance(error, ParamValidationError) or why(error) == "ValidationError"
    todo = "Name an existing stack with --stack." if wrong_name else remedy(error)
    raise Mistake(f"Stack {clean(name)} cannot be looked at: {clean(why(error))}. {todo}")


def _tables(client: Client, name: str) -> dict[str, str]:
    """A stack may have more resources than DescribeStackResources tells, which stops at 100."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == RESOURCE_TYPE
        and resource.get("PhysicalResourceId")
        and resource.get("ResourceStatus") not in GONE
    }


def _template(client: Client, name: str) -> Template | None:
    """The template that the stack was deployed with, where it can be read."""
    body = client.get_template(StackName=name).get("TemplateBody", "")
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        return parse(text, f"the template of stack {name}")
    except Mistake:
        return None
