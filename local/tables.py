"""The tables as they stand, read live from DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import SSEDescriptionTypeDef


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person wants to know of a table."""

    name: str
    table_id: str
    indexes: tuple[str, ...]
    ttl: str
    recovery: str
    protected: bool
    encryption: str
    tags: Mapping[str, str]

    @property
    def schema(self) -> str:
        """The schema that the table is tagged with."""
        return self.tags.get("sentinel:schema", "none")

    @property
    def owner(self) -> str:
        """The table's owner as a person reads it: stack/logical id, and how it came to be."""
        if "sentinel:stack-id" not in self.tags:
            return "nobody"
        stack = self.tags["sentinel:stack-id"].split("/")[1]
        return f"{stack}/{self.tags['sentinel:logical-id']}, {self.tags['sentinel:origin']}"


def read(client: DynamoDBClient, name: str) -> Standing:
    """Return the table as it stands."""
    table = client.describe_table(TableName=name)["Table"]
    tags = client.list_tags_of_resource(ResourceArn=table["TableArn"]).get("Tags", [])
    return Standing(
        name=name,
        table_id=table["TableId"],
        indexes=tuple(sorted(index["IndexName"] for index in table.get("GlobalSecondaryIndexes", []))),
        ttl=_ttl(client, name),
        recovery=_recovery(client, name),
        protected=table.get("DeletionProtectionEnabled", False),
        encryption=_encryption(table.get("SSEDescription", {})),
        tags={tag["Key"]: tag["Value"] for tag in tags},
    )


def names(client: DynamoDBClient) -> set[str]:
    """Return the names of all tables."""
    return {name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]}


def _ttl(client: DynamoDBClient, name: str) -> str:
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return f"on {ttl['AttributeName']}" if ttl["TimeToLiveStatus"] in {"ENABLED", "ENABLING"} else "off"


def _recovery(client: DynamoDBClient, name: str) -> str:
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return "off"
    return f"{recovery.get('RecoveryPeriodInDays', 35)} days"


def _encryption(encryption: SSEDescriptionTypeDef) -> str:
    if encryption.get("Status") not in {"ENABLED", "UPDATING"}:
        return "key owned by DynamoDB"
    return f"{encryption['SSEType']}, {encryption['KMSMasterKeyArn'].split(':', 5)[5]}"
