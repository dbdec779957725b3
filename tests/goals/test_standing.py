"""The goal that a table stands: each condition for a wait, a step, an error or the end has its row."""

from dataclasses import replace

import pytest

from sentinel_tables.allowance import BRIEF_SECONDS, NEWBORN_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS
from sentinel_tables.errors import Vanished
from sentinel_tables.goals.moves import Done, Move, Taken, Trail, Wait, in_words
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion, Owner, Replica, Settings, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.plan import plan
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
THEIRS = MINE | {"sentinel:logical-id": "Theirs"}
LIVE = LiveTable(
    table=Table(approval_table_schema(NAME), tags=MINE), status="ACTIVE", arn="arn", table_id="id", created_at=BEGAN
)
TRAIL = Trail(NOW)
INDEX = Motion("index gsi-status is still being built", "gsi-status", backfilling=True)
OTHERS_INDEX = Motion("index gsi-mine is still being built", "gsi-mine")
TABLE_MOVES = Motion("table sentinel-requests is UPDATING")
BRIEF = Motion("time to live is ENABLING", facet=Facet.TIME_TO_LIVE)
REPLICA = Motion("the replica in eu-west-1 is being added", replica=True)
PROTECT = steps.protect(NAME, enabled=True)
DONE = Done()


def goal(settings: Settings | None = None, **more: object) -> Standing:
    desired = Desired(Table(approval_table_schema(NAME), settings or Settings()), Claim(OWNER, "approval", adopt=True))
    return Standing(replace(desired, **more))  # type: ignore[arg-type] # rows


def live(settings: Settings | None = None, tags: dict[str, str] | None = None, **more: object) -> LiveTable:
    table = replace(LIVE.table, settings=settings or Settings(), tags=MINE if tags is None else tags)
    return replace(LIVE, table=table, **more)  # type: ignore[arg-type] # rows


def move(found: LiveTable | None, trail: Trail = TRAIL, memory: Memory | None = None, asked: Standing | None = None) -> Move:
    return (asked or goal()).next_move(found, memory or Memory(), trail)


def taken(step: steps.Step, shows_by: float = NOW) -> tuple[Taken, ...]:
    """The step was taken a second ago."""
    return (Taken(step, NOW - 1, shows_by, 1),)


CREATE = plan(goal().desired, None)[0]
INVISIBLE = Wait(f"{SHOWN} is not visible yet")


def test_a_table_that_is_not_there_is_made_once() -> None:
    assert move(None) == CREATE
    assert move(None, replace(TRAIL, taken=taken(CREATE, NOW + 1))) == INVISIBLE
    assert move(None, replace(TRAIL, taken=taken(CREATE))) == CREATE, "it was refused after all"
    assert move(None, memory=Memory(tried_at=NOW)) == CREATE


def test_a_table_that_was_made_is_waited_for_and_never_made_again() -> None:
    """A Create was given up when DescribeTable was half a second late."""
    for seconds in (0.0, 0.5, VISIBILITY_SECONDS):
        for table_id in ("", "id"):
            assert move(None, memory=Memory(made_at=NOW - seconds, table_id=table_id)) == INVISIBLE
    for memory in (Memory(made_at=NOW - VISIBILITY_SECONDS - 0.1), Memory(table_id="id")):
        with pytest.raises(Vanished) as error:
            move(None, memory=memory)
        assert str(error.value) == (
            f"Somebody else deleted or replaced {SHOWN} while this operation was at work on it. "
            "Find out who, then repeat the operation."
        )


def test_a_table_of_old_on_its_way_out_is_waited_for_and_the_one_in_hand_is_not() -> None:
    going = live(status="DELETING")
    assert move(going) == Wait(f"{SHOWN} of old is being deleted", predecessor=True)
    for memory in (Memory(table_id="id"), Memory(made_at=NOW)):
        with pytest.raises(Vanished, match=f"^Somebody else deleted or replaced {SHOWN} while"):
            move(going, memory=memory)


