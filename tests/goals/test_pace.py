"""When the loop looks again: growing pauses, what DynamoDB takes at least, and refusals that a crowd has to wait out."""

import pytest

from sentinel_tables.errors import NotNow
from sentinel_tables.goals.moves import Trail
from sentinel_tables.goals.pace import Pace
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, GlobalSecondaryIndex, KeyAttribute, LiveTable, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.belief import ResourceWord, Word
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema, ratelimit_table_schema

BEGAN = 1_000_000.0
NAME = "sentinel-requests"
MIDDLE = 0.5
"""The jitter that makes a pause neither longer nor shorter."""
CREATE = steps.create_table(Table(approval_table_schema(NAME)))
CREATE_PLAIN = steps.create_table(Table(ratelimit_table_schema(NAME)))
ADD_INDEX = steps.create_index(NAME, GlobalSecondaryIndex("gsi-status", KeyAttribute("status")), "it is missing")
EXPIRE = steps.expire(NAME, "ttl", enabled=True)
TABLE, EXPIRY, BACKUPS = (frozenset({facet}) for facet in (Facet.TABLE, Facet.TIME_TO_LIVE, Facet.BACKUPS))
THROTTLED = NotNow("throttled", back_off=True)
BUSY = NotNow("busy")


def pace(*, at_aws: bool) -> Pace:
    return Pace(BEGAN, at_aws=at_aws)


def live(status: str, *, ready: bool = True) -> LiveTable:
    table = Table(approval_table_schema(NAME))
    return LiveTable(table=table, status=status, arn="arn", table_id="id", created_at=0, recovery_ready=ready)


@pytest.mark.parametrize(
    ("at_aws", "waited", "seconds"),
    [
        (False, 0.0, 0.1), (False, 1.0, 0.3), (False, 2.0, 0.5), (False, 240.0, 0.5), (False, 241.0, 0.75),
        (True, 0.0, 0.3), (True, 1.0, 0.5), (True, 240.0, 0.5), (True, 241.0, 0.75),
    ],
)  # fmt: skip
def test_the_pauses_grow_with_the_wait(at_aws: bool, waited: float, seconds: float) -> None:
    assert pace(at_aws=at_aws).pause(BEGAN + waited, MIDDLE) == pytest.approx(seconds)


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_a_pause_is_a_tenth_longer_or_shorter(jitter: float, share: float) -> None:
    assert pace(at_aws=False).pause(BEGAN + 10, jitter) == pytest.approx(0.5 * share)


@pytest.mark.parametrize(
    ("step", "seconds"),
    [(CREATE, 11.5), (CREATE_PLAIN, 1.5), (ADD_INDEX, 300.0), (EXPIRE, 1.4), (steps.delete_table(NAME), 0.1)],
)
def test_nothing_is_looked_for_before_dynamodb_can_have_done_it(step: Step, seconds: float) -> None:
    at_aws, elsewhere, facets = pace(at_aws=True), pace(at_aws=False), frozenset({step.facet})
    for one in (at_aws, elsewhere):
        one.took(step, BEGAN, BEGAN + 30, accepted=True)
    assert at_aws.due(facets, BEGAN + seconds - 0.01) == frozenset()
    assert at_aws.due(facets, BEGAN + seconds) == facets
    assert elsewhere.due(facets, BEGAN) == facets


@pytest.mark.parametrize(
    ("left", "seconds"), [(0.2, 0.2), (1.9, 1.9), (2.0, 1.4), (11.5, 8.05), (20.0, 14.0), (30.0, 15.0), (300.0, 15.0)]
)
def test_the_greater_part_of_that_time_is_let_pass(left: float, seconds: float) -> None:
    waiting = pace(at_aws=True)
    waiting.ready[Facet.TABLE] = BEGAN + left
    assert waiting.pause(BEGAN, MIDDLE, TABLE) == pytest.approx(seconds)


