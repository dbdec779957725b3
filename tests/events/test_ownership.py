"""Whose a table is decides what is done to it: nothing to another's, no end to what was not made, no adopting unasked."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.model import Facet
from tests.aws import REAL, Client, Fault, KeyService, Kind
from tests.scene import LOGICAL_ID, Json, Scene, standing

NAME = "sentinel-requests"
RECORD = {"id": "1", "requester": "ann", "created_at": "2026"}
OTHERS_STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/others/7"
YOUNG, OLD = 60.0, 86_400.0


def tags_of(scene: Scene, state: str) -> dict[str, str]:
    """The tags of a table in that state of ownership, as this stack's resource sees it."""
    states = {
        "own, created": scene.tags("created"),
        "own, adopted": scene.tags("adopted"),
        "own, of unknown origin": scene.tags(""),
        "own, of strange origin": scene.tags("Created"),
        "another stack's": scene.tags(stack_id=OTHERS_STACK),
        "another resource's": scene.tags(logical_id="Others"),
        "adopted by another": scene.tags("adopted", stack_id=OTHERS_STACK),
        "nobody's": {"cost": "7"},
        "untagged": {},
        "half-tagged, no stack": scene.tags(stack_id=""),
        "half-tagged, no resource": scene.tags(logical_id=""),
        "half-tagged, origin alone": {"sentinel:origin": "created"},
        "own, other schema": scene.tags(schema="session"),
        "own, adopted, other schema": scene.tags("adopted", schema="session"),
        "another's, other schema": scene.tags(stack_id=OTHERS_STACK, schema="session"),
        "nobody's, other schema": {"sentinel:schema": "breakglass"},
    }
    return states[state]


def stage(state: str, age: float = YOUNG, **given: object) -> Scene:
    """A stack, and a table with a record in that state of ownership."""
    scene = Scene()
    given = {"tags": tags_of(scene, state), "age": age, "records": [RECORD]} | given
    scene.plane.given_table(NAME, **standing(**given))  # type: ignore[arg-type] # given by name
    return scene


def origin(scene: Scene, name: str = NAME) -> str | None:
    return scene.plane.tables[name].tags.current.get("sentinel:origin")


def owner(scene: Scene, name: str = NAME) -> tuple[str | None, str | None]:
    tags = scene.plane.tables[name].tags.current
    return tags.get("sentinel:stack-id"), tags.get("sentinel:logical-id")


@dataclass(frozen=True)
class Rule:
    """What Create and Update make of a table in some state: the writes if all goes well, else what the reason says."""

    state: str
    existing: str
    writes: tuple[str, ...] = ()
    refused: str = ""
    origin: str | None = None


NOT_YOURS = "ExistingTable: Adopt"
NEW_NAME = "new TableName"
FOREIGN = ["another stack's", "another resource's", "adopted by another"]
NOBODYS = ["nobody's", "untagged", "half-tagged, no stack", "half-tagged, no resource", "half-tagged, origin alone"]
OWN_OTHER_SCHEMA = ["own, other schema", "own, adopted, other schema"]
RULES = [
    *(Rule("own, created", existing, origin="created") for existing in ("Fail", "Adopt")),
    *(Rule("own, adopted", existing, origin="adopted") for existing in ("Fail", "Adopt")),
    *(
        Rule(state, existing, ("tag_resource",), origin="adopted")
        for state in ("own, of unknown origin", "own, of strange origin")
        for existing in ("Fail", "Adopt")
    ),
    *(Rule(state, "Fail", refused=NOT_YOURS) for state in (*FOREIGN, *NOBODYS)),
    *(Rule(state, "Adopt", ("tag_resource",), origin="adopted") for state in (*FOREIGN, *NOBODYS)),
    *(Rule(state, existing, refused=NEW_NAME) for state in OWN_OTHER_SCHEMA for existing in ("Fail", "Adopt")),
    *(Rule(state, "Fail", refused=NOT_YOURS) for state in ("another's, other schema", "nobody's, other schema")),
    *(Rule(state, "Adopt", refused=NEW_NAME) for state in ("another's, other schema", "nobody's, other schema")),
]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.existing}: {rule.state}")


