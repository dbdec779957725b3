"""The goal that a table is as its template says, and at rest. No calls."""

from dataclasses import dataclass, replace

from sentinel_tables.allowance import BRIEF_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS
from sentinel_tables.errors import Vanished, shown
from sentinel_tables.goals.moves import Done, Move, Trail, Wait, in_words, unseen
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion, TableStatus
from sentinel_tables.rules import ownership
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Effect, Step, protect


@dataclass(frozen=True, slots=True)
class Standing:
    """The table is as the template says, and at rest."""

    desired: Desired
    facets: frozenset[Facet] = frozenset(Facet)

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.desired.table.name

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """Raises NotOwned, UnsafeChange, and Vanished if the table in hand is gone, or is another's now."""
        if live is None:
            return self._make(memory, trail)
        if live.status == TableStatus.DELETING and not (memory.table_id or memory.made_at):
            return Wait(f"table {shown(self.name)} of old is being deleted", predecessor=True)
        if live.status == TableStatus.DELETING or memory.table_id not in ("", live.table_id):
            raise _vanished(self.name)
        if wait := unseen(self, live, memory, trail) or self._let_go(live, memory, trail):
            return wait
        return self._change(live, memory, trail)

    def is_held(self, live: LiveTable) -> bool:
        """True if the table's tags name this resource."""
        return ownership.hold(self.desired.claim.owner, live.table.tags) is not Hold.NOT

    def depends_on_age(self, live: LiveTable) -> bool:
        """True if the table would be treated in another way if this event had made it. Raises as `next_move` does."""
        return self.is_held(live) and plan(self.desired, live) != plan(replace(self.desired, made_here=True), live)

    def _let_go(self, live: LiveTable, memory: Memory, trail: Trail) -> Wait | None:
        """A table that was held and is not any more was released or taken over meanwhile: it is not adopted once more."""
        if not memory.held or self.is_held(live):
            return None
        wait = Wait(f"table {shown(self.name)} has another owner, or none", frozenset({Facet.TAGS}))
        if not trail.has_waited(wait.what, TAG_LAG_SECONDS):
            return wait
        raise _vanished(self.name, "released, or took over,")

    def _make(self, memory: Memory, trail: Trail) -> Move:
        if memory.table_id:
            raise _vanished(self.name)
        if memory.made_at is not None:
            if trail.now - memory.made_at > VISIBILITY_SECONDS:
                raise _vanished(self.name)
            return Wait(f"table {shown(self.name)} is not visible yet")
        step = plan(self.desired, None)[0]
        return Wait(f"table {shown(self.name)} is not visible yet") if trail.does_not_show(step) else step

    def _change(self, live: LiveTable, memory: Memory, trail: Trail) -> Move:
        steps = plan(replace(self.desired, made_here=memory.made_at is not None), live)
        if wait := self._in_motion(steps, live, trail):
            return wait
        if not steps:
            return Done()
        waiting = trail.does_not_show(steps[0])
        return Wait(f"not in effect yet: {steps[0].reason}", frozenset({steps[0].facet})) if waiting else steps[0]

    def _in_motion(self, steps: tuple[Step, ...], live: LiveTable, trail: Trail) -> Wait | None:
        """The wait for what moves. Adopting comes first, because a Delete of this resource goes by the tags."""
        adopting = steps != () and steps[0].effect is Effect.ADOPTS
        motions = [motion for motion in live.motions if self._concerns(motion)]
        if any(not motion.brief for motion in motions) and not adopting:
            return Wait(in_words(motions))
        if motions and trail.waited < BRIEF_SECONDS and steps in ((), (protect(self.name, enabled=True),)):
            return Wait(in_words(motions), frozenset(motion.facet for motion in motions))
        replicas = [motion for motion in live.motions if motion.replica]
        if replicas and steps and steps[0].facet is not Facet.TAGS:
            return Wait(in_words(replicas))
        return None

    def _concerns(self, motion: Motion) -> bool:
        """Success waits for all that moves but the indexes of others, and replicas."""
        ours = motion.index is None or motion.index in self.desired.table.schema.gsi_names()
        return (ours or motion.index in self.desired.forgotten_indexes) and not motion.replica


def _vanished(name: str, done: str = "deleted or replaced") -> Vanished:
    return Vanished(
        f"Somebody else {done} table {shown(name)} while this operation was at work on it. "
        "Find out who, then repeat the operation."
    )
