"""Lambda and CloudFormation, with a handler that is as simple as can be."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.aws import (
    Fault,
    Invocation,
    Kind,
)
from tests.aws.simple_handler import Account, answer

Json = dict[str, Any]


def test_create_update_replace_and_delete() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first", "Protected": True, "Nested": {"Days": 35}})
    account.run()
    event = account.stack.requests[0].event
    assert event["ResourceProperties"] == {
        "ServiceToken": account.functions.arn,
        "TableName": "first",
        "Protected": "true",
        "Nested": {"Days": "35"},
    }
    assert "PhysicalResourceId" not in event
    assert (resource.status, resource.physical_id) == ("CREATE_COMPLETE", "first")
    account.stack.update("Table", {"TableName": "second"})
    account.run()
    assert account.kinds() == ["Create", "Update", "Delete"]
    update, clean_up = (request.event for request in account.stack.requests[1:])
    assert (update["PhysicalResourceId"], update["OldResourceProperties"]["TableName"]) == ("first", "first")
    assert (clean_up["PhysicalResourceId"], clean_up["ResourceProperties"]["TableName"]) == ("first", "first")
    assert (resource.status, resource.physical_id) == ("UPDATE_COMPLETE", "second")
    assert set(account.plane.tables) == {"second"}
    account.stack.delete("Table")
    account.run()
    assert (resource.status, dict(account.plane.tables)) == ("DELETE_COMPLETE", {})
    assert len(account.sink.answers) == 4


def test_a_failed_create_is_followed_by_a_delete_with_the_answered_id() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "refused"})
    account.run()
    assert account.kinds() == ["Create", "Delete"]
    assert account.stack.requests[1].event["PhysicalResourceId"] == "refused"
    assert [status for _, status, _ in resource.statuses] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]


def test_a_cancelled_create_gets_a_delete_with_an_invented_id_while_it_is_at_work() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.stack.cancel("Table", after=1)
    account.run()
    invented = account.stack.requests[1].event["PhysicalResourceId"]
    assert invented.startswith("records-Table-")
    assert len(invented) == len("records-Table-") + 13
    assert resource.status == "DELETE_COMPLETE"
    first, second = account.functions.invocations
    assert first.environment is not None
    assert second.environment is not None
    assert (second.environment.began or 0) < (first.environment.ended or 0)
    assert len(account.sink.answers) == len(account.sink.ignored) == 1


def test_a_failed_update_is_rolled_back_by_an_update_with_swapped_properties() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.update("Table", {"TableName": "refused"})
    account.run()
    assert account.kinds() == ["Create", "Update", "Update"]
    back = account.stack.requests[2].event
    assert (back["ResourceProperties"]["TableName"], back["OldResourceProperties"]["TableName"]) == ("first", "refused")
    assert back["PhysicalResourceId"] == "first"
    assert (resource.status, account.stack.status) == ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def test_a_replacement_is_rolled_back_with_the_new_id_and_the_new_table_cleaned_up() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.update("Table", {"TableName": "second"})
    account.stack.cancel("Table", after=20)
    account.run()
    assert account.kinds() == ["Create", "Update", "Update", "Delete"]
    back, clean_up = (request.event for request in account.stack.requests[2:])
    assert (back["PhysicalResourceId"], back["ResourceProperties"]["TableName"]) == ("second", "first")
    assert (clean_up["PhysicalResourceId"], clean_up["ResourceProperties"]["TableName"]) == ("second", "second")
    assert (resource.status, set(account.plane.tables)) == ("UPDATE_COMPLETE", {"first"})
    assert account.stack.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_cancelled_update_is_rolled_back_while_it_is_at_work() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.update("Table", {"TableName": "second"})
    account.stack.cancel("Table", after=1)
    account.run()
    assert account.kinds() == ["Create", "Update", "Update"]
    assert (resource.status, account.stack.status) == ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    assert len(account.sink.ignored) == 1


def test_without_an_answer_the_resource_fails_at_service_timeout_and_is_deleted() -> None:
    account = Account(handler=lambda *_: None, retry_after=())
    resource = account.stack.create("Table", {"TableName": "first", "ServiceTimeout": 600})
    account.run()
    assert [(round(moment - resource.statuses[0][0]), status) for moment, status, _ in resource.statuses] == [
        (0, "CREATE_IN_PROGRESS"),
        (600, "CREATE_FAILED"),
        (600, "DELETE_IN_PROGRESS"),
        (1200, "DELETE_FAILED"),
    ]
    assert "did not receive a response" in resource.reason


def test_a_retained_resource_leaves_without_an_event() -> None:
    account = Account()
    account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.retain("Table")
    account.run()
    assert account.kinds() == ["Create"]


def test_a_dead_handler_gets_the_same_event_twice_more() -> None:
    faults = [Fault(Kind.KILLED_AFTER, call, api="create_table") for call in (1, 2)]
    account = Account(*faults)
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    began = [invocation.environment.began for invocation in account.functions.invocations if invocation.environment]
    assert [invocation.attempt for invocation in account.functions.invocations] == [0, 1, 2]
    assert [round((later or 0) - (earlier or 0)) for earlier, later in itertools.pairwise(began)] == [60, 120]
    assert len({json.dumps(invocation.event) for invocation in account.functions.invocations}) == 1
    assert resource.status == "CREATE_COMPLETE"


def test_an_event_that_fails_three_times_is_found_at_the_failure_destination() -> None:
    def crash(event: Json, invocation: Invocation) -> None:
        raise RuntimeError(event["RequestType"] + invocation.function_name)

    account = Account(handler=crash)
    account.stack.create("Table", {"TableName": "first", "ServiceTimeout": 300})
    account.world.run()
    assert [event["RequestType"] for event in account.functions.failed] == ["Create", "Delete"]
    assert len(account.functions.crashes()) == 6


def test_an_invocation_dies_when_its_time_is_up() -> None:
    def sleep(event: Json, invocation: Invocation) -> None:
        left.append(invocation.remaining_ms())
        invocation.clock.sleep(10_000)
        answer(event, invocation, "never", "")

    left: list[int] = []
    account = Account(handler=sleep, timeout=900.0, retry_after=())
    account.stack.create("Table", {"TableName": "first", "ServiceTimeout": 1000})
    account.run()
    assert left == [900_000, 900_000]
    environment = account.functions.invocations[0].environment
    assert environment is not None
    assert (environment.ended or 0) - (environment.began or 0) == pytest.approx(900)
    assert not account.sink.attempts


def test_a_hand_over_is_an_invocation_of_its_own() -> None:
    account = Account(timeout=3.0)
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    assert len(account.functions.invocations) > 1
    assert {invocation.attempt for invocation in account.functions.invocations} == {0}
    assert (resource.status, len(account.sink.answers)) == ("CREATE_COMPLETE", 1)


def test_an_event_may_be_delivered_twice_side_by_side() -> None:
    account = Account(duplicates={1: 0.5})
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    assert len(account.functions.invocations) == 2
    assert resource.status == "CREATE_COMPLETE"
    assert (len(account.sink.answers), len(account.sink.ignored)) == (1, 1)


def test_the_url_is_made_like_the_real_one_and_expires() -> None:
    account = Account()
    account.stack.create("Table", {"TableName": "first"})
    account.run()
    url = account.stack.requests[0].event["ResponseURL"]
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert parts.hostname is not None
    assert parts.hostname.startswith("cloudformation-custom-resource-response-")
    assert query["X-Amz-Date"] == ["20260921T141320Z"]
    assert set(query) >= {"X-Amz-Algorithm", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-Signature"}
    account.clock.sleep(7_300)
    assert account.sink.put(url, b"{}") == 403
    assert account.sink.put(url.partition("?")[0], b"{}") == 403


@pytest.mark.parametrize(
    "kind", [Kind.THROTTLED, Kind.INTERNAL_ERROR, Kind.INTERNAL_ERROR_AFTER, Kind.ANSWER_LOST, Kind.REQUEST_LOST]
)
def test_a_delivery_that_fails_is_tried_again_and_counts_once(kind: Kind) -> None:
    account = Account(Fault(kind, 1, api="deliver"))
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    assert (resource.status, len(account.sink.answers)) == ("CREATE_COMPLETE", 1)
    assert account.wire.calls.count("deliver") == 2


BAD_ANSWERS: list[tuple[str, Json, str]] = [
    ("too long", {"Data": {"x": "y" * 5_000}}, "Response object is too long."),
    ("no physical id", {"PhysicalResourceId": ""}, "Invalid PhysicalResourceId"),
    ("another request", {"RequestId": "x"}, "Invalid response: RequestId does not match"),
    ("another status", {"Status": "OK"}, "Invalid response: Status"),
    ("no reason", {"Status": "FAILED"}, "Invalid response: FAILED without Reason"),
]


@pytest.mark.parametrize(("change", "reason"), [row[1:] for row in BAD_ANSWERS], ids=[row[0] for row in BAD_ANSWERS])
def test_an_answer_that_cloudformation_refuses_fails_the_resource(change: Json, reason: str) -> None:
    def handler(event: Json, invocation: Invocation) -> None:
        body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        body |= {"Status": "SUCCESS", "PhysicalResourceId": "first"}
        if event["RequestType"] == "Create":
            body |= change
        invocation.deliver(event["ResponseURL"], json.dumps(body).encode())

    account = Account(handler=handler)
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    failed = next(entry for entry in resource.statuses if entry[1] == "CREATE_FAILED")
    assert failed[2] == reason
