"""The next move of each goal: what is given back, what is remembered, and when a table is there already."""

from dataclasses import replace

import pytest

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.converge import converge
from sentinel_tables.errors import RefusedByAws
from sentinel_tables.goals.ending import GivenBack
from sentinel_tables.goals.moves import Done, Taken, Trail
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import LiveTable, Owner, Replica, Table
from sentinel_tables.rules import ownership, steps
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.removal import made_here
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema
from tests.aws import Client, Fault, Faults, KeyService, Kind
from tests.worlds import LOGICAL_ID, Bench, standing

NAME = "sentinel-requests"
OTHERS_STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/old/1"
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")
LIVE = LiveTable(
    table=Table(approval_table_schema("sentinel-requests")), status="ACTIVE", arn="arn", table_id="id", created_at=0
)


def seen(before: dict[str, str], tags: dict[str, str]) -> object:
    """What is done about a table with these tags, when the first step of giving it back was taken long ago."""
    live = replace(LIVE, table=replace(LIVE.table, tags=tags))
    trail = Trail(now=100.0, taken=(Taken(steps.release("arn", ["sentinel:origin"]), 0.0, 0.0),))
    return GivenBack("sentinel-requests", OWNER, before, made_here("approval", may_yet_come=False)).next_move(
        live, Memory(table_id="id"), trail
    )


def test_a_table_that_somebody_else_adopts_while_it_is_given_back_is_left_to_them() -> None:
    theirs = {ownership.STACK_ID: "arn:of:others", ownership.LOGICAL_ID: "Theirs", ownership.ORIGIN: "adopted"}
    assert isinstance(seen({ownership.ORIGIN: "created"}, theirs), Done)


@pytest.mark.parametrize("tags", [{}, {ownership.STACK_ID: OWNER.stack_id}], ids=["nobody's", "half released"])
def test_a_table_that_nobody_else_has_taken_is_given_back_to_the_end(tags: dict[str, str]) -> None:
    before = {ownership.STACK_ID: "arn:of:others", ownership.ORIGIN: "created"}
    assert seen(before, tags) == steps.give_back("arn", before)


def test_a_create_that_is_refused_leaves_what_was_remembered() -> None:
    """The invocation before tried it, and another delivery of its hand-over may have finished the table since."""
    bench, memory = Bench(), Memory(tried_at=1.0)
    denied = Client(bench.plane, faults=Faults(Fault(Kind.ACCESS_DENIED, 1, "create_table")))
    desired = Desired(Table(approval_table_schema("sentinel-requests")), Claim(OWNER, "approval"))
    with pytest.raises(RefusedByAws):
        converge(Standing(desired), DynamoTables(denied, lambda: KeyService(bench.plane)), bench.allowance(), memory)
    assert (memory.tried_at, memory.here) == (1.0, False)


@pytest.mark.parametrize(("made_at", "moves"), [(None, Step), (1.0, Done)])
def test_a_table_that_this_event_made_did_not_stand_before_whatever_the_clocks_say(
    made_at: float | None, moves: type[Step] | type[Done]
) -> None:
    bench = Bench()
    owner = Owner(OTHERS_STACK, LOGICAL_ID)
    tags = {"stack-id": owner.stack_id, "logical-id": owner.logical_id, "schema": "approval", "origin": "created"}
    tagged = {f"sentinel:{name}": value for name, value in tags.items()}
    bench.plane.given_table(NAME, **standing(tags=tagged, age=86_400))
    goal = Standing(
        Desired(
            Table(approval_table_schema(NAME)), Claim(owner, "approval", origin=Origin.CREATE, sent_at=bench.clock.now())
        )
    )
    memory = Memory(made_at=made_at)
    assert isinstance(goal.next_move(bench.live(NAME), memory, Trail(bench.clock.now(), waited=99.0)), moves)


def test_an_update_without_a_date_finds_nothing_wrong_with_a_table_that_has_replicas() -> None:
    """Whether the table would be treated in another way if it were new, is asked of the plan, which must not refuse it."""
    tags = {"stack-id": OWNER.stack_id, "logical-id": OWNER.logical_id, "schema": "approval", "origin": "created"}
    table = replace(LIVE.table, tags={f"sentinel:{name}": value for name, value in tags.items()})
    streams = replace(table.settings, stream="NEW_AND_OLD_IMAGES")
    live = replace(LIVE, table=replace(table, settings=streams), replicas=(Replica("eu-west-1", "ACTIVE"),))
    claim = Claim(OWNER, "approval", origin=Origin.OWN_TABLE)
    goal = Standing(Desired(Table(approval_table_schema(NAME)), claim, said=frozenset()))
    assert goal.depends_on_age(live) is False
