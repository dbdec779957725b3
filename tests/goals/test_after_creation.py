"""What follows CreateTable: each step as soon as it can be taken, and what settles in its own time waited for together."""

from dataclasses import replace
from typing import Any

import pytest

from sentinel_tables.errors import Vanished
from sentinel_tables.goals.moves import Done, Taken, Trail, Wait
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable, Motion, Owner, Settings, Table
from sentinel_tables.rules import ownership, steps
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.plan import just_created
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema

NAME, NOW = "sentinel-requests", 1_000_000.0
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")
CREATING = Memory(made_at=NOW - 20, table_id="id", here=True)
EXPIRE, RECOVER = steps.expire(NAME, "ttl", enabled=True), steps.recover(NAME, 35)
OBSERVE, PROTECT = steps.observe(NAME, enabled=True), steps.protect(NAME, enabled=True)
DEFAULT = Settings()
EVERYTHING = Settings(deletion_protection=True, contributor_insights=True)


def goal(settings: Settings = DEFAULT) -> Standing:
    table = Table(approval_table_schema(NAME), settings)
    return Standing(Desired(table, Claim(OWNER, "approval", origin=Origin.CREATE)))


def active(wanted: Standing, *, ready: bool = True, **settings: Any) -> LiveTable:
    """The table as CreateTable left it, ACTIVE; but for these settings."""
    live = replace(just_created(wanted.desired, "id"), status="ACTIVE", recovery_ready=ready)
    return replace(live, table=replace(live.table, settings=replace(live.table.settings, **settings)))


def taken(*taken_steps: Step, shows_by: float = NOW + 30, accepted: int = 1) -> tuple[Taken, ...]:
    return tuple(Taken(step, NOW - 1, shows_by, accepted) for step in taken_steps)


def waits(move: object) -> frozenset[Facet]:
    assert isinstance(move, Wait), move
    return move.facets


def test_what_settles_slowest_is_begun_first_and_protection_last() -> None:
    wanted, order = goal(EVERYTHING), []
    settings: dict[str, Any] = {}
    effects: dict[str, tuple[str, object]] = {
        EXPIRE.api: ("time_to_live", "ttl"),
        OBSERVE.api: ("contributor_insights", True),
        RECOVER.api: ("recovery_days", 35),
        PROTECT.api: ("deletion_protection", True),
    }
    while isinstance(move := wanted.next_move(active(wanted, **settings), CREATING, Trail(NOW)), Step):
        order.append(move.api)
        settings |= dict([effects[move.api]])
    assert order == list(effects)
    assert move == Done()


def test_a_step_that_is_not_in_effect_yet_holds_no_other_one_up() -> None:
    wanted = goal()
    assert wanted.next_move(active(wanted), CREATING, Trail(NOW, taken=taken(EXPIRE))) == RECOVER
    both = Trail(NOW, taken=taken(EXPIRE, RECOVER))
    assert waits(wanted.next_move(active(wanted), CREATING, both)) == {Facet.TIME_TO_LIVE, Facet.BACKUPS}


def test_nor_does_one_whose_answer_was_lost_on_a_table_without_records() -> None:
    wanted = goal()
    assert wanted.next_move(active(wanted), CREATING, Trail(NOW, taken=taken(EXPIRE, accepted=0))) == RECOVER


def test_a_step_whose_effect_is_overdue_is_taken_again() -> None:
    wanted = goal()
    overdue = Trail(NOW, taken=taken(EXPIRE, shows_by=NOW))
    assert wanted.next_move(active(wanted), CREATING, overdue) == EXPIRE


def test_recovery_is_not_tried_before_dynamodb_is_ready_for_it() -> None:
    wanted = goal()
    assert wanted.next_move(active(wanted, ready=False), CREATING, Trail(NOW)) == EXPIRE
    waiting = wanted.next_move(active(wanted, ready=False), CREATING, Trail(NOW, taken=taken(EXPIRE)))
    assert waits(waiting) == {Facet.TIME_TO_LIVE, Facet.BACKUPS}


