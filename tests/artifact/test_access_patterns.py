"""What Sentinel itself does with the tables that the artifact makes, on Amazon's own engine."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .engines import Local
from .events import Resource
from .schemas import INDEXES
from .world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.awslambdaric, pytest.mark.java, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
RECORDS = 1_000
PAGE = 75


def created_at(number: int) -> str:
    """RFC 3339 with nanoseconds, as Go's `time.RFC3339Nano` at a fixed width; the last digits alone tell some apart."""
    moment = START + datetime.timedelta(seconds=number // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{number % 10:09d}Z"


def record(schema: str, number: int) -> dict[str, Any]:
    """A record with the fields that Sentinel writes."""
    who = {"breakglass": "invoker", "approval": "requester", "session": "user"}[schema]
    item = {
        "id": {"S": f"{number:032x}"}, who: {"S": f"user-{number % 3}"}, "profile": {"S": f"profile-{number % 2}"},
        "status": {"S": ("active", "expired")[number % 2]}, "created_at": {"S": created_at(number)},
        "ttl": {"N": str(int(START.timestamp()) + 10**9)},
    }  # fmt: skip
    return {**item, "server_instance_id": {"S": f"server-{number % 4}"}} if schema == "session" else item


@pytest.fixture(scope="module")
def tables(artifact: Path, newest: Path, local_port: int, mocked: None) -> Iterator["DynamoDBClient"]:  # noqa: ARG001
    """The three tables, each with 1,000 records."""
    with World(artifact, newest, Local(local_port)) as here:
        for schema in INDEXES:
            resource = Resource(schema, TableName=f"sentinel-{schema}")
            here.succeed(resource, resource.create())
            _fill(here.client, schema)
        yield here.client


def _fill(client: "DynamoDBClient", schema: str) -> None:
    for start in range(0, RECORDS, 25):
        requests: Any = [{"PutRequest": {"Item": record(schema, number)}} for number in range(start, start + 25)]
        left = client.batch_write_item(RequestItems={f"sentinel-{schema}": requests})["UnprocessedItems"]
        assert not left


def _pages(client: "DynamoDBClient", schema: str, index: str, value: str) -> Iterator[list[dict[str, Any]]]:
    """The newest first, page by page, as Sentinel asks for them."""
    key = INDEXES[schema][index][0]
    asked: dict[str, Any] = {
        "TableName": f"sentinel-{schema}", "IndexName": index, "ScanIndexForward": False, "Limit": PAGE,
        "KeyConditionExpression": "#key = :value", "ExpressionAttributeNames": {"#key": key},
        "ExpressionAttributeValues": {":value": {"S": value}},
    }  # fmt: skip
    while True:
        page = client.query(**asked)
        yield list(page["Items"])
        if "LastEvaluatedKey" not in page:
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


ROWS = [(schema, index) for schema, indexes in INDEXES.items() for index in indexes]


@pytest.mark.parametrize(("schema", "index"), ROWS)
def test_every_index_gives_whole_records_newest_first_through_all_pages(
    tables: "DynamoDBClient", schema: str, index: str
) -> None:
    partition, sort = INDEXES[schema][index]
    everything = [record(schema, number) for number in range(RECORDS)]
    value = everything[0][partition]["S"]
    pages = list(_pages(tables, schema, index, value))
    found = [item for page in pages for item in page]
    wanted = [item for item in everything if item[partition]["S"] == value]
    assert len(found) == len(wanted)
    assert {item["id"]["S"]: item for item in found} == {item["id"]["S"]: item for item in wanted}
    keys = [item[sort]["S"] for item in found]
    assert keys == sorted(keys, reverse=True)
    assert len(pages) >= len(wanted) // PAGE


@pytest.mark.parametrize("schema", INDEXES)
def test_a_record_is_created_once(tables: "DynamoDBClient", schema: str) -> None:
    """`attribute_not_exists(id)`: the second writer of an id is refused, and the record stays the first one's."""
    name, item = f"sentinel-{schema}", record(schema, RECORDS + 1)
    tables.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(id)")
    other = {**item, "profile": {"S": "other"}}
    with pytest.raises(tables.exceptions.ConditionalCheckFailedException):
        tables.put_item(TableName=name, Item=other, ConditionExpression="attribute_not_exists(id)")
    assert tables.get_item(TableName=name, Key={"id": item["id"]})["Item"] == item
    tables.delete_item(TableName=name, Key={"id": item["id"]})


@pytest.mark.parametrize("schema", INDEXES)
def test_an_update_needs_the_version_that_was_read(tables: "DynamoDBClient", schema: str) -> None:
    """Sentinel changes a record's status on the condition that it is still what it was."""
    name, item = f"sentinel-{schema}", record(schema, RECORDS + 2)
    tables.put_item(TableName=name, Item=item)
    change: dict[str, Any] = {
        "TableName": name, "Key": {"id": item["id"]}, "UpdateExpression": "SET #status = :new",
        "ConditionExpression": "#status = :old", "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":old": item["status"], ":new": {"S": "closed"}},
    }  # fmt: skip
    tables.update_item(**change)
    with pytest.raises(tables.exceptions.ConditionalCheckFailedException):
        tables.update_item(**change)
    tables.delete_item(TableName=name, Key={"id": item["id"]})