def judge(scene: Scene, rule: Rule, answer: Json, before: Json | None) -> None:
    """What every Create and Update has to leave behind."""
    if rule.refused:
        assert answer["Status"] == "FAILED"
        assert rule.refused in answer["Reason"]
        assert NAME in answer["Reason"]
        assert scene.plane.writes() == []
        assert scene.plane.truth(NAME) == before
    else:
        assert answer["Status"] == "SUCCESS"
        assert answer["PhysicalResourceId"] == NAME
        assert tuple(call.api for call in scene.plane.writes()) == rule.writes
        assert owner(scene) == scene.stack.owner(LOGICAL_ID)
        assert origin(scene) == rule.origin
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.lost_records == []


@each_rule
def test_a_create_keeps_to_the_rules_of_ownership(rule: Rule) -> None:
    scene = stage(rule.state)
    before = scene.plane.truth(NAME)
    judge(scene, rule, scene.create(ExistingTable=rule.existing), before)


@each_rule
def test_an_update_keeps_to_the_rules_of_ownership(rule: Rule) -> None:
    scene = stage(rule.state)
    before = scene.plane.truth(NAME)
    answer = scene.update(NAME, ExistingTable=rule.existing, old={"Schema": "approval"})
    judge(scene, rule, answer, before)
    assert answer["PhysicalResourceId"] == NAME


@each_rule
def test_a_replacement_keeps_to_the_rules_of_ownership(rule: Rule) -> None:
    scene = stage(rule.state)
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags(), records=[RECORD]))
    before, old = scene.plane.truth(NAME), scene.plane.truth("sentinel-before")
    answer = scene.update("sentinel-before", ExistingTable=rule.existing, old={"TableName": "sentinel-before"})
    judge(scene, rule, answer, before)
    assert answer["PhysicalResourceId"] == ("sentinel-before" if rule.refused else NAME)
    assert scene.plane.truth("sentinel-before") == old


@each_rule
@pytest.mark.parametrize("age", [YOUNG, OLD])
def test_the_delete_after_a_failed_create_is_safe(rule: Rule, age: float) -> None:
    scene = stage(rule.state, age)
    answer = scene.create(ExistingTable=rule.existing)
    if rule.refused:
        before = scene.plane.truth(NAME)
        assert scene.delete(answer["PhysicalResourceId"], ExistingTable=rule.existing)["Status"] == "SUCCESS"
        assert scene.plane.writes() == []
        assert scene.plane.truth(NAME) == before


@dataclass(frozen=True)
class End:
    """What a Delete makes of a table in some state."""

    state: str
    writes: tuple[str, ...] = ()
    told: str = "its tags do not name this resource"


ENDS = [
    End("own, created", ("delete_table",), "it is deleted"),
    End("own, other schema", ("delete_table",), "it is deleted"),
    *(
        End(state, ("untag_resource",), "it is released, and stays")
        for state in ("own, adopted", "own, of unknown origin", "own, of strange origin", "own, adopted, other schema")
    ),
    *(End(state) for state in (*FOREIGN, *NOBODYS, "another's, other schema", "nobody's, other schema")),
]
each_end = pytest.mark.parametrize("end", ENDS, ids=lambda end: end.state)
INVENTED = f"records-{LOGICAL_ID}-1ABCDEFGHIJKL"


