"""Who owns a table, and what follows from it. Pure: tags in, a decision out."""

from collections.abc import Mapping
from enum import Enum

from sentinel_tables.errors import NotOwned, UnsafeChange, shown
from sentinel_tables.model import Claim, LiveTable, Owner
from sentinel_tables.rules.removal import CLOCK_SKEW_SECONDS

PREFIX = "sentinel:"
STACK_ID = "sentinel:stack-id"
LOGICAL_ID = "sentinel:logical-id"
SCHEMA = "sentinel:schema"
ORIGIN = "sentinel:origin"
DECLARED = "sentinel:declared"
"""What the template declared of the settings, as `declared` tells it. It says nothing of whose the table is."""
CREATED = "created"
ADOPTED = "adopted"


class Hold(Enum):
    """How an owner holds a table."""

    CREATED = "made by this resource"
    ADOPTED = "taken over by this resource"
    NOT = "not this resource's"


def hold(owner: Owner, tags: Mapping[str, str]) -> Hold:
    """How `owner` holds the table with these tags. A table of unknown origin is held as one that was adopted."""
    if (tags.get(STACK_ID), tags.get(LOGICAL_ID)) != (owner.stack_id, owner.logical_id):
        return Hold.NOT
    return Hold.CREATED if tags.get(ORIGIN) == CREATED else Hold.ADOPTED


def marks(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of ownership among others."""
    return {key: value for key, value in tags.items() if key.startswith(PREFIX)}


def tags_of_new(claim: Claim) -> dict[str, str]:
    """The ownership tags of a table that the claim's owner creates."""
    return _tags(claim, CREATED)


def tags_of_held(claim: Claim, live: LiveTable) -> dict[str, str]:
    """The ownership tags that the standing table is to have.

    Raises NotOwned where it has another owner, or none, and the claim is not to adopt; UnsafeChange where its tags name
    another schema.
    """
    tags = live.table.tags
    held = hold(claim.owner, tags)
    if held is Hold.NOT and not claim.adopt:
        raise NotOwned(
            f"Table {shown(live.table.name)} exists and {_whose(tags)}. "
            "Choose another TableName, or take it over with ExistingTable: Adopt."
        )
    if tags.get(SCHEMA, claim.schema_name) != claim.schema_name:
        raise UnsafeChange(
            f"Table {shown(live.table.name)} holds records of schema {shown(tags[SCHEMA])}, not {claim.schema_name}, "
            "and is never turned from one into the other. Give the table a new TableName."
        )
    return _tags(claim, CREATED if held is Hold.CREATED and not _stood_before(claim, live) else ADOPTED)


def _tags(claim: Claim, origin: str) -> dict[str, str]:
    return {
        STACK_ID: claim.owner.stack_id,
        LOGICAL_ID: claim.owner.logical_id,
        SCHEMA: claim.schema_name,
        ORIGIN: origin,
    }


def _stood_before(claim: Claim, live: LiveTable) -> bool:
    """Whether a Create found a table that an earlier life of the same resource had left, by `DeletionPolicy: Retain`.

    It is taken back as one that was adopted, for the Delete that follows a failed Create must not take the records with it.
    """
    return claim.since is not None and 0 < live.created_at < claim.since - CLOCK_SKEW_SECONDS


def _whose(tags: Mapping[str, str]) -> str:
    if STACK_ID not in tags:
        return "has no owner"
    stack = tags[STACK_ID].split("/")[1] if tags[STACK_ID].count("/") else tags[STACK_ID]
    return f"belongs to {shown(tags.get(LOGICAL_ID, ''), 32)} of stack {shown(stack, 40)}"
