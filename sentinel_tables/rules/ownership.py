"""Who owns a table, and what follows from it. Pure: tags in, a decision out."""

from collections.abc import Mapping
from enum import Enum

from sentinel_tables.errors import NotOwned, UnsafeChange, shown
from sentinel_tables.model import LiveTable, Owner
from sentinel_tables.rules.desired import Claim, Origin

PREFIX = "sentinel:"
STACK_ID = "sentinel:stack-id"
LOGICAL_ID = "sentinel:logical-id"
SCHEMA = "sentinel:schema"
ORIGIN = "sentinel:origin"
DECLARED = "sentinel:declared"
"""The settings that the template declared, as `declared` writes them. It says nothing of whose the table is."""
CREATED = "created"
ADOPTED = "adopted"


class Hold(Enum):
    """The ways to hold a table."""

    CREATED = "made by this resource"
    ADOPTED = "taken over by this resource"
    NOT = "not this resource's"


def hold(owner: Owner, tags: Mapping[str, str]) -> Hold:
    """Finds in which way `owner` holds the table with these tags. One of unknown origin counts as adopted."""
    if (tags.get(STACK_ID), tags.get(LOGICAL_ID)) != (owner.stack_id, owner.logical_id):
        return Hold.NOT
    return Hold.CREATED if tags.get(ORIGIN) == CREATED else Hold.ADOPTED


def has_no_owner(tags: Mapping[str, str]) -> bool:
    """True if no tag names an owner, or a part of one."""
    return STACK_ID not in tags and LOGICAL_ID not in tags


def marks(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of ownership among others."""
    return {key: value for key, value in tags.items() if key.startswith(PREFIX)}


def tags_of_new(claim: Claim) -> dict[str, str]:
    """The ownership tags of a table that the claim's owner creates."""
    return _tags(claim, CREATED)


def tags_of_held(claim: Claim, live: LiveTable, *, new: bool) -> dict[str, str]:
    """The ownership tags that the standing table is to have; `new` if this event made it.

    Raises NotOwned if it has another owner, or none, and the claim may not take it; UnsafeChange if its tags name another
    schema.
    """
    tags = live.table.tags
    held = hold(claim.owner, tags)
    released = claim.origin is Origin.OWN_TABLE and has_no_owner(tags)
    if held is Hold.NOT and not claim.adopt and not released:
        raise NotOwned(
            f"Table {shown(live.table.name)} exists and {_whose(tags)}. "
            "Choose another TableName, or take it over with ExistingTable: Adopt."
        )
    if tags.get(SCHEMA, claim.schema_name) != claim.schema_name:
        raise UnsafeChange(
            f"Table {shown(live.table.name)} holds records of schema {shown(tags[SCHEMA])}, not {claim.schema_name}, "
            "and is never turned from one into the other. Give the table a new TableName."
        )
    retained = claim.origin is Origin.CREATE and not new
    return _tags(claim, CREATED if held is Hold.CREATED and not retained else ADOPTED)


def _tags(claim: Claim, origin: str) -> dict[str, str]:
    return {
        STACK_ID: claim.owner.stack_id,
        LOGICAL_ID: claim.owner.logical_id,
        SCHEMA: claim.schema_name,
        ORIGIN: origin,
    }


def _whose(tags: Mapping[str, str]) -> str:
    if STACK_ID not in tags:
        return "has no owner"
    stack = tags[STACK_ID].split("/")[1] if tags[STACK_ID].count("/") else tags[STACK_ID]
    return f"belongs to {shown(tags.get(LOGICAL_ID, ''), 32)} of stack {shown(stack, 40)}"
