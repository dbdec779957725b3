"""The time that the real service takes for each kind of work, as data.

Measurements of the real service, published by `aws-controllers-k8s/dynamodb-controller`, `docs/api-quirks`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sentinel_tables.rules.kinds import Kind


@dataclass(frozen=True, slots=True)
class Span:
    """From so many seconds to so many."""

    low: float = 0.0
    high: float = 0.0

    def __str__(self) -> str:
        """In the unit that suits it."""
        if self.high < 1:
            return "at once"
        if self.high < 120:  # noqa: PLR2004 - two minutes are still shown in seconds
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


def in_all(kinds: Iterable[Kind]) -> Span:
    """The time that these take one after the other."""
    spans = [SPANS[kind] for kind in kinds]
    return Span(sum(span.low for span in spans), sum(span.high for span in spans))