@each_end
@pytest.mark.parametrize("existing", ["Fail", "Adopt"])
@pytest.mark.parametrize("physical_id", [NAME, INVENTED], ids=["its own id", "an invented id"])
def test_a_delete_keeps_to_the_rules_of_ownership(
    end: End, existing: str, physical_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene = stage(end.state)
    before = scene.plane.truth(NAME)
    with caplog.at_level(logging.INFO, "sentinel_tables.resource"):
        answer = scene.delete(physical_id, ExistingTable=existing)
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == physical_id
    assert tuple(call.api for call in scene.plane.writes() if call.outcome == "ok") == end.writes
    if end.writes == ("delete_table",):
        assert NAME not in scene.plane.tables
    else:
        assert scene.plane.records(NAME) == [RECORD]
        assert not any(key.startswith("sentinel:") for key in scene.plane.tables[NAME].tags.current) or not end.writes
    if not end.writes:
        assert scene.plane.truth(NAME) == before
    told = [vars(record) for record in caplog.records if record.getMessage() in ("left", "removed")]
    assert [line["reason"] for line in told if line["table"] == NAME and end.told in line["reason"]]


@pytest.mark.parametrize("physical_id", [NAME, INVENTED])
def test_a_protected_table_is_not_deleted_and_the_reason_says_what_to_do(physical_id: str) -> None:
    scene = stage("own, created", protected=True)
    before = scene.plane.truth(NAME)
    answer = scene.delete(physical_id)
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == physical_id
    assert "Turn DeletionProtectionEnabled off" in answer["Reason"]
    assert scene.plane.writes() == []
    assert scene.plane.truth(NAME) == before


@pytest.mark.parametrize("state", ["own, adopted", *FOREIGN, *NOBODYS])
def test_protection_keeps_no_delete_from_letting_go_of_what_it_does_not_delete(state: str) -> None:
    scene = stage(state, protected=True)
    assert scene.delete(NAME)["Status"] == "SUCCESS"
    assert {call.api for call in scene.plane.writes()} <= {"untag_resource"}
    assert scene.plane.records(NAME) == [RECORD]


@pytest.mark.parametrize(
    "physical_id", [NAME, INVENTED, "not-created:-:x", "not-created:1790000000-1790000009:x", "elsewhere"]
)
def test_a_delete_of_what_is_gone_already_succeeds(physical_id: str) -> None:
    scene = Scene()
    assert scene.delete(physical_id)["Status"] == "SUCCESS"
    assert scene.plane.writes() == []


@pytest.mark.parametrize("physical_id", ["elsewhere", "Sentinel-requests", "arn:aws:dynamodb:eu-central-1:1:table/x"])
def test_a_delete_looks_at_no_table_that_is_not_of_this_provider(physical_id: str) -> None:
    scene = Scene()
    scene.plane.given_table(physical_id, **standing(tags=scene.tags(), records=[RECORD]))
    assert scene.ask(scene.event("Delete", {}, physical_id))["Status"] == "SUCCESS"
    assert scene.calls_to_aws() == []


@pytest.mark.parametrize(
    ("span", "left"),
    [("-", True), ("x", True), ("{0}", True), ("{0}-", True), ("{0}-{9}", False), ("{5}-{9}", True), ("{0}-{1}", True)],
)
def test_the_delete_of_a_create_that_made_nothing_spares_what_stood_before_or_came_since(span: str, left: bool) -> None:
    scene = stage("own, created", 5.0)
    scene.clock.sleep(2)
    told = span.format(*(int(scene.clock.now()) - 10 + 2 * second for second in range(10)))
    assert scene.delete(f"not-created:{told}:x")["Status"] == "SUCCESS"
    assert (NAME in scene.plane.tables) is left
    assert bool(scene.calls_to_aws()) is ("}-{" in span), "a Create that looked at nothing made nothing"


def test_a_table_retained_by_the_same_resource_is_taken_back_and_never_deleted_with_it() -> None:
    scene = stage("own, created", OLD)
    assert scene.create()["Status"] == "SUCCESS"
    assert origin(scene) == "adopted"
    assert scene.delete(NAME)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]


def test_a_released_table_is_nobodys() -> None:
    scene = stage("own, adopted")
    scene.delete(NAME)
    assert "has no owner" in scene.create()["Reason"]


def test_who_adopts_from_another_is_the_owner_and_the_other_one_no_more() -> None:
    scene = stage("another stack's")
    assert scene.create(ExistingTable="Adopt")["Status"] == "SUCCESS"
    former = scene.event("Delete", {"Schema": "approval"}, NAME) | {"StackId": OTHERS_STACK}
    assert scene.ask(former)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert owner(scene) == scene.stack.owner(LOGICAL_ID)


def test_a_resource_with_another_logical_id_takes_the_table_over_and_keeps_the_records() -> None:
    scene = stage("another resource's")
    assert scene.create(ExistingTable="Adopt")["Status"] == "SUCCESS"
    former = scene.event("Delete", {"Schema": "approval"}, NAME) | {"LogicalResourceId": "Others"}
    assert scene.ask(former)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]


def test_an_update_makes_a_table_again_that_somebody_deleted() -> None:
    scene = Scene()
    answer = scene.update(NAME, old={"Schema": "approval"})
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == NAME
    assert origin(scene) == "created"


@pytest.mark.parametrize("existing", ["Fail", "Adopt"])
def test_a_table_never_becomes_one_of_another_schema(existing: str) -> None:
    scene = stage("own, created")
    answer = scene.update(NAME, Schema="breakglass", TableName=NAME, ExistingTable=existing, old={"Schema": "approval"})
    assert answer["Status"] == "FAILED"
    assert "Give the table a new TableName" in answer["Reason"]
    assert scene.plane.writes() == []


