"""Refuses what cannot, or must not, be done to a standing table: before the first step, with the reason. Pure."""

from sentinel_tables.errors import UnsafeChange, shown
from sentinel_tables.model import MAX_INDEXES, MAX_TAGS_OF_TABLE, KeyAttribute, LiveTable, Table, TableSchema, TableStatus
from sentinel_tables.rules.desired import Desired


def refuse_unsafe(desired: Desired, wanted: Table, live: LiveTable) -> None:
    """Raises UnsafeChange for the first thing that is in the way of turning the live table into the wanted one."""
    _refuse_lost(live)
    _refuse_keys(wanted.schema, live)
    _refuse_types(wanted, live)
    _refuse_expiry(desired, live)
    _refuse_unknown_key(desired, wanted, live)
    _refuse_replicas(desired, wanted, live)
    _refuse_too_many(desired, wanted, live)


def _refuse_lost(live: LiveTable) -> None:
    name = shown(live.table.name)
    if live.status in (TableStatus.ARCHIVING, TableStatus.ARCHIVED):
        kept = f"DynamoDB keeps backup {shown(live.archival_backup, 110)} of it. " if live.archival_backup else ""
        raise UnsafeChange(f"Table {name} is {live.status}. {kept}Delete the table, then restore the backup under its name.")
    if live.status == TableStatus.KEY_LOST:
        key = f"its KMS key {shown(live.lost_key, 90)}" if live.lost_key else "its KMS key"
        raise UnsafeChange(f"DynamoDB cannot use {key} for table {name}. Make the key usable again, then retry.")


def _refuse_keys(schema: TableSchema, live: LiveTable) -> None:
    if schema.keys == live.table.schema.keys:
        return
    raise UnsafeChange(
        f"Table {shown(schema.table_name)} has the key {_spelled(live.table.schema.keys)}, the schema needs "
        f"{_spelled(schema.keys)}, and DynamoDB cannot change it in place. Use another TableName."
    )


def _refuse_types(wanted: Table, live: LiveTable) -> None:
    for attribute in wanted.schema.attributes():
        found = live.attribute_types.get(attribute.name, attribute.type)
        if found != attribute.type:
            raise UnsafeChange(
                f"Attribute {attribute.name!r} of table {shown(wanted.name)} is a key of type {found}, the schema needs "
                f"{attribute.type}, and DynamoDB cannot change it in place. Use another TableName."
            )


def _refuse_expiry(desired: Desired, live: LiveTable) -> None:
    wanted, found = desired.table.settings.time_to_live, live.table.settings.time_to_live
    says_off = wanted is None and "time_to_live" in desired.said
    attribute = desired.table.schema.ttl_attribute
    if found and found != attribute and not says_off:
        raise UnsafeChange(
            f"Table {shown(desired.table.name)} expires records by attribute {shown(found)}, not {attribute!r}, and "
            "DynamoDB does not change that in one step. Turn time to live off on the table first."
        )


def _refuse_unknown_key(desired: Desired, wanted: Table, live: LiveTable) -> None:
    """Whoever takes a key back may delete it: a table that may still have it is not called done.

    An alias says nothing about the ARN that the table shows; a key's id is compared by `plan`.
    """
    named_by_alias = "encryption" in desired.taken_back and "alias/" in (desired.former_key or "")
    if live.key_unknown and live.table.settings.encryption.kms and named_by_alias and wanted.settings.encryption.key is None:
        raise UnsafeChange(
            f"Nobody can say whether table {shown(wanted.name)} still has key {shown(desired.former_key)}, which the "
            "template takes back. Allow kms:DescribeKey for alias/aws/dynamodb, then retry."
        )


def _refuse_replicas(desired: Desired, wanted: Table, live: LiveTable) -> None:
    """The stream that replicas live on, and the key, change only by hand; silence never asks for it (`silence`)."""
    if not live.replicas:
        return
    have = live.table.settings
    regions = shown(", ".join(sorted(replica.region for replica in live.replicas)), 60)
    table = f"Table {shown(desired.table.name)} has replicas in {regions}, "
    if wanted.settings.stream != have.stream:
        raise UnsafeChange(
            f"{table}which live on its {have.stream} stream. Take StreamSpecification out, or ask for that view."
        )
    same_key = live.key_unknown and wanted.settings.encryption.kms and wanted.settings.encryption.key is None
    if wanted.settings.encryption != have.encryption and not (same_key and have.encryption.kms):
        raise UnsafeChange(f"{table}and its key changes only by hand, in each Region. Take SSESpecification out.")


def _refuse_too_many(desired: Desired, wanted: Table, live: LiveTable) -> None:
    name = shown(wanted.name)
    kept = {index.index_name for index in live.table.schema.global_secondary_indexes} - desired.forgotten_indexes
    indexes = len(kept | set(wanted.schema.gsi_names()))
    if indexes > MAX_INDEXES:
        raise UnsafeChange(f"Table {name} would have {indexes} indexes, and may have {MAX_INDEXES}. Delete some of its own.")
    forgotten = desired.forgotten_tags - wanted.tags.keys()
    refuse_too_many_tags(wanted, len((live.table.tags.keys() - forgotten) | wanted.tags.keys()))


def refuse_too_many_tags(wanted: Table, count: int) -> None:
    """Raises UnsafeChange if a table of so many tags is more than DynamoDB takes."""
    if count > MAX_TAGS_OF_TABLE:
        raise UnsafeChange(
            f"Table {shown(wanted.name)} would have {count} tags, and may have {MAX_TAGS_OF_TABLE}. "
            "Take some of its own off, shorten Tags, or say StackTags: Ignore."
        )


def _spelled(keys: tuple[KeyAttribute, ...]) -> str:
    return shown(", ".join(f"{key.name} ({key.type})" for key in keys))
