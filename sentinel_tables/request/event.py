"""From CloudFormation's event to a `Request`, once. From here on nobody sees the event again.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.model import Owner
from sentinel_tables.request import properties
from sentinel_tables.request.properties import is_table_name
from sentinel_tables.request.said import optional_indexes_in, said_in
from sentinel_tables.rules.belief import Verb
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.ownership import PREFIX
from sentinel_tables.schemas import SCHEMAS
from sentinel_tables.values import Value

STACK_ID_PATTERN = re.compile(r"[\w :/=+@.-]{1,256}", re.ASCII)
LOGICAL_ID_PATTERN = re.compile(r"[\w:/=+@.-]{1,255}", re.ASCII)
PHYSICAL_ID_PATTERN = re.compile(r"(?s).{1,1024}")


class Create(Value):
    """A table that the resource has not had before."""

    owner: Owner
    request_id: str
    desired: Desired
    sent_at: float | None = None
    """In seconds since the epoch; None if nobody knows."""


class Update(Value):
    """Another state of the resource's table, or another table in its place."""

    owner: Owner
    request_id: str
    physical_id: str
    desired: Desired
    sent_at: float | None = None

    @property
    def replaces(self) -> bool:
        """True if the resource gets a table of another name."""
        return self.desired.table.name != self.physical_id


class Delete(Value):
    """The end of the resource."""

    owner: Owner
    request_id: str
    physical_id: str
    """Empty if the event has none."""
    named: str = ""
    """The table that the properties name, as far as anybody can read them."""
    schema: str = ""
    """The schema that they name; empty if there is no such schema."""
    sent_at: float | None = None


Request = Create | Update | Delete


def parse(event: Mapping[str, Any], prefix: str, *, sent_at: float | None = None, declare: bool = False) -> Request:
    """The request that an event makes of a provider whose tables' names begin with `prefix`.

    `sent_at` is when CloudFormation sent it, in seconds since the epoch. `declare` says that tables are to carry the tag of
    what their templates declare.

    Raises InvalidRequest, which names the property and the remedy. A Delete is not refused for its properties.
    """
    verb = verb_of(event)
    owner = Owner(_field(event, "StackId", STACK_ID_PATTERN), _field(event, "LogicalResourceId", LOGICAL_ID_PATTERN))
    request_id = str(event.get("RequestId", ""))[:128]
    if verb is Verb.DELETE:
        given = event.get("ResourceProperties")
        return Delete(owner, request_id, _deleted_id(event), _named(given, prefix), _schema(given), sent_at)
    if verb is Verb.CREATE:
        return Create(owner, request_id, desired_by(event, prefix, owner, "", sent_at, declare=declare), sent_at)
    physical_id = _field(event, "PhysicalResourceId", PHYSICAL_ID_PATTERN)
    desired = desired_by(event, prefix, owner, physical_id, sent_at, declare=declare)
    return Update(owner, request_id, physical_id, desired, sent_at)


def verb_of(event: Mapping[str, Any]) -> Verb:
    """The verb of the event. Raises InvalidRequest."""
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


def _deleted_id(event: Mapping[str, Any]) -> str:
    """The id that a Delete is about. An empty one is that of no table, and keeps no stack from being deleted."""
    return "" if event.get("PhysicalResourceId") in ("", None) else _field(event, "PhysicalResourceId", PHYSICAL_ID_PATTERN)


def desired_by(  # noqa: PLR0913 - what an event is made of
    event: Mapping[str, Any],
    prefix: str,
    owner: Owner,
    physical_id: str = "",
    sent_at: float | None = None,
    *,
    declare: bool = False,
) -> Desired:
    """Reads what an event asks for, of a resource that has that physical id now. Raises InvalidRequest."""
    wanted = properties.read(event.get("ResourceProperties", {}))
    table = properties.table(wanted, prefix)
    claim = Claim(
        owner,
        wanted["Schema"],
        adopt=wanted.get("ExistingTable") == "Adopt",
        origin=_origin(physical_id, table.name),
        sent_at=sent_at,
        declare=declare,
        propagate=wanted.get("StackTags", "Propagate") == "Propagate",
    )
    desired = Desired(table, claim, said=said_in(wanted), optional_indexes=optional_indexes_in(wanted))
    return _since(_before(event, table.name, prefix), desired)


def _since(before: Mapping[str, Any], desired: Desired) -> Desired:
    """Adds what the previous template said of the table, and this one does not."""
    offered = SCHEMAS[desired.claim.schema_name].optional_indexes.keys()
    return replace(
        desired,
        taken_back=said_in(before) - desired.said,
        forgotten_indexes=optional_indexes_in(before) & (offered - desired.optional_indexes),
        forgotten_tags=_tag_keys(before) - desired.table.tags.keys(),
        former_key=_key(before),
    )


def _origin(physical_id: str, table_name: str) -> Origin:
    if not physical_id:
        return Origin.CREATE
    return Origin.OWN_TABLE if physical_id == table_name else Origin.REPLACEMENT


def _before(event: Mapping[str, Any], table_name: str, prefix: str) -> Mapping[str, Any]:
    """The properties of the previous template, if they are about the same table; nothing can be taken back from another."""
    before = event.get("OldResourceProperties")
    if event.get("RequestType") != Verb.UPDATE or not isinstance(before, Mapping):
        return {}
    return before if _named(before, prefix) == table_name else {}


def _tag_keys(before: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the tags that the previous template named, as far as anybody can read them."""
    tags = before.get("Tags")
    keys = [tag.get("Key") for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    return frozenset(key for key in keys if isinstance(key, str) and not key.lower().startswith(("aws:", PREFIX)))


def _key(before: Mapping[str, Any]) -> str | None:
    """The KMS key that the previous template named, as far as anybody can read it."""
    encryption = before.get("SSESpecification")
    key = encryption.get("KMSMasterKeyId") if isinstance(encryption, Mapping) else None
    return key if isinstance(key, str) else None


def _named(given: object, prefix: str) -> str:
    """The table that properties name, as far as anybody can read them; empty if they name none of this provider's."""
    if not isinstance(given, Mapping):
        return ""
    schema = _schema(given)
    name = given.get("TableName", SCHEMAS[schema].default_table_name if schema else "")
    return str(name) if is_table_name(name, prefix) else ""


def _schema(given: object) -> str:
    """The schema that properties name; empty if there is no such schema."""
    schema = given.get("Schema") if isinstance(given, Mapping) else None
    return schema if isinstance(schema, str) and schema in SCHEMAS else ""
