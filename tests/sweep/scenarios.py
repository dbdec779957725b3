"""What CloudFormation may ask for, each as what was there before and what happens then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.aws import REAL, Fault, Kind
from tests.sweep.stage import FOREIGN, RECORD, Stage

NAME = "sentinel-breakglass"
OTHER = "sentinel-elsewhere"
PLAIN = {"Schema": "breakglass"}
TEAM = [{"Key": "team", "Value": "security"}]
EVERYTHING = {
    "Schema": "breakglass",
    "DeletionProtectionEnabled": True,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
    "SSESpecification": {"SSEEnabled": False},
    "TimeToLiveSpecification": {"Enabled": False},
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    "TableClass": "STANDARD_INFREQUENT_ACCESS",
    "OnDemandThroughput": {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50},
    "ContributorInsightsSpecification": {"Enabled": True},
    "ResourcePolicy": {
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:PutItem", "Resource": "*"}],
        }
    },
    "Tags": TEAM,
}
DRIFT: Mapping[str, Any] = {
    "indexes": {
        "gsi-invoker": ("invoker", "created_at"),
        "gsi-status": ("status", None),
        "gsi-of-others": ("profile", "created_at"),
    },
    "ttl": None,
    "recovery_days": None,
    "provisioned": (5, 5),
    "protected": True,
    "stream": "KEYS_ONLY",
    "insights": True,
    "records": (RECORD,),
}


class NotReached(AssertionError):
    """A beginning that has not come to the state that it promises: what follows would test something else."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """What happens first, without faults. `reached` says whether it has come to the `state` that its scenarios need."""

    state: str
    make: Callable[[Stage], object]
    reached: Callable[[Stage], bool]

    def play(self, stage: Stage) -> None:
        """Play it. Raises NotReached."""
        self.make(stage)
        if not self.reached(stage):
            raise NotReached(f"The beginning should be {self.state}, and it is not.")


NOTHING = Beginning(
    "an account without a table", lambda _stage: None, lambda stage: not stage.plane.tables and not stage.stack.resources
)


@dataclass(frozen=True, eq=False)
class Scenario:
    """`before` plays without faults; `act` is what the faults strike.

    `deletes` are the tables whose records are meant to go; `adopts` says whether a table of others may be taken over;
    `brief` whether it is short enough for every pair of faults.
    """

    name: str
    act: Callable[[Stage], object]
    ends: tuple[str, ...]
    """What the resource `Table` comes to in the act, step by step, if nothing goes wrong."""
    before: Beginning = NOTHING
    meets: Callable[[Stage], bool] = lambda _stage: True
    """Whether the act, without faults, has met what its name promises."""
    standing: tuple[Fault, ...] = ()
    """Faults that are part of the scenario."""
    deletes: tuple[str, ...] = ()
    adopts: bool = False
    cancels: bool = False
    steady: bool = False
    """Whether the work has to last: both sides have to see each other's, also where the sweep shortens everything."""
    declares: bool = False
    """Whether the drift watch is on."""
    twice: bool = False
    also: tuple[dict[str, Any], ...] = ()
    """Further ends that are as good as the one before."""
    brief: bool = False


def _foreign(stage: Stage) -> None:
    stage.plane.given_table(NAME, indexes={}, tags=FOREIGN, records=[RECORD])


def _foreign_drifted(stage: Stage) -> None:
    stage.plane.given_table(NAME, tags=FOREIGN, **DRIFT)


def _own_drifted(stage: Stage) -> None:
    stage.create("Table", PLAIN)
    table_tags = stage.owner_tags("Table")
    stage.plane.state.tables.pop(NAME)
    stage.plane.given_table(NAME, tags=table_tags, **DRIFT)


def _standing(stage: Stage) -> None:
    stage.create("Table", PLAIN)
    stage.clock.sleep(2 * 3600)


