"""A role's policy in the languages of those who deploy it. What it grants is proven in `tests/security`."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sentinel_tables_cli.policies.roles import ROLES

from .desk import Desk
from .test_lint import lint

ARN = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/sentinel-blue"
KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd"
ROWS = [(role, schema) for role, schemas in ROLES.items() for schema in schemas]


def granted(desk: Desk, *words: str) -> list[dict[str, Any]]:
    """The statements that the command prints as JSON."""
    statements: list[dict[str, Any]] = json.loads(desk.type("policy", *words).stdout)["Statement"]
    return statements


def test_without_an_arn_it_holds_for_tables_of_the_name_wherever_they_are(desk: Desk) -> None:
    assert granted(desk, "approval", "--role", "requester") == [
        {
            "Sid": "ApprovalRecords",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
            "Resource": "arn:aws:dynamodb:*:*:table/sentinel-requests",
        },
        {
            "Sid": "ApprovalIndexes",
            "Effect": "Allow",
            "Action": ["dynamodb:Query"],
            "Resource": ["arn:aws:dynamodb:*:*:table/sentinel-requests/index/gsi-requester"],
        },
    ]


def test_with_the_table_s_arn_and_its_key(desk: Desk) -> None:
    records, key = granted(desk, "session", "--role", "authorizer", "--table-name", ARN, "--key", KEY)
    assert records["Resource"] == ARN
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], KEY)
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.cn-north-1.amazonaws.com.cn"}}


def test_an_auditor_queries_the_optional_indexes_that_the_table_has(desk: Desk) -> None:
    _, indexes = granted(desk, "session", "-r", "auditor", "--optional-index", "gsi-device-id")
    assert indexes["Resource"][-1].endswith("/index/gsi-device-id")


@pytest.mark.parametrize("role", ["approver", "tvm"])
def test_the_template_passes_cfn_lint_and_grants_the_same(desk: Desk, tmp_path: Path, role: str) -> None:
    text = desk.type("policy", "approval", "--role", role, "--format", "cloudformation", "--key", KEY).stdout
    assert lint(tmp_path, text) == []
    (resource,) = yaml.safe_load(text)["Resources"].values()
    same = granted(desk, "approval", "--role", role, "--key", KEY)
    found = resource["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in found] == [one["Action"] for one in same]
    assert found[-1] == same[-1]


@pytest.mark.parametrize(("role", "schema"), ROWS)
def test_as_terraform(desk: Desk, role: str, schema: str) -> None:
    text = desk.type("policy", schema, "--role", role, "--format", "terraform").stdout
    assert text.startswith(f'data "aws_dynamodb_table" "{schema}" {{\n  name = "sentinel-')
    same = granted(desk, schema, "--role", role)
    assert text.count("  statement {\n") == len(same)
    assert all(f'"{action}"' in text for one in same for action in one["Action"])
    assert text.count("{") == text.count("}")


def test_terraform_needs_no_look_at_a_table_whose_arn_is_told(desk: Desk) -> None:
    words = ("session", "--role", "authorizer", "--format", "terraform", "--table-name", ARN)
    assert desk.type("policy", *words).stdout == (
        'data "aws_iam_policy_document" "session_authorizer" {\n'
        "  statement {\n"
        '    sid       = "SessionRecords"\n'
        '    actions   = ["dynamodb:GetItem"]\n'
        f'    resources = ["{ARN}"]\n'
        "  }\n"
        "}\n"
        "\n"
        'resource "aws_iam_policy" "session_authorizer" {\n'
        '  name   = "sentinel-session-authorizer"\n'
        "  policy = data.aws_iam_policy_document.session_authorizer.json\n"
        "}\n"
    )


MISTAKES = {
    "no such schema": (("ledger", "--role", "tvm"), 'There is no schema "ledger". Use one of '),
    "no such role": (("session", "--role", "king"), 'There is no role "king". Use one of requester, approver, '),
    "another's table": (
        ("session", "--role", "requester"),
        "Role requester makes no call on a table of schema session. It uses approval.",
    ),
    "an alias": (
        ("session", "--role", "tvm", "--key", "alias/x"),
        '"alias/x" is not a key\'s ARN. Write --key arn:aws:kms:REGION:ACCOUNT:key/ID, never an alias.',
    ),
    "no such name": (("session", "--role", "tvm", "--table-name", "a b"), 'Table name "a b" is not valid. Use 3 to '),
}


@pytest.mark.parametrize(("words", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake(desk: Desk, words: tuple[str, ...], message: str) -> None:
    result = desk.type("policy", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {message}")
