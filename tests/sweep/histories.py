"""Scenarios of tables with a history: copies elsewhere, a restore, a key, what people set by hand, an earlier failure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

from tests.aws import Fault, Kind
from tests.aws.given import Given
from tests.sweep.beginnings import EVERYTHING, FOREIGN_TABLE, NAME, OTHER, OWN_DRIFTED, PLAIN, STANDING, TEAM, is_held
from tests.sweep.scenario import CREATED, DELETED, UNDONE, UPDATED, Beginning, Scenario
from tests.sweep.stage import FOREIGN, RECORD, Stage
from tests.worlds import standing

REGION = "eu-west-1"
KEY = "alias/records"
DAYS = 86_400.0
PAST = {**RECORD, "ttl": 1_700_000_000}
TAGGED = {**PLAIN, "Tags": TEAM}
BY_HAND = Given(
    protected=True,
    ttl=None,
    stream="KEYS_ONLY",
    policy=json.dumps(EVERYTHING["ResourcePolicy"]["PolicyDocument"]),
    table_class="STANDARD_INFREQUENT_ACCESS",
    insights=True,
    cap={"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 5},
)
WITH_KEY = {**PLAIN, "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}}
WITH_STREAM = {**PLAIN, "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}
NO_RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}
DENIED_RECOVERY_ONCE = (Fault(Kind.ACCESS_DENIED, 1, "update_continuous_backups"),)
ANSWER_NEVER_SENT = (Fault(Kind.KILLED_BEFORE, 1, "deliver", times=3),)


def own(stage: Stage, properties: dict[str, Any] = PLAIN, **given: Unpack[Given]) -> None:
    """The stack's table, a month old, as the template and other people have made it."""
    stage.create("Table", properties)
    tags = stage.owner_tags("Table")
    stage.plane.state.tables.pop(NAME)
    as_wanted = standing("breakglass", tags=tags, records=(RECORD,))
    as_wanted.update(given)
    stage.plane.given_table(NAME, **as_wanted)
    stage.clock.sleep(7200)


def truth(stage: Stage) -> dict[str, Any]:
    return stage.plane.truth(NAME) or {}


