"""Whose a table is decides what is done to it: nothing to another's, no end to what was not made, no adopting unasked."""

import logging
from dataclasses import dataclass

import pytest

from tests.aws import REAL
from tests.events.ownership import (
    FOREIGN,
    NAME,
    NOBODYS,
    OLD,
    OWN_OTHER_SCHEMA,
    RECORD,
    YOUNG,
    origin,
    owner,
    stage,
    tags_of,
)
from tests.worlds import LOGICAL_ID, Json, Scene, standing


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


TAKEN_BACK = {
    **{
        state: Rule(state, "Fail", ("tag_resource",), origin="adopted")
        for state in ("nobody's", "untagged", "half-tagged, origin alone")
    },
    "nobody's, other schema": Rule("nobody's, other schema", "Fail", refused=NEW_NAME),
}
"""An Update's own table is taken back if nobody owns it: a roll-back had released it."""


@each_rule
def test_an_update_keeps_to_the_rules_of_ownership(rule: Rule) -> None:
    rule = TAKEN_BACK.get(rule.state, rule) if rule.existing == "Fail" else rule
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


@pytest.mark.parametrize("physical_id", ["", None])
def test_a_delete_without_a_physical_id_keeps_no_stack_from_being_deleted(physical_id: str | None) -> None:
    scene = stage(FOREIGN[0])
    before = scene.plane.truth(NAME)
    answer = scene.ask(scene.event("Delete", {"Schema": "approval"}) | {"PhysicalResourceId": physical_id})
    assert (answer["Status"], bool(answer["PhysicalResourceId"])) == ("SUCCESS", True)
    assert scene.plane.truth(NAME) == before


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


def test_protection_is_set_when_all_else_is_at_rest() -> None:
    scene = Scene(durations=REAL)
    scene.create(DeletionProtectionEnabled=True, ContributorInsightsSpecification={"Enabled": True})
    (protected,) = [call for call in scene.plane.writes() if "DeletionProtectionEnabled" in call.arguments]
    assert scene.sink.answers[0].time - protected.time < 1
    assert scene.plane.writes()[-1] == protected


def test_a_table_that_is_being_deleted_is_waited_for_and_then_made() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=tags_of(scene, "another stack's")))
    scene.plane.call("delete_table", {"TableName": NAME})
    assert scene.plane.tables[NAME].status == "DELETING"
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
    taken_back = {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}
    assert "StreamArn" in scene.update(NAME)["Data"], "silence takes nothing away"
    assert "StreamArn" not in scene.update(NAME, old=taken_back)["Data"]