def test_after_that_time_the_pauses_begin_to_grow() -> None:
    waiting = pace(at_aws=True)
    waiting.ready[Facet.TABLE] = BEGAN + 11.5
    assert waiting.pause(BEGAN + 11.5, MIDDLE, TABLE) == pytest.approx(0.3)
    assert waiting.pause(BEGAN + 12.0, MIDDLE, TABLE) == pytest.approx(0.4)


def test_of_several_things_the_earliest_is_waited_for() -> None:
    waiting = pace(at_aws=True)
    waiting.ready |= {Facet.TIME_TO_LIVE: BEGAN + 1.4, Facet.BACKUPS: BEGAN + 0.9}
    assert waiting.pause(BEGAN, MIDDLE, EXPIRY | BACKUPS) == pytest.approx(0.9)
    assert waiting.due(EXPIRY | BACKUPS, BEGAN + 1.0) == BACKUPS


def test_recovery_is_looked_for_a_while_after_the_table_is_active() -> None:
    at_aws, elsewhere = pace(at_aws=True), pace(at_aws=False)
    for one in (at_aws, elsewhere):
        one.saw(live("CREATING"), BEGAN)
        one.saw(live("ACTIVE"), BEGAN + 5)
        one.saw(live("ACTIVE"), BEGAN + 6)
    assert at_aws.ready[Facet.BACKUPS] == BEGAN + 5.9
    assert elsewhere.ready[Facet.BACKUPS] == BEGAN + 5
    assert at_aws.creating_at == BEGAN


def test_it_is_known_since_when_recovery_cannot_be_set() -> None:
    waiting = pace(at_aws=True)
    for seconds, table in ((0.0, live("ACTIVE", ready=False)), (3.0, live("ACTIVE", ready=False))):
        waiting.saw(table, BEGAN + seconds)
        assert waiting.unready_since == BEGAN
    waiting.saw(live("ACTIVE"), BEGAN + 4)
    assert waiting.unready_since is None
    waiting.saw(live("ACTIVE", ready=False), BEGAN + 5)
    waiting.saw(None, BEGAN + 6)
    assert waiting.unready_since is None


@pytest.mark.parametrize(("waited", "seconds"), [(0.0, 0.4), (10.0, 1.2), (100.0, 8.4), (495.0, 40.0), (3600.0, 40.0)])
def test_after_refusals_the_pauses_grow_with_what_they_cost(waited: float, seconds: float) -> None:
    refused = pace(at_aws=True)
    refused.put_off(THROTTLED, BEGAN)
    refused.put_off(THROTTLED, BEGAN + waited)
    assert refused.pause(BEGAN + waited, MIDDLE) == pytest.approx(seconds)


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.7), (0.5, 1.0), (1.0, 1.3)])
def test_those_pauses_differ_so_that_a_crowd_does_not_come_back_at_once(jitter: float, share: float) -> None:
    refused = pace(at_aws=True)
    refused.put_off(THROTTLED, BEGAN)
    assert refused.pause(BEGAN, jitter) == pytest.approx(0.4 * share)


@pytest.mark.parametrize(("waited", "seconds"), [(20.0, 2.4), (100.0, 10.4), (1000.0, 10.4)])
def test_who_was_put_off_before_his_last_step_lets_others_go_first(waited: float, seconds: float) -> None:
    refused = pace(at_aws=True)
    refused.put_off(THROTTLED, BEGAN)
    refused.took(CREATE, BEGAN + waited, BEGAN + waited + 30, accepted=True)
    refused.put_off(THROTTLED, BEGAN + waited + 30)
    assert refused.pause(BEGAN + waited + 30, MIDDLE) == pytest.approx(seconds)


