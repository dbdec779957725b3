"""CloudFormation's word on one event, as far as it was asked.

Two answers are kept: one for the resource, which is asked for again before each step that matters, and one for its stack.
"""

from dataclasses import dataclass

from sentinel_tables.allowance import BELIEF_SECONDS, STALE_SECONDS
from sentinel_tables.errors import Contradicted, NotNow, Patience
from sentinel_tables.goals.moves import Ask, Move
from sentinel_tables.ports import Stacks
from sentinel_tables.rules import belief
from sentinel_tables.rules.belief import Sender, StackWord, Word
from sentinel_tables.rules.steps import Effect, Step

DECISIVE = (Effect.CREATES, Effect.ADOPTS, Effect.REMOVES)
"""The effects of a step before which CloudFormation is asked anew, however short ago it was asked."""
NOT_AT_WORK = "CloudFormation does not say that it is at work on this resource"


@dataclass(slots=True)
class Inquiry:
    """Asks about the resource that an event is about."""

    stacks: Stacks
    sender: Sender
    of_stack: bool = False
    """True if the stack is asked about each time: by a Delete, and by an undoing."""
    word: Word | None = None
    stack: StackWord | None = None
    """The last word on the stack, however old: in one operation, neither its beginning nor the stack's tags change."""
    asked_at: float = 0.0
    unanswered: bool = False
    """True if the last question had no answer, and has to be asked before all else: the rest would be read in vain."""
    fresh: bool = False
    """True if the answer came in the turn that the loop is in."""
    answers: int = 0
    """The number of answers about the stack."""
    unused_at: float | None = None
    """When an answer about the stack came that no word was made of yet."""

    def ask(self, now: float, *, tags: bool = False) -> Word:
        """Asks anew; `tags` if the stack's tags are needed, and nobody has asked for them yet.

        Raises NotNow, and Contradicted if CloudFormation cannot be asked about that stack at all.
        """
        if belief.is_foreign(self.sender):
            raise _contradicted("cannot be asked about a stack of another account or Region")
        self.word, self.unanswered = None, True
        if self.of_stack or (tags and self.stack is None):
            self._ask_of_stack(now)
        resource = self.stacks.resource(self.sender.owner)
        if not self.of_stack and belief.needs_stack(self.sender, resource):
            self._ask_of_stack(now)
        self.word, self.unused_at = Word(resource, self.stack), None
        self.asked_at, self.unanswered, self.fresh = now, False, True
        return self.word

    def believe(self, word: Word) -> None:
        """Raises NotNow if that contradicts the event: after a minute of asking again, it is Contradicted."""
        if why := belief.contradiction(self.sender, word):
            self.word = None
            raise NotNow(NOT_AT_WORK, back_off=True, patience=Patience(BELIEF_SECONDS, _contradicted(why)))

    def operation(self) -> StackWord:
        """The word on the stack, asked for once. Raises NotNow."""
        if self.stack is None:
            self.stack = self.stacks.stack(self.sender.owner.stack_id)
        return self.stack

    def _ask_of_stack(self, now: float) -> None:
        """An answer that could not be used yet, because the other question was throttled, is not asked for again so soon."""
        if self.unused_at is None or now - self.unused_at > STALE_SECONDS:
            self.stack, self.unused_at = self.stacks.stack(self.sender.owner.stack_id), now
            self.answers += 1

    def must_ask(self, move: Move, now: float) -> bool:
        """True if nobody has asked yet, or too long ago to take the step that is the next move."""
        if isinstance(move, Ask):
            return True
        if not isinstance(move, Step) or self.fresh:
            return False
        return move.effect in DECISIVE or self.word is None or now - self.asked_at > STALE_SECONDS


def _contradicted(why: str) -> Contradicted:
    remedy = "Repeat the operation in CloudFormation if it was meant."
    return Contradicted(f"CloudFormation {why}, so this event is not believed, and changes nothing. {remedy}")
