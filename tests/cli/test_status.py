"""The tables that are owned, and how they have drifted from their schemas."""

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from sentinel_tables_cli.app import app

from .desk import BREAKGLASS, Desk

MARKS = {
    "sentinel:stack-id": "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1",
    "sentinel:logical-id": "BreakGlass",
    "sentinel:schema": "breakglass",
    "sentinel:origin": "created",
}
INDEXES = {
    "gsi-invoker": ("invoker", "created_at"),
    "gsi-status": ("status", "created_at"),
    "gsi-profile": ("profile", "created_at"),
}
WHOLE: dict[str, Any] = {"tags": MARKS, "indexes": INDEXES, "ttl": "ttl"}

ROWS: dict[str, tuple[dict[str, Any], str, list[str], int]] = {
    "as it was made": ({}, "none", [], 0),
    "another setting, which the template may have": ({"recovery_days": 7, "protected": True, "ttl": None}, "none", [], 0),
    "an index more": ({"indexes": INDEXES | {"mine": ("x", None)}}, "none", [], 0),
    "an index less": ({"indexes": dict(list(INDEXES.items())[:2])}, "drifted", ["index"], 2),
    "an index with other keys": (
        {"indexes": INDEXES | {"gsi-status": ("status", None)}},
        "drifted",
        ["index removal", "index"],
        2,
    ),
    "billed by capacity": ({"provisioned": (5, 5)}, "drifted", ["billing"], 2),
    "what was declared": (
        {
            "tags": MARKS | {"sentinel:declared": "v1 protection=on recovery=7 key=owned"},
            "recovery_days": 7,
            "protected": True,
        },
        "none",
        [],
        0,
    ),
    "not what was declared": (
        {"tags": MARKS | {"sentinel:declared": "v1 protection=on key=owned"}, "recovery_days": 7},
        "drifted",
        ["point-in-time recovery", "deletion protection"],
        2,
    ),
    "declared in a version to come": ({"tags": MARKS | {"sentinel:declared": "v2 x"}, "ttl": None}, "none", [], 0),
    "no origin": ({"tags": {key: MARKS[key] for key in list(MARKS)[:3]}}, "drifted", ["tags"], 2),
    "other keys": ({"keys": ("pk", None)}, "broken", [], 2),
    "expiry by another attribute": ({"ttl": "expires"}, "broken", [], 2),
    "an unknown schema": ({"tags": MARKS | {"sentinel:schema": "ledger"}}, "broken", [], 2),
}


@pytest.mark.parametrize(("given", "drift", "kinds", "status"), ROWS.values(), ids=ROWS)
def test_drift_in_one_word(desk: Desk, given: dict[str, Any], drift: str, kinds: list[str], status: int) -> None:
    desk.plane.given_table("sentinel-breakglass", **(WHOLE | given))
    result = desk.type("status", "--json")
    (table,) = json.loads(result.stdout)["tables"]
    assert (table["drift"], [step["kind"] for step in table["steps"]], result.exit_code) == (drift, kinds, status)


def test_a_list_for_people(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    desk.plane.given_table("elsewhere", tags={"team": "billing"})
    assert desk.type("status").stdout.splitlines() == [
        "TABLE                SCHEMA      STACK    RESOURCE    ORIGIN   DRIFT",
        "sentinel-breakglass  breakglass  records  BreakGlass  created  none",
    ]


@pytest.mark.parametrize(("columns", "lines"), [("70", 2), ("40", 5)])
def test_a_narrow_terminal_gets_a_block_for_each_table(desk: Desk, columns: str, lines: int) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    told = CliRunner().invoke(
        app, ["status"], obj=desk.connect, env={"COLUMNS": columns, "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", told.stdout).splitlines()
    assert len(plain) == lines
    if columns == "40":
        assert plain == [
            "sentinel-breakglass: none",
            "  schema breakglass",
            "  stack records",
            "  resource BreakGlass",
            "  origin created",
        ]


def test_drift_in_full(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", **(WHOLE | {"provisioned": (5, 5)}))
    told = desk.type("status", "--verbose").stdout
    assert "  ~ billing: provisioned -> on demand  (the table is billed by provisioned capacity; 0 to 2 min)" in told
    assert f"owned by BreakGlass of {MARKS['sentinel:stack-id']}" in told


def test_a_table_in_change_is_busy(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    update = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "gsi-status"}}]}
    desk.plane.call("update_table", {"TableName": "sentinel-breakglass", **update})
    (table,) = json.loads(desk.type("status", "--json").stdout)["tables"]
    assert (table["drift"], table["steps"]) == ("busy", [])
    assert "gsi-status" in table["reason"]


def test_only_tables_of_the_prefix_are_looked_at(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    result = desk.type("status", "--prefix", "acme-")
    assert result.stdout == "There is no table that carries the tags of ownership.\n"
    assert desk.plane.history == []


def test_tables_whose_tags_may_not_be_read_are_counted(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", **WHOLE)
    desk.denied = ("list_tags_of_resource",)
    assert "Not seen: 1 of 1 tables (sentinel-breakglass)" in desk.type("status").stdout


def test_status_says_what_it_has_not_seen(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    desk.denied = ("describe_time_to_live",)
    assert "Not seen in full: 1 of these tables" in desk.type("status").stdout
    assert "Not seen in full" not in desk.type("status", "--verbose").stdout
    desk.denied = ("list_tags_of_resource",)
    assert desk.type("status").stdout.startswith("No table was seen that carries the tags of ownership.\n")
