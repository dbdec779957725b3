"""The named schemas, as data: a new one is one new entry and no new code.

Keys, index names and expiry attributes are those that Sentinel's own code reads and writes. An index under another name is
one that its queries do not find.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, TableSchema
from sentinel_tables.values import Value

Indexes = Mapping[str, tuple[str, str]]
"""The name of each index, with its partition key and its sort key."""


class NamedSchema(Value):
    """A schema that a template can name. All key attributes are strings."""

    default_table_name: str
    indexes: Indexes = field(default_factory=dict)
    optional_indexes: Indexes = field(default_factory=dict)
    """Indexes that a table has only if its template lists them in `OptionalIndexes`."""
    partition_key: str = "id"
    ttl_attribute: str = "ttl"

    def named(self, table_name: str, optional: Iterable[str] = ()) -> TableSchema:
        """This schema for a table of that name, with those of the optional indexes. Raises KeyError for any other."""
        indexes = {**self.indexes, **{name: self.optional_indexes[name] for name in optional}}
        return TableSchema(
            table_name=table_name,
            partition_key=KeyAttribute(self.partition_key),
            global_secondary_indexes=tuple(
                GlobalSecondaryIndex(name, KeyAttribute(partition_key), KeyAttribute(sort_key))
                for name, (partition_key, sort_key) in indexes.items()
            ),
            ttl_attribute=self.ttl_attribute,
        )


SCHEMAS = {
    "breakglass": NamedSchema(
        "sentinel-breakglass",
        {
            "gsi-invoker": ("invoker", "created_at"),
            "gsi-status": ("status", "created_at"),
            "gsi-profile": ("profile", "created_at"),
        },
    ),
    "approval": NamedSchema(
        "sentinel-requests",
        {
            "gsi-requester": ("requester", "created_at"),
            "gsi-status": ("status", "created_at"),
            "gsi-profile": ("profile", "created_at"),
        },
    ),
    "session": NamedSchema(
        "sentinel-sessions",
        {
            "gsi-user": ("user", "created_at"),
            "gsi-status": ("status", "created_at"),
            "gsi-profile": ("profile", "created_at"),
            "gsi-server-instance": ("server_instance_id", "status"),
        },
        optional_indexes={"gsi-device-id": ("device_id", "created_at")},
    ),
    "ratelimit": NamedSchema("sentinel-ratelimit", partition_key="PK", ttl_attribute="TTL"),
}


def resolve(name: str) -> NamedSchema:
    """The schema of that name; raises InvalidRequest with the choices where there is none."""
    try:
        return SCHEMAS[name]
    except KeyError:
        raise InvalidRequest(f"There is no schema {shown(name)}. Use one of {', '.join(SCHEMAS)}.") from None


def breakglass_table_schema(table_name: str) -> TableSchema:
    """The table of emergency access records."""
    return SCHEMAS["breakglass"].named(table_name)


def approval_table_schema(table_name: str) -> TableSchema:
    """The table of approval requests."""
    return SCHEMAS["approval"].named(table_name)


def session_table_schema(table_name: str) -> TableSchema:
    """The table of server sessions."""
    return SCHEMAS["session"].named(table_name)


def ratelimit_table_schema(table_name: str) -> TableSchema:
    """The table of rate limits."""
    return SCHEMAS["ratelimit"].named(table_name)
