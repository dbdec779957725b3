"""The moves that a goal can ask for, and what the loop has behind it when it asks. Pure."""

from collections.abc import Iterable
from typing import Protocol

from sentinel_tables.allowance import BELIEF_SECONDS, NEWBORN_SECONDS, TAG_LAG_SECONDS
from sentinel_tables.errors import shown
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion
from sentinel_tables.rules import ownership
from sentinel_tables.rules.belief import Word
from sentinel_tables.rules.steps import Effect, Step
from sentinel_tables.values import Value


class Wait(Value):
    """Nothing to do but wait, for a reason; `facets` is what has to be read again to see the end of it."""

    what: str
    facets: frozenset[Facet] = frozenset()
    predecessor: bool = False
    """True if the table that stands is an earlier one under the same name, on its way out."""
    asks: bool = False
    """True if CloudFormation has to be asked again to see the end of it."""


class Ask(Value):
    """CloudFormation has to be asked before anything can be decided."""


class Done(Value):
    """Nothing to do; `why` says what was found or what became of the table.

    `ours` is true if anything was done to it, `spared` if it was left although it is this resource's.
    """

    why: str = ""
    ours: bool = False
    spared: bool = False


Move = Step | Wait | Ask | Done


class Taken(Value):
    """A step that was taken at that moment, and how often it was accepted."""

    step: Step
    at: float
    shows_by: float
    """Until when its effect may go unseen."""
    accepted: int = 0


class Trail(Value):
    """The loop's past, for a goal to decide by: the time, the wait for one thing so far, the steps taken."""

    now: float
    waits_for: str = ""
    waited: float = 0.0
    taken: tuple[Taken, ...] = ()
    creating_at: float | None = None
    """When the table was last seen being created."""
    unready_since: float | None = None
    """Since when the table says that its recovery cannot be set."""
    asks: bool = False
    """True if CloudFormation is asked before a step."""
    patience: float = BELIEF_SECONDS
    """For how many seconds it may be asked again before its word is believed."""
    word: Word | None = None
    """CloudFormation's last word; None if it was not asked, or its word is to be asked for again."""

    @property
    def last(self) -> Step | None:
        """The step that was taken last."""
        return self.taken[-1].step if self.taken else None

    def has_waited(self, what: str, seconds: float) -> bool:
        """True if it is this that the loop waited for, and for as long as that."""
        return self.waits_for == what and self.waited >= seconds

    def has_accepted(self, step: Step) -> bool:
        """True if DynamoDB has accepted the step."""
        return any(taken.accepted > 0 and taken.step == step for taken in self.taken)

    def does_not_show(self, step: Step) -> bool:
        """True if the step was taken a moment ago, and the answers may still be those from before it."""
        return any(self.now < taken.shows_by and taken.step == step for taken in self.taken)


class Goal(Protocol):
    """An end to work towards."""

    @property
    def name(self) -> str:
        """The name of the table it is about."""

    @property
    def facets(self) -> frozenset[Facet]:
        """The parts of the table that it has to know."""

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """The next move, given how the table stands."""


def unseen(goal: Goal, live: LiveTable, memory: Memory, trail: Trail) -> Wait | None:
    """A table is not judged before it can be seen whole: all that the goal has to know, and its owner's tags."""
    if not goal.facets <= live.facets:
        return Wait(f"table {shown(goal.name)} is {live.status}")
    newborn = any(abs(trail.now - birth) < NEWBORN_SECONDS for birth in (live.created_at, trail.creating_at or 0.0))
    if trail.last is not None and trail.last.effect is Effect.REMOVES:
        return None
    if ownership.STACK_ID not in live.table.tags and (newborn or memory.made_at is not None):
        wait = Wait(f"the tags of table {shown(goal.name)} are not visible yet", frozenset({Facet.TAGS}))
        patience = TAG_LAG_SECONDS if memory.made_at is None else NEWBORN_SECONDS
        if not trail.has_waited(wait.what, patience):
            return wait
    return None


def in_words(motions: Iterable[Motion]) -> str:
    """The first three things that move, in words."""
    return ", ".join(motion.what for motion in list(motions)[:3])
