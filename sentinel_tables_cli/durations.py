"""What kind of work a step is, and how long the real service takes for it, as data.

Measurements of the real service, published by `aws-controllers-k8s/dynamodb-controller`, `docs/api-quirks`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Span:
    """From so many seconds to so many."""

    low: float = 0.0
    high: float = 0.0

    def __str__(self) -> str:
        """In the unit that suits it."""
        if self.high < 1:
            return "at once"
        if self.high < 120:  # noqa: PLR2004 - two minutes are still told in seconds
            return f"{_whole(self.low, self.high)} s"
        return f"{_whole(self.low / 60, self.high / 60)} min"


def _whole(low: float, high: float) -> str:
    first, last = round(low), max(1, round(high))
    return str(last) if first == last else f"{first} to {last}"


SPANS: Mapping[Kind, Span] = {
    Kind.TABLE: Span(2, 6),
    Kind.TABLE_WITH_INDEXES: Span(14, 22),
    Kind.REMOVAL: Span(4, 6),
    Kind.INDEX: Span(8 * 60, 17 * 60),
    Kind.INDEX_REMOVAL: Span(3, 5),
    Kind.BILLING: Span(2, 130),
    Kind.ENCRYPTION: Span(21, 24),
    Kind.TABLE_CLASS: Span(4, 6),
    Kind.THROUGHPUT: Span(1, 2),
    Kind.STREAM: Span(4, 5),
    Kind.PROTECTION: Span(0, 0.5),
    Kind.EXPIRY: Span(1, 3),
    Kind.RECOVERY: Span(0, 6),
    Kind.INSIGHTS: Span(1, 16),
    Kind.POLICY: Span(1, 3),
    Kind.TAGS: Span(1, 3),
}

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


def in_all(kinds: Iterable[Kind]) -> Span:
    """How long these take one after the other."""
    spans = [SPANS[kind] for kind in kinds]
    return Span(sum(span.low for span in spans), sum(span.high for span in spans))
