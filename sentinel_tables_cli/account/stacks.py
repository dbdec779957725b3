"""Reads what CloudFormation knows of a stack: its id, its parameters, its template, and which resource has which table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from sentinel_tables.aws.calls import Client
from sentinel_tables.aws.stacks import tags_for_tables
from sentinel_tables.model import Owner
from sentinel_tables_cli.account.tables import is_denied, remedy, why
from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.document import RESOURCE_TYPE, Template, parse
from sentinel_tables_cli.template.parameters import HIDDEN
from sentinel_tables_cli.template.values import Unknown

NOT_YET = "REVIEW_IN_PROGRESS"
"""The state of a stack that has a change set, and nothing else yet."""
LAST_STATES: Mapping[str, str] = {
    "ROLLBACK_COMPLETE": "Delete the stack first.",
    "ROLLBACK_FAILED": "Delete the stack first.",
    "DELETE_FAILED": "Delete the stack first.",
    "UPDATE_ROLLBACK_FAILED": "Continue its roll-back first.",
}
"""The states in which CloudFormation takes no update, each with the remedy.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""
NO_TABLE = "not-created:"
"""The beginning of the physical id of a resource that made no table."""
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""The states of a resource that the stack no longer has."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it is deployed. Without a state, there is none of that name yet."""

    name: str
    stack_id: str = ""
    parameters: Mapping[str, str | Unknown] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    """Physical ids of its `Custom::SentinelTable` resources, by logical id."""
    template: Template | None = None
    state: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The tags that the provider puts on tables: those of the stack, but for those that AWS or the provider reserves."""

    @property
    def owner_id(self) -> str:
        """The stack's id as it stands in the tags of its tables."""
        return self.stack_id or f"stack {self.name}, which is not there yet"

    @property
    def refusal(self) -> str:
        """The reason why CloudFormation takes no update of it in its state; empty if it does."""
        remedy = LAST_STATES.get(self.state)
        return f"Stack {self.name} is {self.state}, and CloudFormation does not update it. {remedy}" if remedy else ""

    @property
    def note(self) -> str:
        """A note for a deployment on the state of the stack."""
        if not self.state:
            return f"There is no stack {self.name} yet."
        if self.state.endswith("_IN_PROGRESS"):
            return f"Stack {self.name} is {self.state}. Plan again when that is over: CloudFormation takes no update before."
        return ""


def look_up(client: Client, name: str) -> tuple[Stack | None, str]:
    """The stack of that name; None and the reason if the credentials may not see it. Raises Mistake."""
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
    state, tags = found["StackStatus"], tags_for_tables(found)
    return Stack(found["StackName"], found["StackId"], parameters, tables, template, state, tags), ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The resource that the tags of a table name, as CloudFormation knows it. Without a state, it is gone."""

    state: str = ""
    table: str = ""
    """The table that the resource has now."""
    gone: str = ""
    """The part that is gone, in words."""
    unseen: str = ""
    """The reason why it could not be looked at."""


def holder_of(client: Client, owner: Owner) -> Holder:
    """Looks at the resource of an owner. Raises Mistake if nobody answers."""
    try:
        found = client.describe_stack_resource(StackName=owner.stack_id, LogicalResourceId=owner.logical_id)
    except ClientError as error:
        if "does not exist" not in str(error):
            return Holder(unseen=why(error))
        is_stack = owner.logical_id not in str(error).partition("does not exist")[0]
        return Holder(gone="its stack is gone" if is_stack else "its stack has no such resource")
    except BotoCoreError as error:
        raise Mistake(f"CloudFormation cannot be asked: {why(error)}. {remedy(error)}") from error
    detail = found["StackResourceDetail"]
    return Holder(detail["ResourceStatus"], detail.get("PhysicalResourceId", ""))


def _parameter(shown: Mapping[str, str]) -> tuple[str, str | Unknown]:
    """A parameter's name and its value. The template's default says nothing of a value that is hidden."""
    name, value = shown["ParameterKey"], shown.get("ParameterValue", "")
    return name, Unknown(f"parameter {name}, which is hidden") if value == HIDDEN else value


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set: the template and the values that it would deploy."""

    template: Template
    values: Mapping[str, object] = field(default_factory=dict)


def change_set(client: Client, name: str, stack: str) -> ChangeSet:
    """The change set of that name. Its template is the one that its macros made of it. Raises Mistake."""
    try:
        found = client.describe_change_set(ChangeSetName=name, StackName=stack)
        body = client.get_template(StackName=stack, ChangeSetName=name, TemplateStage="Processed").get("TemplateBody", "")
    except (ClientError, BotoCoreError) as error:
        is_missing = why(error) in ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError")
        todo = "Correct --change-set or --stack." if is_missing else remedy(error, "cloudformation:DescribeChangeSet")
        raise Mistake(f"Change set {clean(name)} cannot be looked at: {clean(why(error))}. {todo}") from error
    template = parse(body if isinstance(body, str) else json.dumps(body), f"change set {name}")
    return ChangeSet(template, dict(map(_parameter, found.get("Parameters", []))))


def _unseen(error: Exception, name: str) -> tuple[None, str]:
    if is_denied(error):
        return None, f"stack {clean(name)} cannot be looked at ({clean(why(error))})"
    wrong_name = isinstance(error, ParamValidationError) or why(error) == "ValidationError"
    todo = "Name an existing stack with --stack." if wrong_name else remedy(error)
    raise Mistake(f"Stack {clean(name)} cannot be looked at: {clean(why(error))}. {todo}")


def _tables(client: Client, name: str) -> dict[str, str]:
    """A stack may have more resources than DescribeStackResources lists, which stops at 100."""
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
    """The template that the stack was deployed with; None if it cannot be read."""
    body = client.get_template(StackName=name).get("TemplateBody", "")
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        return parse(text, f"the template of stack {name}")
    except Mistake:
        return None
