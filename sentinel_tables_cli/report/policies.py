"""A role's policy in the languages of those who deploy it. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sentinel_tables.model import TableSchema
from sentinel_tables_cli.policies.statements import Statement, statements
from sentinel_tables_cli.report.schemas import pairs

VERSION = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The policy that is asked for: a role's, for a table. `arn` and `key` are the ARNs of both; empty if not known."""

    role: str
    name: str
    schema: TableSchema
    arn: str = ""
    key: str = ""

    def statements(self, unknown: Callable[[str], object]) -> tuple[Statement, ...]:
        """With the ARN that is known, or else what `unknown` makes of the part behind it."""
        resource = (lambda rest: f"{self.arn}{rest}") if self.arn else unknown
        return statements(self.role, self.name, self.schema, resource, self.key)


def as_json(wanted: Wanted) -> str:
    """As a policy. If the ARN is not known, it holds in any account and Region, for tables of that name."""
    found = wanted.statements(lambda rest: f"arn:aws:dynamodb:*:*:table/{wanted.schema.table_name}{rest}")
    return json.dumps({"Version": VERSION, "Statement": found}, indent=2) + "\n"


def as_cloudformation(wanted: Wanted) -> str:
    """As a template with a managed policy."""
    table = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{wanted.schema.table_name}"
    found = wanted.statements(lambda rest: {"Fn::Sub": f"{table}{rest}"})
    description = f"What Sentinel's {wanted.role} does with its {wanted.name} table"
    policy = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": description,
            "PolicyDocument": {"Version": VERSION, "Statement": [dict(one) for one in found]},
        },
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Resources": {f"{wanted.name.title()}{wanted.role.title()}Policy": policy},
    }
    return yaml.safe_dump(template, sort_keys=False, width=120)


def as_terraform(wanted: Wanted) -> str:
    """As an `aws_iam_policy` of Terraform's provider for AWS, which looks the table up by its name."""
    name = f"{wanted.name}_{wanted.role}"
    found = wanted.statements(lambda rest: f"${{data.aws_dynamodb_table.{wanted.name}.arn}}{rest}")
    table = f'data "aws_dynamodb_table" "{wanted.name}" {{\n{pairs({"name": wanted.schema.table_name}, "  ")}\n}}\n\n'
    document = "\n\n".join(map(_hcl_statement, found))
    policy = f'  name   = "sentinel-{wanted.name}-{wanted.role}"\n  policy = data.aws_iam_policy_document.{name}.json\n'
    return (
        f'{"" if wanted.arn else table}data "aws_iam_policy_document" "{name}" {{\n{document}\n}}\n\n'
        f'resource "aws_iam_policy" "{name}" {{\n{policy}}}\n'
    )


def _hcl_statement(statement: Statement) -> str:
    resources: Any = statement["Resource"]
    listed = resources if isinstance(resources, list) else [resources]
    inner = pairs({"sid": statement["Sid"], "actions": statement["Action"], "resources": listed}, "    ")
    for test, keys in statement.get("Condition", {}).items():
        for variable, value in keys.items():
            told = pairs({"test": test, "variable": variable, "values": [value]}, "      ")
            inner += f"\n\n    condition {{\n{told}\n    }}"
    return f"  statement {{\n{inner}\n  }}"


FORMATS: Mapping[str, Callable[[Wanted], str]] = {
    "json": as_json,
    "cloudformation": as_cloudformation,
    "terraform": as_terraform,
}
