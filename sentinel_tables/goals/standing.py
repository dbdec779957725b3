"""What to do next, given how the table stands, that it be as its template says. Pure, but for what time it is."""

from dataclasses import dataclass, replace

from sentinel_tables.errors import Vanished, shown
from sentinel_tables.goals.moves import (
    BRIEF_SECONDS,
    TAG_LAG_SECONDS,
    VISIBILITY_SECONDS,
    Done,
    Move,
    Trail,
    Wait,
    told,
    unseen,
)
from sentinel_tables.memory import Memory
from sentinel_tables.model import Desired, Facet, LiveTable
from sentinel_tables.rules import ownership
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Effect, protect


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
        """Raises NotOwned, UnsafeChange, and Vanished where the table in hand is there no more, or another's."""
        if live is None:
            return self._make(memory, trail)
        if live.status == "DELETING" and not (memory.table_id or memory.made_at):
            return Wait(f"table {shown(self.name)} of old is being deleted", predecessor=True)
        if live.status == "DELETING" or memory.table_id not in ("", live.table_id):
            raise _vanished(self.name)
        if wait := unseen(self, live, memory, trail) or self._let_go(live, memory, trail):
            return wait
        return self._change(live, memory, trail)

    def is_held(self, live: LiveTable) -> bool:
        """Whether the table's tags name this resource."""
        return ownership.hold(self.desired.claim.owner, live.table.tags) is not Hold.NOT

    def _let_go(self, live: LiveTable, memory: Memory, trail: Trail) -> Wait | None:
        """What was held and is not any more, was released or taken over meanwhile: it is not adopted once more."""
        if not memory.held or self.is_held(live):
            return None
        wait = Wait(f"table {shown(self.name)} has another owner, or none", frozenset({Facet.TAGS}))
        if not trail.has_waited(wait.what, TAG_LAG_SECONDS):
            return wait
        raise _vanished(self.name, "released or taken over")

    def _make(self, memory: Memory, trail: Trail) -> Move:
        if memory.table_id:
            raise _vanished(self.name)
        if memory.made_at is not None:
            if trail.now - memory.made_at > VISIBILITY_SECONDS:
                raise _vanished(self.name)
            return Wait(f"table {shown(self.name)} is not visible yet")
        step = plan(self.desired, None)[0]
        return Wait(f"table {shown(self.name)} is not visible yet") if trail.does_not_show(step) else step

    def _wanted(self, memory: Memory) -> Desired:
        """What is desired. A table that this event made did not stand before, whatever the clocks say."""
        claim = self.desired.claim
        return self.desired if memory.made_at is None else replace(self.desired, claim=replace(claim, since=None))

    def _change(self, live: LiveTable, memory: Memory, trail: Trail) -> Move:
        steps = plan(self._wanted(memory), live)
        indexes = self.desired.table.schema.gsi_names()
        motions = [motion for motion in live.motions if motion.index is None or motion.index in indexes]
        adopting = steps != () and steps[0].effect is Effect.ADOPTS  # first, for a Delete of this resource goes by the tags
        if any(not motion.brief for motion in motions) and not adopting:
            return Wait(told(motions))
        if motions and trail.waited < BRIEF_SECONDS and steps in ((), (protect(self.name, enabled=True),)):
            return Wait(told(motions), frozenset(motion.facet for motion in motions))
        if steps:
            waiting = trail.does_not_show(steps[0])
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({steps[0].facet})) if waiting else steps[0]
        return Done()


def _vanished(name: str, done: str = "deleted or replaced") -> Vanished:
    return Vanished(
        f"Table {shown(name)} was {done} by somebody else while this operation was at work on it. "
        "Find out by whom, then repeat the operation."
    )
