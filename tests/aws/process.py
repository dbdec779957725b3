"""A running handler, as far as it can die."""

from __future__ import annotations

from dataclasses import dataclass


class Killed(BaseException):
    """The process is gone. Nothing that it still tries has any effect."""


@dataclass(slots=True)
class Process:
    """Dead from the moment that it is killed, or that its deadline (epoch seconds) passes."""

    deadline: float | None = None
    dead: bool = False
    cause: str = ""

    def kill(self, cause: str) -> None:
        """End it: raises `Killed`, now and at each later attempt."""
        self.dead, self.cause = True, self.cause or cause
        raise Killed(self.cause)

    def check(self) -> None:
        """Raise `Killed` in a process that is dead already."""
        if self.dead:
            raise Killed(self.cause)
