"""The one loop: read the table, decide, take a step, wait, and read again, until nothing is left to do.

Deciding stands in `goals`; the loop alone calls and sleeps. Before a step it asks CloudFormation whether it is at work on
the resource, so that an event which comes again after its end, or which somebody forged, finds nothing to do.
"""

import logging
from dataclasses import replace

from sentinel_tables.allowance import (
    BELIEF_SECONDS,
    BELIEF_SHARE,
    DOUBT_SECONDS,
    STALE_SECONDS,
    TAG_LAG_SECONDS,
    VISIBILITY_SECONDS,
    Allowance,
)
from sentinel_tables.errors import (
    NotNow,
    OutOfTime,
    Patience,
    RefusedByAws,
    SentinelTableError,
    TagsInMotion,
    shown,
)
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import Ask, Done, Goal, Move, Trail, Wait
from sentinel_tables.goals.pace import Pace
from sentinel_tables.goals.standing import Standing
from sentinel_tables.inquiry import Inquiry
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, TableStatus
from sentinel_tables.ports import Tables
from sentinel_tables.rules import ownership
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.steps import Effect, Step

log = logging.getLogger(__name__)

ACCEPTED_IN_VAIN = 3
"""How often a step is accepted, and shows no effect, before that is reported."""
DECISIVE = (Effect.CREATES, Effect.ADOPTS, Effect.REMOVES)
"""The effects of a step before which CloudFormation is asked anew, however short ago it was asked."""


def converge(
    goal: Standing, tables: Tables, allowance: Allowance, memory: Memory, inquiry: Inquiry | None = None
) -> LiveTable:
    """Makes the table what the template says, and returns it as it then stands.

    `inquiry` asks CloudFormation about the event; without one, nobody is asked. Raises NotOwned, UnsafeChange, RefusedByAws,
    Vanished, Contradicted, and OutOfTime if it has not settled yet.
    """
    work = _Work(goal, tables, allowance, memory, inquiry)
    while True:
        work.do()
        if work.live is not None:  # always, since `Standing` is never done with a table that is gone
            return work.live


def remove(  # noqa: PLR0913 - what the loop works with
    goal: Removed | GivenBack,
    tables: Tables,
    allowance: Allowance,
    memory: Memory,
    inquiry: Inquiry | None = None,
    *,
    undoing: bool = False,
) -> Done:
    """Deletes or releases the table as its owner may, or gives it back, and reports what became of it.

    With `undoing`, this process undoes what it did itself, which CloudFormation need not be at work on. Raises
    ProtectedTable, UnsafeChange, RefusedByAws, Contradicted, and OutOfTime if the table is not gone yet.
    """
    return _Work(goal, tables, allowance, memory, inquiry, undoing=undoing).do()