FAILS = (Fault(Kind.ACCESS_DENIED, 1, "update_continuous_backups"),)


def test_what_a_failed_replacement_made_is_removed_and_the_old_table_stays() -> None:
    scene = Scene(faults=FAILS)
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags(), records=[RECORD]))
    answer = scene.update("sentinel-before", old={"Schema": "approval", "TableName": "sentinel-before"})
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "sentinel-before"
    assert "update_continuous_backups: AccessDeniedException" in answer["Reason"]
    assert set(scene.plane.tables) == {"sentinel-before"}
    assert scene.plane.lost_records == []


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_what_a_failed_replacement_adopted_is_given_back_with_its_records(state: str) -> None:
    scene = Scene(faults=FAILS)
    tags = tags_of(scene, state) | {"cost": "7"}
    scene.plane.given_table(NAME, **standing(tags=tags, recovery_days=None, records=[RECORD]))
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    answer = scene.update("sentinel-before", ExistingTable="Adopt", old={"TableName": "sentinel-before"})
    assert answer["Status"] == "FAILED"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.tables[NAME].tags.current == tags


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_what_a_failed_create_adopted_is_left_with_its_records_and_so_it_is_by_the_delete_after_it(state: str) -> None:
    scene = Scene(faults=FAILS)
    tags = tags_of(scene, state) | {"cost": "7"}
    scene.plane.given_table(NAME, **standing(tags=tags, recovery_days=None, records=[RECORD]))
    answer = scene.create(ExistingTable="Adopt")
    assert answer["Status"] == "FAILED"
    assert scene.delete(answer["PhysicalResourceId"], ExistingTable="Adopt")["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.lost_records == []


def test_a_replacement_ends_with_the_old_table_deleted_by_an_event_of_its_own() -> None:
    scene = Scene()
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "TableName": "sentinel-after"})
    scene.world.run()
    assert resource.status == "UPDATE_COMPLETE"
    assert resource.physical_id == "sentinel-after"
    assert set(scene.plane.tables) == {"sentinel-after"}
    deletions = [call.environment for call in scene.plane.history if call.api == "delete_table"]
    updates = [call.environment for call in scene.plane.history if call.api == "create_table"]
    assert not set(deletions) & set(updates), "Update itself never deletes"


@pytest.mark.parametrize("after", [0.4, 0.6, 0.8, 1.0])
@pytest.mark.parametrize(
    "properties",
    [
        {"TableName": "sentinel-after"},
        {"DeletionProtectionEnabled": True, "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}},
        {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": 7}, "Tags": [{"Key": "team", "Value": "red"}]},
    ],
    ids=["a replacement", "settings", "recovery and tags"],
)
def test_the_roll_back_of_an_update_ends_where_it_began(properties: Json, after: float) -> None:
    scene = Scene()
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    scene.plane.put_record(NAME, RECORD)
    before = scene.plane.truth(NAME) or {}
    scene.stack.update(LOGICAL_ID, {"Schema": "approval"} | properties)
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert resource.status == "UPDATE_ROLLBACK_COMPLETE"
    assert resource.physical_id == NAME
    assert scene.plane.records(NAME) == [RECORD]
    found = scene.plane.truth(NAME) or {}
    assert {key: found.get(key) for key in before} == before


def test_what_stood_under_the_new_name_is_not_removed_when_a_replacement_fails() -> None:
    scene = Scene(faults=FAILS)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), recovery_days=None, records=[RECORD], age=OLD))
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    assert scene.update("sentinel-before", old={"TableName": "sentinel-before"})["Status"] == "FAILED"
    assert scene.plane.records(NAME) == [RECORD]
    assert origin(scene) == "created"


def test_a_failed_create_that_made_its_table_leaves_nothing_once_it_is_rolled_back() -> None:
    scene = Scene(faults=FAILS, repairs=True)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": True})
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.tables == {}


@pytest.mark.parametrize("call", range(2, 200, 7))
def test_a_create_that_fails_is_rolled_back_however_late_it_fails_with_protection(call: int) -> None:
    scene = Scene(durations=REAL, faults=(Fault(Kind.ACCESS_DENIED, call),), repairs=True)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": True})
    scene.world.run()
    if [fault for fault in scene.wire.struck if scene.wire.calls[fault.call - 1] == "deliver"]:
        return  # there is no answering through a 403
    assert resource.status == ("DELETE_COMPLETE" if scene.wire.struck else "CREATE_COMPLETE"), resource.reason


