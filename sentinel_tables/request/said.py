"""Which settings a template's properties say. The previous template's are read as far as they can be. Pure."""

from collections.abc import Mapping
from typing import Any

SAYS: Mapping[str, tuple[str, str | None]] = {
    "deletion_protection": ("DeletionProtectionEnabled", None),
    "recovery_days": ("PointInTimeRecoverySpecification", None),
    "encryption": ("SSESpecification", None),
    "time_to_live": ("TimeToLiveSpecification", "Enabled"),
    "stream": ("StreamSpecification", None),
    "table_class": ("TableClass", None),
    "max_read_units": ("OnDemandThroughput", "MaxReadRequestUnits"),
    "max_write_units": ("OnDemandThroughput", "MaxWriteRequestUnits"),
    "contributor_insights": ("ContributorInsightsSpecification", "Enabled"),
    "policy": ("ResourcePolicy", None),
}
"""For each setting the property that says it, and the key in that property without which it says nothing."""


def said_in(properties: Mapping[str, Any]) -> frozenset[str]:
    """The names of the settings that the properties say. An attribute's name alone does not say that time to live is on."""
    return frozenset(setting for setting, (name, key) in SAYS.items() if _is_there(properties, name, key))


def optional_indexes_in(properties: Mapping[str, Any]) -> frozenset[str]:
    """The optional indexes that the properties list."""
    names = properties.get("OptionalIndexes")
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def _is_there(properties: Mapping[str, Any], name: str, key: str | None) -> bool:
    if name not in properties:
        return False
    value = properties[name]
    return key is None or (isinstance(value, Mapping) and key in value)
