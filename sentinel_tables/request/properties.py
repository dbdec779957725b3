"""The resource's properties: their names, what each takes, and what they ask for. The only place that knows them.

Names, nesting and meaning are those of `AWS::DynamoDB::Table`, where it has the property.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.model import MAX_INDEXES, NO_LIMIT, TABLE_NAME, Encryption, Settings, Table
from sentinel_tables.request.readers import anything, boolean, choice, integer, list_of, policy, structure, text, wrong
from sentinel_tables.rules.policies import canonical_policy
from sentinel_tables.schemas import SCHEMAS, NamedSchema, resolve

MAX_TAGS = 40
MAX_UNITS = 10**18
VIEW_TYPES = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
TAG_TAKES = "letters, digits, spaces and + - = . _ : / @"
KMS_KEY = re.compile(r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(key/|alias/)?[a-zA-Z0-9/_-]{1,256}", re.ASCII)

TAG = structure(
    {
        "Key": text(
            re.compile(r"(?i)(?!aws:|sentinel:)[\w +\-=.:/@]{1,128}"), f"1 to 128 {TAG_TAKES}, not aws: or sentinel:"
        ),
        "Value": text(re.compile(r"[\w +\-=.:/@]{0,256}"), f"up to 256 {TAG_TAKES}"),
    },
    "Key",
    "Value",
)

PROPERTIES = {
    "ServiceToken": anything,
    "ServiceTimeout": integer(1, 3600),
    "Schema": choice(*SCHEMAS),
    "TableName": text(TABLE_NAME, "3 to 255 of a-z A-Z 0-9 _ . -"),
    "ExistingTable": choice("Fail", "Adopt"),
    "DeletionProtectionEnabled": boolean,
    "PointInTimeRecoverySpecification": structure(
        {"PointInTimeRecoveryEnabled": boolean, "RecoveryPeriodInDays": integer(1, 35)}
    ),
    "SSESpecification": structure(
        {
            "SSEEnabled": boolean,
            "SSEType": choice("KMS"),
            "KMSMasterKeyId": text(KMS_KEY, "a KMS key's id, alias or ARN"),
        }
    ),
    "TimeToLiveSpecification": structure(
        {"Enabled": boolean, "AttributeName": choice(*dict.fromkeys(schema.ttl_attribute for schema in SCHEMAS.values()))}
    ),
    "StreamSpecification": structure({"StreamViewType": choice(*VIEW_TYPES)}, "StreamViewType"),
    "OptionalIndexes": list_of(text(TABLE_NAME, "the name of an index that the schema offers"), MAX_INDEXES),
    "TableClass": choice("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
    "OnDemandThroughput": structure(
        {
            "MaxReadRequestUnits": integer(1, MAX_UNITS, also=NO_LIMIT),
            "MaxWriteRequestUnits": integer(1, MAX_UNITS, also=NO_LIMIT),
        }
    ),
    "ContributorInsightsSpecification": structure({"Enabled": boolean}),
    "ResourcePolicy": structure({"PolicyDocument": policy}, "PolicyDocument"),
    "Tags": list_of(TAG, MAX_TAGS),
    "StackTags": choice("Propagate", "Ignore"),
}
"""Every property of the resource, with what reads it."""

RESOURCE = structure(PROPERTIES, "Schema")
"""All of them together. Tools that show a template's mistakes before it is deployed walk along this."""


def read(properties: object) -> dict[str, Any]:
    """Reads the properties into what they mean, by name. Raises InvalidRequest for the first thing that is wrong."""
    return dict(RESOURCE("", properties))


def table(properties: Mapping[str, Any], prefix: str) -> Table:
    """The table that the properties ask for, as `read` gave them, of a provider whose tables' names begin with `prefix`.

    Raises InvalidRequest where properties contradict each other.
    """
    schema = resolve(properties["Schema"])
    name = properties.get("TableName", schema.default_table_name)
    if not is_table_name(name, prefix):
        raise wrong("TableName", name, f"a name that begins with {prefix!r}, as this provider's tables do")
    named = schema.named(name, _optional_indexes(properties, schema))
    wanted = Table(named, _settings(properties, schema), _tags(properties.get("Tags", [])))
    wanted.schema.validate()
    return wanted