def has_replica(stage: Stage) -> bool:
    listed = [(replica["RegionName"], replica["ReplicaStatus"]) for replica in truth(stage).get("Replicas", ())]
    return listed == [(REGION, "ACTIVE")] and truth(stage)["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def _own_with_replica(properties: dict[str, Any]) -> Beginning:
    return Beginning(
        "the stack's table, which has a replica",
        lambda stage: own(stage, properties, replicas={REGION: "ACTIVE"}),
        lambda stage: is_held(stage, "created") and has_replica(stage),
    )


REPLICATED, REPLICATED_BY_TEMPLATE = _own_with_replica(PLAIN), _own_with_replica(WITH_STREAM)
FOREIGN_REPLICATED = Beginning(
    "a table of somebody else that has a replica",
    lambda stage: stage.plane.given_table(
        NAME, **standing("breakglass", tags=FOREIGN, records=[RECORD], replicas={REGION: "ACTIVE"})
    ),
    lambda stage: FOREIGN_TABLE.reached(stage) and has_replica(stage),
)


def _restored(stage: Stage) -> None:
    given = Given(indexes=standing("breakglass")["indexes"], tags=FOREIGN, records=[PAST], restored=True, age=600.0)
    stage.plane.given_table(NAME, **given)


RESTORED = Beginning(
    "a table restored from a backup, all of whose records are overdue",
    _restored,
    lambda stage: truth(stage)["TimeToLive"] is None and stage.plane.records(NAME) == [PAST],
)


def _with_key(stage: Stage) -> None:
    stage.plane.keys.add(KEY)
    stage.create("Table", WITH_KEY)
    stage.clock.sleep(7200)


def key_of(stage: Stage) -> str:
    """The ARN of the customer's key."""
    key = stage.plane.keys.find(KEY)
    assert key is not None
    return key.arn


ENCRYPTED = Beginning(
    "the stack's table, encrypted with a customer's key",
    _with_key,
    lambda stage: is_held(stage, "created") and truth(stage)["SSEDescription"]["KMSMasterKeyArn"] == key_of(stage),
)
HARDENED = Beginning(
    "the stack's table, with all that people may set by hand",
    lambda stage: own(stage, **BY_HAND),
    lambda stage: truth(stage)["DeletionProtectionEnabled"] and truth(stage)["ResourcePolicy"] is not None,
)


def _changed_too_often(stage: Stage) -> None:
    stage.plane.keys.add(KEY)
    own(stage, encryptions=4)


LIMITED = Beginning(
    "the stack's table, whose key may not change any more today",
    _changed_too_often,
    lambda stage: is_held(stage, "created") and truth(stage)["RecoveryPeriodInDays"] == 35,
)


def _vanished(stage: Stage) -> None:
    STANDING.play(stage)
    stage.plane.call("delete_table", {"TableName": NAME})
    stage.clock.sleep(60)


VANISHED = Beginning(
    "a resource whose table somebody has deleted",
    _vanished,
    lambda stage: not stage.plane.tables and stage.stack.resources["Table"].status == "CREATE_COMPLETE",
)


def _retained(stage: Stage) -> None:
    STANDING.play(stage)
    stage.stack.retain("Table")
    stage.clock.sleep(7200)


def _has_its_record(stage: Stage) -> bool:
    tags = stage.plane.tables[NAME].tags.current.items()
    return stage.owner_tags("Table").items() <= tags and stage.plane.records(NAME) == [RECORD]


RETAINED = Beginning("a table that the stack has retained", _retained, _has_its_record)


def _moved_on(stage: Stage) -> None:
    _retained(stage)
    stage.create("Table", {**PLAIN, "TableName": OTHER})
    stage.clock.sleep(7200)


MOVED_ON = Beginning(
    "a resource that has moved on to another table, and whose old one was retained",
    _moved_on,
    lambda stage: _has_its_record(stage) and stage.stack.resources["Table"].physical_id == OTHER,
)


@dataclass(frozen=True)
class Updated:
    """An update, and what happens in the stack then."""

    properties: Mapping[str, Any]
    rolled_back: bool = False
    preserve: bool = False

    def __call__(self, stage: Stage) -> None:
        stage.stack.another_fails, stage.stack.preserve = self.rolled_back, self.preserve
        stage.stack.update("Table", self.properties)


@dataclass(frozen=True)
class Kept:
    """A Create that fails and is kept; then the next operation."""

    then: Callable[[Stage], object]
    seconds: float = 1800.0
    kept_goes_last: bool = True

    def __call__(self, stage: Stage) -> None:
        stage.stack.preserve, stage.stack.kept_goes_last = True, self.kept_goes_last
        resource = stage.stack.create("Table", PLAIN)

        def go_on() -> None:
            if resource.status == "CREATE_FAILED" and not resource.gone:
                self.then(stage)

        stage.world.at(stage.clock.now() + self.seconds, go_on)


def _adopted_and_read_two_days_later(stage: Stage) -> None:
    """What expires has expired by then."""
    stage.stack.create("Table", {**PLAIN, "ExistingTable": "Adopt"})
    stage.world.at(stage.clock.now() + 3 * DAYS, lambda: None)


def _key_taken_back_and_deleted(stage: Stage) -> None:
    """The stack that takes the key back deletes it in its clean-up, or a person does."""
    resource = stage.stack.update("Table", PLAIN)
    key = stage.plane.keys.find(KEY)
    assert key is not None

    def delete() -> None:
        if resource.status == "UPDATE_COMPLETE" and resource.properties == PLAIN:
            stage.plane.lose_key(key, "PendingDeletion")

    stage.world.at(stage.clock.now() + 3600, delete)
    stage.world.at(stage.clock.now() + 3600 + DAYS, lambda: None)


def _deleted_under_it(stage: Stage) -> None:
    """Somebody deletes the table as soon as it is there, while the Create is still at work on it."""
    stage.stack.create("Table", PLAIN)

    def delete() -> None:
        table = stage.plane.tables.get(NAME)
        if table is not None and table.status == "ACTIVE":
            stage.plane.call("delete_table", {"TableName": NAME})
        elif stage.stack.resources["Table"].in_progress:
            stage.world.at(stage.clock.now() + 0.1, delete)

    stage.world.at(stage.clock.now() + 0.1, delete)


def _cancelled_at_work(stage: Stage) -> None:
    """Another resource fails while an index is built; the update runs on beside its roll-back."""
    stage.stack.update("Table", EVERYTHING)
    stage.stack.cancel("Table", after=45)


def _nothing_is_written(stage: Stage) -> bool:
    return not [change for change in stage.plane.changes if change.environment and change.time > stage.began]


def _made_anew_by_two(stage: Stage) -> bool:
    made = [change for change in stage.plane.changes if change.api == "create_table" and change.time > stage.began]
    return len(made) == 1 and len(stage.functions.invocations) > 2


def _as_by_hand(stage: Stage) -> bool:
    before = stage.shapes_before[NAME]
    return {key: value for key, value in stage.shapes()[NAME].items() if before[key] != value}.keys() <= {"Tags"}


def _record_stands(stage: Stage) -> bool:
    return NAME in stage.plane.tables and stage.plane.records(NAME) == [RECORD]


def _spared(stage: Stage) -> bool:
    """Whether the old table has its record, and the log names it."""
    return _record_stands(stage) and NAME in stage.warned


LETS_NOTHING_GO = (
    Scenario(
        "update of a table with a replica", Updated(TAGGED), UPDATED, REPLICATED,
        lambda stage: has_replica(stage) and truth(stage)["Tags"]["team"] == "security",
    ),
    Scenario(
        "stream of a table with a replica taken back", Updated(TAGGED), UPDATED, REPLICATED_BY_TEMPLATE, has_replica,
        steady=True,
    ),
    Scenario(
        "update that would change the stream of a table with a replica",
        Updated({**TAGGED, "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}),
        ("UPDATE_FAILED", *UPDATED), REPLICATED, _nothing_is_written, brief=True,
    ),
    Scenario(
        "adopt a table with a replica",
        lambda stage: stage.stack.create("Table", {**PLAIN, "ExistingTable": "Adopt"}),
        CREATED, FOREIGN_REPLICATED, has_replica, adopts=True,
    ),
    Scenario(
        "delete of a table with a replica", lambda stage: stage.stack.delete_stack(), ("DELETE_FAILED",), REPLICATED,
        _nothing_is_written, brief=True,
    ),
    Scenario(
        "adopt a restored table", _adopted_and_read_two_days_later, CREATED, RESTORED,
        lambda stage: stage.plane.records(NAME) == [PAST], adopts=True,
    ),
    Scenario(
        "key taken back, and deleted", _key_taken_back_and_deleted, UPDATED, ENCRYPTED,
        lambda stage: stage.plane.keys.by_id[key_of(stage).rpartition("/")[2]].state == "PendingDeletion",
    ),
    Scenario(
        "update rolled back to a silent template", Updated(EVERYTHING, rolled_back=True), UPDATED * 2, STANDING,
        lambda stage: truth(stage)["DeletionProtectionEnabled"] and truth(stage)["TimeToLive"] is None,
    ),
    Scenario(
        "update of a tag over what was set by hand, rolled back", Updated(TAGGED, rolled_back=True), UPDATED * 2, HARDENED,
        _as_by_hand,
    ),
    Scenario(
        "update that hits the limit of the day", Updated({**WITH_KEY, **NO_RECOVERY}), ("UPDATE_FAILED", *UPDATED), LIMITED,
        lambda stage: not stage.plane.lost_windows,
    ),
    Scenario(
        "update cancelled at work", _cancelled_at_work, ("UPDATE_FAILED", *UPDATED), OWN_DRIFTED, cancels=True, steady=True,
        thin=40,
    ),
)  # fmt: skip
MADE_ANEW = (
    Scenario(
        "create under which somebody deletes the table", _deleted_under_it, UNDONE, deletes=(NAME,), steady=True, again=True,
    ),
    Scenario(
        "table that vanished, made anew by an update whose process dies", Updated(TAGGED), UPDATED, VANISHED,
        _made_anew_by_two, standing=(Fault(Kind.KILLED_AFTER, 1, "create_table"),), again=True,
    ),
    Scenario(
        "table that vanished, made anew by an update that is rolled back", Updated(TAGGED, rolled_back=True), UPDATED * 2,
        VANISHED, _made_anew_by_two, standing=(Fault(Kind.KILLED_AFTER, 1, "create_table"),), again=True,
    ),
    Scenario(
        "update that fails and is preserved", Updated(EVERYTHING, preserve=True), ("UPDATE_FAILED",) * 3,
        STANDING, standing=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "put_resource_policy"),),
    ),
    *(
        Scenario(
            f"create that fails, is kept and made anew, {words}",
            Kept(lambda stage: stage.stack.update("Table", PLAIN), kept_goes_last=last),
            CREATED, standing=DENIED_RECOVERY_ONCE, again=True,
        )
        for last, words in ((True, "the kept one's Delete last"), (False, "the kept one's Delete first"))
    ),
    *(
        Scenario(
            f"create that nobody answers, kept and made anew, {words}",
            Kept(lambda stage: stage.stack.update("Table", PLAIN), 5000.0, kept_goes_last=last),
            CREATED, standing=ANSWER_NEVER_SENT, unanswered=True, again=True,
        )
        for last, words in ((True, "the kept one's Delete last"), (False, "the kept one's Delete first"))
    ),
    Scenario(
        "create that fails over a retained table, and the end of its stack", Kept(lambda stage: stage.stack.delete_stack()),
        ("CREATE_FAILED", *DELETED), RETAINED, _record_stands,
        standing=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "tag_resource"),),
    ),
    Scenario(
        "update back to a retained table, rolled back", Updated(PLAIN, rolled_back=True), (*UPDATED, *UPDATED, *DELETED),
        MOVED_ON, _spared,
    ),
)  # fmt: skip
HISTORIES = (*LETS_NOTHING_GO, *MADE_ANEW)
