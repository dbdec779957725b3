"""A template that says nothing takes as little as possible from a table. Pure.

A setting is *said*, *unsaid*, or *taken back* (the previous template said it of this table, and this one does not). A table
is *new* if this event made it, or a dead process of this event did; any other one *stands*. On a new table an unsaid setting
has its default. `ON_STANDING` has what becomes of it on a table that stands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sentinel_tables.allowance import CLOCK_SKEW_SECONDS
from sentinel_tables.model import Encryption, LiveTable, Settings
from sentinel_tables.rules import ownership
from sentinel_tables.rules.desired import Desired, Origin
from sentinel_tables.rules.ownership import Hold

Choice = Callable[[Any, Any], Any]
"""Takes the setting as it was found and its default, and gives what it is to be."""
FROZEN_BY_REPLICAS = ("stream", "encryption")
"""The settings that replicas live on: nobody but a person changes them."""


def is_new(desired: Desired, live: LiveTable) -> bool:
    """True if this event made the table: in this process, in one before it, or in one that died.

    A table that its tags call created by this owner, and that is not older than the event, was made by the event: nobody
    else makes a table for a resource while an event of that resource is at work. The clocks of the two services may differ,
    but an Update of its own table finds one that an earlier event made a moment ago, so there the dates are compared as
    they are.
    """
    claim = desired.claim
    if desired.made_here:
        return True
    if claim.sent_at is None or ownership.hold(claim.owner, live.table.tags) is not Hold.CREATED:
        return False
    margin = 0.0 if claim.origin is Origin.OWN_TABLE else CLOCK_SKEW_SECONDS
    return live.created_at >= claim.sent_at - margin


def settled(desired: Desired, live: LiveTable) -> Settings:
    """The settings that the live table is to have."""
    found, default = live.table.settings, desired.table.settings
    if is_new(desired, live):
        frozen = [name for name in FROZEN_BY_REPLICAS if live.replicas and name not in desired.said]
        return replace(default, **{name: getattr(found, name) for name in frozen})
    kept = {name: _kept(desired, live, name) for name in ON_STANDING.keys() - desired.said}
    values = {name: choice(getattr(found, name), getattr(default, name)) for name, choice in kept.items()}
    return replace(default, **values)


def left(desired: Desired, live: LiveTable) -> Iterator[str]:
    """Says, for a log line or a plan, which settings the table keeps although no template states them."""
    if is_new(desired, live):
        return
    found, wanted = live.table.settings, settled(desired, live)
    if found.policy is not None and "policy" not in desired.said and wanted.policy is not None:
        yield "The table has a resource policy that the template does not say. It is left as it is."
    for name in FROZEN_BY_REPLICAS if live.replicas else ():
        if name in desired.taken_back and getattr(found, name) != getattr(desired.table.settings, name):
            yield f"The {name} is left as it is, because the table has replicas."


def _kept(desired: Desired, live: LiveTable, name: str) -> Choice:
    if name in FROZEN_BY_REPLICAS and live.replicas:
        return as_found
    unsaid, taken_back = ON_STANDING[name]
    return taken_back if name in desired.taken_back else unsaid


def as_found(found: Any, _default: Any) -> Any:
    """As it stands."""
    return found


def to_default(_found: Any, default: Any) -> Any:
    """As on a new table."""
    return default


def raised(found: Encryption, default: Encryption) -> Encryption:
    """As it stands, but never the key that DynamoDB owns, whose use no trail shows."""
    return found if found.kms else default


ON_STANDING: Mapping[str, tuple[Choice, Choice]] = {
    "deletion_protection": (as_found, as_found),
    "recovery_days": (to_default, to_default),
    "encryption": (raised, to_default),
    "time_to_live": (as_found, as_found),
    "stream": (as_found, to_default),
    "table_class": (as_found, to_default),
    "max_read_units": (as_found, to_default),
    "max_write_units": (as_found, to_default),
    "contributor_insights": (as_found, to_default),
    "policy": (as_found, to_default),
}
"""For each setting: what it is to be if it is unsaid, and if it is taken back."""
