"""What CreateTable and UpdateTable refuse from the request alone, before they look at any table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .refusals import constraint, invalid, validation
from .state import Arguments, Limits, bare_name
from .tables import tag_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAME = re.compile(r"[a-zA-Z0-9_.-]+\Z")
TAG_TEXT = re.compile(r"[\w\s+\-=.:/@]*\Z")
CHANGES = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "TableClass",
)
ALONE = (
    ("SSESpecification", "Server-Side Encryption modification must be the only operation in the request"),
    ("TableClass", "TableClass modification must be the only operation in the request"),
    ("DeletionProtectionEnabled", "DeletionProtection modification must be the only operation in the request"),
)
NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)


def checked_name(arguments: Arguments) -> str:
    """The table's bare name, or the refusal of a malformed one."""
    return check_name(bare_name(str(arguments["TableName"])), "tableName")


def check_name(name: str, field: str) -> str:
    """A name of 3 to 255 of the allowed characters."""
    if len(name) < 3:
        raise constraint(name, field, "Member must have length greater than or equal to 3")
    if len(name) > 255:
        raise constraint(name, field, "Member must have length less than or equal to 255")
    if not NAME.match(name):
        raise constraint(name, field, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    return name


def check_create(arguments: Arguments, limits: Limits) -> None:
    """Keys, indexes, billing, encryption, stream, class and tags of a CreateTable."""
    indexes = arguments.get("GlobalSecondaryIndexes")
    if indexes is not None and not indexes:
        raise invalid("List of GlobalSecondaryIndexes is empty")
    _check_billing(arguments, indexes or ())
    _check_keys(arguments.get("KeySchema", ()))
    for index in indexes or ():
        check_index(index)
    _check_attributes(arguments, indexes or ())
    _check_index_names(indexes or (), limits)
    check_encryption(arguments.get("SSESpecification"))
    _check_new_stream(arguments.get("StreamSpecification"))
    check_class(arguments.get("TableClass"))
    check_cap(arguments.get("OnDemandThroughput"), lowest=1)
    check_tags(arguments.get("Tags", ()), limits)


def check_update(arguments: Arguments) -> None:
    """One logical change for each UpdateTable."""
    given = [name for name in CHANGES if name in arguments]
    if not given:
        raise validation(NOTHING)
    for name, text in ALONE:
        if name in given and len(given) > 1:
            raise invalid(text)
    _check_pairs(arguments, set(given))
    check_encryption(arguments.get("SSESpecification"))
    check_class(arguments.get("TableClass"))
    check_cap(arguments.get("OnDemandThroughput"), lowest=-1)


def _check_pairs(arguments: Arguments, given: set[str]) -> None:
    if "OnDemandThroughput" in given and given - {"OnDemandThroughput", "BillingMode"}:
        raise invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")
    iops = "ProvisionedThroughput" in given or arguments.get("BillingMode") == "PROVISIONED"
    if iops and "StreamSpecification" in given:
        raise invalid("You cannot modify stream status while updating table IOPS")
    online = any("Update" not in update for update in arguments.get("GlobalSecondaryIndexUpdates", ()))
    if online and "ProvisionedThroughput" in given:
        raise invalid("You cannot create or delete index while updating table IOPS")
    if online and "StreamSpecification" in given:
        raise invalid("You cannot create or delete index while changing stream status")


def _check_billing(arguments: Arguments, indexes: Sequence[Mapping[str, Any]]) -> None:
    on_demand = arguments.get("BillingMode") == "PAY_PER_REQUEST"
    units = "ProvisionedThroughput" in arguments
    if on_demand and units:
        both = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        raise invalid(both)
    if not on_demand and not units:
        both = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        raise invalid(both)
    if not on_demand and "OnDemandThroughput" in arguments:
        raise invalid(CAP_ON_PROVISIONED)
    for index in indexes:
        check_index_units(index, on_demand=on_demand)


CAP_ON_PROVISIONED = (
    "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"
)


def check_index_units(index: Mapping[str, Any], *, on_demand: bool) -> None:
    """An index of a provisioned table needs throughput, one of an on-demand table may not have any."""
    name = index["IndexName"]
    if on_demand and "ProvisionedThroughput" in index:
        text = f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
        raise invalid(text)
    if not on_demand and "ProvisionedThroughput" not in index:
        raise invalid(f"ProvisionedThroughput is not specified for index: {name}")


def _check_keys(keys: Sequence[Mapping[str, str]]) -> None:
    if keys[0]["KeyType"] != "HASH":
        raise validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(keys) > 1 and keys[1]["KeyType"] != "RANGE":
        raise validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len({key["AttributeName"] for key in keys}) < len(keys):
        raise validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def check_index(index: Mapping[str, Any]) -> None:
    """Name, keys and projection of one index."""
    check_name(index["IndexName"], "globalSecondaryIndexes.1.member.indexName")
    _check_keys(index["KeySchema"])
    projection = index["Projection"]
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if kind == "INCLUDE" and not names:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and names is not None:
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")


def _check_attributes(arguments: Arguments, indexes: Sequence[Mapping[str, Any]]) -> None:
    """The definitions must be exactly the key attributes of the table and its indexes, each once."""
    names = [entry["AttributeName"] for entry in arguments.get("AttributeDefinitions", ())]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise validation(f"Attribute Name is duplicated: {doubled}")
    used = _key_names(arguments["KeySchema"])
    for index in indexes:
        used += [name for name in _key_names(index["KeySchema"]) if name not in used]
    defined = f"AttributeDefinitions: [{', '.join(names)}]"
    if not set(used) <= set(names):
        kind = "index key" if set(_key_names(arguments["KeySchema"])) <= set(names) else "key"
        text = f"Some {kind} attributes are not defined in AttributeDefinitions. Keys: [{', '.join(used)}], {defined}"
        raise invalid(text)
    if set(names) - set(used):
        raise invalid(f"Some AttributeDefinitions are not used. {defined}, keys used: [{', '.join(used)}]")


def _key_names(keys: Iterable[Mapping[str, str]]) -> list[str]:
    return [key["AttributeName"] for key in keys]


def _check_index_names(indexes: Sequence[Mapping[str, Any]], limits: Limits) -> None:
    names = [index["IndexName"] for index in indexes]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise invalid(f"Duplicate index name: {doubled}")
    if len(names) > limits.indexes:
        raise invalid(f"GlobalSecondaryIndex count exceeds the per-table limit of {limits.indexes}")


def check_encryption(specification: Mapping[str, Any] | None) -> None:
    """The shape of an `SSESpecification`."""
    if not specification:
        return
    kind, key = specification.get("SSEType"), specification.get("KMSMasterKeyId")
    if kind == "AES256":
        raise invalid("SSEType AES256 is not supported")
    if specification.get("Enabled") is False and kind:
        raise invalid("SSEType can not be specified if Enabled is false")
    if specification.get("Enabled") is False and key:
        raise invalid("KMSMasterKeyId can not be specified if Enabled is false")
    if key and not kind:
        raise invalid("SSEType KMS is required if KMSMasterKeyId is specified")


def _check_new_stream(specification: Mapping[str, Any] | None) -> None:
    if specification is None:
        return
    view = specification.get("StreamViewType")
    if specification["StreamEnabled"] and not view:
        raise invalid("Table is being created with a stream enabled, UpdateViewType is required")
    if not specification["StreamEnabled"] and view:
        raise invalid("Table is being created with a stream disabled, UpdateViewType should not be specified")


def check_class(name: object) -> None:
    """STANDARD or STANDARD_INFREQUENT_ACCESS."""
    if name not in {None, "STANDARD", "STANDARD_INFREQUENT_ACCESS"}:
        raise validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: "
            "[STANDARD, STANDARD_INFREQUENT_ACCESS]."
        )