def test_protection_is_set_when_all_else_is_at_rest() -> None:
    scene = Scene(durations=REAL)
    scene.create(DeletionProtectionEnabled=True, ContributorInsightsSpecification={"Enabled": True})
    (protected,) = [call for call in scene.plane.writes() if "DeletionProtectionEnabled" in call.arguments]
    assert scene.sink.answers[0].time - protected.time < 1
    assert scene.plane.writes()[-1] == protected


def test_a_refused_create_does_not_wait_for_a_table_that_cannot_come() -> None:
    scene = Scene(faults=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "create_table"),))
    began = scene.clock.now()
    assert scene.create()["Status"] == "FAILED"
    assert scene.sink.answers[0].time - began < 1


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS, "nobody's, other schema"])
def test_a_create_that_is_refused_and_rolled_back_leaves_the_table_as_it_was(state: str) -> None:
    scene = stage(state)
    scene.stack.delete_after_failed_create = True
    before = scene.plane.truth(NAME)
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.writes() == []
    assert scene.plane.truth(NAME) == before


@pytest.mark.parametrize("state", [*FOREIGN, *NOBODYS])
def test_a_cancelled_create_that_adopted_leaves_the_records(state: str) -> None:
    for after in (0.5, 0.9, 1.4, 3.0):
        scene = stage(state, recovery_days=None)
        scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": "Adopt"})
        scene.stack.cancel(LOGICAL_ID, after)
        scene.world.run()
        assert scene.plane.records(NAME) == [RECORD]
        assert scene.plane.lost_records == []


@pytest.mark.parametrize("after", [0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.4, 0.7, 1.0, 1.5, 2.0, 5.0])
def test_a_cancelled_create_leaves_no_table(after: float) -> None:
    scene = Scene()
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert scene.plane.tables == {}


@pytest.mark.parametrize("existing", ["Fail", "Adopt"])
@pytest.mark.parametrize("age", [30 * OLD, 4 * 3600])
@pytest.mark.parametrize("after", [0.1, 0.3, 0.5, 1.0, 2.0, 5.0])
def test_a_cancelled_create_leaves_a_table_that_its_resource_had_retained_long_before(
    after: float, age: float, existing: str
) -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=age, records=[RECORD], recovery_days=None))
    scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": existing})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert scene.plane.records(NAME) == [RECORD]


@pytest.mark.parametrize("after", [0.5, 0.7, 1.0, 1.5, 2.0])
def test_a_cancelled_create_leaves_a_table_that_it_has_just_taken_back(after: float) -> None:
    """DynamoDB refuses the Delete while it writes the tags that say so; what was read before that does not count."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=600, records=[RECORD], recovery_days=None))
    scene.stack.create(LOGICAL_ID, {"Schema": "approval"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert scene.plane.records(NAME) == [RECORD]


STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


@pytest.mark.parametrize("after", [0.0, 0.2, 0.5, 0.8, 1.0, 2.0])
@pytest.mark.parametrize("moving", [False, True], ids=["at rest", "in motion"])
def test_a_delete_leaves_a_table_that_another_stack_takes_over_before_it(after: float, moving: bool) -> None:
    """The adoption is `after` so many seconds of waiting for the table, or that long before the Delete."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=OLD, records=[RECORD]))
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    theirs = tags_of(scene, "adopted by another")
    taken = {"ResourceArn": arn, "Tags": [{"Key": key, "Value": value} for key, value in theirs.items()]}

    def take_over() -> None:
        scene.plane.call("tag_resource", taken)

    if moving:
        scene.plane.call("update_table", {"TableName": NAME, "StreamSpecification": STREAM})
        scene.world.at(scene.clock.now() + after, take_over)
    else:
        take_over()
        scene.clock.sleep(after)
    assert scene.delete(NAME)["Status"] == "SUCCESS"
    assert scene.plane.records(NAME) == [RECORD]
    assert scene.plane.tables[NAME].tags.current == theirs


