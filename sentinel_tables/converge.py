"""The one loop: read the table, decide, take a step, wait, and read again, until nothing is left to do.

Deciding stands in `goals`; the loop alone calls and sleeps. Before a step it asks CloudFormation whether it is at work on
the resource, so that an event which comes again after its end, or which somebody forged, finds nothing to do.
"""

from dataclasses import replace

from sentinel_tables.allowance import BELIEF_SECONDS, BELIEF_SHARE, Allowance
from sentinel_tables.errors import NotNow, OutOfTime, Patience
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import Done, Goal, Move, Wait
from sentinel_tables.goals.pace import Pace
from sentinel_tables.goals.standing import Standing
from sentinel_tables.inquiry import Inquiry
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable
from sentinel_tables.ports import Tables
from sentinel_tables.rules import belief
from sentinel_tables.rules.belief import Word
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.plan import just_created
from sentinel_tables.rules.steps import Step
from sentinel_tables.taking import Taking
from sentinel_tables.view import TABLE_ALONE, View

NO_FACET: frozenset[Facet] = frozenset()
"""No facet for the next look to read again. A step is taken only on a table that was looked at in the same turn, so a step
that was put off brings a look of its own; but CreateTable says itself if the name is taken meanwhile."""


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
        if work.view.live is not None:  # always, since `Standing` is never done with a table that is gone
            return work.view.live


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
        self.view = View(tables, goal)
        self.pace = Pace.resumed(goal.name, memory, self.clock.now(), at_aws=tables.at_aws)
        self.taking = Taking(goal.name, tables, allowance, memory, self.pace)
        self.waits_for = NO_FACET
        self.patience: Patience | None = None
        self.belief_seconds = min(BELIEF_SECONDS, allowance.event_left() * BELIEF_SHARE)

    def do(self) -> Done:
        """Turns until there is nothing left to do. Between a step and the next one there is no pause."""
        while True:
            try:
                move = self._turn()
            except NotNow as refusal:
                self._put_off(refusal)
            else:
                self.patience = None
                if isinstance(move, Done):
                    return move
                if isinstance(move, Step):
                    continue
            pause = self.pace.pause(self.clock.now(), self.clock.jitter(), self.waits_for)
            self.clock.sleep(max(0.0, min(pause, self.allowance.left())))
            self.view.turn(self.pace.due(self.waits_for, self.clock.now()) or self.waits_for)

    def _put_off(self, refusal: NotNow) -> None:
        """Raises what the refusal is in the end, if it has not passed within its patience."""
        now = self.clock.now()
        self.waits_for = NO_FACET
        self.pace.put_off(refusal, now)
        self.patience = refusal.patience
        if refusal.patience is not None and now - self.pace.began >= refusal.patience.seconds:
            raise refusal.patience.error

    def _turn(self) -> Move:
        """Reads, decides, asks if that matters, and takes the step that was decided on, if it was one."""
        if self.inquiry:
            self.inquiry.fresh = False
        if self.inquiry and self.inquiry.unanswered:
            self._ask(self.inquiry)
        move = self._decide()
        while again := self.view.stale(move, self.clock.now()) or self._unread(move):
            self.view.again = again
            move = self._decide()
        if self.inquiry and self._lacks_date(move):
            self._date(self.inquiry)
            move = self._next_move()
        if self.inquiry and self.inquiry.must_ask(move, self.clock.now()):
            self.view.again = NO_FACET
            self._ask(self.inquiry)
            move = self._next_move()
        self.taking.log_effects(move)
        self._follow(move)
        return move

    def _follow(self, move: Move) -> None:
        asks = isinstance(move, Wait) and move.asks
        if isinstance(move, Step):
            self._take(move)
        elif isinstance(move, Wait):
            self.waits_for, self.view.again = move.facets or TABLE_ALONE, NO_FACET
            self.pace.turn_to(move.what, self.clock.now())
        if asks and self.inquiry:
            self.inquiry.word = None
        self.pace.back_off(self.clock.now()) if asks else self.pace.come_back(self.clock.now())

    def _decide(self) -> Move:
        self._stop_in_time()
        if isinstance(self.goal, Standing):
            self.goal = replace(self.goal, desired=_keyed(self.goal.desired, self.tables))
        self.view.look(self.clock.now, self._stop_in_time)
        self.view.again = TABLE_ALONE
        self.pace.saw(self.view.live, self.clock.now())
        move = self._next_move()
        self._remember(move)
        return move

    def _next_move(self) -> Move:
        word = self.inquiry.word if self.inquiry else None
        trail = self.pace.trail(self.clock.now(), word, self.belief_seconds, asks=self.inquiry is not None)
        return self.goal.next_move(self.view.live, self.memory, trail)

    def _unread(self, move: Move) -> frozenset[Facet]:
        """The facets that the move waits for, if they may have changed by now and nobody has read them since."""
        if not isinstance(move, Wait):
            return NO_FACET
        return self.view.unread(self.pace.due(move.facets or TABLE_ALONE, self.clock.now()))

    def _lacks_date(self, move: Move) -> bool:
        """True if the event has no date, and the table would be treated in another way if it were new."""
        live = self.view.live
        if not isinstance(self.goal, Standing) or live is None or isinstance(move, Wait):
            return False
        return self.goal.desired.claim.sent_at is None and self.goal.depends_on_age(live)

    def _date(self, inquiry: Inquiry) -> None:
        """Takes the beginning of the stack's operation for the date of an event that has none. Raises NotNow."""
        if isinstance(self.goal, Standing):
            desired = self.goal.desired
            claim = replace(desired.claim, sent_at=inquiry.operation().began)
            self.goal = replace(self.goal, desired=replace(desired, claim=claim))

    def _ask(self, inquiry: Inquiry) -> None:
        """Raises NotNow if there is no answer, or one that contradicts the event.

        If there is none, the next turn begins with the question: all else would be read in vain.
        """
        self._stop_in_time()
        propagate = isinstance(self.goal, Standing) and self.goal.desired.claim.propagate
        answers = inquiry.answers
        try:
            word = inquiry.ask(self.clock.now(), tags=propagate and self.memory.made_at is None)
        except NotNow:
            if inquiry.answers > answers:  # half of the word is there: this event goes before those that have none
                self.pace.come_back(self.clock.now())
            raise
        if not self.undoing:
            self._believe(inquiry, word)
        self.memory.seen_at_work |= belief.began_with(inquiry.sender, word)
        if propagate and isinstance(self.goal, Standing) and word.stack:
            self.goal = replace(self.goal, desired=replace(self.goal.desired, stack_tags=word.stack.tags))

    def _believe(self, inquiry: Inquiry, word: Word) -> None:
        """An event that is contradicted may have been served by another process meanwhile: the table is looked at again."""
        try:
            inquiry.believe(word)
        except NotNow:
            self.view.again = TABLE_ALONE
            raise

    def _remember(self, move: Move) -> None:
        live = self.view.live
        if live is not None and not self.memory.table_id and not (isinstance(move, Wait) and move.predecessor):
            self.memory.table_id = live.table_id
        if isinstance(self.goal, Standing) and live is not None and self.view.has_read(Facet.TAGS):
            self.memory.held |= self.goal.is_held(live)

    def _take(self, step: Step) -> None:
        self._stop_in_time()
        self.view.again = TABLE_ALONE
        try:
            table_id = self.taking.take(step, self.view.live)
        except NotNow as refusal:
            if refusal.back_off and not refusal.in_doubt:
                self.view.again = NO_FACET
            raise
        self.view.again = NO_FACET
        self.view.began(step.facet)
        if table_id and isinstance(self.goal, Standing):
            self.memory.table_id = table_id
            self.view.made(just_created(self.goal.desired, table_id), self.clock.now())

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