def check_cap(cap: Mapping[str, int] | None, *, lowest: int) -> None:
    """Each unit 1 or more; -1, for no limit, only in UpdateTable."""
    for name, units in (cap or {}).items():
        if units < lowest or units == 0:
            raise invalid(f"Requested {name} for OnDemandThroughput for table is outside of valid range")


def check_tags(tags: Sequence[Mapping[str, str]], limits: Limits) -> None:
    """Keys unique, well-formed, and none of AWS's own; no more than a resource may have."""
    keys = [tag["Key"] for tag in tags]
    doubled = next((key for key in keys if keys.count(key) > 1), None)
    if doubled:
        raise validation(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {doubled}")
    for key, value in tag_dict(tags).items():
        _check_tag(key, value)
    check_tag_count(len(keys), limits)


def _check_tag(key: str, value: str) -> None:
    if key.lower().startswith("aws:"):
        raise validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")
    if not 0 < len(key) <= 128 or not TAG_TEXT.match(key):
        raise validation(f"The Tag Key provided is invalid, Key: {key}")
    if len(value) > 256 or not TAG_TEXT.match(value):
        raise validation(f"The Tag Value provided is invalid, Value: {value}")


def check_tag_count(count: int, limits: Limits) -> None:
    """At most 50; a ValidationException, not a LimitExceededException."""
    if count > limits.tags:
        raise validation("Number of Tags exceed the current limit for the provided ResourceArn")
