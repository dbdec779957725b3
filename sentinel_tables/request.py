"""From CloudFormation's event to a `Request`, once. The only place that knows property names and strings.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sentinel_tables.allowance import SERVICE_TIMEOUT_SECONDS
from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.model import NO_LIMIT, TABLE_NAME, Encryption, Settings, Table
from sentinel_tables.normalise import canonical_policy
from sentinel_tables.ownership import PREFIX, Claim, Owner
from sentinel_tables.plan import Desired
from sentinel_tables.reading import anything, boolean, choice, integer, list_of, policy, structure, text, wrong
from sentinel_tables.schemas import SCHEMAS, resolve

MAX_TAGS = 40
MAX_UNITS = 10**18
VIEW_TYPES = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
TAG_TAKES = "letters, digits, spaces and + - = . _ : / @"
KMS_KEY = re.compile(r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(key/|alias/)?[a-zA-Z0-9/_-]{1,256}", re.ASCII)
STACK_ID = re.compile(r"[\w :/=+@.-]{1,256}", re.ASCII)
LOGICAL_ID = re.compile(r"[a-zA-Z0-9]{1,255}", re.ASCII)


class Verb(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


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
    "TimeToLiveSpecification": structure({"Enabled": boolean, "AttributeName": choice("ttl")}),
    "StreamSpecification": structure({"StreamViewType": choice(*VIEW_TYPES)}, "StreamViewType"),
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
}
"""Every property of the resource, with what reads it."""

RESOURCE = structure(PROPERTIES, "Schema")
"""All of them together. Tools that show a template's mistakes before it is deployed walk along this."""


@dataclass(frozen=True, slots=True)
class Request:
    """An event in the words of this package.

    `physical_id` is empty on Create. `desired` is None on Delete, which is about `named`, the table that the properties
    name, as far as they can be read; empty where they cannot. `sent_at` is in seconds since the epoch, None where unknown.
    """

    verb: Verb
    owner: Owner
    request_id: str
    physical_id: str
    desired: Desired | None
    named: str
    sent_at: float | None


def parse(event: Mapping[str, Any], prefix: str) -> Request:
    """The request that an event makes of a provider whose tables' names begin with `prefix`.

    Raises InvalidRequest, which names the property and the remedy. A Delete is not refused for its properties.
    """
    verb = _verb(event)
    owner = Owner(_field(event, "StackId", STACK_ID), _field(event, "LogicalResourceId", LOGICAL_ID))
    physical_id = "" if verb is Verb.CREATE else _field(event, "PhysicalResourceId", re.compile(r"(?s).{1,1024}"))
    sent = sent_at(event)
    desired = None
    if verb is not Verb.DELETE:
        since = sent if verb is Verb.CREATE else None
        desired = _desired(event, owner, prefix, since)
    return Request(
        verb=verb,
        owner=owner,
        request_id=str(event.get("RequestId", ""))[:128],
        physical_id=physical_id,
        desired=desired,
        named=_named(event.get("ResourceProperties"), prefix),
        sent_at=sent,
    )


def service_timeout(event: Mapping[str, Any]) -> float:
    """How many seconds CloudFormation waits for the answer."""
    properties = event.get("ResourceProperties")
    try:
        return float(integer(1, 3600)("ServiceTimeout", (properties or {})["ServiceTimeout"]))
    except (InvalidRequest, KeyError, TypeError, AttributeError):
        return SERVICE_TIMEOUT_SECONDS


def sent_at(event: Mapping[str, Any]) -> float | None:
    """When CloudFormation sent the event, in seconds since the epoch: it dates the ResponseURL's signature."""
    try:
        query = parse_qs(urlsplit(event["ResponseURL"]).query)
        signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - Z is UTC
        return signed.replace(tzinfo=UTC).timestamp()
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def is_table_name(name: object, prefix: str) -> bool:
    """Whether a table of this provider can have that name."""
    return isinstance(name, str) and name.startswith(prefix) and TABLE_NAME.fullmatch(name) is not None


def _verb(event: Mapping[str, Any]) -> Verb:
    try:
        return Verb(str(event.get("RequestType")))
    except ValueError:
        found = shown(event.get("RequestType"))
        raise InvalidRequest(f"RequestType of the event is {found}. It takes Create, Update or Delete.") from None


def _field(event: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = event.get(name)
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise InvalidRequest(f"{name} of the event is {shown(value)}. Send an event as CloudFormation does.")


def _desired(event: Mapping[str, Any], owner: Owner, prefix: str, since: float | None) -> Desired:
    properties = RESOURCE("", event.get("ResourceProperties", {}))
    schema = resolve(properties["Schema"])
    name = properties.get("TableName", schema.default_table_name)
    if not is_table_name(name, prefix):
        raise wrong("TableName", name, f"a name that begins with {prefix!r}, as this provider's tables do")
    tags = _tags(properties.get("Tags", []))
    table = Table(schema.named(name), _settings(properties), tags)
    table.schema.validate()
    adopt = properties.get("ExistingTable") == "Adopt"
    claim = Claim(owner, properties["Schema"], adopt=adopt, since=since)
    return Desired(table, claim, _tag_keys_before(event) - tags.keys(), _key_before(event))


def _settings(properties: Mapping[str, Any]) -> Settings:
    defaults = Settings()
    expiry = properties.get("TimeToLiveSpecification", {}).get("Enabled", True)
    throughput = properties.get("OnDemandThroughput", {})
    document = properties.get("ResourcePolicy", {}).get("PolicyDocument")
    return Settings(
        deletion_protection=properties.get("DeletionProtectionEnabled", defaults.deletion_protection),
        recovery_days=_recovery_days(properties.get("PointInTimeRecoverySpecification", {})),
        encryption=_encryption(properties.get("SSESpecification", {})),
        time_to_live=defaults.time_to_live if expiry else None,
        stream=properties.get("StreamSpecification", {}).get("StreamViewType"),
        table_class=properties.get("TableClass", defaults.table_class),
        max_read_units=throughput.get("MaxReadRequestUnits", NO_LIMIT),
        max_write_units=throughput.get("MaxWriteRequestUnits", NO_LIMIT),
        contributor_insights=properties.get("ContributorInsightsSpecification", {}).get("Enabled", False),
        policy=canonical_policy(document) if document else None,
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
        return Encryption(kms=True, key=None if key == "alias/aws/dynamodb" else key)
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


def _tag_keys_before(event: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the tags that the previous template named, as far as they can be read."""
    properties = event.get("OldResourceProperties")
    tags = properties.get("Tags") if isinstance(properties, Mapping) else None
    keys = [tag.get("Key") for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    return frozenset(key for key in keys if isinstance(key, str) and not key.startswith(PREFIX))


def _key_before(event: Mapping[str, Any]) -> str | None:
    """The KMS key that the previous template named, as far as it can be read."""
    properties = event.get("OldResourceProperties")
    encryption = properties.get("SSESpecification") if isinstance(properties, Mapping) else None
    key = encryption.get("KMSMasterKeyId") if isinstance(encryption, Mapping) else None
    return key if isinstance(key, str) else None


def _named(properties: object, prefix: str) -> str:
    """The table that the properties of a Delete name, as far as they can be read."""
    if not isinstance(properties, Mapping):
        return ""
    schema = properties.get("Schema")
    named = SCHEMAS[schema].default_table_name if isinstance(schema, str) and schema in SCHEMAS else ""
    name = properties.get("TableName", named)
    return str(name) if is_table_name(name, prefix) else ""
