"""Tables that no resource has any more: by what CloudFormation says of the owner that their tags name."""

import json
import shlex
from typing import Any

import pytest

from sentinel_tables_cli.template.document import parse

from .desk import Desk
from .test_machines import held
from .test_status import MARKS, WHOLE

OWNER = (MARKS["sentinel:stack-id"], "BreakGlass")
GONE = "Stack 'arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1' does not exist"
NO_RESOURCE = "Resource BreakGlass does not exist for stack records"
ROWS: dict[str, tuple[tuple[str, str] | str, str | None]] = {
    "its owner's": (("CREATE_COMPLETE", "sentinel-breakglass"), None),
    "its owner's, whose update failed": (("UPDATE_FAILED", "sentinel-breakglass"), None),
    "of an owner at work": (("CREATE_IN_PROGRESS", ""), None),
    "of an owner that may not be seen": ("User is not authorized to perform this", None),
    "of a resource that is gone": (("DELETE_COMPLETE", "sentinel-breakglass"), "its resource was deleted"),
    "kept by DeletionPolicy": (
        ("DELETE_SKIPPED", "sentinel-breakglass"),
        "its resource was deleted, and DeletionPolicy kept the table",
    ),
    "that could not be deleted": (("DELETE_FAILED", "sentinel-breakglass"), "the deletion of its resource failed"),
    "replaced and kept": (("UPDATE_COMPLETE", "sentinel-b"), "its resource has table sentinel-b now (UPDATE_COMPLETE)"),
    "of a stack that is gone": (GONE, "its stack is gone"),
}


@pytest.mark.parametrize(("owner", "why"), ROWS.values(), ids=ROWS)
def test_a_table(desk: Desk, owner: tuple[str, str] | str, why: str | None) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    desk.owners = {OWNER: owner}
    report = held(desk.type("left-behind", "--json").stdout, "left-behind")
    assert [table["why"] for table in report["tables"]] == ([why] if why else [])
    assert desk.plane.writes() == []


NOTES = {
    "at work": (
        ("UPDATE_IN_PROGRESS", ""),
        "sentinel-breakglass: its owner is UPDATE_IN_PROGRESS. Look",
    ),
    "not seen": ("not authorized", "Not seen: BreakGlass of arn:aws:cloudformation:"),
}


@pytest.mark.parametrize(("owner", "note"), NOTES.values(), ids=NOTES)
def test_a_table_of_which_nothing_can_be_said(desk: Desk, owner: tuple[str, str] | str, note: str) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    desk.owners = {OWNER: owner}
    told = desk.type("left-behind").stdout
    assert told.startswith(note)
    assert told.endswith("\n0 tables were left behind.\n")


def left(desk: Desk, **given: Any) -> dict[str, Any]:
    desk.plane.given_table("sentinel-breakglass", **(WHOLE | given))
    (table,) = json.loads(desk.type("left-behind", "--json").stdout)["tables"]
    return dict(table)


def test_how_old_it_is_and_how_to_be_rid_of_it(desk: Desk) -> None:
    table = left(desk, age=40 * 24 * 3600 + 5)
    assert table["age_days"] == 40
    assert table["delete"] == [
        "aws dynamodb scan --table-name sentinel-breakglass --select COUNT --max-items 1",
        "aws dynamodb delete-table --table-name sentinel-breakglass",
    ]


def test_a_protected_table_is_unprotected_before_it_is_deleted(desk: Desk) -> None:
    table = left(desk, protected=True)
    assert (
        table["delete"][1] == "aws dynamodb update-table --table-name sentinel-breakglass --no-deletion-protection-enabled"
    )


def test_the_command_that_adopts_it_deploys_a_template_that_is_right(desk: Desk) -> None:
    first, _, second = left(desk)["adopt"].partition(" > sentinel-breakglass.yaml && ")
    template = desk.type(*shlex.split(first)[1:]).stdout
    name = desk.file(template)
    assert desk.type("validate", name).stdout == "Checked 1 table: no problems.\n"
    assert desk.planned(template)["outcome"] == "adopt"
    assert parse(template, "t").document["Resources"]["BreakglassTable"]["DeletionPolicy"] == "Retain"
    assert second == "aws cloudformation deploy --stack-name sentinel-breakglass --template-file sentinel-breakglass.yaml"


ADOPT = (
    "sentinel-tables schema breakglass --format adopt --table-name sentinel-breakglass > sentinel-breakglass.yaml && "
    "aws cloudformation deploy --stack-name sentinel-breakglass --template-file sentinel-breakglass.yaml"
)


def test_a_block_for_each_table(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    desk.plane.given_table("elsewhere", **WHOLE)
    assert desk.type("left-behind").stdout.splitlines() == [
        "sentinel-breakglass: its stack is gone",
        "  . breakglass, created, 30 days old",
        f"  . left by BreakGlass of {MARKS['sentinel:stack-id']}",
        f"  adopt it: {ADOPT}",
        "  or see if it holds records: aws dynamodb scan --table-name sentinel-breakglass --select COUNT --max-items 1",
        "  then delete it: aws dynamodb delete-table --table-name sentinel-breakglass",
        "",
        "1 table was left behind.",
    ]
