"""Throttling under load: one account-wide bucket of tokens for what changes something.

Reads, and changes of deletion protection and TTL, are exempt, as measured on the real service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .refusals import throttled

if TYPE_CHECKING:
    from .state import State

EXEMPT = frozenset({"update_time_to_live"})


@dataclass(slots=True)
class Rate:
    """`burst` calls at once, and `per_second` more in each second after."""

    per_second: float = 5.0
    burst: int = 10
    reads_too: bool = False
    _tokens: float = field(init=False)
    _at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)

    def take(self, state: State, api: str, *, write: bool) -> None:
        """One token for one call, or its refusal."""
        if api in EXEMPT or not (write or self.reads_too):
            return
        if not self.spend(state.now):
            raise throttled(
                "The rate of control plane requests made by this account is too high" if write else "Rate exceeded"
            )

    def spend(self, now: float) -> bool:
        """Take a token, if there is one at this moment."""
        self._tokens = min(float(self.burst), self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
