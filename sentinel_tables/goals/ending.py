"""The goals that a table is gone or released, or given back to its former owner. No calls."""

from collections.abc import Mapping
from dataclasses import replace

from sentinel_tables.allowance import LATE_CREATE_SECONDS
from sentinel_tables.errors import shown
from sentinel_tables.goals.moves import Ask, Done, Move, Trail, Wait, in_words, unseen
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Owner, TableStatus
from sentinel_tables.rules import ownership
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.plan import plan_removal, plan_return
from sentinel_tables.rules.removal import Case, Ground, Ruling, judge
from sentinel_tables.values import Value

TABLE_AND_TAGS = frozenset({Facet.TABLE, Facet.TAGS})


class Removed(Value):
    """The table is gone if its owner created it, released if he adopted it, and left alone if `ground` does not hold."""

    name: str
    owner: Owner
    ground: Ground
    facets: frozenset[Facet] = TABLE_AND_TAGS

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """Raises ProtectedTable, and UnsafeChange for a table that has replicas."""
        if live is None or memory.table_id not in ("", live.table_id):
            if self.ground.may_yet_come and trail.last is None and trail.waited < LATE_CREATE_SECONDS:
                return Wait(f"a Create may yet make table {shown(self.name)}")
            return _ended(trail)
        if live.status == TableStatus.DELETING:
            return Wait(f"table {shown(self.name)} is being deleted", predecessor=self.ground.may_yet_come)
        if wait := unseen(self, live, memory, trail):
            return wait
        held = ownership.hold(self.owner, live.table.tags)
        return self._not_held(trail) if held is Hold.NOT else self._held(held, live, trail)

    def _not_held(self, trail: Trail) -> Move:
        wait = Wait(f"a Create may yet take table {shown(self.name)} over", frozenset({Facet.TAGS}))
        if self.ground.may_yet_come and trail.last is None and not trail.has_waited(wait.what, LATE_CREATE_SECONDS):
            return wait
        return _ended(trail, found="it was left: its tags do not name this resource as its owner")

    def _held(self, held: Hold, live: LiveTable, trail: Trail) -> Move:
        if not self.ground.since_began:
            plan_removal(self.owner, live)  # a refusal takes no question
        if doubt := _doubt(Case(self.ground, live, held, trail.word), trail):
            return doubt
        step = plan_removal(self.owner, live, unprotect=self.ground.unprotect)[0]
        blocking = [motion for motion in live.motions if not motion.brief and not motion.backfilling]
        if blocking and held is Hold.CREATED:
            return Wait(in_words(blocking))
        return Wait(f"not in effect yet: {step.reason}", frozenset({step.facet})) if trail.does_not_show(step) else step


class GivenBack(Value):
    """A table which this event adopted, and has not finished, has the tags of ownership that it had `before`."""

    name: str
    owner: Owner
    before: Mapping[str, str]
    ground: Ground
    facets: frozenset[Facet] = TABLE_AND_TAGS

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """A table that is gone, or that somebody else has taken over meanwhile, is left alone."""
        if live is None or memory.table_id not in ("", live.table_id):
            return Done("there is no such table")
        if not self.facets <= live.facets:
            return Wait(f"table {shown(self.name)} is {live.status}")
        held = ownership.hold(self.owner, live.table.tags)
        between = trail.last and live.table.tags.get(ownership.STACK_ID) in (None, self.owner.stack_id)
        steps = plan_return(live, self.before) if held is not Hold.NOT or between else ()
        if not steps:
            return Done("it was given back", ours=trail.last is not None)
        if doubt := _doubt(Case(self.ground, live, Hold.ADOPTED, trail.word), trail):
            return doubt
        if trail.does_not_show(steps[0]):
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({Facet.TAGS}))
        return steps[0]


def _doubt(case: Case, trail: Trail) -> Move | None:
    """A question, a wait or an end, unless the rule of removal lets the table go."""
    if trail.asks and trail.word is None:
        return Ask()
    wait = Wait(f"CloudFormation has not said that table {shown(case.live.table.name)} may go", asks=True)
    asked_for = trail.waited if trail.waits_for == wait.what else 0.0
    ruling, why = judge(replace(case, asked_for=asked_for, patience=trail.patience))
    match ruling:
        case Ruling.GO:
            return None
        case Ruling.ASK_AGAIN:
            return wait
        case Ruling.SPARE:
            return Done(f"it was left: {why}", spared=True)


def _ended(trail: Trail, found: str = "there is no such table") -> Done:
    if trail.last is None:
        return Done(found)
    if trail.last.facet is Facet.TAGS:
        return Done("it was adopted: it is released, and stays", ours=True)
    return Done("it was created by this resource: it is deleted", ours=True)
