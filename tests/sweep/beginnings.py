"""What was there before: how it is made, and whether it has come to that."""

from collections.abc import Mapping
from typing import Any

from tests.sweep.scenario import Beginning
from tests.sweep.stage import FOREIGN, RECORD, Stage

NAME = "sentinel-breakglass"
OTHER = "sentinel-elsewhere"
PLAIN = {"Schema": "breakglass"}
TEAM = [{"Key": "team", "Value": "security"}]
EVERYTHING: Mapping[str, Any] = {
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


def is_held(stage: Stage, origin: str) -> bool:
    """Whether the stack's resource is complete, and the table names it, and holds its record."""
    complete = stage.stack.resources["Table"].status == "CREATE_COMPLETE"
    tags = stage.plane.tables[NAME].tags.current.items()
    named = stage.owner_tags("Table", origin).items() <= tags
    return complete and named and stage.plane.records(NAME) == [RECORD]


def _is_backfilling(stage: Stage) -> bool:
    table = stage.plane.truth(NAME) or {}
    phases = {index["IndexName"]: index.get("Backfilling") for index in table["GlobalSecondaryIndexes"]}
    return is_held(stage, "created") and table["TableStatus"] == "ACTIVE" and phases["gsi-invoker"] is True


FOREIGN_TABLE = Beginning("a table of somebody else, with a record", _foreign, _is_foreign)
FOREIGN_DRIFTED = Beginning(
    "a table of somebody else that differs in everything",
    _foreign_drifted,
    lambda stage: _is_foreign(stage) and _is_drifted(stage),
)
OWN_DRIFTED = Beginning(
    "the stack's table, which has drifted in everything",
    _own_drifted,
    lambda stage: is_held(stage, "created") and _is_drifted(stage),
)
STANDING = Beginning(
    "the stack's table, at rest, with a record",
    _standing,
    lambda stage: is_held(stage, "created") and stage.plane.at_rest(),
)
ADOPTED = Beginning(
    "a table that the stack has adopted, at rest, with a record",
    _adopted,
    lambda stage: is_held(stage, "adopted") and stage.plane.at_rest(),
)
BEING_DELETED = Beginning(
    "a table that is being deleted", _being_deleted, lambda stage: stage.plane.tables[NAME].status == "DELETING"
)
BACKFILLING = Beginning("the stack's table, ACTIVE, while one of its indexes is backfilled", _backfilling, _is_backfilling)
