"""What kind of change a step makes, as data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sentinel_tables.steps import Effect, Step


class Kind(StrEnum):
    """Kinds of work, which are also kinds of drift."""

    TABLE = "table"
    TABLE_WITH_INDEXES = "table with indexes"
    REMOVAL = "removal"
    INDEX = "index"
    INDEX_REMOVAL = "index removal"
    BILLING = "billing"
    ENCRYPTION = "encryption"
    TABLE_CLASS = "table class"
    THROUGHPUT = "throughput limits"
    STREAM = "stream"
    PROTECTION = "deletion protection"
    EXPIRY = "time to live"
    RECOVERY = "point-in-time recovery"
    INSIGHTS = "contributor insights"
    POLICY = "resource policy"
    TAGS = "tags"


BY_API: Mapping[str, Kind] = {
    "delete_table": Kind.REMOVAL,
    "update_time_to_live": Kind.EXPIRY,
    "update_continuous_backups": Kind.RECOVERY,
    "update_contributor_insights": Kind.INSIGHTS,
    "put_resource_policy": Kind.POLICY,
    "delete_resource_policy": Kind.POLICY,
    "tag_resource": Kind.TAGS,
    "untag_resource": Kind.TAGS,
}

BY_ARGUMENT: Mapping[str, Kind] = {
    "BillingMode": Kind.BILLING,
    "SSESpecification": Kind.ENCRYPTION,
    "TableClass": Kind.TABLE_CLASS,
    "OnDemandThroughput": Kind.THROUGHPUT,
    "StreamSpecification": Kind.STREAM,
    "DeletionProtectionEnabled": Kind.PROTECTION,
}
"""An UpdateTable makes one change, which one argument names."""


def kind_of(step: Step) -> Kind:
    """What kind of work a step is."""
    if step.effect is Effect.CREATES:
        return Kind.TABLE_WITH_INDEXES if "GlobalSecondaryIndexes" in step.arguments else Kind.TABLE
    if step.api in BY_API:
        return BY_API[step.api]
    if update := index_update(step):
        return Kind.INDEX if "Create" in update else Kind.INDEX_REMOVAL
    return next(BY_ARGUMENT[argument] for argument in step.arguments if argument in BY_ARGUMENT)


def index_update(step: Step) -> Mapping[str, Any]:
    """The one change to an index that a step makes; empty where it makes none."""
    updates = step.arguments.get("GlobalSecondaryIndexUpdates")
    return dict(updates[0]) if isinstance(updates, list) else {}