class _Work:
    """One run of the loop, towards one goal."""

    def __init__(  # noqa: PLR0913 - what the loop works with
        self,
        goal: Goal,
        tables: Tables,
        allowance: Allowance,
        memory: Memory,
        inquiry: Inquiry | None,
        *,
        undoing: bool = False,
    ) -> None:
        self.goal, self.tables, self.allowance, self.memory = goal, tables, allowance, memory
        self.inquiry, self.undoing = inquiry, undoing
        self.clock = allowance.clock
        now = self.clock.now()
        what = memory.pending or f"table {shown(goal.name)} has not been looked at"
        self.pace = Pace(began=min(now, memory.pending_since or now), what=what)
        self.live: LiveTable | None = None
        self.again = goal.facets
        self.whole_at = 0.0
        self.fresh = False
        self.untold: tuple[Step, float] | None = None
        self.patience: Patience | None = None
        self.belief_seconds = min(BELIEF_SECONDS, allowance.event_left() * BELIEF_SHARE)

    def do(self) -> Done:
        while True:
            try:
                move = self._turn()
            except NotNow as refusal:
                self._put_off(refusal)
            else:
                self.patience = None
                if isinstance(move, Done):
                    return move
            pause = self.pace.pause(self.clock.now(), self.clock.jitter())
            self.clock.sleep(max(0.0, min(pause, self.allowance.left())))

    def _put_off(self, refusal: NotNow) -> None:
        """Raises what the refusal is in the end, if it has not passed within its patience."""
        now = self.clock.now()
        self.pace.put_off(refusal, now)
        self.patience = refusal.patience
        if refusal.patience is not None and now - self.pace.began >= refusal.patience.seconds:
            raise refusal.patience.error

    def _turn(self) -> Move:
        """Reads, decides, asks if that matters, and takes the step that was decided on, if it was one."""
        self.fresh = False
        move = self._decide()
        self._log_step(move)
        if stale := self._stale(move):
            self.again = stale
            move = self._decide()
        if self.inquiry and self._lacks_date(move):
            self._date(self.inquiry)
            move = self._next_move()
        if self.inquiry and self._must_ask(self.inquiry, move):
            self._ask(self.inquiry)
            move = self._next_move()
        self._follow(move)
        return move

    def _follow(self, move: Move) -> None:
        asks = isinstance(move, Wait) and move.asks
        if isinstance(move, Step):
            self.again = frozenset({move.facet, Facet.TAGS})
            self._take(move)
        elif isinstance(move, Wait):
            self.again = move.facets
            self.pace.turn_to(move.what, self.clock.now())
        if asks and self.inquiry:
            self.inquiry.word = None
        self.pace.refusals = self.pace.refusals + 1 if asks else 0

    def _decide(self) -> Move:
        self._stop_in_time()
        if isinstance(self.goal, Standing):
            self.goal = replace(self.goal, desired=_keyed(self.goal.desired, self.tables))
        known, self.live = self.live, self._read()
        now = self.clock.now()
        if self.again >= self.goal.facets or known is None or not self.goal.facets <= known.facets:
            self.whole_at = now
        if self.live is not None and self.live.status == TableStatus.CREATING:
            self.pace.creating_at = now
        move = self._next_move()
        self._remember(move)
        return move

    def _next_move(self) -> Move:
        pace, now = self.pace, self.clock.now()
        trail = Trail(
            now,
            pace.what,
            now - pace.began,
            pace.taken,
            pace.shows_by,
            pace.creating_at,
            asks=self.inquiry is not None,
            patience=self.belief_seconds,
            word=self.inquiry.word if self.inquiry else None,
        )
        return self.goal.next_move(self.live, self.memory, trail)

    def _read(self) -> LiveTable | None:
        return self.tables.read(self.goal.name, self.live, self.goal.facets, self.again, self._stop_in_time)

    def _lacks_date(self, move: Move) -> bool:
        """True if the event has no date, and the table would be treated in another way if it were new."""
        if not isinstance(self.goal, Standing) or self.live is None or isinstance(move, Wait):
            return False
        return self.goal.desired.claim.sent_at is None and self.goal.depends_on_age(self.live)

    def _date(self, inquiry: Inquiry) -> None:
        """Takes the beginning of the stack's operation for the date of an event that has none. Raises NotNow."""
        if isinstance(self.goal, Standing):
            desired = self.goal.desired
            claim = replace(desired.claim, sent_at=inquiry.operation().began)
            self.goal = replace(self.goal, desired=replace(desired, claim=claim))

    def _log_step(self, move: Move) -> None:
        """A line for the step that was taken last, now that it is in effect, with the seconds that it took."""
        if self.untold is None or isinstance(move, Wait | Ask) or move == self.untold[0]:
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
        return frozenset() if isinstance(move, Done) else frozenset({Facet.TAGS}) - self.again

    def _must_ask(self, inquiry: Inquiry, move: Move) -> bool:
        if isinstance(move, Ask):
            return True
        if not isinstance(move, Step) or self.fresh:
            return False
        return move.effect in DECISIVE or inquiry.is_stale(self.clock.now())

    def _ask(self, inquiry: Inquiry) -> None:
        """Raises NotNow if there is no answer, or one that contradicts the event."""
        self._stop_in_time()
        propagate = isinstance(self.goal, Standing) and self.goal.desired.claim.propagate
        word = inquiry.ask(self.clock.now(), tags=propagate and self.memory.made_at is None)
        self.fresh = True
        if not self.undoing:
            inquiry.believe(word)
        if propagate and isinstance(self.goal, Standing) and word.stack:
            self.goal = replace(self.goal, desired=replace(self.goal.desired, stack_tags=word.stack.tags))

    def _remember(self, move: Move) -> None:
        if self.live is not None and not self.memory.table_id and not (isinstance(move, Wait) and move.predecessor):
            self.memory.table_id = self.live.table_id
        if isinstance(self.goal, Standing) and self.live is not None and Facet.TAGS in self.live.facets:
            self.memory.held |= self.goal.is_held(self.live)

    def _take(self, step: Step) -> None:
        """Takes the step, and remembers what that may mean for the table, whether or not an answer comes."""
        self._stop_in_time()
        self._refuse_in_vain(step)
        before = self.memory.tried_at, self.memory.here
        if step.effect is Effect.CREATES:
            self.memory.tried_at, self.memory.here = self.clock.now(), True
        if step.effect is Effect.ADOPTS and self.live is not None and self.memory.adopted is None:
            self.memory.adopted, self.memory.here = ownership.marks(self.live.table.tags), True
        log.debug("taking", extra={"step": step.api, "table": self.goal.name, "reason": step.reason})
        began = self.clock.now()
        try:
            self.tables.take(step)
        except SentinelTableError as refusal:
            in_doubt = isinstance(refusal, NotNow) and refusal.in_doubt
            if in_doubt:
                self.pace.took(step, self.clock.now() + DOUBT_SECONDS)
            elif step.effect is Effect.CREATES:
                self.memory.tried_at, self.memory.here = before
            if step.effect is Effect.REMOVES and isinstance(refusal, TagsInMotion):
                self.clock.sleep(max(0.0, min(TAG_LAG_SECONDS, self.allowance.left())))
            raise
        self._took(step, began)

    def _refuse_in_vain(self, step: Step) -> None:
        if step == self.pace.taken and self.pace.accepted >= ACCEPTED_IN_VAIN:
            what = f"{step.reason}, although {step.api} was accepted {ACCEPTED_IN_VAIN} times"
            raise RefusedByAws(f"Table {shown(self.goal.name)}: {what}. Find out why, then retry.")

    def _took(self, step: Step, began: float) -> None:
        now = self.clock.now()
        if step.effect is Effect.CREATES:
            self.memory.made_at = now
        self.pace.took(step, now + VISIBILITY_SECONDS)
        self.pace.accepted += 1
        self.untold = (step, began)
        self.pace.turn_to(f"not in effect yet: {step.reason}", now)

    def _stop_in_time(self) -> None:
        """A refusal that had some patience is what it is in the end if the event's time is shorter than that."""
        if self.patience is not None and self.allowance.event_is_over():
            raise self.patience.error
        if self.allowance.left() <= 0:
            raise OutOfTime(self.pace.what, since=self.pace.began)


def _keyed(desired: Desired, tables: Tables) -> Desired:
    settings = desired.table.settings
    settings = replace(settings, encryption=tables.with_key_arn(settings.encryption))
    return replace(desired, table=replace(desired.table, settings=settings))
