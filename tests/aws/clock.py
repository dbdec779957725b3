"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_790_000_000.0
"""Epoch seconds at which every test begins, in September 2026."""


class VirtualClock:
    """Epoch seconds; `sleep` moves them on and returns at once.

    A `World` takes over `sleep` for the functions that it runs, so that another one may run meanwhile.
    """

    def __init__(self, start: float = START) -> None:
        self._now = start
        self.sleeper: Callable[[float], None] | None = None

    def now(self) -> float:
        """The present, in epoch seconds."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; a negative number is zero."""
        until = self._now + max(seconds, 0.0)
        if self.sleeper is None:
            self.advance(until)
        else:
            self.sleeper(until)

    def advance(self, until: float) -> None:
        """Move on to `until`, and never back."""
        self._now = max(self._now, until)

    def stamp(self, offset: float = 0.0) -> str:
        """The present plus `offset` seconds as ISO 8601 with milliseconds, as DynamoDB writes it in its refusals."""
        moment = datetime.fromtimestamp(self._now + offset, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class SteadyClock(VirtualClock):
    """Virtual time in which every jitter is the middle one."""

    def jitter(self) -> float:
        """Neither early nor late."""
        return 0.5
