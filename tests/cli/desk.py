"""A user at a terminal: the commands on one side, the provider on the other, one model of AWS between them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables_cli.account.tables import Account, Eyes
from sentinel_tables_cli.app import app
from sentinel_tables_cli.template import document as templates
from tests.aws import (
    Client,
    Fault,
    Faults,
    KeyService,
    Kind,
    VirtualClock,
)
from tests.worlds import Place

HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'
BREAKGLASS = """
Resources:
  BreakGlass:
    Type: Custom::SentinelTable
    Properties:
      ServiceToken: !ImportValue sentinel-tables-ServiceToken
      Schema: breakglass
"""
PSEUDO = {"AWS::Region": "eu-central-1", "AWS::Partition": "aws", "AWS::AccountId": "123456789012"}


@dataclass(eq=False)
class Desk:
    """`stack` is the one stack there is; nothing of it is there until something is deployed."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    denied: tuple[str, ...] = ()
    failing: dict[str, str] = field(default_factory=dict)
    """AWS's code for every call of an API."""
    declares: bool = False
    no_echo: bool = False
    state: str = "CREATE_COMPLETE"
    deployed: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] | None = None
    """The exports of the account and Region; None if they may not be listed."""
    stored: dict[str, str] | None = None
    """The Parameter Store; None if it may not be read."""
    change_sets: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """The template and the values of each change set, by name."""
    owners: dict[tuple[str, str], tuple[str, str] | str] = field(default_factory=dict)
    """The state and the table of resources of other stacks, or the message by which AWS refuses to describe them."""

    def __post_init__(self) -> None:
        self.place = Place(clock=self.clock)
        self.world, self.plane, self.stack = self.place.world, self.place.plane, self.place.stack

    def type(self, *words: str) -> Result:
        """Types a command."""
        return CliRunner().invoke(app, list(words), obj=self.connect)

    def plan(self, text: str, *words: str) -> Result:
        """Plans a template that is written to a file first."""
        return self.type("plan", self.file(text), *words)

    def planned(self, text: str, *words: str) -> dict[str, Any]:
        """The one table of a plan, from its JSON."""
        (table,) = json.loads(self.plan(text, "--json", *words).stdout)["tables"]
        return dict(table)

    def file(self, text: str) -> str:
        """The name of a file with a template of that text."""
        path = self.folder / "template.yaml"
        path.write_text(text)
        return str(path)

    def deploy(self, text: str, **parameters: str) -> None:
        """Deploys a template with the provider as it is; what it makes of each resource is asserted to be well."""
        self.place.declares = self.declares
        document = templates.parse(text, "deployed")
        scope = document.scope(parameters, PSEUDO | {"AWS::StackName": "records", "AWS::StackId": self.stack.stack_id})
        tables = {table.logical_id: table for table in document.tables(scope)}
        for logical_id, table in tables.items():
            properties = {**known(table.properties), "ServiceToken": "arn:token"}
            verb = self.stack.update if logical_id in self.stack.resources else self.stack.create
            verb(logical_id, properties)
        self.world.run()
        self.deployed, self.parameters = text, parameters
        for resource in self.stack.resources.values():
            assert resource.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), resource.reason

    def writes(self) -> list[tuple[str, Any]]:
        """What the provider wrote, from the beginning."""
        return [(call.api, call.arguments) for call in self.plane.writes() if call.outcome == "ok"]

    def connect(self, _profile: str | None, _region: str | None, _endpoint_url: str | None) -> Account:
        """The means of this world; `denied` APIs are denied."""
        faults = Faults(*(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, api) for api in self.denied))
        client, keys = ListingClient(self.plane, faults=faults), KeyService(self.plane, faults=faults)
        client.failing = self.failing
        return Account(
            eyes=Eyes(client, DynamoTables(client, lambda: keys)),
            cloudformation=lambda: Stacks(self),
            ssm=lambda: ParameterStore(self),
            pseudo=lambda _account: PSEUDO,
            now=self.clock.now,
        )


def known(properties: object) -> Mapping[str, Any]:
    """Properties without what only CloudFormation resolves."""
    assert isinstance(properties, dict)
    return {key: value for key, value in properties.items() if isinstance(value, str | list | dict)}