def is_table_name(name: object, prefix: str) -> bool:
    """True if a table of this provider can have that name."""
    return isinstance(name, str) and name.startswith(prefix) and TABLE_NAME.fullmatch(name) is not None


def _optional_indexes(properties: Mapping[str, Any], schema: NamedSchema) -> list[str]:
    names: list[str] = properties.get("OptionalIndexes", [])
    for name in names:
        if name not in schema.optional_indexes:
            offers = f"It takes {', '.join(schema.optional_indexes)}." if schema.optional_indexes else "Take it out."
            raise InvalidRequest(
                f"Property OptionalIndexes has {shown(name)}, which schema {properties['Schema']} does not offer. {offers}"
            )
        if names.count(name) > 1:
            raise InvalidRequest(f"Property OptionalIndexes has {shown(name)} twice. Name each index once.")
    return names


def _time_to_live(specification: Mapping[str, Any], schema: NamedSchema) -> str | None:
    attribute = specification.get("AttributeName", schema.ttl_attribute)
    if attribute != schema.ttl_attribute:
        raise wrong("TimeToLiveSpecification.AttributeName", attribute, f"{schema.ttl_attribute}, as the schema has it")
    return attribute if specification.get("Enabled", True) else None


def _settings(properties: Mapping[str, Any], schema: NamedSchema) -> Settings:
    defaults = Settings()
    throughput = properties.get("OnDemandThroughput", {})
    document = properties.get("ResourcePolicy", {}).get("PolicyDocument")
    return Settings(
        deletion_protection=properties.get("DeletionProtectionEnabled", defaults.deletion_protection),
        recovery_days=_recovery_days(properties.get("PointInTimeRecoverySpecification", {})),
        encryption=_encryption(properties.get("SSESpecification", {})),
        time_to_live=_time_to_live(properties.get("TimeToLiveSpecification", {}), schema),
        stream=properties.get("StreamSpecification", {}).get("StreamViewType"),
        table_class=properties.get("TableClass", defaults.table_class),
        max_read_units=throughput.get("MaxReadRequestUnits", NO_LIMIT),
        max_write_units=throughput.get("MaxWriteRequestUnits", NO_LIMIT),
        contributor_insights=properties.get("ContributorInsightsSpecification", {}).get("Enabled", False),
        policy=canonical_policy(document) if document else None,
        policy_as_written=json.dumps(document, separators=(",", ":")) if document else None,
    )


def _recovery_days(specification: Mapping[str, Any]) -> int | None:
    days = specification.get("RecoveryPeriodInDays")
    if specification.get("PointInTimeRecoveryEnabled", True):
        return 35 if days is None else int(days)
    if days is not None:
        raise InvalidRequest(
            f"Property PointInTimeRecoverySpecification.RecoveryPeriodInDays is {days}, and recovery is not enabled. "
            "Take RecoveryPeriodInDays out, or set PointInTimeRecoveryEnabled to true."
        )
    return None


def _encryption(specification: Mapping[str, Any]) -> Encryption:
    key = specification.get("KMSMasterKeyId")
    if specification.get("SSEEnabled", True):
        managed = key is None or key.rpartition(":")[2] == "alias/aws/dynamodb"
        return Encryption(key=None if managed else key)
    for name in ("SSEType", "KMSMasterKeyId"):
        if name in specification:
            raise InvalidRequest(
                f"Property SSESpecification.{name} is {shown(specification[name])}, and SSEEnabled is false. "
                f"Take {name} out, or set SSEEnabled to true."
            )
    return Encryption(kms=False)


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        if tag["Key"] in found:
            raise InvalidRequest(f"Property Tags has the key {shown(tag['Key'])} twice. Name each key once.")
        found[tag["Key"]] = tag["Value"]
    return found
