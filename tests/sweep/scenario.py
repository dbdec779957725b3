"""A scenario: what was there before, and what happens then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.aws import Fault
from tests.sweep.stage import Stage

CREATED, UPDATED, DELETED = ("CREATE_COMPLETE",), ("UPDATE_COMPLETE",), ("DELETE_COMPLETE",)
UNDONE = ("CREATE_FAILED", "DELETE_COMPLETE")


class NotReached(AssertionError):
    """A beginning that has not come to the state that it promises: what follows would test something else."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """What happens first, without faults. `reached` says whether it has come to the `state` that its scenarios need."""

    state: str
    make: Callable[[Stage], object]
    reached: Callable[[Stage], bool]

    def play(self, stage: Stage) -> None:
        """Play it. Raises NotReached."""
        self.make(stage)
        if not self.reached(stage):
            raise NotReached(f"The beginning should be {self.state}, and it is not.")


NOTHING = Beginning(
    "an account without a table", lambda _stage: None, lambda stage: not stage.plane.tables and not stage.stack.resources
)


@dataclass(frozen=True, eq=False)
class Scenario:
    """`before` plays without faults; `act` is what the faults strike.

    `deletes` are the tables whose records are meant to go; `adopts` says whether a table of others may be taken over;
    `brief` whether it is short enough for every pair of faults.
    """

    name: str
    act: Callable[[Stage], object]
    ends: tuple[str, ...]
    """What the resource `Table` comes to in the act, step by step, if nothing goes wrong."""
    before: Beginning = NOTHING
    meets: Callable[[Stage], bool] = lambda _stage: True
    """Whether the act, without faults, has met what its name promises."""
    standing: tuple[Fault, ...] = ()
    """Faults that are part of the scenario."""
    deletes: tuple[str, ...] = ()
    adopts: bool = False
    cancels: bool = False
    steady: bool = False
    """Whether the work has to last: both sides have to see each other's, also where the sweep shortens everything."""
    declares: bool = False
    """Whether the drift watch is on."""
    twice: bool = False
    also: tuple[dict[str, Any], ...] = ()
    """Further ends that are as good as the one before."""
    again: bool = False
    """Whether a later operation goes on with what an earlier one of the act had left half made."""
    unanswered: bool = False
    """Whether its standing faults keep an event from being answered at all."""
    brief: bool = False
    thin: int = 1
    """Of how many single faults one is enough, because the work lasts long, and one look is like another."""
