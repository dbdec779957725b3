"""A named schema in other languages, so that a user can leave as easily as come. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from sentinel_tables.model import GlobalSecondaryIndex, Settings, Table, TableSchema
from sentinel_tables_cli.forecast.keys import index_in_words, keys_in_words
from sentinel_tables_cli.report.envelope import enveloped

DEFAULTS = Settings()
REFERENCE = re.compile(r"\$\{([^{}]+)\}")


def as_text(schema: TableSchema, name: str) -> str:
    """For people."""
    lines = [
        f"schema   {name}",
        f"table    {schema.table_name}",
        f"key      {keys_in_words(schema.keys)}",
        f"billing  {schema.billing_mode}",
        f"expiry   by attribute {schema.ttl_attribute}",
        *index_in_lines(schema.global_secondary_indexes),
    ]
    return "\n".join(lines) + "\n"


def index_in_lines(indexes: tuple[GlobalSecondaryIndex, ...]) -> Iterator[str]:
    """Each index on a line of its own."""
    for index in indexes:
        yield index_in_words(index).replace("index ", "index    ", 1)


def as_json(schema: TableSchema, name: str) -> str:
    """As data."""
    return enveloped({"schema": name, **asdict(schema)}, 0) + "\n"


def as_cloudformation(schema: TableSchema, name: str) -> str:
    """As a template with a native `AWS::DynamoDB::Table`."""
    resource = {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": _native(Table(schema, replace(DEFAULTS, time_to_live=schema.ttl_attribute))),
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Sentinel's {name} table as a native resource",
        "Resources": {f"{name.title()}Table": resource},
    }
    import yaml  # noqa: PLC0415 - for this format alone

    return yaml.safe_dump(template, sort_keys=False, width=120)


def as_adoption(schema: TableSchema, name: str) -> str:
    """As a template whose stack adopts the table."""
    return (
        f'AWSTemplateFormatVersion: "2010-09-09"\n'
        f"Description: Table {schema.table_name}, adopted with its records\n"
        f"Resources:\n"
        f"  {name.title()}Table:\n"
        f"    Type: Custom::SentinelTable\n"
        f"    DeletionPolicy: Retain\n"
        f"    UpdateReplacePolicy: Retain\n"
        f"    Properties:\n"
        f"      ServiceToken: !ImportValue sentinel-tables-ServiceToken\n"
        f"      ServiceTimeout: 3600\n"
        f"      Schema: {name}\n"
        f"      TableName: {schema.table_name}\n"
        f"      ExistingTable: Adopt # take this line out in the next deployment\n"
    )


def _native(table: Table) -> dict[str, Any]:
    """The properties of the native resource: the very arguments that the function creates the table with."""
    from sentinel_tables.rules import steps  # noqa: PLC0415 - for this format alone

    arguments = dict(steps.create_table(table).arguments)
    encryption: Any = arguments["SSESpecification"]
    expiry = steps.expire(table.name, table.schema.ttl_attribute, enabled=True).arguments["TimeToLiveSpecification"]
    recovery = steps.recover(table.name, table.settings.recovery_days).arguments["PointInTimeRecoverySpecification"]
    del arguments["Tags"]
    return arguments | {
        "SSESpecification": {"SSEEnabled": encryption["Enabled"], "SSEType": encryption["SSEType"]},
        "TimeToLiveSpecification": expiry,
        "PointInTimeRecoverySpecification": recovery,
    }


def as_terraform(schema: TableSchema, name: str) -> str:
    """As an `aws_dynamodb_table` of Terraform's provider for AWS, in the form that `terraform fmt` gives it."""
    attributes = sorted({(attribute.name, attribute.type) for attribute in schema.attributes()})
    blocks = [
        *(_block("attribute", {"name": attribute, "type": kind}) for attribute, kind in attributes),
        *(_block("global_secondary_index", _hcl_index(index)) for index in schema.global_secondary_indexes),
        _block("ttl", {"attribute_name": schema.ttl_attribute, "enabled": True}),
        _block("point_in_time_recovery", {"enabled": True, "recovery_period_in_days": DEFAULTS.recovery_days}),
        _block("server_side_encryption", {"enabled": DEFAULTS.encryption.kms}),
        _block("lifecycle", {"prevent_destroy": True}),
    ]
    keys = dict(zip(("hash_key", "range_key"), (key.name for key in schema.keys), strict=False))
    head = pairs({"name": schema.table_name, "billing_mode": schema.billing_mode, **keys}, "  ")
    return "\n\n".join([f'resource "aws_dynamodb_table" "{name}" {{\n{head}', *blocks]) + "\n}\n"


def _hcl_index(index: GlobalSecondaryIndex) -> dict[str, object]:
    keys = dict(zip(("hash_key", "range_key"), (key.name for key in index.keys), strict=False))
    return {"name": index.index_name, **keys, "projection_type": index.projection}


def _block(name: str, arguments: Mapping[str, object]) -> str:
    return f"  {name} {{\n{pairs(arguments, '    ')}\n  }}"


def pairs(arguments: Mapping[str, object], indent: str) -> str:
    """Arguments in terraform fmt's columns."""
    widest = max(map(len, arguments))
    return "\n".join(f"{indent}{name.ljust(widest)} = {_hcl(value)}" for name, value in arguments.items())


def _hcl(value: object) -> str:
    """JSON's strings, numbers and booleans are HCL's too; what is a reference and nothing else stands bare."""
    import json  # noqa: PLC0415 - for this format alone

    if isinstance(value, list):
        return f"[{', '.join(map(_hcl, value))}]"
    bare = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return bare[1] if bare else json.dumps(value)


FORMATS: Mapping[str, Callable[[TableSchema, str], str]] = {
    "table": as_text,
    "json": as_json,
    "cloudformation": as_cloudformation,
    "terraform": as_terraform,
    "adopt": as_adoption,
}
