"""What is known of a table, and what has to be read again before something is done about it."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import NotNow
from sentinel_tables.goals.moves import Done, Wait
from sentinel_tables.goals.standing import Standing
from sentinel_tables.model import Facet, Owner, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.rules.plan import just_created
from sentinel_tables.schemas import approval_table_schema
from sentinel_tables.view import TABLE_ALONE, View
from tests.aws import REAL
from tests.worlds import Bench, standing

NAME = "sentinel-requests"
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")
GOAL = Standing(Desired(Table(approval_table_schema(NAME)), Claim(OWNER, "approval")))
ALL = frozenset(Facet)
EXPIRE, PROTECT = steps.expire(NAME, "ttl", enabled=True), steps.protect(NAME, enabled=True)
READS = {
    "describe_table": Facet.TABLE,
    "list_tags_of_resource": Facet.TAGS,
    "describe_time_to_live": Facet.TIME_TO_LIVE,
    "describe_continuous_backups": Facet.BACKUPS,
    "describe_contributor_insights": Facet.INSIGHTS,
    "get_resource_policy": Facet.POLICY,
}


class Looked:
    """A view of a table, and what its looks have read."""

    def __init__(self, *, stands: bool = True) -> None:
        self.bench = Bench(REAL)
        if stands:
            self.bench.plane.given_table(NAME, **standing())
        self.view = View(self.bench.tables, GOAL)

    def look(self, *again: Facet, after: float = 0.0) -> frozenset[Facet]:
        """What is read if these are to be read again, so many seconds after the look before."""
        if after:
            self.bench.clock.sleep(after)
            self.view.turn(frozenset(again))
        elif again:
            self.view.again = frozenset(again)
        before = len(self.bench.plane.history)
        self.view.look(self.bench.clock.now, lambda: None)
        self.view.again = frozenset()
        return frozenset(READS[call.api] for call in self.bench.plane.history[before:])

    def stale(self, move: steps.Step | Done | Wait) -> frozenset[Facet]:
        return self.view.stale(move, self.bench.clock.now())


def test_the_first_look_reads_all_and_the_next_one_what_was_asked_for() -> None:
    looked = Looked()
    assert looked.look() == ALL
    assert looked.look(Facet.BACKUPS, after=1.0) == {Facet.BACKUPS}
    assert looked.look(Facet.TABLE, after=1.0) == {Facet.TABLE}
    assert looked.look() == frozenset()


def test_before_a_step_the_table_and_its_tags_are_read_in_the_same_turn() -> None:
    looked = Looked()
    looked.look()
    assert looked.stale(PROTECT) == frozenset()
    looked.look(Facet.BACKUPS, after=1.0)
    assert looked.stale(PROTECT) == {Facet.TABLE, Facet.TAGS}
    assert looked.stale(Wait("x")) == frozenset()
    assert looked.stale(Done()) == frozenset()


def test_after_a_step_on_the_table_or_its_tags_the_next_one_takes_a_reading_of_its_own() -> None:
    looked = Looked()
    looked.look()
    looked.view.began(Facet.BACKUPS)
    assert looked.stale(PROTECT) == frozenset()
    looked.view.began(Facet.TABLE)
    assert looked.stale(PROTECT) == {Facet.TABLE, Facet.TAGS}


def test_what_was_read_over_ten_seconds_ago_counts_for_nothing() -> None:
    looked = Looked()
    looked.look()
    looked.look(Facet.TABLE, Facet.TAGS, after=9.0)
    assert looked.stale(EXPIRE) == frozenset()
    looked.look(Facet.TABLE, Facet.TAGS, after=2.0)
    assert looked.stale(EXPIRE) == {Facet.TIME_TO_LIVE}
    assert looked.stale(PROTECT) == frozenset()
    assert looked.stale(Done()) == ALL - {Facet.TABLE, Facet.TAGS}


def test_ten_seconds_to_the_moment_are_not_too_long() -> None:
    looked = Looked()
    looked.look()
    read_at = looked.bench.clock.now()
    assert looked.view.stale(Done(), read_at + 10.0) == frozenset()
    assert looked.view.stale(Done(), read_at + 10.1) == ALL


def test_of_a_table_that_somebody_else_creates_nothing_is_known_but_the_table() -> None:
    looked = Looked(stands=False)
    (create, *_) = looked.bench.plan(GOAL.desired)
    looked.bench.tables.take(create)
    looked.bench.clock.sleep(1.0)
    assert looked.look() == TABLE_ALONE
    assert looked.stale(Done()) == ALL - TABLE_ALONE


def created() -> Looked:
    """The view of a table that was made a moment ago, and is known by the answer of CreateTable."""
    looked = Looked(stands=False)
    looked.look()
    desired = replace(GOAL.desired, claim=replace(GOAL.desired.claim, propagate=False))
    (create, *_) = looked.bench.plan(desired)
    looked.view.made(just_created(desired, looked.bench.tables.take(create)), looked.bench.clock.now())
    return looked


def test_a_table_that_was_just_made_is_known_but_for_what_describe_table_says() -> None:
    looked = created()
    assert looked.look(Facet.TABLE, after=1.0) == {Facet.TABLE}
    assert looked.view.live is not None
    assert looked.view.live.status == "CREATING"
    assert looked.view.live.facets == ALL
    assert looked.view.live.table.tags["sentinel:logical-id"] == "Table"
    assert not looked.view.has_read(Facet.TAGS)
    assert looked.look(Facet.TABLE, after=30.0) == {Facet.TABLE}
    assert looked.view.live.status == "ACTIVE"


def test_its_tags_need_not_show_before_a_step_but_before_success_all_is_read() -> None:
    looked = created()
    looked.look(Facet.TABLE, after=30.0)
    assert looked.stale(EXPIRE) == {Facet.TAGS, Facet.TIME_TO_LIVE}  # ten seconds after it was last seen being created
    looked = created()
    looked.look(Facet.TABLE, after=1.0)
    looked.look(Facet.TABLE, after=9.0)
    assert looked.stale(EXPIRE) == frozenset()
    assert looked.stale(Done()) == ALL - TABLE_ALONE


def test_another_table_under_the_name_is_not_known_by_that_answer() -> None:
    looked = created()
    looked.bench.clock.sleep(30)
    looked.bench.plane.call("delete_table", {"TableName": NAME})
    looked.bench.clock.sleep(30)
    looked.bench.plane.given_table(NAME, **standing())
    assert looked.look(Facet.TABLE, after=1.0) == ALL
    assert looked.view.has_read(Facet.TAGS)


def test_if_a_part_of_the_table_does_not_answer_the_next_look_begins_with_the_table() -> None:
    looked = Looked()
    looked.look()
    looked.bench.plane.call("delete_table", {"TableName": NAME})
    looked.bench.clock.sleep(30)
    looked.view.turn(frozenset({Facet.BACKUPS}))
    with pytest.raises(NotNow):
        looked.view.look(looked.bench.clock.now, lambda: None)
    assert looked.view.again == {Facet.BACKUPS, Facet.TABLE}
    looked.view.look(looked.bench.clock.now, lambda: None)
    assert looked.view.live is None


def test_what_was_begun_after_it_was_read_is_unread() -> None:
    looked = Looked()
    looked.look()
    facets = frozenset({Facet.BACKUPS, Facet.TIME_TO_LIVE})
    assert looked.view.unread(facets) == frozenset()
    looked.view.began(Facet.BACKUPS)
    assert looked.view.unread(facets) == {Facet.BACKUPS}
    looked.view.began(Facet.TIME_TO_LIVE)
    assert looked.view.unread(facets) == facets
    looked.look(Facet.BACKUPS)
    assert looked.view.unread(facets) == {Facet.TIME_TO_LIVE}
