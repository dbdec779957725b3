"""What goes wrong around the artifact: templates, events, AWS, the answer's way, and the process itself.

On moto, whose tables are there at once, since none of this depends on states that take time.
"""

import time
from pathlib import Path
from typing import Any

import pytest

from .answers import DROPPED, BadDay
from .build import copy_with
from .conftest import Worlds
from .engines import Moto
from .events import Resource
from .faults import Fault
from .runtime_api import Outcome
from .schemas import expected_indexes, live_indexes
from .world import ANSWER_SECONDS, World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

BAD_PROPERTIES: dict[str, dict[str, Any]] = {
    "no such schema": {"Schema": "breakglas"},
    "a name outside the prefix": {"TableName": "orders"},
    "a name that DynamoDB refuses": {"TableName": "sentinel-b/g"},
    "a property that does not exist": {"BillingMode": "PAY_PER_REQUEST"},
    "a key that does not exist, further in": {"TimeToLiveSpecification": {"Enable": True}},
    "a boolean that is none": {"DeletionProtectionEnabled": "yes please"},
    "a period out of range": {
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}
    },
    "TTL on another attribute": {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}},
    "tags that are ours": {"Tags": [{"Key": "sentinel:stack-id", "Value": "x"}]},
    "a tag twice": {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
    "a name of any length, with control characters": {"TableName": "sentinel-\x1b[31m\n" + "x" * 5000},
}


@pytest.mark.parametrize("properties", BAD_PROPERTIES.values(), ids=BAD_PROPERTIES)
def test_a_bad_property_fails_without_a_call(world: World, properties: dict[str, Any]) -> None:
    resource = Resource("breakglass")
    resource.properties |= properties
    reason = world.fail(resource.create())
    assert reason.isprintable()
    assert not world.aws.calls
    world.assert_clean_log()


def test_a_bad_delete_still_succeeds(world: World) -> None:
    """A stack whose template never was valid can be deleted; nothing is deleted with it."""
    resource = Resource("breakglas", TableName="orders")
    resource.physical_id = "orders"
    assert world.ask(resource.delete())["Status"] == "SUCCESS"
    assert not [call.action for call in world.aws.calls if call.is_write]


@pytest.mark.parametrize("payload", [None, [], "text", {}, {"RequestType": "Create"}], ids=str)
def test_an_event_without_a_place_for_its_answer_ends_soon_and_calls_nobody(world: World, payload: Any) -> None:
    world.host.invoke(payload)
    world.host.wait(ANSWER_SECONDS)
    assert not world.aws.calls
    assert not world.answers.puts
    assert all(attempt.outcome in {Outcome.RESPONSE, Outcome.ERROR} for attempt in world.host.attempts)


@pytest.mark.parametrize(
    "change", [{"RequestType": "Replace"}, {"ResourceProperties": None}, {"ResourceProperties": []}], ids=str
)
def test_a_malformed_event_is_answered_and_changes_nothing(world: World, change: dict[str, Any]) -> None:
    event = {**Resource("breakglass").create(), **change}
    assert world.fail(event)
    assert not [call.action for call in world.aws.calls if call.is_write]


def test_no_answer_goes_over_plain_http(world: World) -> None:
    event = Resource("none").create()
    world.host.invoke({**event, "ResponseURL": world.answers.url(event).replace("https://", "http://")})
    world.host.wait(ANSWER_SECONDS)
    assert not world.answers.puts


def test_a_cold_start_and_a_warm_one_answer_alike(world: World) -> None:
    resource = Resource("session")
    event = resource.create()
    first = world.succeed(resource, event)
    assert world.ask(event) == first
    world.host.cool()
    assert world.ask(event) == first
    assert [attempt.cold for attempt in world.host.attempts] == [True, False, True]
    assert world.host.attempts[0].request_id != world.host.attempts[1].request_id


PASSING = {
    "a dropped connection": [DROPPED],
    "several dropped connections": [DROPPED, DROPPED, DROPPED],
    "a 503": [BadDay(503)],
    "a 500, then a 503": [BadDay(500), BadDay(503)],
    "a slow one, then a drop": [BadDay(500, delay=2), DROPPED],
}


@pytest.mark.parametrize("days", PASSING.values(), ids=PASSING)
def test_an_answer_that_does_not_get_through_is_sent_again(world: World, days: list[BadDay]) -> None:
    world.answers.order(*days)
    event = Resource("none").create()
    assert world.fail(event)
    puts = world.answers.puts
    assert [put.status for put in puts] == [*(day.status for day in days), 200]
    assert len({put.body for put in puts}) == 1, "the same answer each time"
    world.assert_clean_log()


def test_the_pauses_between_answers_grow(world: World) -> None:
    world.answers.order(*[BadDay(503)] * 4)
    world.fail(Resource("none").create())
    moments = [put.at for put in world.answers.puts]
    assert moments[-1] - moments[-2] > moments[1] - moments[0]


def test_an_answer_that_is_refused_for_good_is_given_up(world: World) -> None:
    """S3's 403 (the URL has expired) does not pass: the invocation ends, well before its deadline of two minutes."""
    world.answers.order(*[BadDay(403)] * 100)
    world.send(Resource("none").create())
    world.host.wait(ANSWER_SECONDS)
    assert 1 <= len(world.answers.puts) <= 20


