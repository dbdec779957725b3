"""The assumptions for what is not known: that it is, or stays, as it stands. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sentinel_tables.model import Facet, LiveTable, Settings, Table
from sentinel_tables.rules import ownership
from sentinel_tables.rules.desired import Desired

SETTINGS_OF: Mapping[str, tuple[str, ...]] = {
    "DeletionProtectionEnabled": ("deletion_protection",),
    "PointInTimeRecoverySpecification": ("recovery_days",),
    "SSESpecification": ("encryption",),
    "TimeToLiveSpecification": ("time_to_live",),
    "StreamSpecification": ("stream",),
    "TableClass": ("table_class",),
    "OnDemandThroughput": ("max_read_units", "max_write_units"),
    "OnDemandThroughput.MaxReadRequestUnits": ("max_read_units",),
    "OnDemandThroughput.MaxWriteRequestUnits": ("max_write_units",),
    "ContributorInsightsSpecification": ("contributor_insights",),
    "ResourcePolicy": ("policy",),
}
"""The settings that follow from each property, or from a part of it if the parts are settings of their own."""

SETTING_SEEN_IN: Mapping[Facet, str] = {
    Facet.TIME_TO_LIVE: "time_to_live",
    Facet.BACKUPS: "recovery_days",
    Facet.INSIGHTS: "contributor_insights",
    Facet.POLICY: "policy",
}


def as_created(wanted: Settings) -> Settings:
    """The settings after CreateTable alone: those that later calls set are at their values without these calls."""
    return replace(wanted, deletion_protection=False, recovery_days=None, time_to_live=None, contributor_insights=False)


def as_it_stands(wanted: Table, unknown: Iterable[str], live: Settings) -> Table:
    """The wanted table, the settings of the properties that are unknown taken from the live one."""
    names = {name for place in unknown for name in SETTINGS_OF.get(place, SETTINGS_OF.get(place.partition(".")[0], ()))}
    return replace(wanted, settings=replace(wanted.settings, **{name: getattr(live, name) for name in names}))


def as_wanted(live: LiveTable, unseen: frozenset[Facet], desired: Desired) -> LiveTable:
    """The live table, what could not be seen of it taken to be as it is wanted."""
    names = [SETTING_SEEN_IN[facet] for facet in unseen if facet in SETTING_SEEN_IN]
    wanted = {name: getattr(desired.table.settings, name) for name in names}
    table = replace(live.table, settings=replace(live.table.settings, **wanted))
    if Facet.TAGS in unseen:
        table = replace(table, tags={**desired.table.tags, **ownership.tags_of_new(desired.claim)})
    return replace(live, table=table, created_at=0.0 if Facet.TAGS in unseen else live.created_at)
