"""What a failed replacement made is undone: by whom, how soon, and what is left although its tags name the resource."""

from dataclasses import replace
from typing import Any

import pytest

from sentinel_tables.memory import Memory
from sentinel_tables.model import LiveTable
from sentinel_tables.resource import Outcome
from sentinel_tables.rules.belief import ResourceWord
from tests.aws.clock import START
from tests.test_resource import BEFORE, CREATE, LEFT, MINE, NAME, OWNER, REPLACEMENT, STANDS, Stacks, Stage, Tables

FAILED = Memory(failure="failed.", tried_at=START, table_id="id")
"""A replacement that made the table in another process, and has failed."""
HERE = replace(FAILED, here=True)


def undone(memory: Memory, live: LiveTable | None, **more: Any) -> tuple[Outcome, list[str], float]:
    """The outcome, the steps, and how long it took, of a replacement that undoes what it made."""
    stage = Stage(Tables({NAME: live} if live else {}))
    outcome = stage.provide(REPLACEMENT, replace(memory), **more)
    return outcome, [step.api for step in stage.tables.taken], stage.clock.now() - START


@pytest.mark.parametrize("first", [True, False])
def test_an_undoing_asks_of_the_stack_and_spares_what_cloudformation_calls_the_resource_s_table(first: bool) -> None:
    named = Stacks(ResourceWord("UPDATE_IN_PROGRESS", NAME))
    outcome, taken, _ = undone(HERE, STANDS, stacks=named, first=first)
    assert (outcome.reason, taken) == (f"failed.{LEFT}", [])
    assert named.asked[0] == OWNER.stack_id
    outcome, taken, _ = undone(HERE, STANDS, stacks=Stacks(), first=first)
    assert (outcome.reason, taken) == ("failed.", ["delete_table"])


def test_what_this_process_made_is_undone_though_cloudformation_is_not_at_work_and_what_another_made_is_not() -> None:
    outcome, taken, seconds = undone(HERE, STANDS, stacks=Stacks(ResourceWord("UPDATE_COMPLETE")))
    assert (outcome.reason, taken) == ("failed.", ["delete_table"])
    assert seconds < 10
    outcome, taken, _ = undone(FAILED, STANDS, stacks=Stacks(ResourceWord("UPDATE_COMPLETE")))
    assert (outcome.reason, taken) == (f"failed.{LEFT}", [])


def test_what_another_process_made_is_undone_after_a_minute_and_at_once_if_the_event_s_time_was_up() -> None:
    """A repeated replacement deleted a table that a later update had finished."""
    outcome, taken, seconds = undone(FAILED, STANDS, stacks=Stacks())
    assert (outcome.reason, taken) == ("failed.", ["delete_table"])
    assert 60 <= seconds < 90
    outcome, taken, seconds = undone(replace(FAILED, late=True), STANDS, stacks=Stacks())
    assert (outcome.reason, taken) == ("failed.", ["delete_table"])
    assert seconds < 10


OTHER_SCHEMA = replace(STANDS, table=replace(STANDS.table, tags=MINE | {"sentinel:schema": "session"}))


@pytest.mark.parametrize("live", [OTHER_SCHEMA, replace(STANDS, created_at=START - 1)], ids=["another schema", "older"])
@pytest.mark.parametrize("stacks", [None, Stacks()], ids=["unasked", "asked"])
def test_what_another_process_cannot_have_made_for_this_event_is_left(live: LiveTable, stacks: Stacks | None) -> None:
    assert undone(FAILED, live, stacks=stacks)[:2] == (Outcome(BEFORE, reason=f"failed.{LEFT}"), [])


@pytest.mark.parametrize("tried", [True, False])
def test_if_nobody_is_asked_what_is_no_older_than_the_event_is_undone(tried: bool) -> None:
    memory = FAILED if tried else replace(FAILED, tried_at=None)
    assert undone(memory, STANDS)[:2] == (Outcome(BEFORE, reason="failed."), ["delete_table"])


def test_a_call_of_this_process_that_was_not_answered_may_yet_make_its_table() -> None:
    late = replace(HERE, table_id="")
    assert undone(late, None)[0] == Outcome(BEFORE, reason="failed.")
    assert undone(late, None)[2] >= 5, "it looks for the table for some seconds"
    assert undone(replace(late, here=False), None)[2] < 1


def test_a_create_that_has_undone_what_it_made_left_no_table_and_says_so_by_its_id() -> None:
    stage = Stage(Tables({NAME: STANDS}))
    assert stage.provide(CREATE, replace(HERE)) == Outcome("not-created:r-1", reason="failed.")
    assert [step.api for step in stage.tables.taken] == ["delete_table"]
