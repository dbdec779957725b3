"""What asks CloudFormation: whom it asks about what, what it keeps, and when its word is believed."""

from dataclasses import dataclass, field

import pytest

from sentinel_tables.allowance import BELIEF_SECONDS, STALE_SECONDS
from sentinel_tables.errors import Contradicted, NotNow
from sentinel_tables.goals.moves import Ask, Done, Move, Wait
from sentinel_tables.inquiry import NOT_AT_WORK, Inquiry
from sentinel_tables.model import Owner
from sentinel_tables.rules import steps
from sentinel_tables.rules.belief import ResourceWord, Sender, StackWord, Verb, Word

STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
OWNER = Owner(STACK_ID, "Records")
NAME, NOW = "sentinel-requests", 1_790_000_000.0
AT_WORK, STACK = ResourceWord("UPDATE_IN_PROGRESS", NAME), StackWord("UPDATE_IN_PROGRESS", NOW, {"team": "red"})
THROTTLED = NotNow("throttled")


@dataclass
class Stacks:
    """CloudFormation; `refusals` come first, one for each question about the resource."""

    word: ResourceWord = AT_WORK
    refusals: list[NotNow] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)

    def resource(self, owner: Owner) -> ResourceWord:
        self.asked.append(owner)
        if self.refusals:
            raise self.refusals.pop(0)
        return self.word

    def stack(self, stack_id: str) -> StackWord:
        self.asked.append(stack_id)
        return STACK


def about(verb: Verb = Verb.UPDATE, stacks: Stacks | None = None, **more: object) -> Inquiry:
    return Inquiry(stacks or Stacks(), Sender(verb, OWNER, NAME, NOW), **more)  # type: ignore[arg-type] # rows


@pytest.mark.parametrize(
    ("verb", "status", "of_stack", "tags", "asked", "said"),
    [
        (Verb.UPDATE, "UPDATE_IN_PROGRESS", False, False, [OWNER], None),
        (Verb.UPDATE, "UPDATE_IN_PROGRESS", False, True, [STACK_ID, OWNER], STACK),
        (Verb.UPDATE, "UPDATE_IN_PROGRESS", True, False, [STACK_ID, OWNER], STACK),
        (Verb.UPDATE, "UPDATE_FAILED", False, False, [OWNER, STACK_ID], STACK),
        (Verb.DELETE, "DELETE_IN_PROGRESS", False, False, [OWNER, STACK_ID], STACK),
        (Verb.DELETE, "DELETE_IN_PROGRESS", True, False, [STACK_ID, OWNER], STACK),
    ],
)
def test_the_resource_is_asked_about_and_the_stack_if_that_matters(  # noqa: PLR0913 - a row's columns
    verb: Verb, status: str, of_stack: bool, tags: bool, asked: list[object], said: StackWord | None
) -> None:
    stacks = Stacks(ResourceWord(status, NAME))
    assert about(verb, stacks, of_stack=of_stack).ask(NOW, tags=tags) == Word(stacks.word, said)
    assert stacks.asked == asked


def test_the_stack_s_tags_are_asked_for_once() -> None:
    stacks = Stacks()
    inquiry = about(stacks=stacks)
    for later in (0.0, 1.0, STALE_SECONDS + 1):
        assert inquiry.ask(NOW + later, tags=True) == Word(AT_WORK, STACK)
    assert stacks.asked.count(STACK_ID) == 1


def test_the_tags_of_a_moment_ago_are_answer_enough_for_a_row_s_exception() -> None:
    stacks = Stacks(ResourceWord("UPDATE_FAILED", NAME), refusals=[THROTTLED])
    inquiry = about(stacks=stacks)
    with pytest.raises(NotNow):
        inquiry.ask(NOW, tags=True)
    assert inquiry.ask(NOW + 1, tags=True) == Word(stacks.word, STACK)
    assert stacks.asked.count(STACK_ID) == 1


def test_an_answer_that_a_row_s_exception_needs_is_kept_like_any_other() -> None:
    stacks = Stacks(ResourceWord("UPDATE_FAILED", NAME))
    inquiry = about(stacks=stacks)
    assert inquiry.ask(NOW).stack == STACK
    assert inquiry.unused_at is None
    assert inquiry.ask(NOW + 1).stack == STACK
    assert stacks.asked.count(STACK_ID) == 2


