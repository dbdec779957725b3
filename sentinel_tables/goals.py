"""What to do next, given how the table stands: a step, a wait, or nothing more. Pure, but for what time it is.

Two goals: `Standing`, that a table is as its template says, and `Removed`, that it is gone or released.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sentinel_tables import ownership
from sentinel_tables.errors import Vanished, shown
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion
from sentinel_tables.ownership import Hold, Owner
from sentinel_tables.plan import Desired, plan, plan_removal, plan_return
from sentinel_tables.steps import Effect, Step

TAG_LAG_SECONDS = 4.0
"""How long after a table is ACTIVE its tags may be invisible, with something to spare."""
NEWBORN_SECONDS = 30.0
"""A table younger than this may be in that state: creating one with its indexes takes up to 22 s."""
VISIBILITY_SECONDS = 30.0
"""How long a table that CreateTable accepted may be unknown to DescribeTable, and a change may go unseen."""
DOUBT_SECONDS = 3.0
"""How long a call whose answer was lost is given to show its effect before it is made again."""
BRIEF_SECONDS = 60.0
"""How long is waited for what DynamoDB has accepted for good and does in its own time."""
LATE_CREATE_SECONDS = 5.0
"""How long a Delete for a Create that was cancelled looks for the table which that Create may yet make."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do but wait, for a reason; `facets` is what has to be read again to see the end of it."""

    what: str
    facets: frozenset[Facet] = frozenset()
    predecessor: bool = False
    """The table that stands is an earlier one under the same name, on its way out."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing to do; `why` says what was found or what became of the table.

    `ours` says whether anything was done to it, `spared` whether it was left although it is this resource's.
    """

    why: str = ""
    ours: bool = False
    spared: bool = False


Move = Step | Wait | Done


@dataclass(frozen=True, slots=True)
class Trail:
    """What the loop has behind it: the time, how long it has waited for one thing, and the step it took last."""

    now: float
    waits_for: str = ""
    waited: float = 0.0
    taken: Step | None = None
    shows_by: float = 0.0
    """Until when the step that was taken may go unseen."""
    creating_at: float | None = None
    """When the table was last seen being created."""

    def does_not_show(self, step: Step) -> bool:
        """Whether the step was taken a moment ago, and the answers may still be those from before it."""
        return step == self.taken and self.now < self.shows_by


