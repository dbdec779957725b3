"""The indexes that a schema has only on request: what they cost is said, and is never an error."""

import json
from pathlib import Path

import pytest
import yaml

from sentinel_tables.schemas import SCHEMAS
from sentinel_tables_cli.checks.prices import PRICES

from .desk import BREAKGLASS, Desk
from .test_lint import lint

SESSION = BREAKGLASS.replace("BreakGlass", "Sessions").replace("breakglass", "session")
LISTED = f"{SESSION}      OptionalIndexes:\n        - gsi-device-id\n"
PRICE = PRICES["gsi-device-id"]


def test_each_optional_index_has_its_price() -> None:
    assert {name for schema in SCHEMAS.values() for name in schema.optional_indexes} == PRICES.keys()
    assert max(map(len, PRICES.values())) <= 240


def test_plan_says_the_price(desk: Desk) -> None:
    assert PRICE in desk.planned(LISTED)["notes"]
    assert PRICE not in desk.planned(SESSION)["notes"]
    assert f"  . {PRICE}\n" in desk.plan(LISTED).stdout


def test_validate_says_the_price_with_its_line_and_finds_nothing_wrong(desk: Desk) -> None:
    name = desk.file(LISTED)
    told = desk.type("validate", name)
    assert told.exit_code == 0
    assert told.stdout == f"{name}:9: Sessions: {PRICE}\nChecked 1 table: no problems.\n"


def test_the_rule_says_the_price_to_whoever_asks_for_what_is_informational(tmp_path: Path) -> None:
    text = 'AWSTemplateFormatVersion: "2010-09-09"' + LISTED
    assert lint(tmp_path, text) == []
    assert [match for match in lint(tmp_path, text, "--include-checks", "I") if match[0] == "I9504"] == [("I9504", 9, PRICE)]


def test_a_schema_with_an_optional_index(desk: Desk) -> None:
    words = ("schema", "session", "--optional-index", "gsi-device-id", "--format")
    native = yaml.safe_load(desk.type(*words, "cloudformation").stdout)["Resources"]["SessionTable"]["Properties"]
    assert [index["IndexName"] for index in native["GlobalSecondaryIndexes"]][-1] == "gsi-device-id"
    assert json.loads(desk.type(*words, "json").stdout)["global_secondary_indexes"][-1]["index_name"] == "gsi-device-id"


@pytest.mark.parametrize(
    ("schema", "remedy"), [("session", "It offers gsi-device-id."), ("breakglass", "Leave the option out.")]
)
def test_an_index_that_the_schema_does_not_offer(desk: Desk, schema: str, remedy: str) -> None:
    told = desk.type("schema", schema, "--optional-index", "gsi-x")
    assert (told.exit_code, told.stderr) == (1, f"Error: Schema {schema} does not offer index gsi-x. {remedy}\n")