@pytest.mark.parametrize("after", [0.1, 0.3, 0.5, 1.0, 5.0, 60.0])
def test_a_cancelled_create_takes_no_table_over_that_was_released_meanwhile(after: float) -> None:
    """It is at work on indexes for a long time, while the Delete releases the table."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(indexes={}, age=OLD, records=[RECORD]))
    resource = scene.stack.create(LOGICAL_ID, {"Schema": "approval", "ExistingTable": "Adopt"})
    scene.stack.cancel(LOGICAL_ID, after)
    scene.world.run()
    assert resource.status == "DELETE_COMPLETE"
    assert owner(scene) == (None, None)
    assert scene.plane.records(NAME) == [RECORD]


def test_a_table_that_another_stack_takes_over_meanwhile_is_left_to_it() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(indexes={}, age=OLD, records=[RECORD]))
    theirs = tags_of(scene, "another stack's")
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    taken = {"ResourceArn": arn, "Tags": [{"Key": key, "Value": value} for key, value in theirs.items()]}

    def take_over() -> None:
        scene.plane.call("tag_resource", taken)

    scene.world.at(scene.clock.now() + 60, take_over)
    answer = scene.create(ExistingTable="Adopt")
    assert answer["Status"] == "FAILED"
    assert "was released or taken over by somebody else" in answer["Reason"]
    assert scene.plane.tables[NAME].tags.current == theirs


@pytest.mark.parametrize("protected", [False, True])
def test_protection_keeps_a_table_that_an_update_went_back_to_when_that_is_rolled_back(protected: bool) -> None:
    """CloudFormation takes it for the new table of a replacement, and deletes it."""
    scene = Scene(repairs=True)
    scene.stack.create(LOGICAL_ID, {"Schema": "approval", "TableName": "sentinel-elsewhere"})
    scene.world.run()
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), age=OLD, records=[RECORD]))
    scene.stack.another_fails = True
    scene.stack.update(LOGICAL_ID, {"Schema": "approval", "DeletionProtectionEnabled": protected})
    scene.world.run()
    assert (NAME in scene.plane.tables) is protected
    assert not protected or scene.plane.records(NAME) == [RECORD]


class Meddled(Client):
    """A client that is called while somebody else takes three tags away, after it has read the first page."""

    meddle: Callable[[], None] | None = None

    def list_tags_of_resource(self, **arguments: str) -> Json:
        page = Client(self._plane).list_tags_of_resource(**arguments)
        if self.meddle:
            self.meddle()
            self.meddle = None
        return page


def test_tags_that_change_from_page_to_page_are_read_again() -> None:
    """What stood on the second page is on the first by then, which was read before."""
    scene = Scene()
    mine = {f"k{number:02}": "v" for number in range(20)} | scene.tags()
    scene.plane.given_table(NAME, **standing(tags=mine))
    arn = (scene.plane.truth(NAME) or {})["TableArn"]
    keys = ["k00", "k01", "k02"]

    def meddle() -> None:
        scene.plane.call("untag_resource", {"ResourceArn": arn, "TagKeys": keys})
        scene.clock.sleep(10)

    client = Meddled(scene.plane)
    client.meddle = meddle
    found = DynamoTables(client, lambda: KeyService(scene.plane)).read(NAME, None, frozenset(Facet), frozenset())
    assert found is not None
    assert found.table.tags == {key: value for key, value in mine.items() if key not in keys}


def test_a_table_that_is_being_deleted_is_waited_for_and_then_made() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=tags_of(scene, "another stack's")))
    scene.plane.call("delete_table", {"TableName": NAME})
    answer = scene.create()
    assert answer["Status"] == "SUCCESS"
    assert owner(scene) == scene.stack.owner(LOGICAL_ID)


def test_a_repeated_create_answers_alike_and_writes_nothing() -> None:
    scene = Scene()
    event = scene.event("Create", {"Schema": "approval"})
    first = scene.ask(event)
    before = len(scene.plane.writes())
    assert scene.ask(event) == first
    assert scene.plane.writes()[before:] == []


def test_attributes_of_the_answer_are_those_of_the_table() -> None:
    scene = Scene()
    data = scene.create(StreamSpecification={"StreamViewType": "KEYS_ONLY"})["Data"]
    table = scene.plane.tables[NAME]
    assert data == {
        "TableName": NAME,
        "Arn": table.arn,
        "TableId": table.table_id,
        "Schema": "approval",
        "StreamArn": f"{table.arn}/stream/{table.stream.label}",
    }
    assert "StreamArn" not in scene.update(NAME)["Data"]
