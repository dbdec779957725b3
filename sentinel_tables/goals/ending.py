"""What to do next, given how the table stands, that it be gone, released or given back. Pure, but for what time it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from sentinel_tables.errors import shown
from sentinel_tables.goals.moves import Done, Move, Trail, Wait, told, unseen
from sentinel_tables.memory import Memory
from sentinel_tables.model import Desired, Facet, LiveTable, Owner
from sentinel_tables.rules import ownership
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.plan import plan, plan_removal, plan_return
from sentinel_tables.rules.removal import LATE_CREATE_SECONDS, LIKE_NEW_SECONDS


@dataclass(frozen=True, slots=True)
class Removed:
    """That the table is gone, where its owner created it, or released, where it was adopted; left alone where neither.

    `made_since` and `made_until` limit that to a table that is no older, and no younger, in seconds since the epoch: a
    younger one is that of a later Create; `unfinished` to one on its way to what is desired, for a finished one may hold
    records. `may_yet_come`: a Create of the same resource may be at work elsewhere, and may have adopted an older
    table. `made_here`: this very event made the table, and may have protected it.
    """

    name: str
    owner: Owner
    made_since: float | None = None
    made_until: float | None = None
    may_yet_come: bool = False
    unfinished: Desired | None = None
    made_here: bool = False

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
        if wait := unseen(self, live, memory, trail):
            return wait
        return self._judge(live, trail)

    def _judge(self, live: LiveTable, trail: Trail) -> Move:
        held = ownership.hold(self.owner, live.table.tags)
        may_be_older = self.may_yet_come and held is not Hold.CREATED
        if self.made_since is not None and live.created_at < self.made_since and not may_be_older:
            return Done("it was left: it stood there before")
        if self.made_until is not None and live.created_at > self.made_until:
            return Done("it was left: it was made since")
        if held is Hold.NOT:
            wait = Wait(f"a Create may yet take table {shown(self.name)} over", frozenset({Facet.TAGS}))
            if self.may_yet_come and trail.taken is None and not trail.has_waited(wait.what, LATE_CREATE_SECONDS):
                return wait
            return _ended(trail, found="it was left: its tags do not name this resource as its owner")
        if self.unfinished is not None and not self._is_half_made(self.unfinished, live, trail):
            return Done("it was left: it may have been finished, and hold records", spared=True)
        return self._remove(held, live, trail)

    def _is_half_made(self, desired: Desired, live: LiveTable, trail: Trail) -> bool:
        """Whether nothing but the last of the steps is left that follow CreateTable, time to live among them.

        A later update leaves other steps, or has turned off what came last; time to live it cannot have turned off so soon.
        """
        left, steps = plan(desired, live), plan(desired, None)[1:]
        recovery = live.table.settings.recovery_days in (None, desired.table.settings.recovery_days)
        like_new = trail.now - live.created_at < LIKE_NEW_SECONDS and any(step.facet is Facet.TIME_TO_LIVE for step in left)
        return steps[-len(left) :] == left and recovery and like_new

    def _remove(self, held: Hold, live: LiveTable, trail: Trail) -> Move:
        step = plan_removal(self.owner, live, unprotect=self.made_here)[0]
        blocking = [motion for motion in live.motions if not motion.brief and not motion.backfilling]
        if blocking and held is Hold.CREATED:
            return Wait(told(blocking))
        return Wait(f"not in effect yet: {step.reason}", frozenset({step.facet})) if trail.does_not_show(step) else step


@dataclass(frozen=True, slots=True)
class GivenBack:
    """That a table which this event adopted, and has not finished, has the tags of ownership that it had `before`."""

    name: str
    owner: Owner
    before: Mapping[str, str]
    unfinished: Desired | None = None

    @property
    def facets(self) -> frozenset[Facet]:
        """What it has to know of the table."""
        return frozenset(Facet) if self.unfinished else frozenset({Facet.TABLE, Facet.TAGS})

    def next_move(self, live: LiveTable | None, memory: Memory, trail: Trail) -> Move:
        """A table that is there no more, or that somebody else has taken over meanwhile, is left alone."""
        if live is None or memory.table_id not in ("", live.table_id):
            return Done("there is no such table")
        if not self.facets <= live.facets:
            return Wait(f"table {shown(self.name)} is {live.status}")
        ours = ownership.hold(self.owner, live.table.tags) is not Hold.NOT
        if ours and self.unfinished and not live.motions and not plan(self.unfinished, live):
            return Done("it was left: it was taken over", spared=True)
        between = trail.taken and live.table.tags.get(ownership.STACK_ID) in (None, self.owner.stack_id)
        steps = plan_return(live, self.before) if ours or between else ()
        if not steps:
            return Done("it was given back", ours=trail.taken is not None)
        if trail.does_not_show(steps[0]):
            return Wait(f"not in effect yet: {steps[0].reason}", frozenset({Facet.TAGS}))
        return steps[0]


def _ended(trail: Trail, found: str = "there is no such table") -> Done:
    if trail.taken is None:
        return Done(found)
    if trail.taken.facet is Facet.TAGS:
        return Done("it was adopted: it is released, and stays", ours=True)
    return Done("it was created by this resource: it is deleted", ours=True)