class Goal(Protocol):
    """An end to work towards."""

    @property
    def name(self) -> str:
        """The name of the table it is about."""

    @property
    def facets(self) -> frozenset[Facet]:
        """What it has to know of the table."""

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """What to do next, given how the table stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """That the table is as the template says, and at rest."""

    desired: Desired
    facets: frozenset[Facet] = frozenset(Facet)

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.desired.table.name

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """Raises NotOwned, UnsafeChange, and Vanished where the table in hand is there no more."""
        if live is None:
            return self._make(memory, trail)
        if live.status == "DELETING" and not (memory.table_id or memory.made_at):
            return Wait(f"table {shown(self.name)} of old is being deleted", predecessor=True)
        if live.status == "DELETING" or memory.table_id not in ("", live.table_id):
            raise _vanished(self.name)
        if unknown := _unknown(self, live, memory, trail):
            return unknown
        return self._change(live, trail)

    def _make(self, memory: Memory, trail: Trail) -> Move:
        if memory.table_id:
            raise _vanished(self.name)
        if memory.made_at is not None:
            if trail.now - memory.made_at > VISIBILITY_SECONDS:
                raise _vanished(self.name)
            return Wait(f"table {shown(self.name)} is not visible yet")
        step = plan(self.desired, None)[0]
        return Wait(f"table {shown(self.name)} is not visible yet") if trail.does_not_show(step) else step

    def _change(self, live: LiveTable, trail: Trail) -> Move:
        steps = plan(self.desired, live)
        indexes = self.desired.table.schema.gsi_names()
        motions = [motion for motion in live.motions if motion.index is None or motion.index in indexes]
        if any(not motion.brief for motion in motions):
            return Wait(_told(motions))
        if steps:
            waiting = trail.does_not_show(steps[0])
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({steps[0].facet})) if waiting else steps[0]
        if motions and trail.waited < BRIEF_SECONDS:
            return Wait(_told(motions), frozenset(motion.facet for motion in motions))
        return Done()


@dataclass(frozen=True, slots=True)
class Removed:
    """That the table is gone, where its owner created it, or released, where it was adopted; left alone where neither.

    `made_since` limits that to a table that is no older, in seconds since the epoch. `may_yet_come` says that a Create of
    the same resource may be at work somewhere else. `unfinished` limits it to a table that is not yet as it was to be: one
    that was finished may hold records.
    """

    name: str
    owner: Owner
    made_since: float | None = None
    may_yet_come: bool = False
    unfinished: Desired | None = None

    @property
    def facets(self) -> frozenset[Facet]:
        """What it has to know of the table."""
        return frozenset(Facet) if self.unfinished else frozenset({Facet.TABLE, Facet.TAGS})

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """Raises ProtectedTable."""
        if live is None or memory.table_id not in ("", live.table_id):
            if self.may_yet_come and not memory.table_id and trail.waited < LATE_CREATE_SECONDS:
                return Wait(f"a Create may yet make table {shown(self.name)}")
            return _ended(trail)
        if live.status == "DELETING":
            return Wait(f"table {shown(self.name)} is being deleted", predecessor=self.may_yet_come)
        if unknown := _unknown(self, live, memory, trail):
            return unknown
        return self._remove(live, trail)

    def _remove(self, live: LiveTable, trail: Trail) -> Move:
        if self.made_since is not None and live.created_at < self.made_since:
            return Done("it was left: it stood there before")
        steps = plan_removal(self.owner, live)
        if not steps:
            return _ended(trail, found="it was left: its tags do not name this resource as its owner")
        if self.unfinished is not None and not plan(self.unfinished, live):
            return Done("it was left: it is finished, and may hold records", spared=True)
        blocking = [motion for motion in live.motions if not motion.brief and not motion.backfilling]
        if blocking and ownership.hold(self.owner, live.table.tags) is Hold.CREATED:
            return Wait(_told(blocking))
        if trail.does_not_show(steps[0]):
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({steps[0].facet}))
        return steps[0]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """That a table which this event adopted has the tags of ownership that it had `before`. Nothing else is done to it."""

    name: str
    owner: Owner
    before: Mapping[str, str]
    facets: frozenset[Facet] = frozenset({Facet.TABLE, Facet.TAGS})

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """A table that is there no more, or that somebody else has taken over meanwhile, is left alone."""
        if live is None or memory.table_id not in ("", live.table_id):
            return Done("there is no such table")
        if not self.facets <= live.facets:
            return Wait(f"table {shown(self.name)} is {live.status}")
        ours = ownership.hold(self.owner, live.table.tags) is not Hold.NOT
        between = trail.taken and live.table.tags.get(ownership.STACK_ID) in (None, self.owner.stack_id)
        steps = plan_return(live, self.before) if ours or between else ()
        if not steps:
            return Done("it was given back", ours=trail.taken is not None)
        if trail.does_not_show(steps[0]):
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({Facet.TAGS}))
        return steps[0]


def _unknown(goal: Goal, live: LiveTable, memory: Memory, trail: Trail) -> Wait | None:
    """A table is not judged before it can be seen whole: all that the goal has to know, and its owner's tags."""
    if not goal.facets <= live.facets:
        return Wait(f"table {shown(goal.name)} is {live.status}")
    newborn = any(abs(trail.now - birth) < NEWBORN_SECONDS for birth in (live.created_at, trail.creating_at or 0.0))
    if trail.taken is not None and trail.taken.effect is Effect.REMOVES:
        return None
    if ownership.STACK_ID not in live.table.tags and (newborn or memory.made_at is not None):
        wait = Wait(f"the tags of table {shown(goal.name)} are not visible yet", frozenset({Facet.TAGS}))
        patience = TAG_LAG_SECONDS if memory.made_at is None else NEWBORN_SECONDS
        if trail.waits_for != wait.what or trail.waited < patience:
            return wait
    return None


def _vanished(name: str) -> Vanished:
    return Vanished(
        f"Table {shown(name)} was deleted or replaced by somebody else while this operation was at work on it. "
        "Find out by whom, then repeat the operation."
    )


def _ended(trail: Trail, found: str = "there is no such table") -> Done:
    if trail.taken is None:
        return Done(found)
    if trail.taken.facet is Facet.TAGS:
        return Done("it was adopted: it is released, and stays", ours=True)
    return Done("it was created by this resource: it is deleted", ours=True)


def _told(motions: list[Motion]) -> str:
    return ", ".join(motion.what for motion in motions[:3])
