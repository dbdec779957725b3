"""A schema in other languages."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from sentinel_tables.schemas import SCHEMAS
from sentinel_tables_cli.app import app

from .desk import Desk
from .test_lint import lint


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_native_resource_passes_cfn_lint(desk: Desk, tmp_path: Path, name: str) -> None:
    text = desk.type("schema", name, "--format", "cloudformation").stdout
    assert lint(tmp_path, text) == []
    (resource,) = yaml.safe_load(text)["Resources"].values()
    assert resource["Properties"]["TableName"] == SCHEMAS[name].default_table_name
    assert len(resource["Properties"].get("GlobalSecondaryIndexes", ())) == len(SCHEMAS[name].indexes)
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_as_data(desk: Desk) -> None:
    data = json.loads(desk.type("schema", "approval", "--format", "json", "--table-name", "sentinel-a").stdout)
    assert (data["schema"], data["table_name"]) == ("approval", "sentinel-a")
    assert data["global_secondary_indexes"][0] == {
        "index_name": "gsi-requester",
        "partition_key": {"name": "requester", "type": "S"},
        "sort_key": {"name": "created_at", "type": "S"},
        "projection": "ALL",
    }


def test_as_text(desk: Desk) -> None:
    assert desk.type("schema", "breakglass").stdout.splitlines() == [
        "schema   breakglass",
        "table    sentinel-breakglass",
        "key      id (S)",
        "billing  PAY_PER_REQUEST",
        "expiry   by attribute ttl",
        "index    gsi-invoker: invoker (S), created_at (S), projection ALL",
        "index    gsi-status: status (S), created_at (S), projection ALL",
        "index    gsi-profile: profile (S), created_at (S), projection ALL",
    ]


def test_as_terraform(desk: Desk) -> None:
    text = desk.type("schema", "session", "--format", "terraform").stdout
    assert text.startswith('resource "aws_dynamodb_table" "session" {\n  name         = "sentinel-sessions"\n')
    assert (
        "  global_secondary_index {\n"
        '    name            = "gsi-server-instance"\n'
        '    hash_key        = "server_instance_id"\n'
        '    range_key       = "status"\n'
        '    projection_type = "ALL"\n'
        "  }\n"
    ) in text
    assert text.count("{") == text.count("}")
    attributes = {attribute for keys in SCHEMAS["session"].indexes.values() for attribute in keys} | {"id"}
    assert text.count("  attribute {") == len(attributes)


MISTAKES = {
    "no such schema": (("ledger",), 'There is no schema "ledger". Use one of breakglass, approval, session, ratelimit.'),
    "no such name": (("session", "--table-name", "a b"), 'Table name "a b" is not valid. Use 3 to 255 of a-z A-Z 0-9 _ . -'),
}


@pytest.mark.parametrize(("words", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake(desk: Desk, words: tuple[str, ...], message: str) -> None:
    result = desk.type("schema", *words)
    assert (result.exit_code, result.stderr) == (1, f"Error: {message}\n")


def test_the_shell_completes_a_schema_s_name() -> None:
    asking = {"_SENTINEL_TABLES_COMPLETE": "complete_bash", "COMP_WORDS": "sentinel-tables schema ", "COMP_CWORD": "2"}
    told = CliRunner().invoke(app, [], prog_name="sentinel-tables", env=asking)
    assert told.stdout.split() == [*SCHEMAS]


def test_the_folder_of_the_rules(desk: Desk) -> None:
    assert (Path(desk.type("rules").stdout.strip()) / "sentinel_table_properties.py").is_file()
