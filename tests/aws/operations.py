"""How a stack gets on: forward, back, cleaning up, at rest. Its status says which.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clock import VirtualClock
    from .stack_records import StackRecord

BACK = {
    "CREATE_IN_PROGRESS": "ROLLBACK_IN_PROGRESS",
    "CREATE_COMPLETE": "ROLLBACK_IN_PROGRESS",
    "CREATE_FAILED": "ROLLBACK_IN_PROGRESS",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE": "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_FAILED": "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED": "UPDATE_ROLLBACK_IN_PROGRESS",
}
"""The status of a roll-back, by the status that it begins in."""
CLEAN_UP = {
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
}
"""The status that follows, in which what is no longer needed is deleted."""
DONE = {
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}


def ended(status: str, *, well: bool) -> str:
    """The status at rest that follows one in progress; a clean-up always ends well."""
    return DONE.get(status) or status.removesuffix("_IN_PROGRESS") + ("_COMPLETE" if well else "_FAILED")


@dataclass(eq=False, slots=True)
class Operations:
    """One stack's operations, one after another. Verbs that come while one is in progress join it."""

    clock: VirtualClock
    record: StackRecord
    tags: Mapping[str, str] = field(default_factory=dict)
    roll_back_moves_began: bool = False
    """Whether `LastUpdatedTime` moves when a roll-back begins. Nobody has published it."""
    at_work: int = 0
    holds: int = 0
    """What else in the stack is not over yet, as far as a test has said so."""
    failed: bool = False
    clean_ups: list[Callable[[], None]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The stack's; empty before its first operation."""
        return self.record.status or ""

    @property
    def busy(self) -> bool:
        """Whether an operation is in progress."""
        return self.status.endswith("_IN_PROGRESS")

    @property
    def going_back(self) -> bool:
        """Whether it is a roll-back."""
        return "ROLLBACK" in self.status

    def begin(self, verb: str) -> None:
        """`CREATE`, `UPDATE` or `DELETE`, unless something is in progress, which this is then a part of."""
        if not self.busy:
            self._say(f"{verb}_IN_PROGRESS", updated=verb == "UPDATE")

    def back(self) -> None:
        """Begin to roll back; what was to be cleaned up is still needed."""
        if not (self.busy and self.going_back):
            self.clean_ups.clear()
            self._say(BACK.get(self.status, self.status), updated=self.roll_back_moves_began)

    def start(self) -> None:
        """One more resource is at work."""
        self.at_work += 1

    def end(self, *, failed: bool = False) -> None:
        """One fewer is; `failed` is for what is not rolled back."""
        self.at_work -= 1
        self.failed |= failed
        self.advance()

    def advance(self) -> None:
        """Go on to the clean-up, or to rest, unless something is still at work."""
        if self.at_work or self.holds or not self.busy:
            return
        if self.status in CLEAN_UP and not self.failed:
            self._clean_up()
        else:
            self._say(ended(self.status, well=not self.failed))

    def _clean_up(self) -> None:
        self._say(CLEAN_UP[self.status])
        due, self.clean_ups = self.clean_ups, []
        self.start()
        for begin in due:
            begin()
        self.end()

    def _say(self, status: str, *, updated: bool = False) -> None:
        if status.endswith("_IN_PROGRESS"):
            self.failed = False
        now = self.clock.now()
        self.record.say(now, status, self.tags, now if updated else None)
