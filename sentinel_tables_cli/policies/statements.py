"""The statements of a role's policy for one table."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sentinel_tables.errors import shown
from sentinel_tables.model import TableSchema
from sentinel_tables_cli.mistakes import Mistake
from sentinel_tables_cli.policies.roles import access

KEY_ARN = re.compile(r"arn:(aws[a-z-]*):kms:([a-z0-9-]+):\d{12}:key/[a-zA-Z0-9-]+", re.ASCII)
TABLE_ARN = re.compile(r"(arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table/)([a-zA-Z0-9_.-]{3,255})", re.ASCII)

Statement = Mapping[str, Any]
Resource = Callable[[str], object]
"""Takes what follows the table's ARN, such as `/index/gsi-status`, and gives the whole ARN in the words of a format."""


def statements(role: str, name: str, schema: TableSchema, resource: Resource, key: str = "") -> tuple[Statement, ...]:
    """The statements for a role on a table of the schema `name`; `key` is its customer managed key's ARN. Raises Mistake."""
    return tuple(_statements(role, name, schema, resource, key))


def _statements(role: str, name: str, schema: TableSchema, resource: Resource, key: str) -> Iterator[Statement]:
    found, subject = access(role, name), name.title()
    if found.records:
        yield _allow(f"{subject}Records", [f"dynamodb:{action}" for action in found.records], resource(""))
    if queried := found.queried(schema):
        yield _allow(f"{subject}Indexes", ["dynamodb:Query"], [resource(f"/index/{index}") for index in queried])
    if key:
        through = {"StringEquals": {"kms:ViaService": _dynamodb_of(key)}}
        yield {**_allow(f"{subject}Key", ["kms:Decrypt"], key), "Condition": through}


def _allow(sid: str, actions: list[str], resource: object) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _dynamodb_of(key: str) -> str:
    """The name by which KMS calls DynamoDB in the Region of that key.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    found = KEY_ARN.fullmatch(key)
    if found is None:
        raise Mistake(f"{shown(key)} is not a key's ARN. Write --key arn:aws:kms:REGION:ACCOUNT:key/ID, never an alias.")
    suffix = "amazonaws.com.cn" if found[1] == "aws-cn" else "amazonaws.com"
    return f"dynamodb.{found[2]}.{suffix}"


def table_of(given: str) -> tuple[str, str]:
    """A table's name, and its ARN if that was given in the name's place."""
    found = TABLE_ARN.fullmatch(given)
    return (found[2], given) if found else (given, "")
