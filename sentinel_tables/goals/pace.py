"""The pace of the loop: how long it waits for one thing, and when it looks again. Pure."""

from dataclasses import dataclass

from sentinel_tables.allowance import (
    BACK_OFF_SHARE,
    FIRST_BACK_OFF_SECONDS,
    FIRST_PAUSE_SECONDS,
    LONGEST_BACK_OFF_SECONDS,
    LONGEST_PAUSE_SECONDS,
)
from sentinel_tables.errors import NotNow
from sentinel_tables.rules.steps import Step


@dataclass(slots=True)
class Pace:
    """How long the loop has been waiting for one thing, how often in a row it was put off; what it did last, how often."""

    began: float
    what: str = ""
    refusals: int = 0
    refused_since: float | None = None
    taken: Step | None = None
    shows_by: float = 0.0
    accepted: int = 0
    creating_at: float | None = None

    def turn_to(self, what: str, now: float) -> None:
        """Waits for that from now on, unless it did so before."""
        if what != self.what:
            self.what, self.began = what, now

    def put_off(self, refusal: NotNow, now: float) -> None:
        """Waits for a refusal to pass."""
        self.turn_to(str(refusal), now)
        self.refusals = self.refusals + 1 if refusal.back_off else 0

    def took(self, step: Step, shows_by: float) -> None:
        """A step was taken, and shows its effect by then."""
        self.accepted = self.accepted if step == self.taken else 0
        self.taken, self.shows_by = step, shows_by

    def pause(self, now: float, jitter: float) -> float:
        """Seconds until the next look. After refusals they grow with what has been waited, so that a crowd thins out."""
        if not self.refusals:
            self.refused_since = None
        else:
            self.refused_since = now if self.refused_since is None else self.refused_since
            longest = FIRST_BACK_OFF_SECONDS + BACK_OFF_SHARE * (now - self.refused_since)
            return min(LONGEST_BACK_OFF_SECONDS, longest) * (0.7 + 0.6 * jitter)
        return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS + 0.2 * (now - self.began)) * (0.8 + 0.4 * jitter)
