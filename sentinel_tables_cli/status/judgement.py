"""The status of a table that is owned: what the drift watch would find, as far as the credentials show it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sentinel_tables.drift import judgement
from sentinel_tables.drift.judgement import Drift
from sentinel_tables.errors import SentinelTableError
from sentinel_tables.model import Facet, LiveTable, Owner
from sentinel_tables.rules import ownership, silence
from sentinel_tables.rules.plan import plan
from sentinel_tables_cli.forecast.assumptions import as_wanted
from sentinel_tables_cli.forecast.changes import Change, changes_of


@dataclass(frozen=True, slots=True)
class Status:
    """A table that carries the tags of ownership."""

    table: str
    schema: str
    owner: Owner
    origin: str
    drift: Drift
    changes: tuple[Change, ...] = ()
    """The steps that would repair it."""
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def stack(self) -> str:
        """The name of the owner's stack."""
        parts = self.owner.stack_id.split("/")
        return parts[1] if len(parts) > 1 else self.owner.stack_id


def status_of(live: LiveTable, unseen: Mapping[Facet, str]) -> Status:
    """The status of a table that is owned."""
    tags = live.table.tags
    under_way = judgement.motion(live)
    status = Status(
        table=live.table.name,
        schema=tags.get(ownership.SCHEMA, ""),
        owner=judgement.owner_of(live),
        origin=tags.get(ownership.ORIGIN, ""),
        drift=Drift.BUSY,
        reason=under_way,
        notes=tuple(f"Not seen: the {facet} ({why})." for facet, why in unseen.items()),
    )
    return status if under_way else _compared(status, live, frozenset(unseen))


def _compared(status: Status, live: LiveTable, unseen: frozenset[Facet]) -> Status:
    try:
        wanted = judgement.wanted(live)
        live = as_wanted(live, unseen, wanted)
        steps = plan(wanted, live)
    except SentinelTableError as error:
        return replace(status, drift=Drift.BROKEN, reason=str(error))
    others = judgement.beyond_repair(wanted, live)
    found = Drift.DRIFTED if steps or others else Drift.NONE
    settled = replace(wanted.table, settings=silence.settled(wanted, live))
    return replace(status, drift=found, reason="; ".join(others.values()), changes=changes_of(steps, settled, live))