def test_an_artifact_that_cannot_be_imported_answers(artifact: Path, worlds: Worlds, newest: Path, tmp_path: Path) -> None:
    """A broken release must not leave a stack waiting for an hour."""
    broken = copy_with(artifact, tmp_path / "broken", {"sentinel_tables/rules/plan.py": "import no_such_module\n"})
    here = worlds(newest, Moto(), of=broken)
    answer = here.ask(Resource("breakglass").create())
    assert answer["Status"] == "FAILED"
    assert "no_such_module" in answer["Reason"]
    assert not here.aws.calls


PASSES = (
    Fault.THROTTLED,
    Fault.INTERNAL,
    Fault.DROPPED_BEFORE,
    Fault.DROPPED_AFTER,
    Fault.DIES_BEFORE,
    Fault.DIES_AFTER,
)


@pytest.mark.parametrize("fault", PASSES, ids=lambda fault: fault.name)
def test_a_fault_at_any_call_of_a_create_changes_nothing_about_its_end(world: World, fault: Fault) -> None:
    """The n-th call meets the fault, for every n that a Create has: the end and the answer are those of a good day."""
    expected = _created(world, "sentinel-good")
    for nth in range(1, len(world.aws.calls) + 1):
        before = len(world.aws.calls)
        world.aws.faults.order(fault, nth=nth)
        found = _created(world, f"sentinel-{nth}")
        where = f"call {nth}: {[(call.action, call.error) for call in world.aws.calls[before:]]}"
        assert found == expected, where
        world.aws.faults.cancel()  # a warm process has a call less: the last order was for a call that nobody made
    world.assert_clean_log()


def _created(world: World, name: str) -> dict[str, Any]:
    """What a Create ends with, without what no two tables have in common."""
    resource = Resource("breakglass", TableName=name)
    answer = world.ask(resource.create())
    live = world.client.describe_table(TableName=name)["Table"]
    assert live_indexes(live) == expected_indexes("breakglass")
    assert answer["PhysicalResourceId"] == answer["Data"]["TableName"] == name
    resource.physical_id = name
    writes = [call.action for call in world.calls_of(resource.update()) if call.is_write]
    return {"Status": answer["Status"], "Reason": answer.get("Reason"), "left to do": writes}


@pytest.mark.parametrize("fault", [Fault.DIES_BEFORE, Fault.DIES_AFTER], ids=lambda fault: fault.name)
def test_a_process_that_dies_at_any_call_of_a_delete_leaves_nothing(world: World, fault: Fault) -> None:
    resource = Resource("approval")
    world.succeed(resource, resource.create())
    for nth in range(1, len(world.calls_of(resource.delete())) + 1):
        world.succeed(resource, resource.create())
        world.aws.faults.order(fault, nth=nth)
        world.succeed(resource, resource.delete())
        assert world.client.list_tables()["TableNames"] == [], f"call {nth}"
        world.aws.faults.cancel()


@pytest.mark.parametrize("action", ["CreateTable", "DescribeTable", "UpdateTimeToLive", "UpdateContinuousBackups"])
def test_access_denied_fails_at_once_and_the_roll_back_succeeds(world: World, action: str) -> None:
    world.aws.faults.order(Fault.DENIED, action)
    resource = Resource("breakglass")
    answer = world.ask(resource.create())
    assert answer["Status"] == "FAILED"
    assert action in answer["Reason"]
    assert [call.error for call in world.aws.calls if call.action == action].count("AccessDeniedException") == 1
    world.succeed(resource, resource.delete(answer["PhysicalResourceId"]))
    assert world.client.list_tables()["TableNames"] == []


def test_a_call_that_hangs_does_not_hang_the_stack(world: World) -> None:
    world.aws.faults.order(Fault.HANGS, "DescribeTable")
    resource = Resource("breakglass")
    world.succeed(resource, resource.create(), 110)


def test_two_deliveries_of_one_event_at_once_make_one_table(world: World) -> None:
    """Two environments side by side, both in the middle of CreateTable: both answer, alike, about the same table."""
    world.aws.faults.order(Fault.SLOW, "CreateTable", times=2)
    event = Resource("breakglass").create()
    world.send(event)
    world.send(event)
    world.host.wait(ANSWER_SECONDS)
    answers = [put.answer for put in world.answers.accepted(event["RequestId"])]
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert answers[0]["Status"] == "SUCCESS", answers[0]["Reason"]
    assert [attempt.cold for attempt in world.host.attempts] == [True, True]


def test_a_create_that_is_cancelled_leaves_nothing(world: World) -> None:
    """CloudFormation sends Delete, with an id of its own making, while Create is at work; Create does not start over."""
    resource = Resource("breakglass")
    world.aws.faults.order(Fault.HANGS, "UpdateTimeToLive", times=20)
    create = resource.create()
    world.send(create)
    ends_at = time.monotonic() + ANSWER_SECONDS
    while not world.client.list_tables()["TableNames"]:
        assert time.monotonic() < ends_at
        time.sleep(0.02)
    assert world.ask(resource.delete(resource.invented_id), during="ROLLBACK_IN_PROGRESS")["Status"] == "SUCCESS"
    assert world.answer(create)["Status"] == "FAILED"
    world.host.wait(ANSWER_SECONDS)
    assert world.client.list_tables()["TableNames"] == []


def test_the_deadline_kills_and_the_retry_goes_on(worlds: Worlds, newest: Path) -> None:
    """An invocation that hangs until Lambda kills it is followed by the retry, which answers."""
    here = worlds(newest, Moto(), timeout=8)
    here.aws.faults.order(Fault.HANGS, "CreateTable")
    resource = Resource("breakglass")
    here.succeed(resource, resource.create(), 90)
    assert here.host.attempts[-1].outcome is Outcome.RESPONSE
