"""From DynamoDB's answers to the values of `model`, so that live and desired tables compare with `==`.

The describing calls leave defaults out, and give lists in any order. Pure.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sentinel_tables.model import (
    NO_LIMIT,
    Encryption,
    Facet,
    GlobalSecondaryIndex,
    KeyAttribute,
    LiveTable,
    Motion,
    Replica,
    Settings,
    Table,
    TableSchema,
    TableStatus,
)

INDEX_WORK: Mapping[str, str] = {
    TableStatus.CREATING: "built",
    TableStatus.DELETING: "deleted",
    TableStatus.UPDATING: "updated",
}
REPLICA_WORK: Mapping[str, str] = {
    TableStatus.CREATING: "being added",
    TableStatus.DELETING: "being removed",
    TableStatus.UPDATING: "being updated",
}


def live_table(description: Mapping[str, Any]) -> LiveTable:
    """Reads the answer of DescribeTable. All other facets have the values of a table that was just made."""
    stream = description.get("StreamSpecification", {})
    streams = bool(stream.get("StreamEnabled"))
    created_at = description.get("CreationDateTime")
    return LiveTable(
        table=Table(schema=_schema(description), settings=_settings(description, stream if streams else {})),
        status=description["TableStatus"],
        arn=description.get("TableArn", ""),
        table_id=description.get("TableId", ""),
        created_at=created_at.timestamp() if created_at else 0.0,
        stream_arn=description.get("LatestStreamArn") if streams else None,
        attribute_types=_types(description),
        motions=tuple(_motions(description)),
        replicas=tuple(_replicas(description)),
        lost_key=_lost_key(description),
        archival_backup=description.get("ArchivalSummary", {}).get("ArchivalBackupArn", ""),
        facets=frozenset({Facet.TABLE}),
    )


def time_to_live(description: Mapping[str, Any]) -> tuple[str | None, tuple[Motion, ...]]:
    """The attribute that records expire by, or None, and whether that is still coming about."""
    status = description.get("TimeToLiveStatus")
    attribute = description.get("AttributeName") if status in ("ENABLED", "ENABLING") else None
    return attribute, _brief(status, Facet.TIME_TO_LIVE)


def recovery_days(description: Mapping[str, Any]) -> int | None:
    """The days that point-in-time recovery reaches back; None if it is off. If DynamoDB names none, they are 35."""
    recovery = description.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    return int(recovery.get("RecoveryPeriodInDays", 35))


def recovery_ready(description: Mapping[str, Any]) -> bool:
    """False for the first seconds of a table, in which DynamoDB refuses to change its recovery.

    ContinuousBackupsStatus says so; the status of point-in-time recovery itself is another one.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ContinuousBackupsDescription.html
    """
    return bool(description.get("ContinuousBackupsStatus") != "DISABLED")


def contributor_insights(description: Mapping[str, Any]) -> tuple[bool, tuple[Motion, ...]]:
    """True if contributor insights are on or being turned on, and the motion if the change is not finished."""
    status = description.get("ContributorInsightsStatus")
    return status in ("ENABLED", "ENABLING"), _brief(status, Facet.INSIGHTS)


def _brief(status: str | None, facet: Facet) -> tuple[Motion, ...]:
    return (Motion(f"{facet.value} is {status}", facet=facet),) if status in ("ENABLING", "DISABLING") else ()


def _types(description: Mapping[str, Any]) -> dict[str, str]:
    return {item["AttributeName"]: item["AttributeType"] for item in description.get("AttributeDefinitions", [])}


def _schema(description: Mapping[str, Any]) -> TableSchema:
    types = _types(description)
    partition_key, sort_key = _keys(description.get("KeySchema", []), types)
    return TableSchema(
        table_name=description["TableName"],
        partition_key=partition_key,
        sort_key=sort_key,
        global_secondary_indexes=tuple(
            GlobalSecondaryIndex(
                index["IndexName"],
                *_keys(index["KeySchema"], types),
                index.get("Projection", {}).get("ProjectionType", ""),
            )
            for index in description.get("GlobalSecondaryIndexes", [])
        ),
        billing_mode=description.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
    )


def _keys(schema: Iterable[Mapping[str, str]], types: Mapping[str, str]) -> tuple[KeyAttribute, KeyAttribute | None]:
    """The partition key and the sort key. More than one of a kind, as multi-attribute keys have them, match no schema."""
    found: dict[str, str] = {}
    for element in schema:
        name, kind = element["AttributeName"], element["KeyType"]
        found[kind] = f"{found[kind]},{name}" if kind in found else name
    hash_key, range_key = found.get("HASH", ""), found.get("RANGE")
    sort_key = KeyAttribute(range_key, types.get(range_key, "")) if range_key else None
    return KeyAttribute(hash_key, types.get(hash_key, "")), sort_key


def _settings(description: Mapping[str, Any], stream: Mapping[str, Any]) -> Settings:
    encryption = description.get("SSEDescription", {})
    kms = encryption.get("Status") in ("ENABLED", "ENABLING", "UPDATING")
    limits = description.get("OnDemandThroughput", {})
    return Settings(
        deletion_protection=bool(description.get("DeletionProtectionEnabled")),
        recovery_days=None,
        encryption=Encryption(kms, encryption.get("KMSMasterKeyArn") if kms else None),
        time_to_live=None,
        stream=stream.get("StreamViewType"),
        table_class=description.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        max_read_units=limits.get("MaxReadRequestUnits", NO_LIMIT),
        max_write_units=limits.get("MaxWriteRequestUnits", NO_LIMIT),
    )


def _lost_key(description: Mapping[str, Any]) -> str:
    """The key that DynamoDB has not been able to use since some date, if it says one."""
    encryption = description.get("SSEDescription", {})
    lost = description["TableStatus"] == TableStatus.KEY_LOST or "InaccessibleEncryptionDateTime" in encryption
    return str(encryption.get("KMSMasterKeyArn", "")) if lost else ""


def _replicas(description: Mapping[str, Any]) -> Iterable[Replica]:
    for replica in description.get("Replicas", []):
        yield Replica(replica["RegionName"], replica.get("ReplicaStatus", TableStatus.ACTIVE))


def _motions(description: Mapping[str, Any]) -> Iterable[Motion]:
    """In an order of their own, so that the same motions are told in the same words."""
    name, status = description["TableName"], description["TableStatus"]
    for replica in _replicas(description):
        if replica.status in REPLICA_WORK:
            yield Motion(f"the replica in {replica.region} is {REPLICA_WORK[replica.status]}", replica=True)
    if status in (TableStatus.CREATING, TableStatus.UPDATING):
        yield Motion(f"table {name[:48]} is {status}")
    if description.get("SSEDescription", {}).get("Status") in ("ENABLING", "DISABLING", "UPDATING"):
        yield Motion("the encryption is being changed")
    for index in sorted(description.get("GlobalSecondaryIndexes", []), key=lambda index: str(index["IndexName"])):
        index_name, index_status = index["IndexName"], index.get("IndexStatus", "ACTIVE")
        if index_status != TableStatus.ACTIVE:
            work = INDEX_WORK.get(index_status, index_status)
            yield Motion(
                f"index {index_name[:48]} is still being {work}",
                index_name,
                backfilling=index_status == TableStatus.CREATING and bool(index.get("Backfilling")),
            )
