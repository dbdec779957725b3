"""A break-glass record as Sentinel writes it, and the indexes by which Sentinel finds it."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NANOSECONDS = 1_000_000_000
INDEXES = {"gsi-invoker": "invoker", "gsi-status": "status", "gsi-profile": "profile"}


@dataclass(frozen=True, slots=True)
class BreakGlassRecord:
    """One use of emergency access. ``created_at`` is RFC 3339 with nanoseconds, ``ttl`` is in seconds since 1970."""

    id: str
    invoker: str
    profile: str
    status: str
    created_at: str
    ttl: int


def new(invoker: str, profile: str) -> BreakGlassRecord:
    """Return a record of access that is active for the next four hours."""
    seconds, nanoseconds = divmod(time.time_ns(), NANOSECONDS)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return BreakGlassRecord(
        id=secrets.token_hex(8),
        invoker=invoker,
        profile=profile,
        status="active",
        created_at=f"{moment}.{nanoseconds:09d}Z",
        ttl=seconds + 4 * 3600,
    )


def make_by_hand(client: DynamoDBClient, table: str) -> None:
    """Make a table for break-glass records as a person would, with the API and without the provider."""
    keys = ("id", "created_at", *INDEXES.values())
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": attribute, "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, attribute in INDEXES.items()
        ],
    )
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 300})


def write(client: DynamoDBClient, table: str, record: BreakGlassRecord) -> None:
    """Write the record, as long as there is none of its id."""
    client.put_item(
        TableName=table,
        Item={
            "id": {"S": record.id},
            "invoker": {"S": record.invoker},
            "profile": {"S": record.profile},
            "status": {"S": record.status},
            "created_at": {"S": record.created_at},
            "ttl": {"N": str(record.ttl)},
        },
        ConditionExpression="attribute_not_exists(id)",
    )


def find(client: DynamoDBClient, table: str, index: str, value: str) -> list[BreakGlassRecord]:
    """Return the records that an index has for a value of its key, newest first."""
    answer = client.query(
        TableName=table,
        IndexName=index,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": INDEXES[index]},
        ExpressionAttributeValues={":value": {"S": value}},
        ScanIndexForward=False,
    )
    return [
        BreakGlassRecord(
            **{name: item[name]["S"] for name in ("id", "invoker", "profile", "status", "created_at")},
            ttl=int(item["ttl"]["N"]),
        )
        for item in answer["Items"]
    ]
