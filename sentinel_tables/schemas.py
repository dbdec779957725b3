"""The named schemas, as data: a new one is one new entry and no new code.

They follow `BreakGlassTableSchema`, `ApprovalTableSchema` and `SessionTableSchema` of Sentinel's `infrastructure`
package: a key or an index name that differs is one that Sentinel's queries do not find.
"""

from dataclasses import dataclass

from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, TableSchema


@dataclass(frozen=True, slots=True)
class NamedSchema:
    """A schema that a template can name: its default table name, and its indexes as name to (partition key, sort key)."""

    default_table_name: str
    indexes: dict[str, tuple[str, str]]

    def named(self, table_name: str) -> TableSchema:
        """This schema for a table of that name; all key attributes are strings."""
        return TableSchema(
            table_name=table_name,
            partition_key=KeyAttribute("id"),
            global_secondary_indexes=tuple(
                GlobalSecondaryIndex(name, KeyAttribute(partition_key), KeyAttribute(sort_key))
                for name, (partition_key, sort_key) in self.indexes.items()
            ),
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
    ),
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
