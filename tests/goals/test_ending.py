"""The goals of an ending: each condition for a wait, a question, a step or an end has its row."""

from dataclasses import replace

import pytest

from sentinel_tables.allowance import LATE_CREATE_SECONDS, NEWBORN_SECONDS
from sentinel_tables.errors import ProtectedTable
from sentinel_tables.goals.ending import GivenBack, Removed
from sentinel_tables.goals.moves import Ask, Done, Move, Taken, Trail, Wait
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion, Owner, Settings, Table
from sentinel_tables.rules import removal, steps
from sentinel_tables.rules.belief import ResourceWord, StackWord, Word
from sentinel_tables.schemas import approval_table_schema

NAME, BEGAN = "sentinel-requests", 1_790_000_000.0
NOW = BEGAN + 1000
SHOWN = f'table "{NAME}"'
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")
MINE = {
    "sentinel:stack-id": OWNER.stack_id,
    "sentinel:logical-id": OWNER.logical_id,
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
ADOPTED = MINE | {"sentinel:origin": "adopted"}
THEIRS = MINE | {"sentinel:stack-id": "arn:of:others", "sentinel:logical-id": "Theirs"}
LIVE = LiveTable(
    table=Table(approval_table_schema(NAME), tags=MINE), status="ACTIVE", arn="arn", table_id="id", created_at=BEGAN
)
TRAIL = Trail(NOW)
DELETE, RELEASE = steps.delete_table(NAME), steps.release("arn", ADOPTED)
NO_TABLE = Done("there is no such table")
NOT_MINE = Done("it was left: its tags do not name this resource as its owner")
INDEX = Motion("index gsi-mine is still being built", "gsi-mine")
BACKFILL = Motion("index gsi-status is still being built", "gsi-status", backfilling=True)
BRIEF = Motion("time to live is DISABLING", facet=Facet.TIME_TO_LIVE)


def tagged(tags: dict[str, str], **more: object) -> LiveTable:
    return replace(LIVE, table=replace(LIVE.table, tags=tags), **more)  # type: ignore[arg-type] # rows


def word(status: str, physical_id: str = "") -> Word:
    return Word(ResourceWord("DELETE_IN_PROGRESS", physical_id), StackWord(status, BEGAN + 500))


def taken(step: steps.Step, shows_by: float = NOW) -> tuple[Taken, ...]:
    """The step was taken a second ago."""
    return (Taken(step, NOW - 1, shows_by, 1),)


def own_id() -> Removed:
    return Removed(NAME, OWNER, removal.delete_of_own_id(NAME))


def cancelled() -> Removed:
    """The Delete of a Create that CloudFormation cancels at work: it may make or take over a table yet."""
    return Removed(NAME, OWNER, removal.delete_of_another_id("records-Table-1A2B", "approval", BEGAN))


def move(goal: Removed, live: LiveTable | None, trail: Trail = TRAIL, memory: Memory | None = None) -> Move:
    return goal.next_move(live, memory or Memory(), trail)


def test_what_is_not_there_is_gone() -> None:
    assert move(own_id(), None) == NO_TABLE
    assert move(own_id(), LIVE, memory=Memory(table_id="another")) == NO_TABLE
    assert move(own_id(), LIVE, memory=Memory(table_id="id")) == DELETE


def test_a_cancelled_create_may_yet_make_its_table() -> None:
    wait = Wait(f"a Create may yet make {SHOWN}")
    early = replace(TRAIL, waited=LATE_CREATE_SECONDS - 0.1)
    assert move(cancelled(), None, early) == wait
    assert move(cancelled(), None, replace(TRAIL, waited=LATE_CREATE_SECONDS)) == NO_TABLE
    deleted = replace(early, taken=taken(DELETE))
    assert move(cancelled(), None, deleted) == Done("it was created by this resource: it is deleted", ours=True)
    assert move(own_id(), None, early) == NO_TABLE


def test_a_cancelled_create_may_yet_take_a_table_over() -> None:
    wait = Wait(f"a Create may yet take {SHOWN} over", frozenset({Facet.TAGS}))
    waited = replace(TRAIL, waits_for=wait.what, waited=LATE_CREATE_SECONDS)
    for tags in ({}, THEIRS):
        assert move(cancelled(), tagged(tags)) == wait
        assert move(cancelled(), tagged(tags), replace(waited, waited=LATE_CREATE_SECONDS - 0.1)) == wait
        assert move(cancelled(), tagged(tags), replace(waited, waits_for="something else")) == wait
        assert move(cancelled(), tagged(tags), waited) == NOT_MINE
        assert move(own_id(), tagged(tags)) == NOT_MINE


def test_a_table_on_its_way_out_is_waited_for() -> None:
    going = replace(LIVE, status="DELETING")
    assert move(own_id(), going) == Wait(f"{SHOWN} is being deleted")
    assert move(cancelled(), going) == Wait(f"{SHOWN} is being deleted", predecessor=True)


def test_a_table_is_not_judged_before_it_is_seen_whole() -> None:
    for facets in (frozenset({Facet.TABLE}), frozenset({Facet.TAGS})):
        assert move(own_id(), replace(LIVE, facets=facets)) == Wait(f"{SHOWN} is ACTIVE")
    assert move(own_id(), replace(LIVE, facets=frozenset({Facet.TABLE, Facet.TAGS}))) == DELETE


def test_the_tags_of_a_newborn_table_are_waited_for() -> None:
    wait = Wait(f"the tags of {SHOWN} are not visible yet", frozenset({Facet.TAGS}))
    assert move(own_id(), tagged({}, created_at=NOW - NEWBORN_SECONDS + 1)) == wait
    assert move(own_id(), tagged({}, created_at=NOW - NEWBORN_SECONDS - 1)) == NOT_MINE


def test_a_refusal_that_is_sure_takes_no_question() -> None:
    protected = replace(LIVE, table=replace(LIVE.table, settings=Settings(deletion_protection=True)))
    with pytest.raises(ProtectedTable):
        move(own_id(), protected, replace(TRAIL, asks=True))
    assert move(cancelled(), protected, replace(TRAIL, asks=True)) == Ask(), "that event may have protected it itself"


def test_cloudformation_is_asked_before_a_table_goes() -> None:
    assert move(own_id(), LIVE, replace(TRAIL, asks=True)) == Ask()
    assert move(own_id(), LIVE) == DELETE, "if nobody is asked"
    assert move(own_id(), LIVE, replace(TRAIL, asks=True, word=word("DELETE_IN_PROGRESS"))) == DELETE
    assert move(own_id(), tagged(THEIRS), replace(TRAIL, asks=True)) == NOT_MINE, "a table that is left takes no question"


def test_a_word_that_speaks_against_it_is_asked_for_again_and_believed_then() -> None:
    wait = Wait(f"CloudFormation has not said that {SHOWN} may go", asks=True)
    doubted = replace(TRAIL, asks=True, word=word("UPDATE_IN_PROGRESS"))
    spared = Done("it was left: it is older than the stack's operation, and the stack is UPDATE_IN_PROGRESS", spared=True)
    assert move(own_id(), LIVE, doubted) == wait
    assert move(own_id(), LIVE, replace(doubted, waits_for=wait.what, waited=59.9)) == wait
    assert move(own_id(), LIVE, replace(doubted, waits_for=wait.what, waited=60.0)) == spared
    assert move(own_id(), LIVE, replace(doubted, waits_for="another", waited=60.0)) == wait, "that was another wait"
    assert move(own_id(), LIVE, replace(doubted, waits_for=wait.what, waited=5.0, patience=5.0)) == spared
    assert move(own_id(), LIVE, replace(doubted, waits_for="another", waited=5.0, patience=1.0)) == wait


def test_only_what_keeps_a_table_from_being_deleted_is_waited_for() -> None:
    assert move(own_id(), replace(LIVE, motions=(INDEX,))) == Wait(INDEX.what)
    assert move(own_id(), replace(LIVE, motions=(INDEX, BRIEF, BACKFILL))) == Wait(INDEX.what)
    assert move(own_id(), replace(LIVE, motions=(BRIEF,))) == DELETE
    index_first = steps.delete_index(NAME, "gsi-status", "its backfill keeps the table from being deleted")
    assert move(own_id(), replace(LIVE, motions=(BRIEF, BACKFILL))) == index_first
    assert move(own_id(), tagged(ADOPTED, motions=(INDEX,))) == RELEASE, "a table that stays may go on moving"


def test_a_protected_table_that_the_event_itself_made_loses_its_protection_first() -> None:
    made = Removed(NAME, OWNER, removal.made_here("approval", may_yet_come=False))
    protected = replace(LIVE, table=replace(LIVE.table, settings=Settings(deletion_protection=True)))
    assert move(made, protected) == steps.protect(NAME, enabled=False)


@pytest.mark.parametrize(("live", "step"), [(LIVE, DELETE), (tagged(ADOPTED), RELEASE)], ids=["created", "adopted"])
def test_a_step_that_does_not_show_yet_is_not_taken_again(live: LiveTable, step: steps.Step) -> None:
    unseen = replace(TRAIL, taken=taken(step, NOW + 1))
    assert move(own_id(), live, unseen) == Wait(f"not in effect yet: {step.reason}", frozenset({step.facet}))
    assert move(own_id(), live, replace(TRAIL, taken=taken(step))) == step


def test_the_end_says_what_became_of_the_table() -> None:
    deleted = Done("it was created by this resource: it is deleted", ours=True)
    released = Done("it was adopted: it is released, and stays", ours=True)
    assert move(own_id(), None, replace(TRAIL, taken=taken(DELETE))) == deleted
    assert move(own_id(), tagged({}), replace(TRAIL, taken=taken(RELEASE))) == released
    assert move(cancelled(), tagged({}), replace(TRAIL, taken=taken(RELEASE))) == released, (
        "nobody else's tags are waited for"
    )


BEFORE = {"sentinel:stack-id": "arn:of:others", "sentinel:origin": "created"}


def back(live: LiveTable | None, trail: Trail = TRAIL, memory: Memory | None = None) -> Move:
    goal = GivenBack(NAME, OWNER, BEFORE, removal.made_here("approval", may_yet_come=False))
    return goal.next_move(live, memory or Memory(), trail)


GIVEN_BACK = Done("it was given back")
FIRST = steps.release("arn", ["sentinel:logical-id", "sentinel:schema"])


def test_a_table_that_was_adopted_is_given_back_in_two_steps() -> None:
    assert back(tagged(ADOPTED)) == FIRST
    half = {"sentinel:stack-id": OWNER.stack_id, "sentinel:origin": "adopted"}
    assert back(tagged(half), replace(TRAIL, taken=taken(FIRST))) == steps.give_back("arn", BEFORE)
    assert back(tagged({}), replace(TRAIL, taken=taken(FIRST))) == steps.give_back("arn", BEFORE)
    assert back(tagged(BEFORE), replace(TRAIL, taken=taken(FIRST))) == replace(GIVEN_BACK, ours=True)


def test_a_table_that_is_gone_or_somebody_else_s_is_left() -> None:
    assert back(None) == NO_TABLE
    assert back(tagged(ADOPTED), memory=Memory(table_id="another")) == NO_TABLE
    assert back(tagged(ADOPTED), memory=Memory(table_id="id")) == FIRST
    assert back(tagged(THEIRS)) == GIVEN_BACK
    assert back(tagged({})) == GIVEN_BACK, "nobody's, and nothing was done yet"
    assert back(tagged(THEIRS), replace(TRAIL, taken=taken(FIRST))) == replace(GIVEN_BACK, ours=True)


def test_it_is_given_back_after_a_question_and_not_before_it_is_seen_whole() -> None:
    assert back(tagged(ADOPTED, facets=frozenset({Facet.TABLE}), status="UPDATING")) == Wait(f"{SHOWN} is UPDATING")
    asks = replace(TRAIL, asks=True)
    assert back(tagged(ADOPTED), asks) == Ask()
    assert back(tagged(ADOPTED), replace(asks, word=word("UPDATE_IN_PROGRESS"))) == FIRST, "it stays, however old it is"
    named = replace(asks, word=word("UPDATE_IN_PROGRESS", NAME))
    assert back(tagged(ADOPTED), named) == Done(
        "it was left: CloudFormation says that it is the resource's table", spared=True
    )


def test_a_step_of_giving_back_that_does_not_show_yet_is_not_taken_again() -> None:
    wait = Wait(f"not in effect yet: {FIRST.reason}", frozenset({Facet.TAGS}))
    assert back(tagged(ADOPTED), replace(TRAIL, taken=taken(FIRST, NOW + 1))) == wait
    assert back(tagged(ADOPTED), replace(TRAIL, taken=taken(FIRST))) == FIRST
