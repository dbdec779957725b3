"""What CloudFormation may ask for, each as what was there before and what happens then."""

from collections.abc import Callable

from tests.aws import REAL, Fault, Kind
from tests.sweep.beginnings import (
    ADOPTED,
    BACKFILLING,
    BEING_DELETED,
    EVERYTHING,
    FOREIGN_DRIFTED,
    FOREIGN_TABLE,
    NAME,
    OTHER,
    OWN_DRIFTED,
    PLAIN,
    STANDING,
)
from tests.sweep.histories import HISTORIES
from tests.sweep.scenario import CREATED, DELETED, UNDONE, UPDATED, Scenario
from tests.sweep.stage import Stage


def _index_taken_away(stage: Stage) -> bool:
    """Whether the provider met the index: DynamoDB deletes no table while one is built, so it goes first."""
    calls = [call for call in stage.plane.history if call.environment and call.time > stage.began]
    updates = [update for call in calls for update in call.arguments.get("GlobalSecondaryIndexUpdates", ())]
    return {"Delete": {"IndexName": "gsi-invoker"}} in updates


def _deletion_met(stage: Stage) -> bool:
    """Whether the provider found the table that goes, so that it had to wait with its own."""
    first = next(call for call in stage.plane.history if call.environment)
    return (first.api, first.outcome) == ("describe_table", "ok")


def _side_by_side(stage: Stage) -> bool:
    """Whether the last two invocations were of one event, and the second began before the first had ended."""
    last = stage.functions.invocations[-2:]
    if len(last) < 2 or last[0].event != last[1].event:
        return False
    first, second = (invocation.environment for invocation in last)
    assert first is not None
    assert second is not None
    return (second.began or 0) < (first.ended or 0)


def _cancelled_after(seconds: float) -> Callable[[Stage], None]:
    """So many seconds of the real service; with other durations, as far into the work."""

    def act(stage: Stage) -> None:
        stage.stack.create("Table", PLAIN)
        pace = stage.durations.create_with_indexes[0] / REAL.create_with_indexes[0]
        stage.stack.cancel("Table", after=seconds * pace)

    return act


def _replaced_and_rolled_back(stage: Stage) -> None:
    """The replacement goes well, and is rolled back, because another resource of the stack fails."""
    stage.stack.another_fails = True
    stage.stack.update("Table", {**PLAIN, "TableName": OTHER})


def _renamed(stage: Stage) -> None:
    """A new logical id adopts the table; then the old one is deleted from the stack."""
    renamed = stage.stack.create("Renamed", {**PLAIN, "ExistingTable": "Adopt"})

    def clean_up() -> None:
        if renamed.status == "CREATE_COMPLETE":
            stage.stack.delete("Table")

    stage.world.at(stage.clock.now() + 1800, clean_up)


def _twice(stage: Stage, verb: str) -> None:
    """Lambda delivers the event once more, while the first delivery is still being worked on."""
    stage.functions.duplicates = {stage.functions.queued + 1: 0.2 * stage.durations.create_with_indexes[0]}
    if verb == "create":
        stage.stack.create("Table", PLAIN)
    else:
        stage.stack.delete_stack()


DENIED_RECOVERY = (Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "update_continuous_backups"),)

SCENARIOS = (
    Scenario("create", lambda stage: stage.stack.create("Table", PLAIN), CREATED, brief=True),
    Scenario("create with every setting", lambda stage: stage.stack.create("Table", EVERYTHING), CREATED),
    Scenario(
        "create where somebody's table stands",
        lambda stage: stage.stack.create("Table", PLAIN),
        UNDONE,
        FOREIGN_TABLE,
        brief=True,
    ),
    Scenario(
        "create where a table is being deleted",
        lambda stage: stage.stack.create("Table", PLAIN),
        CREATED,
        BEING_DELETED,
        _deletion_met,
        also=({},),
        steady=True,
    ),
    Scenario(
        "create that fails", lambda stage: stage.stack.create("Table", PLAIN), UNDONE, standing=DENIED_RECOVERY, brief=True
    ),
    Scenario(
        "adopt",
        lambda stage: stage.stack.create("Table", {**PLAIN, "ExistingTable": "Adopt"}),
        CREATED,
        FOREIGN_DRIFTED,
        adopts=True,
    ),
    Scenario("converge all drift", lambda stage: stage.stack.update("Table", PLAIN), UPDATED, OWN_DRIFTED),
    Scenario("update of everything", lambda stage: stage.stack.update("Table", EVERYTHING), UPDATED, STANDING),
    Scenario(
        "update of everything, the drift watch on",
        lambda stage: stage.stack.update("Table", EVERYTHING),
        UPDATED,
        STANDING,
        declares=True,
    ),
    Scenario("update of nothing", lambda stage: stage.stack.update("Table", PLAIN), UPDATED, STANDING, brief=True),
    Scenario(
        "replacement",
        lambda stage: stage.stack.update("Table", {**PLAIN, "TableName": OTHER}),
        (*UPDATED, *DELETED),
        STANDING,
        deletes=(NAME,),
        brief=True,
    ),
    Scenario(
        "replacement that fails",
        lambda stage: stage.stack.update("Table", {**PLAIN, "TableName": OTHER}),
        ("UPDATE_FAILED", *UPDATED),
        STANDING,
        standing=DENIED_RECOVERY,
        brief=True,
    ),
    Scenario(
        "replacement that is rolled back",
        _replaced_and_rolled_back,
        (*UPDATED, *UPDATED, *DELETED),
        STANDING,
        deletes=(OTHER,),
    ),
    Scenario(
        "delete while an index is backfilled",
        lambda stage: stage.stack.delete_stack(),
        DELETED,
        BACKFILLING,
        _index_taken_away,
        deletes=(NAME,),
    ),
    Scenario("delete", lambda stage: stage.stack.delete_stack(), DELETED, STANDING, deletes=(NAME,), brief=True),
    Scenario(
        "delete of an adopted table", lambda stage: stage.stack.delete_stack(), DELETED, ADOPTED, adopts=True, brief=True
    ),
    Scenario("rename of the logical id", _renamed, DELETED, STANDING, adopts=True),
    *(
        Scenario(
            f"create cancelled after {seconds} s",
            _cancelled_after(seconds),
            UNDONE,
            deletes=(NAME,),
            cancels=True,
            steady=True,
        )
        for seconds in (0.5, 5, 15, 25)
    ),
    Scenario(
        "delete that comes twice",
        lambda stage: _twice(stage, "delete"),
        DELETED,
        STANDING,
        _side_by_side,
        deletes=(NAME,),
        twice=True,
    ),
    Scenario("create that comes twice", lambda stage: _twice(stage, "create"), CREATED, meets=_side_by_side, twice=True),
    *HISTORIES,
)
