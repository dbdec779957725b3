"""What surrounds the control plane: side by side running environments, faults on order, Lambda and CloudFormation."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.aws import (
    AnswerSink,
    Client,
    CloudFormation,
    ControlPlane,
    Fault,
    Faults,
    Invocation,
    Killed,
    Kind,
    LambdaService,
    Process,
    VirtualClock,
    World,
    every_pair,
    every_single,
    follow,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
NAME = "records"
NEW: Json = {
    "TableName": NAME,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


# The scheduler


def walker(clock: VirtualClock, log: list[tuple[str, float]], name: str, *pauses: float) -> Callable[[], str]:
    def walk() -> str:
        for pause in pauses:
            clock.sleep(pause)
            log.append((name, clock.now() - began))
        return name

    began = clock.now()
    return walk


def test_environments_take_turns_in_the_order_of_time() -> None:
    clock = VirtualClock()
    world, log = World(clock), list[tuple[str, float]]()
    world.spawn("a", walker(clock, log, "a", 1, 3, 1))
    world.spawn("b", walker(clock, log, "b", 1, 1), after=1)
    world.spawn("c", walker(clock, log, "c", 10), after=0.5)
    world.run()
    assert log == [("a", 1), ("b", 2), ("b", 3), ("a", 4), ("a", 5), ("c", 10.5)]
    assert [environment.result for environment in world.environments] == ["a", "b", "c"]


def test_simultaneous_environments_take_turns_as_they_were_scheduled_or_as_chosen() -> None:
    orders = []
    for choose in (None, lambda count: count // 2):
        clock = VirtualClock()
        world, log = World(clock, choose), list[tuple[str, float]]()
        for name in "abc":
            world.spawn(name, walker(clock, log, name, 1))
        world.run()
        orders.append([name for name, _ in log])
    assert orders[0] == ["a", "b", "c"]
    assert orders[1] != orders[0]


@given(st.lists(st.integers(0, 5), max_size=60), st.floats(0, 2))
@settings(max_examples=50, deadline=None)
def test_whatever_is_chosen_everybody_ends_and_time_never_runs_back(choices: list[int], window: float) -> None:
    clock = VirtualClock()
    world = World(clock, follow(choices), window)
    log: list[tuple[str, float]] = []
    for name in "abc":
        world.spawn(name, walker(clock, log, name, 1, 0, 1, 1))
    world.run()
    assert sorted(name for name, _ in log) == sorted("abc" * 4)
    assert [moment for _, moment in log] == sorted(moment for _, moment in log)


def test_what_an_environment_raises_stays_with_it() -> None:
    clock = VirtualClock()
    world = World(clock)

    def fail() -> None:
        clock.sleep(1)
        raise ValueError("broken")

    failing, log = world.spawn("a", fail), list[tuple[str, float]]()
    world.spawn("b", walker(clock, log, "b", 2))
    world.run()
    assert isinstance(failing.error, ValueError)
    assert log == [("b", 2)]


def test_what_a_callback_raises_is_raised_by_run() -> None:
    world = World(VirtualClock())

    def fail() -> None:
        raise ValueError("broken")

    world.at(world.clock.now() + 1, fail)
    with pytest.raises(ValueError, match="broken"):
        world.run()


def test_a_choice_that_fails_is_raised_by_run() -> None:
    clock = VirtualClock()
    world, log = World(clock, lambda count: count // 0), list[tuple[str, float]]()
    for name in "ab":
        world.spawn(name, walker(clock, log, name, 1))
    with pytest.raises(ZeroDivisionError):
        world.run()
    assert len(log) == 2


def test_a_cancelled_callback_does_not_even_take_its_time() -> None:
    world = World(VirtualClock())
    began = world.clock.now()
    world.at(began + 100, lambda: None).cancelled = True
    world.run()
    assert world.clock.now() == began


def test_two_environments_on_one_table_see_each_other_and_each_run_is_the_same() -> None:
    def run() -> list[tuple[str, float, str]]:
        clock = VirtualClock()
        world, plane = World(clock), ControlPlane(clock)
        log: list[tuple[str, float, str]] = []

        def create(name: str) -> None:
            client = Client(plane, environment=name)
            try:
                client.create_table(**NEW)
                log.append((name, clock.now(), "made it"))
            except ClientError as error:
                log.append((name, clock.now(), error.response["Error"]["Code"]))

        for name in "ab":
            world.spawn(name, lambda name=name: create(name))  # type: ignore[misc]
        world.run()
        assert [change.environment for change in plane.changes] == ["a"]
        return log

    assert run() == run()
    assert {outcome for _, _, outcome in run()} == {"made it", "ResourceInUseException"}


def test_a_process_dies_at_its_deadline_in_the_middle_of_a_sleep() -> None:
    clock = VirtualClock()
    world, log = World(clock), list[str]()

    def work() -> None:
        try:
            clock.sleep(100)
        finally:
            with pytest.raises(Killed):
                clock.sleep(1)
            log.append("it still tried")

    environment = world.spawn("a", work, process=Process(deadline=clock.now() + 10))
    world.run()
    assert (environment.killed, environment.ended, log) == (True, clock.now(), ["it still tried"])


# Faults


def plane_with_table() -> ControlPlane:
    plane = ControlPlane(VirtualClock())
    plane.given_table(NAME)
    return plane


EFFECTS: list[tuple[Kind, type[BaseException], str, bool]] = [
    (Kind.THROTTLED, ClientError, "ThrottlingException", False),
    (Kind.INTERNAL_ERROR, ClientError, "InternalServerError", False),
    (Kind.INTERNAL_ERROR_AFTER, ClientError, "InternalServerError", True),
    (Kind.ANSWER_LOST, ReadTimeoutError, "", True),
    (Kind.REQUEST_LOST, ConnectionClosedError, "", False),
    (Kind.KILLED_BEFORE, Killed, "", False),
    (Kind.KILLED_AFTER, Killed, "", True),
    (Kind.ACCESS_DENIED, ClientError, "AccessDeniedException", False),
    (Kind.ACCESS_DENIED_FROM_NOW, ClientError, "AccessDeniedException", False),
]


@pytest.mark.parametrize(("kind", "error", "code", "effect"), EFFECTS, ids=[row[0].name for row in EFFECTS])
def test_a_fault(kind: Kind, error: type[BaseException], code: str, effect: bool) -> None:
    plane, faults = plane_with_table(), Faults(Fault(kind, 2))
    client = Client(plane, faults=faults)
    client.describe_table(TableName=NAME)
    with pytest.raises(error) as caught:
        client.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    if isinstance(caught.value, ClientError):
        assert caught.value.response["Error"]["Code"] == code
    assert plane.tables[NAME].protected is effect
    assert faults.calls == ["describe_table", "update_table"]
    assert faults.struck == [Fault(kind, 2)]


def test_a_lost_answer_that_botocore_asks_for_again_says_that_it_is_done_already() -> None:
    plane = ControlPlane(VirtualClock())
    client = Client(plane, faults=Faults(Fault(Kind.ANSWER_LOST_AND_RETRIED, 1)))
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.create_table(**NEW)
    assert NAME in plane.tables


def test_a_killed_process_stays_dead_and_another_one_goes_on() -> None:
    plane, faults = plane_with_table(), Faults(Fault(Kind.KILLED_AFTER, 1, api="update_table"))
    client = Client(plane, faults=faults)
    client.describe_table(TableName=NAME)
    for _ in range(2):
        with pytest.raises(Killed):
            client.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    assert len(faults.calls) == 2
    Client(plane, faults=faults).update_table(TableName=NAME, DeletionProtectionEnabled=True)


def test_access_is_denied_once_or_from_now_on() -> None:
    for kind, again in ((Kind.ACCESS_DENIED, False), (Kind.ACCESS_DENIED_FROM_NOW, True)):
        client = Client(plane_with_table(), faults=Faults(Fault(kind, 1)))
        with pytest.raises(ClientError):
            client.describe_table(TableName=NAME)
        client.describe_time_to_live(TableName=NAME)
        if again:
            with pytest.raises(ClientError):
                client.describe_table(TableName=NAME)
        else:
            client.describe_table(TableName=NAME)


def test_two_faults_in_one_run() -> None:
    faults = Faults(Fault(Kind.THROTTLED, 1), Fault(Kind.REQUEST_LOST, 2, api="describe_table"))
    client = Client(plane_with_table(), faults=faults)
    with pytest.raises(ClientError):
        client.describe_table(TableName=NAME)
    client.describe_time_to_live(TableName=NAME)
    with pytest.raises(ConnectionClosedError):
        client.describe_table(TableName=NAME)
    assert len(faults.struck) == 2


def test_the_sweeps_are_complete() -> None:
    assert len(every_single(5)) == 5 * len(Kind)
    assert len(every_pair(5)) == 10 * len(Kind) ** 2


# Lambda and CloudFormation, with a handler that is as simple as can be


def handle(event: Json, invocation: Invocation) -> None:
    """Make or delete the table that the properties name; hand over when time is short."""
    name, client = event["ResourceProperties"]["TableName"], invocation.client
    reason = ""
    if event["RequestType"] == "Delete":
        delete(client, invocation, name)
    else:
        with contextlib.suppress(client.exceptions.ResourceInUseException):
            client.create_table(**NEW | {"TableName": name})
        reason = wait(client, invocation, name)
        if reason == "hand over":
            payload = json.dumps(event).encode()
            invocation.functions.invoke(FunctionName=invocation.function_arn, InvocationType="Event", Payload=payload)
            return
    if name == "refused" and event["RequestType"] != "Delete":
        reason = "refused"
    answer(event, invocation, name, reason)


def delete(client: Client, invocation: Invocation, name: str) -> None:
    while True:
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            return
        except client.exceptions.ResourceInUseException:
            pass
        invocation.clock.sleep(1)


def wait(client: Client, invocation: Invocation, name: str) -> str:
    while invocation.remaining_ms() > 1_000:
        invocation.clock.sleep(0.5)
        try:
            if client.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE":
                return ""
        except client.exceptions.ResourceNotFoundException:
            return "it went away"
    return "hand over"


def answer(event: Json, invocation: Invocation, name: str, reason: str) -> None:
    body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    status = "FAILED" if reason else "SUCCESS"
    text = json.dumps(body | {"Status": status, "Reason": reason, "PhysicalResourceId": name}).encode()
    for _ in range(5):
        try:
            if invocation.deliver(event["ResponseURL"], text) < 500:
                return
        except OSError:
            pass
        invocation.clock.sleep(1)


class Account:
    """A world with everything in it."""

    def __init__(self, *faults: Fault, handler: Callable[[Json, Invocation], object] = handle, **service: Any) -> None:
        self.clock = VirtualClock()
        self.world = World(self.clock)
        self.plane = ControlPlane(self.clock)
        self.sink = AnswerSink(self.clock)
        self.faults = Faults(*faults)
        self.functions = LambdaService(self.world, self.plane, handler, self.sink, self.faults, **service)
        self.stack = CloudFormation(self.world, self.functions, self.sink)

    def run(self) -> None:
        self.world.run()
        assert self.functions.crashes() == []

    def kinds(self) -> list[str]:
        return [request.kind for request in self.stack.requests]


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
    assert resource.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_replacement_is_rolled_back_with_the_new_id_and_the_new_table_cleaned_up() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.update("Table", {"TableName": "second"})
    account.stack.cancel("Table", after=20)
    account.run()
    assert account.kinds() == ["Create", "Update", "Delete", "Update", "Delete"]
    back, clean_up = (request.event for request in account.stack.requests[3:])
    assert (back["PhysicalResourceId"], back["ResourceProperties"]["TableName"]) == ("second", "first")
    assert (clean_up["PhysicalResourceId"], clean_up["ResourceProperties"]["TableName"]) == ("second", "second")
    assert (resource.status, set(account.plane.tables)) == ("UPDATE_ROLLBACK_COMPLETE", {"first"})


def test_a_cancelled_update_is_rolled_back_while_it_is_at_work() -> None:
    account = Account()
    resource = account.stack.create("Table", {"TableName": "first"})
    account.run()
    account.stack.update("Table", {"TableName": "second"})
    account.stack.cancel("Table", after=1)
    account.run()
    assert account.kinds() == ["Create", "Update", "Update"]
    assert resource.status == "UPDATE_ROLLBACK_COMPLETE"
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


# Answers


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
    assert account.faults.calls.count("deliver") == 2


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
