"""How a table has drifted from its schema, judged without its template. Pure.

What the template declared is not known, but for the schema: the settings are taken to be as they stand. `declared` is the
one place that says so; once tables carry what was declared, it is read there, and nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sentinel_tables import ownership
from sentinel_tables.errors import SentinelTableError
from sentinel_tables.model import Facet, LiveTable, Settings, Table, TableSchema
from sentinel_tables.ownership import Claim, Owner
from sentinel_tables.plan import Desired, plan
from sentinel_tables.schemas import resolve
from sentinel_tables_cli.assumptions import as_wanted
from sentinel_tables_cli.changes import Change, told


class Drift(StrEnum):
    """Drift in one word."""

    NONE = "none"
    """The function's plan for the table is empty."""
    DRIFTED = "drifted"
    """A deployment repairs it."""
    BROKEN = "broken"
    """No deployment repairs it: its keys, or what its tags say, do not go with its schema."""
    BUSY = "busy"
    """It cannot be told yet: the table is being created, deleted or changed."""


@dataclass(frozen=True, slots=True)
class Status:
    """A table that carries the tags of ownership."""

    table: str
    schema: str
    owner: Owner
    origin: str
    drift: Drift
    changes: tuple[Change, ...] = ()
    """What would repair it."""
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def stack(self) -> str:
        """The name of the owner's stack."""
        parts = self.owner.stack_id.split("/")
        return parts[1] if len(parts) > 1 else self.owner.stack_id


def is_owned(live: LiveTable) -> bool:
    """Whether the table carries tags of ownership."""
    return ownership.STACK_ID in live.table.tags or ownership.SCHEMA in live.table.tags


def judged(live: LiveTable, unseen: Mapping[Facet, str]) -> Status:
    """The status of a table that is owned."""
    tags = live.table.tags
    owner = Owner(tags.get(ownership.STACK_ID, ""), tags.get(ownership.LOGICAL_ID, ""))
    notes = tuple(f"Not seen: the {facet} ({why})." for facet, why in unseen.items())
    status = Status(
        table=live.table.name,
        schema=tags.get(ownership.SCHEMA, ""),
        owner=owner,
        origin=tags.get(ownership.ORIGIN, ""),
        drift=Drift.BUSY,
        reason=", ".join(motion.what for motion in live.motions) or f"table is {live.status}",
        notes=notes,
    )
    if live.motions or live.status in ("CREATING", "DELETING"):
        return status
    return _compared(status, live, frozenset(unseen))


def _compared(status: Status, live: LiveTable, unseen: frozenset[Facet]) -> Status:
    try:
        schema = resolve(status.schema).named(status.table)
        wanted = Desired(Table(schema, declared(live, schema)), Claim(status.owner, status.schema))
        live = as_wanted(live, unseen, wanted)
        steps = plan(wanted, live)
    except SentinelTableError as error:
        return replace(status, drift=Drift.BROKEN, reason=str(error))
    drift = Drift.DRIFTED if steps else Drift.NONE
    return replace(status, drift=drift, reason="", changes=told(steps, wanted.table, live))


def declared(live: LiveTable, schema: TableSchema) -> Settings:
    """The settings that the table's template declared, as far as the table tells; the others as they stand."""
    settings = live.table.settings
    return replace(settings, time_to_live=schema.ttl_attribute if settings.time_to_live else None)
