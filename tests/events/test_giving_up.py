"""What is left to do when an event can go no further, and when somebody else was quicker."""

from dataclasses import replace

import pytest

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.converge import converge
from sentinel_tables.errors import RefusedByAws
from sentinel_tables.goals.ending import GivenBack
from sentinel_tables.goals.moves import Done, Trail
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Claim, Desired, LiveTable, Owner, Table
from sentinel_tables.rules import ownership, steps
from sentinel_tables.schemas import approval_table_schema
from tests.aws import REAL, Client, Fault, Faults, KeyService, Kind
from tests.scene import Bench
from tests.sweep.stage import Stage

OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")
LIVE = LiveTable(
    table=Table(approval_table_schema("sentinel-requests")), status="ACTIVE", arn="arn", table_id="id", created_at=0
)


def seen(before: dict[str, str], tags: dict[str, str]) -> object:
    """What is done about a table with these tags, when the first step of giving it back was taken long ago."""
    live = replace(LIVE, table=replace(LIVE.table, tags=tags))
    trail = Trail(now=100.0, taken=steps.release("arn", ["sentinel:origin"]), shows_by=0.0)
    return GivenBack("sentinel-requests", OWNER, before).next_move(live, Memory(table_id="id"), trail)


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
    assert (memory.tried_at, memory.alone) == (1.0, False)


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.ACCESS_DENIED_FROM_NOW])
def test_what_cannot_be_handed_over_fails_by_that_reason_with_a_remedy(kind: Kind) -> None:
    stage = Stage(REAL)
    stage.create("Table", {"Schema": "breakglass"})
    stage.functions.timeout = 8.0
    stage.order(*(Fault(kind, call, "invoke") for call in range(1, 40)))
    stage.stack.roll_back_after_failed_update = False
    resource = stage.stack.update("Table", {"Schema": "breakglass", "TableName": "sentinel-elsewhere"})
    stage.world.run()
    assert resource.status == "UPDATE_FAILED"
    assert resource.reason.startswith("The work could not be handed over: ")
    assert "repeat the operation." in resource.reason.lower()
    assert "sentinel-elsewhere" not in stage.plane.tables or "was left behind" in resource.reason
