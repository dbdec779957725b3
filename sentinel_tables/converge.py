"""The one loop: read the table, decide, take a step, wait, and read again, until nothing is left to do.

Deciding stands in `goals` and `endings`; the loop alone calls and sleeps.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sentinel_tables.allowance import Allowance
from sentinel_tables.errors import NotNow, OutOfTime, RefusedByAws, SentinelTableError, shown
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import DOUBT_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS, Done, Goal, Move, Trail, Wait
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Desired, Encryption, Facet, LiveTable
from sentinel_tables.rules import ownership
from sentinel_tables.rules.steps import Effect, Step

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 0.5
"""Short enough for an answer within a second."""
BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 5.0
ACCEPTED_IN_VAIN = 3
"""How often a step is accepted, and shows no effect, before that is said."""
STALE_SECONDS = 10.0
"""What was read longer ago than this is read again before a step is taken on it, or success is said."""


class Tables(Protocol):
    """The port to the tables. Each call raises NotNow for what passes by waiting, RefusedByAws for what does not."""

    def read(
        self,
        name: str,
        known: LiveTable | None,
        facets: frozenset[Facet],
        again: frozenset[Facet],
        between: Callable[[], None] = lambda: None,
    ) -> LiveTable | None:
        """The table of that name, or None. `between` is called before each call but the first; what it raises ends the read.

        DescribeTable is always asked. Of the other `facets`, those in `again` and those that `known` does not tell of this
        very table are read, where the table is far enough along to be asked.
        """

    def take(self, step: Step) -> None:
        """Makes the step's call. That it was done already is success."""

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        """The same encryption, a customer managed key named by its ARN, as `read` tells it."""


@dataclass(slots=True)
class _Pace:
    """How long the loop has been waiting for one thing, how often in a row it was put off; what it did last, how often."""

    began: float
    what: str = ""
    refusals: int = 0
    taken: Step | None = None
    shows_by: float = 0.0
    accepted: int = 0
    creating_at: float | None = None

    def trail(self, now: float) -> Trail:
        return Trail(now, self.what, now - self.began, self.taken, self.shows_by, self.creating_at)

    def turn_to(self, what: str, now: float) -> None:
        if what != self.what:
            self.what, self.began = what, now

    def put_off(self, refusal: NotNow, now: float) -> None:
        self.turn_to(str(refusal), now)
        self.refusals = self.refusals + 1 if refusal.back_off else 0

    def took(self, step: Step, shows_by: float) -> None:
        self.accepted = self.accepted if step == self.taken else 0
        self.taken, self.shows_by = step, shows_by

    def pause(self, now: float, jitter: float) -> float:
        """Seconds until the next look."""
        if self.refusals:
            return min(LONGEST_BACK_OFF_SECONDS, BACK_OFF_SECONDS * 2.0 ** min(self.refusals - 1, 10)) * (0.5 + jitter)
        return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS + 0.2 * (now - self.began)) * (0.8 + 0.4 * jitter)


def converge(goal: Standing, tables: Tables, allowance: Allowance, memory: Memory) -> LiveTable:
    """Makes the table what the template says, and returns it as it then stands.

    Raises NotOwned, UnsafeChange, RefusedByAws, Vanished, and OutOfTime where it has not settled yet.
    """
    work = _Work(goal, tables, allowance, memory)
    work.do()
    if work.live is None:
        raise AssertionError("Done is never said of a table that is not there")
    return work.live


def remove(goal: Removed | GivenBack, tables: Tables, allowance: Allowance, memory: Memory) -> Done:
    """Deletes or releases the table as its owner may, or gives it back, and tells what became of it.

    Raises ProtectedTable, RefusedByAws, and OutOfTime where it is not gone yet.
    """
    return _Work(goal, tables, allowance, memory).do()


