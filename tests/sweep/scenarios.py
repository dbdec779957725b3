"""What CloudFormation may ask for, each as what was there before and what happens then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.aws import Fault, Kind
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


@dataclass(frozen=True, eq=False)
class Scenario:
    """`before` plays without faults; `act` is what the faults strike.

    `deletes` are the tables whose records are meant to go; `ends` says whether faults apart it ends in success; `adopts`
    whether a table of others may be taken over; `brief` whether it is short enough for every pair of faults.
    """

    name: str
    act: Callable[[Stage], object]
    before: Callable[[Stage], object] = lambda _stage: None
    standing: tuple[Fault, ...] = ()
    """Faults that are part of the scenario."""
    deletes: tuple[str, ...] = ()
    adopts: bool = False
    cancels: bool = False
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
    _standing(stage)
    _without_index(stage, "gsi-status")
    stage.stack.roll_back_after_failed_update = False
    stage.stack.update("Table", {**PLAIN, "ServiceTimeout": 30 + stage.durations.index_allocation[1]})
    stage.world.run()


def _without_index(stage: Stage, name: str) -> None:
    deletion = {"TableName": NAME, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    stage.plane.call("update_table", deletion)
    stage.clock.sleep(60)


def _cancelled_after(seconds: float) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        stage.stack.create("Table", PLAIN)
        stage.stack.cancel("Table", after=seconds)

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
    Scenario("create", lambda stage: stage.stack.create("Table", PLAIN), brief=True),
    Scenario("create with every setting", lambda stage: stage.stack.create("Table", EVERYTHING)),
    Scenario("create where somebody's table stands", lambda stage: stage.stack.create("Table", PLAIN), _foreign, brief=True),
    Scenario(
        "create where a table is being deleted", lambda stage: stage.stack.create("Table", PLAIN), _being_deleted, also=({},)
    ),
    Scenario("create that fails", lambda stage: stage.stack.create("Table", PLAIN), standing=DENIED_RECOVERY, brief=True),
    Scenario(
        "adopt",
        lambda stage: stage.stack.create("Table", {**PLAIN, "ExistingTable": "Adopt"}),
        _foreign_drifted,
        adopts=True,
    ),
    Scenario("converge all drift", lambda stage: stage.stack.update("Table", PLAIN), _own_drifted),
    Scenario("update of everything", lambda stage: stage.stack.update("Table", EVERYTHING), _standing),
    Scenario(
        "update of everything, the drift watch on",
        lambda stage: stage.stack.update("Table", EVERYTHING),
        _standing,
        declares=True,
    ),
    Scenario("update of nothing", lambda stage: stage.stack.update("Table", PLAIN), _standing, brief=True),
    Scenario(
        "replacement",
        lambda stage: stage.stack.update("Table", {**PLAIN, "TableName": OTHER}),
        _standing,
        deletes=(NAME,),
        brief=True,
    ),
    Scenario(
        "replacement that fails",
        lambda stage: stage.stack.update("Table", {**PLAIN, "TableName": OTHER}),
        _standing,
        standing=DENIED_RECOVERY,
        brief=True,
    ),
    Scenario("replacement that is rolled back", _replaced_and_rolled_back, _standing, deletes=(OTHER,)),
    Scenario("delete while an index is backfilled", lambda stage: stage.stack.delete_stack(), _backfilling, deletes=(NAME,)),
    Scenario("delete", lambda stage: stage.stack.delete_stack(), _standing, deletes=(NAME,), brief=True),
    Scenario("delete of an adopted table", lambda stage: stage.stack.delete_stack(), _adopted, adopts=True, brief=True),
    Scenario("rename of the logical id", _renamed, _standing, adopts=True),
    *(
        Scenario(f"create cancelled after {seconds} s", _cancelled_after(seconds), deletes=(NAME,), cancels=True)
        for seconds in (0.5, 5, 15, 25)
    ),
    Scenario("delete that comes twice", lambda stage: _twice(stage, "delete"), _standing, deletes=(NAME,), twice=True),
    Scenario("create that comes twice", lambda stage: _twice(stage, "create"), twice=True),
)