@pytest.mark.parametrize("over", ["another refusal", "an answer"])
def test_a_refusal_that_has_passed_is_not_held_against_the_next_one(over: str) -> None:
    refused = pace(at_aws=True)
    refused.put_off(THROTTLED, BEGAN)
    refused.put_off(BUSY, BEGAN + 100) if over == "another refusal" else refused.come_back(BEGAN + 100)
    assert refused.refused_since is None
    refused.put_off(THROTTLED, BEGAN + 200)
    assert refused.pause(BEGAN + 200, MIDDLE) == pytest.approx(0.4)


def test_each_step_is_counted_for_itself() -> None:
    counted = pace(at_aws=True)
    for step, accepted in ((EXPIRE, True), (CREATE, True), (EXPIRE, True), (EXPIRE, False)):
        counted.took(step, BEGAN, BEGAN + 30, accepted=accepted)
    assert [(taken.step, taken.accepted) for taken in counted.taken] == [(CREATE, 1), (EXPIRE, 2)]
    assert (counted.times_accepted(EXPIRE), counted.times_accepted(ADD_INDEX)) == (2, 0)


@pytest.mark.parametrize("at_aws", [True, False])
def test_a_later_invocation_goes_on_waiting_where_the_one_before_left_off(at_aws: bool) -> None:
    memory = Memory(pending="index gsi-status is still being built", pending_since=BEGAN - 200, ready_from=BEGAN + 100)
    resumed = Pace.resumed(NAME, memory, BEGAN, at_aws=at_aws)
    assert (resumed.what, resumed.began) == (memory.pending, BEGAN - 200)
    assert resumed.pause(BEGAN, MIDDLE, TABLE) == pytest.approx(15.0 if at_aws else 0.5)


def test_a_first_invocation_has_waited_for_nothing() -> None:
    resumed = Pace.resumed(NAME, Memory(), BEGAN, at_aws=True)
    assert (resumed.began, resumed.ready) == (BEGAN, {})
    assert "has not been looked at" in resumed.what


def test_a_moment_in_the_future_counts_as_now() -> None:
    """The clocks of two invocations may differ."""
    assert Pace.resumed(NAME, Memory(pending="x", pending_since=BEGAN + 9), BEGAN, at_aws=True).began == BEGAN


def test_a_refusal_is_what_is_waited_for_from_then_on() -> None:
    waiting = Pace(BEGAN - 60, "an index")
    waiting.put_off(NotNow("the table is busy"), BEGAN)
    assert (waiting.what, waiting.began) == ("the table is busy", BEGAN)
    waiting.put_off(NotNow("the table is busy"), BEGAN + 1)
    assert waiting.began == BEGAN, "it is the same wait"


@pytest.mark.parametrize("at_aws", [True, False])
def test_a_first_invocation_waits_for_a_look_at_the_table_and_knows_where_it_is(at_aws: bool) -> None:
    resumed = Pace.resumed(NAME, Memory(), BEGAN, at_aws=at_aws)
    assert (resumed.what, resumed.at_aws) == (f'table "{NAME}" has not been looked at', at_aws)


def test_a_goal_is_told_all_that_lies_behind() -> None:
    waiting = Pace(BEGAN, "an index", creating_at=BEGAN + 1, unready_since=BEGAN + 2)
    waiting.took(EXPIRE, BEGAN, BEGAN + 30, accepted=True)
    word = Word(ResourceWord("UPDATE_IN_PROGRESS"))
    assert waiting.trail(BEGAN + 5, word, 7.0, asks=True) == Trail(
        BEGAN + 5, "an index", 5.0, waiting.taken, BEGAN + 1, BEGAN + 2, asks=True, patience=7.0, word=word
    )


def test_refusals_that_have_passed_add_up() -> None:
    waiting = Pace(BEGAN)
    for begins, ends in ((1.0, 3.0), (10.0, 14.0)):
        waiting.back_off(BEGAN + begins)
        waiting.come_back(BEGAN + ends)
        waiting.come_back(BEGAN + ends + 1)
    assert waiting.waited_out == 6.0
