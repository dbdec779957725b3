"""Judges without the template how a table has drifted from it. Pure.

Drift is whatever an Update with the declared properties would change: the plan for the table as it stands is not empty. Each
kind of step in that plan is a kind of drift. What an Update would leave alone is no drift: an unsaid setting, an index or a
tag of somebody else. Two things are reported although no Update repairs them: a resource policy that nobody says, and a
replica that is not ACTIVE. What an Update would refuse (other keys, an attribute's type, TTL on another attribute, a schema
that does not exist) is `broken`.

The provider writes what the template says into the tag `sentinel:declared`, if its drift watch is on. Without that tag, the
settings are assumed to be right, and a table is judged by what a template cannot choose: keys, indexes, billing.
"""

from dataclasses import replace
from enum import StrEnum

from sentinel_tables.drift import declaration
from sentinel_tables.errors import InvalidRequest, SentinelTableError
from sentinel_tables.model import LiveTable, Owner, Settings, Table, TableStatus
from sentinel_tables.rules import ownership
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import resolve
from sentinel_tables.values import Value


class Drift(StrEnum):
    """Drift in one word."""

    NONE = "none"
    """The function's plan for the table is empty."""
    DRIFTED = "drifted"
    """It is not what its template says."""
    BROKEN = "broken"
    """No deployment repairs it: its keys, or what its tags say, do not go with its schema."""
    BUSY = "busy"
    """It cannot be told yet: the table is being created, deleted or changed."""


UNREAD = "unread"
"""The kind of a table that could not be read."""
UNPLANNED = (Kind.TABLE, Kind.TABLE_WITH_INDEXES, Kind.REMOVAL, Kind.INDEX_REMOVAL)
"""The kinds that are no drift: no plan for a standing table has them, and an index only goes to come again."""
STEPS = {kind: kind.name.lower() for kind in Kind if kind not in UNPLANNED}
REPLICA = "replica"
"""The kind of a table with a replica that is not ACTIVE: after 20 hours such a replica becomes a plain table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"""
KINDS = (Drift.NONE.value, *STEPS.values(), REPLICA, Drift.BROKEN.value, Drift.BUSY.value, UNREAD)
"""Every kind of drift, none among them, in one word each."""
WELL = frozenset({Drift.NONE.value, Drift.BUSY.value})
"""The kinds that nobody has to see to."""


class Judgement(Value):
    """The state of a table: drift in one word, its kinds, and why the table is broken or busy."""

    drift: Drift
    steps: tuple[Step, ...] = ()
    """The steps that a deployment would take."""
    others: tuple[str, ...] = ()
    """The kinds of drift that no deployment repairs."""
    reason: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of drift, of `KINDS`, each once."""
        found = (STEPS[step.kind] for step in self.steps if step.kind in STEPS)
        return tuple(dict.fromkeys((*found, *self.others))) if self.drift is Drift.DRIFTED else (self.drift.value,)


def is_owned(live: LiveTable) -> bool:
    """True if the table carries tags of ownership."""
    return ownership.STACK_ID in live.table.tags or ownership.SCHEMA in live.table.tags


def owner_of(live: LiveTable) -> Owner:
    """The owner that the table's tags name."""
    tags = live.table.tags
    return Owner(tags.get(ownership.STACK_ID, ""), tags.get(ownership.LOGICAL_ID, ""))


def judged(live: LiveTable) -> Judgement:
    """The drift of a table that is owned."""
    if under_way := motion(live):
        return Judgement(Drift.BUSY, reason=under_way)
    try:
        desired = wanted(live)
        steps = plan(desired, live)
    except SentinelTableError as error:
        return Judgement(Drift.BROKEN, reason=str(error))
    others = beyond_repair(desired, live)
    return Judgement(Drift.DRIFTED if steps or others else Drift.NONE, steps, tuple(others), "; ".join(others.values()))


def motion(live: LiveTable) -> str:
    """Says what is being done to the table; empty if it is at rest. A replica that moves does not count."""
    moving = ", ".join(motion.what for motion in live.motions if not motion.replica)
    unready = live.status in (TableStatus.CREATING, TableStatus.DELETING)
    return moving or (f"table is {live.status}" if unready else "")


def beyond_repair(desired: Desired, live: LiveTable) -> dict[str, str]:
    """The kinds of drift that no deployment repairs, each in words."""
    found: dict[str, str] = {}
    if live.table.settings.policy is not None and "policy" not in desired.said:
        found[STEPS[Kind.POLICY]] = "the table has a resource policy that no template says"
    if idle := [f"{one.region} is {one.status}" for one in live.replicas if one.status != TableStatus.ACTIVE]:
        found[REPLICA] = f"the replica in {', '.join(idle)}"
    return found


def wanted(live: LiveTable) -> Desired:
    """The table that an Update with the declared properties would ask for. Raises InvalidRequest for an unknown schema."""
    name = live.table.tags.get(ownership.SCHEMA)
    if name is None:
        gone = f"The tag {ownership.SCHEMA} is gone, so nothing can be compared."
        raise InvalidRequest(f"{gone} Update the resource, which puts it back.")
    named, claim = resolve(name), Claim(owner_of(live), name)
    told = declaration.read(live.table.tags.get(ownership.DECLARED, ""))
    if told is None:  # the settings are assumed to be right
        return Desired(Table(named.named(live.table.name), live.table.settings), claim)
    indexes = told.indexes & named.optional_indexes.keys()
    declared = replace(Settings(time_to_live=named.ttl_attribute), **told.settings)
    settings = declaration.recognised(declared, live.table.settings)
    table = Table(named.named(live.table.name, sorted(indexes)), settings)
    return Desired(table, claim, said=frozenset(told.settings), optional_indexes=indexes)
