"""The pace of the loop: how long it waits for one thing, and when it looks again. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from sentinel_tables.allowance import (
    BACK_OFF_SHARE,
    FIRST_BACK_OFF_SECONDS,
    FIRST_PAUSE_AT_AWS_SECONDS,
    FIRST_PAUSE_SECONDS,
    FORMER_BACK_OFF_SHARE,
    INDEX_SECONDS,
    LONG_WAIT_SECONDS,
    LONGEST_BACK_OFF_SECONDS,
    LONGEST_FORMER_BACK_OFF_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LONGEST_SPARSE_PAUSE_SECONDS,
    PAUSE_IN_LONG_WAIT_SECONDS,
    RECOVERY_SECONDS,
    SPARSE_SECONDS,
    SPARSE_SHARE,
    TABLE_SECONDS,
    TABLE_WITH_INDEXES_SECONDS,
    TIME_TO_LIVE_SECONDS,
)
from sentinel_tables.errors import NotNow, shown
from sentinel_tables.goals.moves import Taken, Trail
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, TableStatus
from sentinel_tables.rules.belief import Word
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.steps import Step

NEVER_BEFORE: Mapping[Kind, float] = {
    Kind.TABLE: TABLE_SECONDS,
    Kind.TABLE_WITH_INDEXES: TABLE_WITH_INDEXES_SECONDS,
    Kind.INDEX: INDEX_SECONDS,
    Kind.EXPIRY: TIME_TO_LIVE_SECONDS,
}
"""Seconds that DynamoDB takes at least for work of that kind."""


@dataclass(slots=True)
class Pace:
    """The time that went into waiting for one thing and into refusals, and the steps that were taken."""

    began: float
    what: str = ""
    at_aws: bool = False
    """True if DynamoDB's own durations are to be reckoned with."""
    refused_since: float | None = None
    waited_out: float = 0.0
    """Seconds that went into refusals which have passed."""
    put_off_before: float = 0.0
    """Those of them before the step that was taken last."""
    taken: tuple[Taken, ...] = ()
    """The steps so far, the last one at the end."""
    ready: dict[Facet, float] = field(default_factory=dict)
    """Before that moment, what was begun on a facet cannot be in effect; seconds since the epoch."""
    creating: bool = False
    creating_at: float | None = None
    unready_since: float | None = None

    @classmethod
    def resumed(cls, name: str, memory: Memory, now: float, *, at_aws: bool) -> Self:
        """The pace where the invocation before left it, if there was one."""
        what = memory.pending or f"table {shown(name)} has not been looked at"
        ready = {} if memory.ready_from is None or not at_aws else {Facet.TABLE: memory.ready_from}
        return cls(min(now, memory.pending_since or now), what, at_aws=at_aws, ready=ready)

    def trail(self, now: float, word: Word | None, patience: float, *, asks: bool) -> Trail:
        """The trail that a goal decides by."""
        waited = now - self.began
        seen = self.creating_at, self.unready_since
        return Trail(now, self.what, waited, self.taken, *seen, asks=asks, patience=patience, word=word)

    def turn_to(self, what: str, now: float) -> None:
        """Waits for that from now on, unless it did so before."""
        if what != self.what:
            self.what, self.began = what, now

    def put_off(self, refusal: NotNow, now: float) -> None:
        """Waits for a refusal to pass."""
        self.turn_to(str(refusal), now)
        self.back_off(now) if refusal.back_off else self.come_back(now)

    def back_off(self, now: float) -> None:
        """From here on the pauses grow."""
        self.refused_since = now if self.refused_since is None else self.refused_since

    def come_back(self, now: float) -> None:
        """The refusals have passed, and the next pauses are short again."""
        self.waited_out += now - (now if self.refused_since is None else self.refused_since)
        self.refused_since = None

    def took(self, step: Step, now: float, shows_by: float, *, accepted: bool) -> Taken:
        """A step was taken, and shows its effect by then; it was not accepted for certain if the answer was lost."""
        self.come_back(now)
        self.put_off_before = self.waited_out
        taken = Taken(step, now, shows_by, self.times_accepted(step) + accepted)
        self.taken = (*(other for other in self.taken if other.step != step), taken)
        self.ready[step.facet] = now + (NEVER_BEFORE.get(step.kind, FIRST_PAUSE_SECONDS) if self.at_aws else 0.0)
        return taken

    def times_accepted(self, step: Step) -> int:
        """The number of times that the step was accepted."""
        return next((taken.accepted for taken in self.taken if taken.step == step), 0)

    def saw(self, live: LiveTable | None, now: float) -> None:
        """A look has shown the table so. What a table gets only when it is ACTIVE begins at that moment."""
        creating = live is not None and live.status == TableStatus.CREATING
        if not creating and self.creating:
            self.ready[Facet.BACKUPS] = now + (RECOVERY_SECONDS if self.at_aws else 0.0)
        self.creating, self.creating_at = creating, now if creating else self.creating_at
        if live is None or live.recovery_ready:
            self.unready_since = None
        elif self.unready_since is None:
            self.unready_since = now

    def due(self, facets: Iterable[Facet], now: float) -> frozenset[Facet]:
        """Those of the facets that may have changed by now."""
        return frozenset(facet for facet in facets if self.ready.get(facet, 0.0) <= now)

    def pause(self, now: float, jitter: float, facets: frozenset[Facet] = frozenset()) -> float:
        """Seconds until the next look at those facets.

        After refusals they grow with what has been waited, so that a crowd thins out.
        """
        if self.refused_since is not None:
            before = min(LONGEST_FORMER_BACK_OFF_SECONDS, FORMER_BACK_OFF_SHARE * self.put_off_before)
            pause = FIRST_BACK_OFF_SECONDS + BACK_OFF_SHARE * (now - self.refused_since) + before
            return min(LONGEST_BACK_OFF_SECONDS, pause) * (0.7 + 0.6 * jitter)
        ready = min(self.ready.get(facet, 0.0) for facet in facets or (Facet.TABLE,))
        if now < ready:
            left = ready - now
            return left if left < SPARSE_SECONDS else min(LONGEST_SPARSE_PAUSE_SECONDS, SPARSE_SHARE * left)
        longest = PAUSE_IN_LONG_WAIT_SECONDS if now - self.began > LONG_WAIT_SECONDS else LONGEST_PAUSE_SECONDS
        first = FIRST_PAUSE_AT_AWS_SECONDS if self.at_aws else FIRST_PAUSE_SECONDS
        return min(longest, first + 0.2 * (now - max(self.began, ready))) * (0.9 + 0.2 * jitter)