class ListingClient(Client):
    """The model's client, with the one call that the provider does not make; what is to fail fails with that code."""

    failing: Mapping[str, str] = {}

    def __getattr__(self, api: str) -> Callable[..., Any]:
        return partial(self._fail, api) if api in self.failing else super().__getattr__(api)

    def _fail(self, api: str, **_arguments: Any) -> Any:
        raise refused(self.failing[api], "The security token included in the request is expired", api)

    def get_paginator(self, api: str) -> Any:
        if api == "list_tables":
            return Pages(
                partial(self._fail, api) if api in self.failing else lambda: {"TableNames": sorted(self._plane.tables)}
            )
        return super().get_paginator(api)


@dataclass(frozen=True)
class Pages:
    """A paginator with one page."""

    page: Callable[[], Any]

    def paginate(self, **_arguments: Any) -> Iterator[Any]:
        yield self.page()


@dataclass(eq=False)
class Stacks:
    """`boto3.client("cloudformation")`, for the stack of a desk."""

    desk: Desk

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's
        if "describe_stacks" in self.desk.denied:
            raise refused("AccessDenied", "not authorized", "DescribeStacks")
        if "describe_stacks" in self.desk.failing:
            raise refused(self.desk.failing["describe_stacks"], "no", "DescribeStacks")
        if not self.desk.deployed or StackName != self.desk.stack.stack:
            raise refused("ValidationError", f"Stack with id {StackName} does not exist", "DescribeStacks")
        shown = dict.fromkeys(self.desk.parameters, "****") if self.desk.no_echo else self.desk.parameters
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in shown.items()]
        stack = {"StackName": StackName, "StackId": self.desk.stack.stack_id, "StackStatus": self.desk.state}
        return {"Stacks": [stack | {"Parameters": parameters}]}

    def describe_change_set(self, ChangeSetName: str, StackName: str) -> Any:  # noqa: N803 - boto3's
        if ChangeSetName not in self.desk.change_sets:
            raise refused("ChangeSetNotFound", f"ChangeSet [{ChangeSetName}] does not exist", "DescribeChangeSet")
        values = self.desk.change_sets[ChangeSetName][1]
        return {"StackName": StackName, "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]}

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803 - boto3's
        found = self.desk.owners.get((StackName, LogicalResourceId), f"Stack '{StackName}' does not exist")
        if isinstance(found, str):
            code = "AccessDenied" if "authorized" in found else "ValidationError"
            raise refused(code, found, "DescribeStackResource")
        state, table = found
        return {"StackResourceDetail": {"ResourceStatus": state, **({"PhysicalResourceId": table} if table else {})}}

    def get_paginator(self, api: str) -> Pages:
        if api == "list_exports":
            return Pages(self._exports)
        return Pages(lambda: {"StackResourceSummaries": [*map(_summary, self.desk.stack.resources.values())]})

    def _exports(self) -> Any:
        if self.desk.exports is None:
            raise refused("AccessDenied", "not authorized", "ListExports")
        return {"Exports": [{"Name": name, "Value": value} for name, value in self.desk.exports.items()]}

    def get_template(self, StackName: str, ChangeSetName: str = "", TemplateStage: str = "") -> Any:  # noqa: N803 - boto3's
        if ChangeSetName:
            assert (StackName, TemplateStage) == (self.desk.stack.stack, "Processed")
            return {"TemplateBody": self.desk.change_sets[ChangeSetName][0]}
        return {"TemplateBody": self.desk.deployed}


@dataclass(eq=False)
class ParameterStore:
    """`boto3.client("ssm")`."""

    desk: Desk

    def get_parameters(self, Names: list[str]) -> Any:  # noqa: N803 - boto3's
        if self.desk.stored is None:
            raise refused("AccessDeniedException", "not authorized", "GetParameters")
        assert 0 < len(Names) <= 10
        there = {name: self.desk.stored[name] for name in Names if name in self.desk.stored}
        return {"Parameters": [{"Name": name, "Value": value} for name, value in there.items()]}


def _summary(resource: Any) -> dict[str, str]:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": "Custom::SentinelTable",
        "ResourceStatus": resource.status,
    }


def refused(code: str, message: str, operation: str) -> ClientError:
    """A refusal by CloudFormation."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
