"""The goal that a table is as its template says, and at rest. No calls."""

from dataclasses import replace

from sentinel_tables.allowance import BRIEF_SECONDS, RECOVERY_READY_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS
from sentinel_tables.errors import Vanished, shown
from sentinel_tables.goals.moves import Done, Move, Trail, Wait, in_words, unseen
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion, TableStatus
from sentinel_tables.rules import ownership, silence
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Effect, Step
from sentinel_tables.values import Value

SHARED = frozenset({Facet.TABLE, Facet.TAGS})
"""The facets that take one change at a time. Every other one has a call of its own."""


class Standing(Value):
    """The table is as the template says, and at rest."""

    desired: Desired
    facets: frozenset[Facet] = frozenset(Facet)

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.desired.table.name

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """Raises NotOwned, UnsafeChange, and Vanished if the table in hand is gone, or is another's now."""
        if live is None or memory.table_id not in ("", live.table_id):
            return self._make(memory, trail)
        if live.status == TableStatus.DELETING and not (memory.table_id or memory.made_at):
            return Wait(f"table {shown(self.name)} of old is being deleted", predecessor=True)
        if live.status == TableStatus.DELETING:
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
        """Creates the table, unless the one in hand is gone. DescribeTable may be late to show what was just made."""
        unseen = Wait(f"table {shown(self.name)} is not visible yet")
        if memory.made_at is not None and trail.now - memory.made_at <= VISIBILITY_SECONDS:
            return unseen
        if memory.table_id or memory.made_at is not None:
            raise _vanished(self.name)
        step = plan(self.desired, None)[0]
        return unseen if trail.does_not_show(step) else step

    def _change(self, live: LiveTable, memory: Memory, trail: Trail) -> Move:
        """The first step that need not wait; what DynamoDB does in its own time is waited for together, at the end."""
        desired = replace(self.desired, made_here=memory.made_at is not None)
        steps = plan(desired, live)
        if wait := self._in_motion(steps, live):
            return wait
        new = silence.is_new(desired, live)
        brief = [motion for motion in live.motions if motion.brief and trail.waited < BRIEF_SECONDS]
        settling = [Wait(motion.what, frozenset({motion.facet})) for motion in brief]
        waits: list[Wait] = []
        for step in steps:
            wait = _held_up(step, live, trail)
            if wait is None and new and step.kind is Kind.PROTECTION and (waits or settling):
                break  # until all else is in effect the Create may be cancelled, and its table has to go
            if wait is None:
                return step
            waits.append(wait)
            if not _may_be_overtaken(step, trail, new=new):
                break
        waits += settling
        return _together(waits) if waits else Done()

    def _in_motion(self, steps: tuple[Step, ...], live: LiveTable) -> Wait | None:
        """The wait for what moves. Adopting comes first, because a Delete of this resource goes by the tags."""
        adopting = steps != () and steps[0].effect is Effect.ADOPTS
        motions = [motion for motion in live.motions if self._concerns(motion)]
        if any(not motion.brief for motion in motions) and not adopting:
            return Wait(in_words(motions))
        replicas = [motion for motion in live.motions if motion.replica]
        if replicas and steps and steps[0].facet is not Facet.TAGS:
            return Wait(in_words(replicas))
        return None

    def _concerns(self, motion: Motion) -> bool:
        """Success waits for all that moves but the indexes of others, and replicas."""
        ours = motion.index is None or motion.index in self.desired.table.schema.gsi_names()
        return (ours or motion.index in self.desired.forgotten_indexes) and not motion.replica


def _held_up(step: Step, live: LiveTable, trail: Trail) -> Wait | None:
    """Why the step cannot be taken at this moment, or None."""
    if trail.does_not_show(step):
        return Wait(f"not in effect yet: {step.reason}", frozenset({step.facet}))
    unready = step.kind is Kind.RECOVERY and not live.recovery_ready
    if unready and trail.now - (trail.unready_since or trail.now) < RECOVERY_READY_SECONDS:
        return Wait("point-in-time recovery cannot be set yet", frozenset({step.facet}))
    return None


def _may_be_overtaken(step: Step, trail: Trail, *, new: bool) -> bool:
    """True if the steps after this one need not wait for it.

    It has a call and a state of its own, and DynamoDB has accepted it. On a new table that is not necessary, because there
    nothing is taken away.
    """
    return step.facet not in SHARED and (trail.has_accepted(step) or new)


def _together(waits: list[Wait]) -> Wait:
    return Wait(", ".join(wait.what for wait in waits), frozenset().union(*(wait.facets for wait in waits)))


def _vanished(name: str, done: str = "deleted or replaced") -> Vanished:
    return Vanished(
        f"Somebody else {done} table {shown(name)} while this operation was at work on it. "
        "Find out who, then repeat the operation."
    )
