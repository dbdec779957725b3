"""From CloudFormation's event to a `Request`, once. From here on nobody sees the event again.

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
from sentinel_tables.model import Claim, Desired, Owner
from sentinel_tables.request import properties
from sentinel_tables.request.properties import PROPERTIES, is_table_name
from sentinel_tables.rules.ownership import PREFIX
from sentinel_tables.schemas import SCHEMAS

STACK_ID = re.compile(r"[\w :/=+@.-]{1,256}", re.ASCII)
LOGICAL_ID = re.compile(r"[\w:/=+@.-]{1,255}", re.ASCII)


class Verb(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


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


def parse(event: Mapping[str, Any], prefix: str, *, declare: bool = False) -> Request:
    """The request that an event makes of a provider whose tables' names begin with `prefix`.

    `declare` says that tables are to tell, in a tag, what their templates declare.

    Raises InvalidRequest, which names the property and the remedy. A Delete is not refused for its properties.
    """
    verb = _verb(event)
    owner = Owner(_field(event, "StackId", STACK_ID), _field(event, "LogicalResourceId", LOGICAL_ID))
    physical_id = "" if verb is Verb.CREATE else _field(event, "PhysicalResourceId", re.compile(r"(?s).{1,1024}"))
    sent = sent_at(event)
    desired = None
    if verb is not Verb.DELETE:
        since = sent if verb is Verb.CREATE else None
        desired = _desired(event, owner, prefix, since, declare=declare)
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
    try:
        return float(PROPERTIES["ServiceTimeout"]("ServiceTimeout", event["ResourceProperties"]["ServiceTimeout"]))
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


def _desired(event: Mapping[str, Any], owner: Owner, prefix: str, since: float | None, *, declare: bool) -> Desired:
    wanted = properties.read(event.get("ResourceProperties", {}))
    table = properties.table(wanted, prefix)
    adopt = wanted.get("ExistingTable") == "Adopt"
    claim = Claim(owner, wanted["Schema"], adopt=adopt, since=since, declare=declare)
    return Desired(table, claim, _tag_keys_before(event) - table.tags.keys(), _key_before(event))


def _tag_keys_before(event: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the tags that the previous template named, as far as they can be read."""
    before = event.get("OldResourceProperties")
    tags = before.get("Tags") if isinstance(before, Mapping) else None
    keys = [tag.get("Key") for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    return frozenset(key for key in keys if isinstance(key, str) and not key.lower().startswith(("aws:", PREFIX)))


def _key_before(event: Mapping[str, Any]) -> str | None:
    """The KMS key that the previous template named, as far as it can be read."""
    before = event.get("OldResourceProperties")
    encryption = before.get("SSESpecification") if isinstance(before, Mapping) else None
    key = encryption.get("KMSMasterKeyId") if isinstance(encryption, Mapping) else None
    return key if isinstance(key, str) else None


def _named(told: object, prefix: str) -> str:
    """The table that the properties of a Delete name, as far as they can be read."""
    if not isinstance(told, Mapping):
        return ""
    schema = told.get("Schema")
    named = SCHEMAS[schema].default_table_name if isinstance(schema, str) and schema in SCHEMAS else ""
    name = told.get("TableName", named)
    return str(name) if is_table_name(name, prefix) else ""
