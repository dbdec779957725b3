"""Drift that takes DynamoDB's own time: indexes are built by Amazon's engine, 30 s each, and dropped in 15.

The work of all Pythons and schemas runs side by side, since nearly all of it is waiting.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .conftest import Worlds
from .engines import Local
from .events import Resource
from .faults import Fault
from .machines import VERSIONS, installed, runtime
from .schemas import Keys, attributes, expected_indexes, index, live_indexes, table
from .world import ANSWER_SECONDS, World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.java, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

LONG_SECONDS = 300.0
WRONG: Keys = ("profile", "id")
THEIRS = "audit-by-profile"
TTL_ON: Any = {"TimeToLiveSpecification": {"Enabled": True}}
TTL_OFF: Any = {"Enabled": False, "AttributeName": "ttl"}
RECORD = {"id": {"S": "kept"}}


def test_drift_is_converged_on_every_python(worlds: Worlds, local_port: int) -> None:
    """A row for each Python and each kind of drift; every record is there afterwards, and nothing is left to do."""
    rows = [(version, drift) for version in installed(VERSIONS) for drift in (_no_index, _wrong_index, _lost_index)]
    started = [(drift, worlds(runtime(version), Local(local_port))) for version, drift in rows]
    with ThreadPoolExecutor(len(rows)) as pool:
        done = [pool.submit(_converges, here, drift) for drift, here in started]
        problems = [f"{row[0]} {row[1].__name__}: {each.exception(LONG_SECONDS)!r}"
                    for row, each in zip(rows, done, strict=True) if each.exception(LONG_SECONDS)]  # fmt: skip
    assert not problems


def _converges(here: World, drift: Callable[[World], tuple[Resource, dict[str, Any]]]) -> None:
    resource, event = drift(here)
    name, schema = resource.properties["TableName"], resource.properties["Schema"]
    here.client.put_item(TableName=name, Item=RECORD)
    if resource.physical_id:
        here.client.update_time_to_live(TableName=name, TimeToLiveSpecification=TTL_OFF)
    here.succeed(resource, event, LONG_SECONDS)
    live = here.client.describe_table(TableName=name)["Table"]
    theirs = {THEIRS: (WRONG, "ALL", "ACTIVE")} if THEIRS in live_indexes(live) else {}
    assert live_indexes(live) == expected_indexes(schema) | theirs
    assert bool(theirs) == (drift is _lost_index)
    ttl = here.client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    assert here.client.get_item(TableName=name, Key=RECORD)["Item"] == RECORD
    assert not [call.action for call in here.calls_of(resource.update()) if call.is_write]
    here.assert_clean_log()


def _no_index(here: World) -> tuple[Resource, dict[str, Any]]:
    """A table that somebody else made is adopted: three indexes are missing, one has other keys, TTL is off."""
    resource = Resource("session", TableName="sentinel-old", ExistingTable="Adopt", **TTL_ON)
    here.client.create_table(**table("sentinel-old", [("gsi-status", WRONG)]))
    return resource, resource.create()


def _wrong_index(here: World) -> tuple[Resource, dict[str, Any]]:
    """Somebody replaced an index of our table by one of the same name with other keys."""
    resource = _made(here, "approval")
    _change(here, [{"Delete": {"IndexName": "gsi-status"}}], expected_indexes("approval").keys() - {"gsi-status"})
    _change(here, [{"Create": index("gsi-status", WRONG)}], expected_indexes("approval").keys())
    return resource, resource.update()


def _lost_index(here: World) -> tuple[Resource, dict[str, Any]]:
    """Somebody dropped an index of our table, and added one of their own, which stays."""
    resource = _made(here, "breakglass")
    _change(here, [{"Delete": {"IndexName": "gsi-invoker"}}], expected_indexes("breakglass").keys() - {"gsi-invoker"})
    _change(here, [{"Create": index(THEIRS, WRONG)}], expected_indexes("breakglass").keys() - {"gsi-invoker"} | {THEIRS})
    return resource, resource.update()


def _made(here: World, schema: str) -> Resource:
    resource = Resource(schema, TableName="sentinel-drifted", **TTL_ON)
    here.succeed(resource, resource.create())
    return resource


def _change(here: World, updates: list[dict[str, Any]], until: Any) -> None:
    """One change of an index behind the provider's back, waited for."""
    client: Any = here.client
    client.update_table(
        TableName="sentinel-drifted", AttributeDefinitions=attributes(*WRONG), GlobalSecondaryIndexUpdates=updates
    )
    ends_at = time.monotonic() + LONG_SECONDS
    while True:
        live = live_indexes(client.describe_table(TableName="sentinel-drifted")["Table"])
        if live.keys() == set(until) and {status for _, _, status in live.values()} == {"ACTIVE"}:
            return
        assert time.monotonic() < ends_at, live
        time.sleep(0.3)


