"""How a table has drifted from what its template declared, judged without its template. Pure.

Drift is whatever an Update with the declared properties would change: the plan for the table as it stands is not empty.
Each kind of step in that plan is a kind of drift. An index or a tag that neither the schema nor the template names is left
alone by an Update, so it is no drift; nor is a tag that the template names, which the table does not tell of. What an Update
would refuse (other keys, an attribute's type, TTL on another attribute, a schema that there is not) is `broken`.

What was declared stands in the tag `sentinel:declared`, where the provider writes it. Where it stands not, the settings are
taken to be as they stand, and a table is judged by its schema, and by what a template cannot choose: keys, indexes, billing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sentinel_tables.drift import declaration
from sentinel_tables.errors import InvalidRequest, SentinelTableError
from sentinel_tables.model import Claim, Desired, LiveTable, Owner, Settings, Table, TableSchema
from sentinel_tables.rules import ownership
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import resolve


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


UNREAD = "unread"
"""The kind of a table that could not be read."""
UNPLANNED = (Kind.TABLE, Kind.TABLE_WITH_INDEXES, Kind.REMOVAL, Kind.INDEX_REMOVAL)
"""What no plan for a standing table has; and an index only goes in order to come again, which is one drift."""
STEPS = {kind: kind.name.lower() for kind in Kind if kind not in UNPLANNED}
KINDS = (Drift.NONE.value, *STEPS.values(), Drift.BROKEN.value, Drift.BUSY.value, UNREAD)
"""Every kind of drift, none among them, in one word each."""
WELL = frozenset({Drift.NONE.value, Drift.BUSY.value})
"""The kinds that nobody has to see to."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found of a table: drift in one word, by its kinds, and why it is broken or busy."""

    drift: Drift
    steps: tuple[Step, ...] = ()
    reason: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of drift, of `KINDS`, each once."""
        return kinds_of(self.steps) if self.drift is Drift.DRIFTED else (self.drift.value,)


def kinds_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """The kinds of drift that these steps repair, each once."""
    return tuple(dict.fromkeys(STEPS[kind] for step in steps if (kind := step.kind) in STEPS))


def is_owned(live: LiveTable) -> bool:
    """Whether the table carries tags of ownership."""
    return ownership.STACK_ID in live.table.tags or ownership.SCHEMA in live.table.tags


def owner_of(live: LiveTable) -> Owner:
    """Whom the table's tags name."""
    tags = live.table.tags
    return Owner(tags.get(ownership.STACK_ID, ""), tags.get(ownership.LOGICAL_ID, ""))


def judged(live: LiveTable) -> Judgement:
    """The drift of a table that is owned."""
    if under_way := motion(live):
        return Judgement(Drift.BUSY, reason=under_way)
    try:
        steps = plan(wanted(live), live)
    except SentinelTableError as error:
        return Judgement(Drift.BROKEN, reason=str(error))
    return Judgement(Drift.DRIFTED if steps else Drift.NONE, steps)


def motion(live: LiveTable) -> str:
    """What is being done to the table, in words; empty where it is at rest."""
    told = ", ".join(motion.what for motion in live.motions)
    return told or (f"table is {live.status}" if live.status in ("CREATING", "DELETING") else "")


def wanted(live: LiveTable) -> Desired:
    """What an Update with the declared properties would ask for. Raises InvalidRequest for a schema that there is not."""
    name = live.table.tags.get(ownership.SCHEMA)
    if name is None:
        gone = f"The tag {ownership.SCHEMA} is gone, so nothing can be compared."
        raise InvalidRequest(f"{gone} Update the resource, which puts it back.")
    schema = resolve(name).named(live.table.name)
    return Desired(Table(schema, settings(live, schema)), Claim(owner_of(live), name))


def settings(live: LiveTable, schema: TableSchema) -> Settings:
    """The settings that the table's template declared, as far as the table tells; the others as they stand."""
    found = live.table.settings
    told = declaration.read(live.table.tags.get(ownership.DECLARED, ""))
    if told is not None:
        return declaration.recognised(told, found)
    return replace(found, time_to_live=schema.ttl_attribute if found.time_to_live else None)