@pytest.mark.parametrize(("seconds", "tried"), [(0.0, False), (19.9, False), (20.0, True)])
def test_that_it_is_not_ready_is_believed_for_20_s(seconds: float, tried: bool) -> None:
    wanted = goal()
    trail = Trail(NOW, unready_since=NOW - seconds, taken=taken(EXPIRE))
    move = wanted.next_move(active(wanted, ready=False), CREATING, trail)
    assert (move == RECOVER) is tried


IN_EFFECT = {"time_to_live": "ttl", "contributor_insights": True, "recovery_days": 35}
SETTLING = Motion("time to live is ENABLING", facet=Facet.TIME_TO_LIVE)


@pytest.mark.parametrize(
    ("ready", "settings", "motions", "behind", "protected"),
    [
        (False, {}, (), taken(EXPIRE, OBSERVE), False),
        (True, {}, (), taken(EXPIRE, OBSERVE, RECOVER), False),
        (True, {}, (), taken(EXPIRE, OBSERVE) + taken(RECOVER, accepted=0), False),
        (True, IN_EFFECT, (SETTLING,), taken(EXPIRE, OBSERVE, RECOVER), False),
        (True, IN_EFFECT, (), taken(EXPIRE, OBSERVE, RECOVER), True),
    ],
    ids=["recovery is not ready", "all is accepted", "an answer was lost", "one settles", "all is in effect"],
)
def test_protection_waits_until_all_else_is_in_effect(
    ready: bool, settings: dict[str, Any], motions: tuple[Motion, ...], behind: tuple[Taken, ...], protected: bool
) -> None:
    """Until then the Create may fail or be cancelled, and what it has made has to go."""
    wanted = goal(EVERYTHING)
    live = replace(active(wanted, ready=ready, **settings), motions=motions)
    move = wanted.next_move(live, CREATING, Trail(NOW, taken=behind))
    assert (move == PROTECT) is protected


def standing(**settings: Any) -> LiveTable:
    """A table that this resource has had for long, and that records stand in."""
    wanted = goal()
    owned = ownership.tags_of_new(wanted.desired.claim) | {ownership.ORIGIN: "adopted"}
    live = active(wanted, ready=True, **({"recovery_days": 35, "time_to_live": "ttl"} | settings))
    return replace(live, table=replace(live.table, tags=owned), created_at=0.0)


@pytest.mark.parametrize(
    ("behind", "expected"),
    [((), RECOVER), (taken(RECOVER), EXPIRE), (taken(RECOVER, accepted=0), None)],
    ids=["nothing yet", "recovery is accepted", "an answer was lost"],
)
def test_on_a_table_with_records_nothing_is_taken_away_before_the_rest_is_accepted(
    behind: tuple[Taken, ...], expected: Step | None
) -> None:
    live = standing()
    live = replace(
        live, table=replace(live.table, settings=replace(live.table.settings, recovery_days=None, time_to_live=None))
    )
    move = goal().next_move(live, Memory(table_id="id"), Trail(NOW, taken=behind))
    assert move == expected if expected else isinstance(move, Wait)


def test_what_is_still_coming_about_is_waited_for_where_it_shows() -> None:
    live = replace(standing(), motions=(Motion("time to live is ENABLING", facet=Facet.TIME_TO_LIVE),))
    assert waits(goal().next_move(live, Memory(table_id="id"), Trail(NOW))) == {Facet.TIME_TO_LIVE}
    assert goal().next_move(live, Memory(table_id="id"), Trail(NOW, waited=60.0)) == Done()


@pytest.mark.parametrize("live", [None, replace(standing(), table_id="of old")], ids=["not shown", "an old one is shown"])
@pytest.mark.parametrize(("seconds", "gone"), [(0.5, False), (30.0, False), (30.1, True)])
def test_a_table_made_a_moment_ago_may_not_be_shown_yet(live: LiveTable | None, seconds: float, gone: bool) -> None:
    memory, trail = Memory(made_at=NOW - seconds, table_id="id"), Trail(NOW)
    if gone:
        with pytest.raises(Vanished):
            goal().next_move(live, memory, trail)
    else:
        assert waits(goal().next_move(live, memory, trail)) == frozenset()
