"""Checks the attributes that a template asks of a `Custom::SentinelTable`. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from sentinel_tables_cli.template.calls import PLACEHOLDER
from sentinel_tables_cli.template.document import Template
from sentinel_tables_cli.template.values import Path, Scope

ATTRIBUTES = ("TableName", "Arn", "TableId", "Schema", "StreamArn")
"""The attributes that the provider answers with; the last one only if the table has a stream."""


def mistakes(document: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Each attribute that a template asks of a table and that the table does not have: path, logical id, what is wrong.

    No parameter is known here: what asks may depend on the very condition that the table's stream does.
    """
    tables = {table.logical_id: table.properties for table in Template("", document).tables(Scope())}
    for path, logical_id, attribute in asked_attributes(document):
        if logical_id in tables and (message := refusal(attribute, tables[logical_id])):
            yield path, logical_id, message


def asked_attributes(document: object, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Each attribute that a template asks for, by `Fn::GetAtt` or in `Fn::Sub`: path, logical id, attribute."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            here = (*path, key)
            if key == "Fn::GetAtt":
                yield from _named(value, here)
            elif key == "Fn::Sub":
                yield from _substituted(value, here)
            yield from asked_attributes(value, here)
    elif isinstance(document, list):
        for position, item in enumerate(document):
            yield from asked_attributes(item, (*path, position))


def refusal(attribute: str, properties: object) -> str:
    """The reason why a resource with these properties does not have that attribute, worked out; empty if it is right."""
    if attribute not in ATTRIBUTES:
        return f"There is no attribute {attribute[:48]}. Use one of {', '.join(ATTRIBUTES)}."
    if attribute == "StreamArn" and isinstance(properties, Mapping) and "StreamSpecification" not in properties:
        return "There is no attribute StreamArn on a table without a stream. Add StreamSpecification to its Properties."
    return ""


def _named(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    parts = value.split(".", 1) if isinstance(value, str) else value
    match parts:
        case [str(logical_id), str(attribute)]:
            yield path, logical_id, attribute
        case _:
            return


def _substituted(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    text, local = (value[0], value[-1]) if isinstance(value, list) and value else (value, {})
    local = local if isinstance(local, Mapping) else {}
    for name in PLACEHOLDER.findall(text) if isinstance(text, str) else ():
        logical_id, dot, attribute = name.strip().partition(".")
        if dot and name not in local and not name.startswith("!"):
            yield path, logical_id, attribute
