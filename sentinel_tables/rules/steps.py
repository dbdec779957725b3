"""One change to a table is one `Step`: a plain value that can be printed, compared and refused before it is taken.

One constructor for each call. DynamoDB takes one logical change in an UpdateTable, so each change is a step of its own.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum

from sentinel_tables.model import NO_LIMIT, Encryption, Facet, GlobalSecondaryIndex, KeyAttribute, Settings, Table
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.values import Value

UPDATE_TABLE = "update_table"


class Effect(Enum):
    """The effect of a step on the ownership of the table."""

    CREATES = "creates"
    ADOPTS = "adopts"
    CHANGES = "changes"
    REMOVES = "removes"


class Step(Value):
    """A call to make, and why.

    `kind` is the kind of work. `api` is a method of boto3's DynamoDB client. `facet` is where the change shows: the part of
    the table that has to be read again to see it.
    """

    kind: Kind
    api: str
    arguments: Mapping[str, object]
    reason: str
    facet: Facet = Facet.TABLE
    effect: Effect = Effect.CHANGES


def create_table(table: Table) -> Step:
    """The table with all that CreateTable takes at once; deletion protection comes last, so that a Create can fail."""
    schema, settings = table.schema, table.settings
    arguments: dict[str, object] = {
        "TableName": table.name,
        "AttributeDefinitions": _definitions(schema.attributes()),
        "KeySchema": _key_schema(schema.keys),
        "BillingMode": schema.billing_mode,
        "TableClass": settings.table_class,
        "Tags": _tag_list(table.tags),
    }
    if schema.global_secondary_indexes:
        arguments["GlobalSecondaryIndexes"] = [_index(index) for index in schema.global_secondary_indexes]
    if settings.encryption.kms:
        arguments["SSESpecification"] = _encryption(settings.encryption)
    if settings.stream:
        arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": settings.stream}
    if limits := {name: units for name, units in _throughput(settings).items() if units != NO_LIMIT}:
        arguments["OnDemandThroughput"] = limits
    if settings.policy:
        arguments["ResourcePolicy"] = settings.policy_as_written or settings.policy
    kind = Kind.TABLE_WITH_INDEXES if schema.global_secondary_indexes else Kind.TABLE
    return Step(kind, "create_table", arguments, "the table does not exist", effect=Effect.CREATES)


def delete_table(name: str) -> Step:
    """The end of the table and its records."""
    return Step(Kind.REMOVAL, "delete_table", {"TableName": name}, "the resource is deleted", effect=Effect.REMOVES)


def create_index(name: str, index: GlobalSecondaryIndex, reason: str) -> Step:
    """One index on a standing table; its keys have to be defined in the same call."""
    arguments = {
        "TableName": name,
        "AttributeDefinitions": _definitions(index.keys),
        "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
    }
    return Step(Kind.INDEX, UPDATE_TABLE, arguments, reason)


def delete_index(name: str, index_name: str, reason: str) -> Step:
    """One index less."""
    return Step(
        Kind.INDEX_REMOVAL,
        UPDATE_TABLE,
        {"TableName": name, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": index_name}}]},
        reason,
    )


def bill_on_demand(name: str) -> Step:
    """From provisioned capacity to billing by request."""
    arguments = {"TableName": name, "BillingMode": "PAY_PER_REQUEST"}
    return Step(Kind.BILLING, UPDATE_TABLE, arguments, "the table is billed by provisioned capacity")


def encrypt(name: str, encryption: Encryption) -> Step:
    """Another key for encryption at rest. Four of these a day are all that DynamoDB takes."""
    return Step(
        Kind.ENCRYPTION,
        UPDATE_TABLE,
        {"TableName": name, "SSESpecification": _encryption(encryption)},
        "the encryption key differs",
    )


def set_table_class(name: str, table_class: str) -> Step:
    """Another storage class. Two of these in 30 days are all that DynamoDB takes."""
    return Step(
        Kind.TABLE_CLASS,
        UPDATE_TABLE,
        {"TableName": name, "TableClass": table_class},
        f"the table class is not {table_class}",
    )


def limit_throughput(name: str, settings: Settings) -> Step:
    """Other limits to what requests may cost."""
    arguments = {"TableName": name, "OnDemandThroughput": _throughput(settings)}
    return Step(Kind.THROUGHPUT, UPDATE_TABLE, arguments, "the throughput limits differ")


def start_stream(name: str, view_type: str) -> Step:
    """A stream, on a table that has none."""
    specification = {"StreamEnabled": True, "StreamViewType": view_type}
    return Step(
        Kind.STREAM,
        UPDATE_TABLE,
        {"TableName": name, "StreamSpecification": specification},
        f"there is no {view_type} stream",
    )


def stop_stream(name: str, reason: str) -> Step:
    """No stream any more."""
    return Step(Kind.STREAM, UPDATE_TABLE, {"TableName": name, "StreamSpecification": {"StreamEnabled": False}}, reason)


def protect(name: str, *, enabled: bool) -> Step:
    """Deletion protection on or off."""
    arguments = {"TableName": name, "DeletionProtectionEnabled": enabled}
    return Step(Kind.PROTECTION, UPDATE_TABLE, arguments, f"deletion protection is {_on(not enabled)}")


def expire(name: str, attribute: str, *, enabled: bool) -> Step:
    """Time to live on or off. The next change is refused for up to an hour."""
    arguments = {"TableName": name, "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}
    return Step(Kind.EXPIRY, "update_time_to_live", arguments, f"time to live is {_on(not enabled)}", Facet.TIME_TO_LIVE)


def recover(name: str, days: int | None) -> Step:
    """Point-in-time recovery of so many days, or none. Days may not be named when it is turned off."""
    specification: dict[str, object] = {"PointInTimeRecoveryEnabled": days is not None}
    if days is not None:
        specification["RecoveryPeriodInDays"] = days
    arguments = {"TableName": name, "PointInTimeRecoverySpecification": specification}
    wanted = "off" if days is None else f"{days} days"
    return Step(
        Kind.RECOVERY, "update_continuous_backups", arguments, f"point-in-time recovery is not {wanted}", Facet.BACKUPS
    )


def observe(name: str, *, enabled: bool) -> Step:
    """Contributor insights on or off."""
    arguments = {"TableName": name, "ContributorInsightsAction": "ENABLE" if enabled else "DISABLE"}
    return Step(
        Kind.INSIGHTS,
        "update_contributor_insights",
        arguments,
        f"contributor insights are {_on(not enabled)}",
        Facet.INSIGHTS,
    )


def put_policy(arn: str, policy: str) -> Step:
    """The resource policy, in place of any other."""
    return Step(
        Kind.POLICY,
        "put_resource_policy",
        {"ResourceArn": arn, "Policy": policy},
        "the resource policy differs",
        Facet.POLICY,
    )


def delete_policy(arn: str) -> Step:
    """No resource policy any more."""
    return Step(Kind.POLICY, "delete_resource_policy", {"ResourceArn": arn}, "there is a resource policy", Facet.POLICY)


def adopt(arn: str, tags: Mapping[str, str]) -> Step:
    """The tags of a new owner, and whatever other tags differ."""
    return replace(tag(arn, tags), reason="the table is adopted", effect=Effect.ADOPTS)


def tag(arn: str, tags: Mapping[str, str]) -> Step:
    """All tags that differ, in one call: each call locks the table's tags for a while."""
    return Step(Kind.TAGS, "tag_resource", {"ResourceArn": arn, "Tags": _tag_list(tags)}, "tags differ", Facet.TAGS)


