"""Each schema is the contract's, and whatever DynamoDB would refuse of one is refused by name."""

import dataclasses
from typing import Any

import pytest

import sentinel_tables
from sentinel_tables.errors import InvalidSchema
from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, TableSchema
from tests.worlds import INDEXES

SCHEMAS = [
    (sentinel_tables.breakglass_table_schema, "breakglass"),
    (sentinel_tables.approval_table_schema, "approval"),
    (sentinel_tables.session_table_schema, "session"),
]


@pytest.mark.parametrize(("make", "schema"), SCHEMAS)
def test_the_three_schemas_are_those_of_the_contract(make: Any, schema: str) -> None:
    made = make("sentinel-table")
    assert made.table_name == "sentinel-table"
    assert made.partition_key == KeyAttribute("id", "S")
    assert made.sort_key is None
    assert made.ttl_attribute == "ttl"
    assert made.billing_mode == "PAY_PER_REQUEST"
    assert made.gsi_names() == tuple(INDEXES[schema])
    for index in made.global_secondary_indexes:
        partition_key, sort_key = INDEXES[schema][index.index_name]
        assert sort_key is not None
        assert index == GlobalSecondaryIndex(index.index_name, KeyAttribute(partition_key), KeyAttribute(sort_key), "ALL")
    assert made.validate() is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.table_name = "another"


NAMED = TableSchema("sentinel-table", KeyAttribute("id"))


def indexed(*indexes: GlobalSecondaryIndex) -> TableSchema:
    return dataclasses.replace(NAMED, global_secondary_indexes=indexes)


def index(name: str = "gsi-a", key: str = "a", kind: str = "S") -> GlobalSecondaryIndex:
    return GlobalSecondaryIndex(name, KeyAttribute(key, kind))


@pytest.mark.parametrize(
    "schema",
    [
        NAMED,
        indexed(*(index(f"gsi-{number}") for number in range(20))),
        indexed(index("a.B"), index("_-3", "b", "N"), index("gsi-c", "c", "B")),
        dataclasses.replace(NAMED, sort_key=KeyAttribute("at", "N")),
        indexed(dataclasses.replace(index(), projection="KEYS_ONLY")),
        dataclasses.replace(NAMED, table_name="x" * 255),
    ],
)
def test_what_dynamodb_takes_is_valid(schema: TableSchema) -> None:
    schema.validate()


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        *(
            (dataclasses.replace(NAMED, table_name=name), "Table name")
            for name in ("", "ab", "x" * 256, "a b c", "caf\u00e9", "abc\n")
        ),
        *((indexed(index(name)), "Index name") for name in ("", "ab", "x" * 256, "a/b")),
        (indexed(index(), index(key="b")), "Two indexes"),
        (indexed(*(index(f"gsi-{number}") for number in range(21))), "over 20 indexes"),
        (indexed(index(kind="X")), "Use S, N or B"),
        (indexed(index(kind="s")), "Use S, N or B"),
        (indexed(index(key="")), "has the key attribute"),
        (indexed(index(key="id", kind="N")), "has two types"),
        (indexed(index("gsi-a"), index("gsi-b", kind="B")), "has two types"),
        (dataclasses.replace(NAMED, partition_key=KeyAttribute("")), "has the key attribute"),
        (dataclasses.replace(NAMED, sort_key=KeyAttribute("id", "N")), "has two types"),
        (dataclasses.replace(NAMED, sort_key=KeyAttribute("at", "")), "Use S, N or B"),
        (dataclasses.replace(NAMED, sort_key=KeyAttribute("id")), "partition key and sort key"),
        (indexed(dataclasses.replace(index(), sort_key=KeyAttribute("a"))), "partition key and sort key"),
        (indexed(dataclasses.replace(index("i" * 255), projection="INCLUDE")), "Use ALL or KEYS_ONLY"),
        (indexed(dataclasses.replace(index(), projection="all" * 99)), "Use ALL or KEYS_ONLY"),
    ],
)
def test_validate_refuses_what_dynamodb_would_refuse(schema: TableSchema, told: str) -> None:
    with pytest.raises(InvalidSchema, match=told) as refusal:
        schema.validate()
    assert isinstance(refusal.value, ValueError)
    assert len(str(refusal.value)) <= 240
