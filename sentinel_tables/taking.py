"""The taking of steps on one table: what each may mean for the event's memory, whether or not an answer comes."""

import logging
from dataclasses import dataclass

from sentinel_tables.allowance import DOUBT_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS, Allowance
from sentinel_tables.errors import NotNow, RefusedByAws, SentinelTableError, TagsInMotion, shown
from sentinel_tables.goals.moves import Done, Move, Taken, Wait
from sentinel_tables.goals.pace import Pace
from sentinel_tables.goals.standing import SHARED
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable
from sentinel_tables.ports import Tables
from sentinel_tables.rules import ownership
from sentinel_tables.rules.steps import Effect, Step

log = logging.getLogger(__name__)

ACCEPTED_IN_VAIN = 3
"""A step that was accepted this often, and shows no effect, is reported."""


@dataclass(slots=True)
class Taking:
    """Takes steps on the table of that name, and logs each when it is in effect."""

    name: str
    tables: Tables
    allowance: Allowance
    memory: Memory
    pace: Pace
    unlogged: tuple[Taken, ...] = ()
    """The accepted steps that are not in effect yet, as far as anybody has seen."""

    def take(self, step: Step, live: LiveTable | None) -> str:
        """Takes a step on the table, which stands as `live`. Returns the id of a table that it made, else "".

        Raises what the port raises; RefusedByAws if the step was accepted three times, and has shown no effect.
        """
        self._refuse_in_vain(step)
        clock, memory = self.allowance.clock, self.memory
        before = memory.tried_at, memory.here
        if step.effect is Effect.CREATES:
            memory.tried_at, memory.here = clock.now(), True
        if step.effect is Effect.ADOPTS and live is not None and memory.adopted is None:
            memory.adopted, memory.here = ownership.marks(live.table.tags), True
        log.debug("taking", extra={"step": step.api, "table": self.name, "reason": step.reason})
        began = clock.now()
        try:
            table_id = self.tables.take(step)
        except SentinelTableError as refusal:
            if isinstance(refusal, NotNow) and refusal.in_doubt:
                self.pace.took(step, began, clock.now() + DOUBT_SECONDS, accepted=False)
            elif step.effect is Effect.CREATES:
                memory.tried_at, memory.here = before
            if step.effect is Effect.REMOVES and isinstance(refusal, TagsInMotion):
                clock.sleep(max(0.0, min(TAG_LAG_SECONDS, self.allowance.left())))
            raise
        self._took(step, began)
        return table_id

    def log_effects(self, move: Move) -> None:
        """A line for each step that is in effect if that is the next move, with the seconds that it took."""
        match move:
            case Done():
                pending: frozenset[Facet] = frozenset()
            case Wait():
                pending = move.facets or frozenset({Facet.TABLE})
            case _:
                pending = frozenset(Facet) - SHARED
        now = self.allowance.clock.now()
        for taken in self.unlogged:
            if taken.step != move and taken.step.facet not in pending:
                told = {"step": taken.step.api, "table": self.name, "reason": taken.step.reason}
                log.info("step", extra=told | {"seconds": round(now - taken.at, 3)})
                self.unlogged = tuple(other for other in self.unlogged if other is not taken)

    def _refuse_in_vain(self, step: Step) -> None:
        if self.pace.times_accepted(step) >= ACCEPTED_IN_VAIN:
            what = f"{step.reason}, although {step.api} was accepted {ACCEPTED_IN_VAIN} times"
            raise RefusedByAws(f"Table {shown(self.name)}: {what}. Find out why, then retry.")

    def _took(self, step: Step, began: float) -> None:
        now = self.allowance.clock.now()
        taken = self.pace.took(step, began, now + VISIBILITY_SECONDS, accepted=True)
        self.unlogged = (*(other for other in self.unlogged if other.step != step), taken)
        self.memory.ready_from = self.pace.ready.get(Facet.TABLE)
        if step.effect is Effect.CREATES:
            self.memory.made_at = now
        self.pace.turn_to(f"not in effect yet: {step.reason}", now)