def test_another_table_under_the_same_name_is_not_touched() -> None:
    assert move(live(), memory=Memory(table_id="id")) == DONE
    with pytest.raises(Vanished, match="deleted or replaced"):
        move(live(), memory=Memory(table_id="another"))


def test_a_table_is_not_judged_before_it_is_seen_whole() -> None:
    for facet in Facet:
        assert move(live(facets=frozenset(Facet) - {facet}, status="CREATING")) == Wait(f"{SHOWN} is CREATING")


UNTAGGED = Wait(f"the tags of {SHOWN} are not visible yet", frozenset({Facet.TAGS}))


@pytest.mark.parametrize(
    ("created_at", "creating_at", "made_at", "patience"),
    [
        (NOW - NEWBORN_SECONDS + 1, None, None, TAG_LAG_SECONDS),
        (NOW + NEWBORN_SECONDS - 1, None, None, TAG_LAG_SECONDS),
        (BEGAN, NOW - NEWBORN_SECONDS + 1, None, TAG_LAG_SECONDS),
        (BEGAN, None, BEGAN, NEWBORN_SECONDS),
        (NOW, NOW, NOW, NEWBORN_SECONDS),
        (NOW - NEWBORN_SECONDS, None, None, None),
        (NOW + NEWBORN_SECONDS, None, None, None),
        (BEGAN, NOW - NEWBORN_SECONDS, None, None),
    ],
)
def test_the_tags_of_a_newborn_table_are_waited_for_longer_if_this_event_made_it(
    created_at: float, creating_at: float | None, made_at: float | None, patience: float | None
) -> None:
    found, trail, memory = (
        live(tags={}, created_at=created_at),
        replace(TRAIL, creating_at=creating_at),
        Memory(made_at=made_at),
    )
    if patience is None:
        assert isinstance(move(found, trail, memory), steps.Step), "it is adopted"
        return
    waited = replace(trail, waits_for=UNTAGGED.what, waited=patience)
    assert move(found, trail, memory) == UNTAGGED
    assert move(found, replace(waited, waited=patience - 0.1), memory) == UNTAGGED
    assert move(found, replace(waited, waits_for="something else"), memory) == UNTAGGED
    assert isinstance(move(found, waited, memory), steps.Step)
    assert move(live(created_at=created_at), trail, memory) == DONE, "its tags are there"


def test_a_table_that_was_held_and_is_not_any_more_is_not_adopted_once_more() -> None:
    wait = Wait(f"{SHOWN} has another owner, or none", frozenset({Facet.TAGS}))
    for tags in ({}, THEIRS):
        assert isinstance(move(live(tags=tags)), steps.Step), "it was not held before, and is adopted"
        waited = replace(TRAIL, waits_for=wait.what, waited=TAG_LAG_SECONDS)
        held = Memory(held=True)
        assert move(live(tags=tags), memory=held) == wait
        assert move(live(tags=tags), replace(waited, waited=TAG_LAG_SECONDS - 0.1), held) == wait
        with pytest.raises(Vanished, match=rf"^Somebody else released, or took over, {SHOWN} while"):
            move(live(tags=tags), waited, held)
    assert move(live(), memory=Memory(held=True)) == DONE


RECOVERS = Settings(recovery_days=7)


def test_a_step_that_does_not_show_yet_is_not_taken_again() -> None:
    (step,) = plan(goal().desired, live(RECOVERS))
    assert move(live(RECOVERS)) == step
    unseen = replace(TRAIL, taken=taken(step, NOW + 0.1))
    assert move(live(RECOVERS), unseen) == Wait(f"not in effect yet: {step.reason}", frozenset({Facet.BACKUPS}))
    assert move(live(RECOVERS), replace(TRAIL, taken=taken(step))) == step
    assert move(live(RECOVERS), replace(TRAIL, taken=taken(PROTECT, NOW + 1))) == step
    assert move(live(), unseen) == DONE


