"""The README and the reference leave nothing out: each property, schema, parameter, output, variable and permission."""

from __future__ import annotations

import re

import pytest
import yaml
from cfnlint.decode import decode  # type: ignore[import-untyped]

from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables.schemas import SCHEMAS, NamedSchema
from tests.docs.pages import ROOT, fences, rows

README = ROOT / "README.md"
PROVIDER = ROOT / "docs" / "reference" / "provider.md"
TEMPLATE = decode(str(ROOT / "template.yaml"))[0]
ONE_SCREEN_AND_A_REFERENCE = 10_240


def test_the_readme_is_short() -> None:
    assert len(README.read_bytes()) <= ONE_SCREEN_AND_A_REFERENCE


def test_every_property_is_in_the_readme_in_the_syntax_and_in_the_table() -> None:
    (syntax,) = [block.text for block in fences(README) if block.heading == "Properties" and block.language == "yaml"]
    written = yaml.safe_load(syntax)["Properties"]
    listed = [row[0] for row in rows(README, "Properties")]
    assert list(written) == listed
    assert PROPERTIES.keys() <= written.keys()


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items(), ids=SCHEMAS)
def test_every_schema_is_in_the_readme_with_its_keys(name: str, schema: NamedSchema) -> None:
    (row,) = [row for row in rows(README, "Schemas") if row[0] == name]
    indexes = ", ".join(f"{index} ({hash_key}, {sort})" for index, (hash_key, sort) in schema.indexes.items())
    assert row[1:] == [schema.default_table_name, f"{schema.partition_key}, {schema.ttl_attribute}", indexes or "none"]
    text = README.read_text(encoding="utf-8")
    assert all(f"`{index}` (`{keys[0]}`, `{keys[1]}`)" in text for index, keys in schema.optional_indexes.items())


def test_every_parameter_is_in_the_reference_with_its_default() -> None:
    listed = {row[0]: row[1] for row in rows(PROVIDER, "Parameters")}
    defaults = {name: str(one["Default"]) or "none" for name, one in TEMPLATE["Parameters"].items()}
    assert {name: listed.get(name) for name in defaults} == defaults


def test_every_output_is_in_the_reference() -> None:
    assert [row[0] for row in rows(PROVIDER, "Outputs")] == list(TEMPLATE["Outputs"])


def test_every_variable_of_the_function_is_in_the_reference() -> None:
    variables = TEMPLATE["Resources"]["ProviderFunction"]["Properties"]["Environment"]["Variables"]
    assert set(variables) <= {row[0] for row in rows(PROVIDER, "Environment variables of the function")}


def test_the_properties_example_of_the_first_screen_is_ten_lines_at_most() -> None:
    example = next(block for block in fences(README) if block.language == "yaml")
    assert len(example.text.splitlines()) <= 10
    assert re.search(r"Schema: breakglass", example.text)
