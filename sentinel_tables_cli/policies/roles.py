"""Sentinel's roles, as data: the calls that each of them makes, by the schema of the table. A new role is one new entry.

The calls are those of Sentinel's own code. Nobody gets DeleteItem, because nothing of Sentinel's calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sentinel_tables.errors import shown
from sentinel_tables.model import TableSchema
from sentinel_tables_cli.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Access:
    """The calls of a role on one table: `records` are DynamoDB's actions on it, `indexes` those that it queries by name."""

    records: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    every_index: bool = False
    """True if it queries whatever indexes the table has."""

    def queried(self, schema: TableSchema) -> tuple[str, ...]:
        """The names of the indexes of such a table that the role queries."""
        return schema.gsi_names() if self.every_index else self.indexes


AUDIT = Access(("GetItem", "Scan"), every_index=True)
ROLES: Mapping[str, Mapping[str, Access]] = {
    "requester": {"approval": Access(("PutItem", "GetItem"), ("gsi-requester",))},
    "approver": {"approval": Access(("GetItem", "PutItem"), ("gsi-status", "gsi-profile"))},
    "invoker": {"breakglass": Access(("PutItem",), ("gsi-invoker", "gsi-profile"))},
    "closer": {"breakglass": Access(("GetItem", "PutItem"), every_index=True)},
    "tvm": {
        "approval": Access(indexes=("gsi-requester",)),
        "breakglass": Access(indexes=("gsi-invoker",)),
        "session": Access(("PutItem", "GetItem", "UpdateItem")),
        "ratelimit": Access(("UpdateItem",)),
    },
    "authorizer": {"session": Access(("GetItem",))},
    "revoker": {"session": Access(("GetItem", "PutItem"))},
    "auditor": {"approval": AUDIT, "breakglass": AUDIT, "session": AUDIT},
}
"""Each role, with what it does to the tables of each schema."""


def access(role: str, schema: str) -> Access:
    """The role's calls on tables of that schema. Raises Mistake if there is no such role, or it does nothing there."""
    if role not in ROLES:
        raise Mistake(f"There is no role {shown(role)}. Use one of {', '.join(ROLES)}.")
    if schema not in ROLES[role]:
        raise Mistake(f"Role {role} makes no call on a table of schema {schema}. It uses {' and '.join(ROLES[role])}.")
    return ROLES[role][schema]