class _Work:
    """One run of the loop, towards one goal."""

    def __init__(self, goal: Goal, tables: Tables, allowance: Allowance, memory: Memory) -> None:
        self.goal, self.tables, self.allowance, self.memory = goal, tables, allowance, memory
        self.clock = allowance.clock
        what = memory.pending or f"table {shown(goal.name)} has not been looked at"
        self.pace = _Pace(began=self.clock.now(), what=what)
        self.live: LiveTable | None = None
        self.again = goal.facets
        self.whole_at = 0.0
        self.untold: tuple[Step, float] | None = None

    def do(self) -> Done:
        while True:
            try:
                move = self._turn()
            except NotNow as refusal:
                self.pace.put_off(refusal, self.clock.now())
            else:
                if isinstance(move, Done):
                    return move
            pause = self.pace.pause(self.clock.now(), self.clock.jitter())
            self.clock.sleep(max(0.0, min(pause, self.allowance.left())))

    def _turn(self) -> Move:
        """Reads, decides, and takes the step that was decided on, if it was one."""
        move = self._decide()
        self._tell_of_step(move)
        if stale := self._stale(move):
            self.again = stale
            move = self._decide()
        if isinstance(move, Step):
            self.again = frozenset({move.facet, Facet.TAGS})
            self._take(move)
        elif isinstance(move, Wait):
            self.again = move.facets
            self.pace.turn_to(move.what, self.clock.now())
        self.pace.refusals = 0
        return move

    def _decide(self) -> Move:
        self._stop_in_time()
        self.goal = _with_key_arn(self.goal, self.tables)
        known, self.live = self.live, self._read()
        now = self.clock.now()
        if self.again >= self.goal.facets or known is None or not self.goal.facets <= known.facets:
            self.whole_at = now
        if self.live is not None and self.live.status == "CREATING":
            self.pace.creating_at = now
        move = self.goal.next_move(self.live, self.memory, self.pace.trail(now))
        self._remember(move)
        return move

    def _read(self) -> LiveTable | None:
        return self.tables.read(self.goal.name, self.live, self.goal.facets, self.again, self._stop_in_time)

    def _tell_of_step(self, move: Move) -> None:
        """A line for the step that was taken last, now that it is in effect, with the seconds that it took."""
        if self.untold is None or isinstance(move, Wait) or move == self.untold[0]:
            return
        step, began = self.untold
        seconds = round(self.clock.now() - began, 3)
        log.info("step", extra={"step": step.api, "table": self.goal.name, "reason": step.reason, "seconds": seconds})
        self.untold = None

    def _stale(self, move: Move) -> frozenset[Facet]:
        """What has to be read again before that is done: all that was read long ago; before a step, whose the table is."""
        if self.live is None or isinstance(move, Wait):
            return frozenset()
        if self.clock.now() - self.whole_at > STALE_SECONDS:
            return self.goal.facets
        return frozenset({Facet.TAGS}) - self.again if isinstance(move, Step) else frozenset()

    def _remember(self, move: Move) -> None:
        if self.live is not None and not self.memory.table_id and not (isinstance(move, Wait) and move.predecessor):
            self.memory.table_id = self.live.table_id
        if isinstance(self.goal, Standing) and self.live is not None and Facet.TAGS in self.live.facets:
            self.memory.held |= self.goal.is_held(self.live)

    def _take(self, step: Step) -> None:
        """Takes the step, and remembers what that may mean for the table, whether or not an answer comes."""
        self._stop_in_time()
        if step == self.pace.taken and self.pace.accepted >= ACCEPTED_IN_VAIN:
            what = f"{step.reason}, although {step.api} was accepted {ACCEPTED_IN_VAIN} times"
            raise RefusedByAws(f"Table {shown(self.goal.name)}: {what}. Find out why, then repeat the operation.")
        before = self.memory.tried_at, self.memory.alone
        if step.effect is Effect.CREATES:
            self.memory.tried_at, self.memory.alone = self.clock.now(), True
        if step.effect is Effect.ADOPTS and self.live is not None and self.memory.adopted is None:
            self.memory.adopted, self.memory.alone = ownership.marks(self.live.table.tags), True
        log.debug("taking", extra={"step": step.api, "table": self.goal.name, "reason": step.reason})
        began = self.clock.now()
        try:
            self.tables.take(step)
        except SentinelTableError as refusal:
            if step.effect is Effect.REMOVES and "ags are being updated" in str(refusal):
                self.clock.sleep(max(0.0, min(TAG_LAG_SECONDS, self.allowance.left())))
            if isinstance(refusal, NotNow) and refusal.in_doubt:
                self.pace.took(step, self.clock.now() + DOUBT_SECONDS)
            elif step.effect is Effect.CREATES:
                self.memory.tried_at, self.memory.alone = before
            raise
        now = self.clock.now()
        if step.effect is Effect.CREATES:
            self.memory.made_at = now
        self.pace.took(step, now + VISIBILITY_SECONDS)
        self.pace.accepted += 1
        self.untold = (step, began)
        self.pace.turn_to(f"not in effect yet: {step.reason}", now)

    def _stop_in_time(self) -> None:
        if self.allowance.left() <= 0:
            raise OutOfTime(self.pace.what)


def _with_key_arn(goal: Goal, tables: Tables) -> Goal:
    if isinstance(goal, Standing):
        return replace(goal, desired=_keyed(goal.desired, tables))
    if isinstance(goal, Removed | GivenBack) and goal.unfinished:
        return replace(goal, unfinished=_keyed(goal.unfinished, tables))
    return goal


def _keyed(desired: Desired, tables: Tables) -> Desired:
    settings = desired.table.settings
    settings = replace(settings, encryption=tables.with_key_arn(settings.encryption))
    return replace(desired, table=replace(desired.table, settings=settings))