def untag(arn: str, keys: Iterable[str], reason: str) -> Step:
    """Tags that must go."""
    return Step(Kind.TAGS, "untag_resource", {"ResourceArn": arn, "TagKeys": sorted(keys)}, reason, Facet.TAGS)


def release(arn: str, keys: Iterable[str]) -> Step:
    """The ownership tags off a table that stays."""
    return replace(untag(arn, keys, "an adopted table is released, not deleted"), effect=Effect.REMOVES)


def give_back(arn: str, tags: Mapping[str, str]) -> Step:
    """The ownership tags that a table had before it was adopted."""
    return replace(tag(arn, tags), reason="the adoption is undone", effect=Effect.REMOVES)


def _definitions(attributes: Iterable[KeyAttribute]) -> list[dict[str, str]]:
    types = {attribute.name: attribute.type for attribute in attributes}
    return [{"AttributeName": name, "AttributeType": types[name]} for name in sorted(types)]


def _key_schema(keys: tuple[KeyAttribute, ...]) -> list[dict[str, str]]:
    return [{"AttributeName": key.name, "KeyType": key_type} for key, key_type in zip(keys, ("HASH", "RANGE"), strict=False)]


def _index(index: GlobalSecondaryIndex) -> dict[str, object]:
    return {
        "IndexName": index.index_name,
        "KeySchema": _key_schema(index.keys),
        "Projection": {"ProjectionType": index.projection},
    }


def _encryption(encryption: Encryption) -> dict[str, object]:
    if not encryption.kms:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS"} | ({"KMSMasterKeyId": encryption.key} if encryption.key else {})


def _throughput(settings: Settings) -> dict[str, int]:
    return {"MaxReadRequestUnits": settings.max_read_units, "MaxWriteRequestUnits": settings.max_write_units}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _on(enabled: bool) -> str:  # noqa: FBT001 - one word for one bit
    return "on" if enabled else "off"