def _adopted(stage: Stage) -> None:
    _foreign(stage)
    stage.stack.create("Table", {**PLAIN, "ExistingTable": "Adopt"})
    stage.world.run()
    stage.clock.sleep(2 * 3600)


def _being_deleted(stage: Stage) -> None:
    stage.plane.given_table(NAME, tags=FOREIGN)
    stage.plane.call("delete_table", {"TableName": NAME})


def _backfilling(stage: Stage) -> None:
    """An index went by hand, and comes again by hand."""
    _standing(stage)
    keys = {"invoker": "HASH", "created_at": "RANGE"}
    index = {
        "IndexName": "gsi-invoker",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in keys]
    for change in ({"Delete": {"IndexName": "gsi-invoker"}}, {"Create": index}):
        updates = {"GlobalSecondaryIndexUpdates": [change], "AttributeDefinitions": attributes}
        stage.plane.call("update_table", {"TableName": NAME, **updates})
        stage.clock.sleep(stage.durations.index_allocation[1])


def _is_foreign(stage: Stage) -> bool:
    return stage.plane.tables[NAME].tags.current == FOREIGN and stage.plane.records(NAME) == [RECORD]


def _is_drifted(stage: Stage) -> bool:
    """Nothing is as the schema and the defaults want it, but for the key."""
    truth = stage.plane.truth(NAME) or {}
    indexes = {index["IndexName"]: len(index["KeySchema"]) for index in truth["GlobalSecondaryIndexes"]}
    facts = (
        indexes == {"gsi-invoker": 2, "gsi-status": 1, "gsi-of-others": 2},
        truth["TimeToLive"] is None,
        truth["RecoveryPeriodInDays"] is None,
        truth["DeletionProtectionEnabled"],
        truth["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY",
        truth["ContributorInsights"] == "ENABLED",
        "BillingModeSummary" not in truth,
    )
    return all(facts)


def _is_held(stage: Stage, origin: str) -> bool:
    """Whether the stack's resource is complete, and the table names it, and holds its record."""
    complete = stage.stack.resources["Table"].status == "CREATE_COMPLETE"
    tags = stage.plane.tables[NAME].tags.current.items()
    named = stage.owner_tags("Table", origin).items() <= tags
    return complete and named and stage.plane.records(NAME) == [RECORD]


def _is_backfilling(stage: Stage) -> bool:
    table = stage.plane.truth(NAME) or {}
    phases = {index["IndexName"]: index.get("Backfilling") for index in table["GlobalSecondaryIndexes"]}
    return _is_held(stage, "created") and table["TableStatus"] == "ACTIVE" and phases["gsi-invoker"] is True


FOREIGN_TABLE = Beginning("a table of somebody else, with a record", _foreign, _is_foreign)
FOREIGN_DRIFTED = Beginning(
    "a table of somebody else that differs in everything",
    _foreign_drifted,
    lambda stage: _is_foreign(stage) and _is_drifted(stage),
)
OWN_DRIFTED = Beginning(
    "the stack's table, which has drifted in everything",
    _own_drifted,
    lambda stage: _is_held(stage, "created") and _is_drifted(stage),
)
STANDING = Beginning(
    "the stack's table, at rest, with a record",
    _standing,
    lambda stage: _is_held(stage, "created") and stage.plane.at_rest(),
)
ADOPTED = Beginning(
    "a table that the stack has adopted, at rest, with a record",
    _adopted,
    lambda stage: _is_held(stage, "adopted") and stage.plane.at_rest(),
)
BEING_DELETED = Beginning(
    "a table that is being deleted", _being_deleted, lambda stage: stage.plane.tables[NAME].status == "DELETING"
)
BACKFILLING = Beginning("the stack's table, ACTIVE, while one of its indexes is backfilled", _backfilling, _is_backfilling)


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

CREATED, UPDATED, DELETED = ("CREATE_COMPLETE",), ("UPDATE_COMPLETE",), ("DELETE_COMPLETE",)
UNDONE = ("CREATE_FAILED", "DELETE_COMPLETE")

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
)
