"""What Sentinel has to be told for the tables of a stack."""

import json

import pytest

from sentinel_tables.schemas import SCHEMAS
from sentinel_tables_cli.wiring import NAMES, NOT_PASSED, PERMISSIONS

from .desk import BREAKGLASS, Desk

RESOURCE = "  {}:\n    Type: Custom::SentinelTable\n    Properties: {{ServiceToken: x, Schema: {}, TableName: {}}}\n"
TEMPLATE = "Resources:\n" + "".join(
    RESOURCE.format(f"Table{place}", schema, f"sentinel-blue-{schema}") for place, schema in enumerate(reversed(SCHEMAS))
)


def test_every_schema_has_its_names() -> None:
    assert NAMES.keys() == SCHEMAS.keys()


def test_all_four(desk: Desk) -> None:
    desk.deploy(TEMPLATE)
    told = desk.type("wiring", "records")
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "Tables of stack records",
        "  breakglass  sentinel-blue-breakglass  Table3",
        "  approval    sentinel-blue-approval    Table2",
        "  session     sentinel-blue-session     Table1",
        "  ratelimit   sentinel-blue-ratelimit   Table0",
        "",
        "Flags of Sentinel's commands",
        "  --breakglass-table sentinel-blue-breakglass  breakglass, breakglass-check, breakglass-list, breakglass-close",
        "  --request-table sentinel-blue-approval       request, check, list, approve, deny",
        f"  --table sentinel-blue-session                {', '.join(NAMES['session'].commands)}",
        "",
        "Variables of its Lambda function",
        "  SENTINEL_BREAKGLASS_TABLE=sentinel-blue-breakglass",
        "  SENTINEL_APPROVAL_TABLE=sentinel-blue-approval",
        "  SENTINEL_SESSION_TABLE=sentinel-blue-session",
        "  SENTINEL_RATE_LIMIT_TABLE=sentinel-blue-ratelimit",
        "",
        "Values of its Terraform module, sentinel-tvm",
        '  breakglass_table  = "sentinel-blue-breakglass"',
        '  approval_table    = "sentinel-blue-approval"',
        '  session_table     = "sentinel-blue-session"',
        "",
        "Context of its CDK app, sentinel-tvm",
        "  --context breakglassTable=sentinel-blue-breakglass",
        "  --context approvalTable=sentinel-blue-approval",
        "  --context sessionTable=sentinel-blue-session",
        "",
        "Beside that",
        f"  {NOT_PASSED}",
    ]


def test_for_machines(desk: Desk) -> None:
    desk.deploy(TEMPLATE)
    told = json.loads(desk.type("wiring", "records", "--json").stdout)
    assert (told["stack"], told["notes"]) == ("records", [NOT_PASSED])
    assert told["tables"][1] == {
        "logical_id": "Table2",
        "schema": "approval",
        "table": "sentinel-blue-approval",
        "flags": {"--request-table": "sentinel-blue-approval"},
        "variables": {"SENTINEL_APPROVAL_TABLE": "sentinel-blue-approval"},
        "terraform": {"approval_table": "sentinel-blue-approval"},
        "cdk": {"approvalTable": "sentinel-blue-approval"},
    }
    assert told["tables"][3]["flags"] == told["tables"][3]["terraform"] == told["tables"][3]["cdk"] == {}


def test_a_schema_that_the_template_does_not_tell_stands_in_the_table_s_tags(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    desk.deployed = "Resources: {}\n"
    assert "SENTINEL_BREAKGLASS_TABLE=sentinel-breakglass" in desk.type("wiring", "records").stdout


def test_two_tables_of_a_schema_are_both_told(desk: Desk) -> None:
    text = "Resources:\n" + RESOURCE.format("A", "approval", "sentinel-a") + RESOURCE.format("B", "approval", "sentinel-b")
    desk.deploy(text)
    told = desk.type("wiring", "records").stdout
    assert "--request-table sentinel-a" in told
    assert "--request-table sentinel-b" in told
    assert "The stack has 2 tables of schema approval, and Sentinel is told of one. Choose it." in told


@pytest.mark.parametrize(
    ("denied", "message"),
    [
        ((), "There is no stack records here. Name a deployed one, or another --region."),
        (
            ("describe_stacks",),
            f"Stack records cannot be looked at (AccessDenied). It takes {PERMISSIONS}.",
        ),
    ],
)
def test_a_stack_that_is_not_there_or_not_to_be_seen(desk: Desk, denied: tuple[str, ...], message: str) -> None:
    desk.denied = denied
    told = desk.type("wiring", "records")
    assert (told.exit_code, told.stderr) == (1, f"Error: {message}\n")


def test_a_resource_without_a_table_is_left_out_and_said(desk: Desk) -> None:
    desk.deploy(
        "Resources:\n" + RESOURCE.format("A", "approval", "sentinel-a") + RESOURCE.format("B", "session", "sentinel-b")
    )
    desk.stack.resources["B"].physical_id = "not-created:x"
    told = json.loads(desk.type("wiring", "records", "--json").stdout)
    assert [wire["table"] for wire in told["tables"]] == ["sentinel-a"]
    assert told["notes"] == ["B is left out: it has no table, or its schema is not known."]