def _without(here: World, schema: str, lost: str) -> Resource:
    """A resource whose table lacks one index, and is else as it has to be."""
    resource = _made(here, schema)
    _change(here, [{"Delete": {"IndexName": lost}}], expected_indexes(schema).keys() - {lost})
    return resource


def _moment_active(here: World, resource: Resource, name: str) -> float:
    """When the index `name` became ACTIVE, as somebody sees it who looks all the time."""
    ends_at = time.monotonic() + LONG_SECONDS
    while time.monotonic() < ends_at:
        live = live_indexes(here.client.describe_table(TableName=resource.properties["TableName"])["Table"])
        if live.get(name, ("", "", ""))[2] == "ACTIVE":
            return time.monotonic()
        time.sleep(0.05)
    raise TimeoutError(name)


def test_work_that_outlasts_an_invocation_is_handed_over_to_one_answer(
    worlds: Worlds, newest: Path, local_port: int
) -> None:
    """Invocations of 12 s, an index of 30 s: a chain, none of it at its deadline, and one answer soon after the index."""
    here = worlds(newest, Local(local_port), timeout=12)
    resource = _without(here, "breakglass", "gsi-invoker")
    event, before, sent_at = resource.update(), len(here.host.attempts), time.monotonic()
    here.send(event)
    active_at = _moment_active(here, resource, "gsi-invoker")
    assert here.answer(event)["Status"] == "SUCCESS"
    assert here.put_of(event).at - active_at < (active_at - sent_at) / 10
    here.host.wait(ANSWER_SECONDS)
    assert len([put for put in here.answers.puts if put.request_id == event["RequestId"]]) == 1
    attempts = here.host.attempts[before:]
    assert {attempt.outcome.value for attempt in attempts} == {"response"}
    assert len(attempts) >= 3
    invocations = [call.arguments["InvocationType"] for call in here.aws.calls if call.service == "lambda"]
    assert invocations == ["Event"] * (len(attempts) - 1)
    here.assert_clean_log()


def test_the_chain_ends_before_cloudformation_stops_waiting(worlds: Worlds, newest: Path, local_port: int) -> None:
    """`ServiceTimeout` is shorter than the index takes: FAILED before it is there, and the reason says what is pending."""
    here = worlds(newest, Local(local_port), timeout=8)
    resource = _without(here, "approval", "gsi-requester")
    before = len(here.host.attempts)
    reason = here.fail(resource.update(ServiceTimeout=20))
    live = here.client.describe_table(TableName=resource.properties["TableName"])["Table"]
    assert live_indexes(live)["gsi-requester"][2] == "CREATING"
    assert len(here.host.attempts) - before > 1
    assert "gsi-requester" in reason


def test_a_process_that_dies_while_an_index_is_built_is_followed_by_one_that_goes_on(
    worlds: Worlds, newest: Path, local_port: int
) -> None:
    here = worlds(newest, Local(local_port))
    resource = _without(here, "approval", "gsi-requester")
    before = len(here.host.attempts)
    here.aws.faults.order(Fault.DIES_AFTER, "UpdateTable")
    here.succeed(resource, resource.update(), LONG_SECONDS)
    name = resource.properties["TableName"]
    assert live_indexes(here.client.describe_table(TableName=name)["Table"]) == expected_indexes("approval")
    assert [attempt.outcome.value for attempt in here.host.attempts[before:]] == ["died", "response"]
    assert len([call for call in here.aws.calls if "GlobalSecondaryIndexUpdates" in call.arguments]) == 1