@pytest.mark.parametrize("motion", [INDEX, TABLE_MOVES])
def test_what_moves_is_waited_for_before_any_step_but_an_adoption(motion: Motion) -> None:
    assert move(live(motions=(motion,))) == Wait(motion.what)
    assert move(live(RECOVERS, motions=(BRIEF, motion))) == Wait(in_words((BRIEF, motion)))
    adoption = move(live(RECOVERS, tags={}, motions=(motion,)))
    assert isinstance(adoption, steps.Step)
    assert adoption.effect is steps.Effect.ADOPTS


def test_the_indexes_of_others_are_not_waited_for_unless_the_template_listed_them_before() -> None:
    assert move(live(motions=(OTHERS_INDEX,))) == DONE
    forgotten = goal(forgotten_indexes=frozenset({"gsi-mine"}))
    assert move(live(motions=(OTHERS_INDEX,)), asked=forgotten) == Wait(OTHERS_INDEX.what)


def test_what_is_accepted_for_good_is_waited_for_a_while_at_the_end_alone() -> None:
    wait = Wait(BRIEF.what, frozenset({Facet.TIME_TO_LIVE}))
    assert move(live(motions=(BRIEF,))) == wait
    assert move(live(motions=(BRIEF,)), replace(TRAIL, waited=BRIEF_SECONDS - 0.1)) == wait
    assert move(live(motions=(BRIEF,)), replace(TRAIL, waited=BRIEF_SECONDS)) == DONE
    assert isinstance(move(live(RECOVERS, motions=(BRIEF,))), steps.Step), "there is something to do meanwhile"


def test_replicas_that_move_hold_up_all_but_tags_and_no_success() -> None:
    replicas = (Replica("eu-west-1", "CREATING"),)
    assert move(live(motions=(REPLICA,), replicas=replicas)) == DONE
    assert move(live(RECOVERS, motions=(REPLICA,), replicas=replicas)) == Wait(REPLICA.what)
    tags = goal()
    tags = replace(tags, desired=replace(tags.desired, table=replace(tags.desired.table, tags={"a": "1"})))
    step = move(live(motions=(REPLICA,), replicas=replicas), asked=tags)
    assert isinstance(step, steps.Step)
    assert step.facet is Facet.TAGS


def test_three_things_that_move_are_enough_of_a_reason() -> None:
    motions = (TABLE_MOVES, INDEX, BRIEF, REPLICA)
    assert in_words(motions) == f"{TABLE_MOVES.what}, {INDEX.what}, {BRIEF.what}"
    assert in_words(motions[:1]) == TABLE_MOVES.what


def test_what_this_event_made_is_new_whatever_the_clocks_say() -> None:
    kept = live(Settings(stream="NEW_IMAGE"))
    silent = goal(said=frozenset(), claim=Claim(OWNER, "approval", origin=Origin.CREATE, sent_at=NOW))
    assert move(kept, asked=silent, memory=Memory(made_at=NOW)) == steps.stop_stream(NAME, "the stream is NEW_IMAGE")
    step = move(kept, asked=silent)
    assert isinstance(step, steps.Step)
    assert step.facet is Facet.TAGS, "it stood before, and counts as adopted"


@pytest.mark.parametrize(
    ("settings", "tags", "depends"),
    [
        (Settings(), MINE, False),
        (Settings(stream="NEW_IMAGE"), MINE, True),
        (Settings(stream="NEW_IMAGE"), THEIRS, False),
        (Settings(recovery_days=7), MINE, False),
    ],
)
def test_a_date_matters_if_the_table_would_be_treated_in_another_way_if_it_were_new(
    settings: Settings, tags: dict[str, str], depends: bool
) -> None:
    assert goal(said=frozenset()).depends_on_age(live(settings, tags)) is depends