def test_a_stack_that_matters_is_asked_about_each_time() -> None:
    stacks = Stacks()
    inquiry = about(stacks=stacks, of_stack=True)
    inquiry.ask(NOW)
    inquiry.ask(NOW)
    assert stacks.asked.count(STACK_ID) == 2


def test_an_answer_about_the_stack_is_kept_while_the_other_question_is_tried_again_but_not_for_long() -> None:
    stacks = Stacks(refusals=[THROTTLED] * 3)
    inquiry = about(stacks=stacks, of_stack=True)
    for later, answers in ((0.0, 1), (STALE_SECONDS, 1), (STALE_SECONDS + 0.1, 2)):
        with pytest.raises(NotNow):
            inquiry.ask(NOW + later)
        assert stacks.asked.count(STACK_ID) == inquiry.answers == answers
    assert inquiry.ask(NOW + STALE_SECONDS + 0.2) == Word(AT_WORK, STACK)
    assert stacks.asked.count(STACK_ID) == 2


@pytest.mark.parametrize("home", [("eu-west-1", "123456789012"), ("eu-central-1", "210987654321")])
def test_a_stack_from_elsewhere_is_not_asked_about(home: tuple[str, str]) -> None:
    stacks = Stacks()
    with pytest.raises(Contradicted) as error:
        Inquiry(stacks, Sender(Verb.UPDATE, OWNER, NAME, NOW, home=home)).ask(NOW)
    assert stacks.asked == []
    assert str(error.value) == (
        "CloudFormation cannot be asked about a stack of another account or Region, so this event is not believed, and "
        "changes nothing. Repeat the operation in CloudFormation if it was meant."
    )


CHANGE, REMOVAL = steps.protect(NAME, enabled=True), steps.delete_table(NAME)


@pytest.mark.parametrize(
    ("move", "never_asked", "asked_just_now", "asked_a_while_ago", "stale"),
    [
        (Ask(), True, True, True, True),
        (CHANGE, True, False, False, True),
        (REMOVAL, True, False, True, True),
        (Wait("x"), False, False, False, False),
        (Done(), False, False, False, False),
    ],
)
def test_who_takes_a_step_has_to_have_asked_and_shortly_before_what_decides(
    move: Move, never_asked: bool, asked_just_now: bool, asked_a_while_ago: bool, stale: bool
) -> None:
    inquiry = about()
    assert inquiry.must_ask(move, NOW) is never_asked
    inquiry.ask(NOW)
    assert inquiry.must_ask(move, NOW) is asked_just_now
    inquiry.fresh = False
    assert inquiry.must_ask(move, NOW + STALE_SECONDS) is asked_a_while_ago
    assert inquiry.must_ask(move, NOW + STALE_SECONDS + 0.1) is stale


def test_a_question_that_is_not_answered_leaves_no_word() -> None:
    stacks = Stacks()
    inquiry = about(stacks=stacks)
    inquiry.ask(NOW)
    assert (inquiry.unanswered, inquiry.fresh) == (False, True)
    stacks.refusals.append(THROTTLED)
    with pytest.raises(NotNow):
        inquiry.ask(NOW + 1)
    assert (inquiry.word, inquiry.unanswered) == (None, True)


def test_a_word_that_contradicts_is_asked_for_again_for_a_minute_and_is_the_reason_then() -> None:
    inquiry = about(stacks=Stacks(ResourceWord("UPDATE_COMPLETE", NAME)))
    with pytest.raises(NotNow) as error:
        inquiry.believe(inquiry.ask(NOW))
    assert (str(error.value), error.value.back_off) == (NOT_AT_WORK, True)
    assert error.value.patience is not None
    assert error.value.patience.seconds == BELIEF_SECONDS
    assert isinstance(error.value.patience.error, Contradicted)
    assert str(error.value.patience.error) == (
        "CloudFormation says UPDATE_COMPLETE of the resource, so this event is not believed, and changes nothing. "
        "Repeat the operation in CloudFormation if it was meant."
    )
    assert inquiry.word is None, "what contradicts is not kept"


def test_a_word_that_does_not_contradict_is_kept() -> None:
    inquiry = about()
    inquiry.believe(inquiry.ask(NOW))
    assert inquiry.word == Word(AT_WORK)


def test_the_stack_s_operation_is_asked_for_once() -> None:
    stacks = Stacks()
    inquiry = about(stacks=stacks)
    assert [inquiry.operation(), inquiry.operation()] == [STACK, STACK]
    assert stacks.asked == [STACK_ID]
