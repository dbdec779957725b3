"""What CloudFormation says of a stack and its resource, as the provider hears it from inside an event."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from tests.aws import (
    NEVER_ENDING,
    SIGV2,
    UNDATED,
    Fault,
    Kind,
    Rate,
    StacksClient,
    late,
)
from tests.aws.simple_handler import Account, answer

if TYPE_CHECKING:
    from tests.aws import Invocation

Json = dict[str, Any]
Heard = tuple[str, str | None, str, str | None, str]


class Listening(Account):
    """An account whose handler does nothing but ask, take its time, and answer with the name that the properties say."""

    def __init__(self, *faults: Fault, seconds: float = 10.0, **service: Any) -> None:
        super().__init__(*faults, handler=self._handle, **service)
        self.heard: list[Heard] = []
        """The event's verb and id, and at its beginning: the resource's status and id, and the stack's status."""
        self.details: list[Json] = []
        self.stacks: list[Json] = []
        self.seconds = seconds

    def _handle(self, event: Json, invocation: Invocation) -> None:
        name = event["ResourceProperties"]["TableName"]
        self._ask(event, invocation.cloudformation)
        invocation.clock.sleep(self.seconds)
        refused = event["RequestType"] in event["ResourceProperties"].get("Refuse", "")
        answer(event, invocation, name if event["RequestType"] != "Delete" else event["PhysicalResourceId"], "no" * refused)

    def _ask(self, event: Json, client: StacksClient) -> None:
        (stack,) = client.describe_stacks(StackName=event["StackId"])["Stacks"]
        self.stacks.append(stack)
        try:
            names = {"StackName": event["StackId"], "LogicalResourceId": event["LogicalResourceId"]}
            detail = client.describe_stack_resource(**names)["StackResourceDetail"]
        except ClientError as error:
            detail = {"ResourceStatus": error.response["Error"]["Code"]}
        self.details.append(detail)
        given, own = event.get("PhysicalResourceId"), detail.get("PhysicalResourceId")
        self.heard.append((event["RequestType"], given, detail["ResourceStatus"], own, stack["StackStatus"]))

    def client(self) -> StacksClient:
        return StacksClient(self.plane, self.functions.stacks, faults=self.wire)

    def made(self, name: str = "first", **more: Any) -> Listening:
        """With the resource, an hour after its creation."""
        self.stack.create("Table", {"TableName": name} | more)
        self.run()
        self.clock.sleep(3_600)
        self.heard.clear()
        return self

    def states(self) -> list[str]:
        """Each status that the stack ever had."""
        return [state.status for state in self.stack.record.states]


def test_a_create_in_a_new_stack() -> None:
    account = Listening()
    account.stack.tags = {"team": "red"}
    account.stack.create("Table", {"TableName": "first"})
    account.run()
    assert account.heard == [("Create", None, "CREATE_IN_PROGRESS", None, "CREATE_IN_PROGRESS")]
    assert "PhysicalResourceId" not in account.details[0]
    assert account.details[0]["LastUpdatedTimestamp"] == account.stacks[0]["CreationTime"]
    assert account.stacks[0]["CreationTime"].tzinfo is UTC
    assert "LastUpdatedTime" not in account.stacks[0]
    assert account.stacks[0]["Tags"] == [{"Key": "team", "Value": "red"}]
    assert account.states() == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    shown = account.client().describe_stack_resource(StackName=account.stack.stack_id, LogicalResourceId="Table")
    detail = shown["StackResourceDetail"]
    assert (detail["ResourceStatus"], detail["PhysicalResourceId"]) == ("CREATE_COMPLETE", "first")
    assert (detail["StackName"], detail["ResourceType"]) == ("records", "Custom::SentinelTable")


def test_a_create_in_an_update() -> None:
    account = Listening().made()
    began = account.clock.now()
    account.stack.create("Other", {"TableName": "second"})
    account.run()
    assert account.heard == [("Create", None, "CREATE_IN_PROGRESS", None, "UPDATE_IN_PROGRESS")]
    assert account.stacks[-1]["LastUpdatedTime"] == datetime.fromtimestamp(began, UTC)
    assert account.stacks[-1]["CreationTime"] < account.stacks[-1]["LastUpdatedTime"]


def test_a_replacement_and_its_clean_up() -> None:
    account = Listening().made()
    account.stack.update("Table", {"TableName": "second"})
    account.run()
    assert account.heard == [
        ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_IN_PROGRESS"),
        ("Delete", "first", "UPDATE_COMPLETE", "second", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
    ]
    said = [
        (each.status, each.physical_id) for each in account.stack.record.resources["Table"] if not isinstance(each, float)
    ]
    assert said[-3:] == [("UPDATE_IN_PROGRESS", "first"), ("UPDATE_IN_PROGRESS", "second"), ("UPDATE_COMPLETE", "second")]
    assert account.states()[-3:] == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]


def test_a_clean_up_may_show_the_old_id() -> None:
    account = Listening().made()
    account.stack.clean_up_shows_old = True
    account.stack.update("Table", {"TableName": "second"})
    account.run()
    assert account.heard[1] == ("Delete", "first", "DELETE_IN_PROGRESS", "first", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    shown = account.stack.record.resource("Table")
    assert shown is not None
    assert (shown.status, shown.physical_id) == ("UPDATE_COMPLETE", "second")


def test_a_resource_that_is_taken_out_is_deleted_in_the_clean_up_and_then_does_not_exist() -> None:
    account = Listening().made()
    account.stack.delete("Table")
    account.run()
    assert account.heard == [("Delete", "first", "DELETE_IN_PROGRESS", "first", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")]
    with pytest.raises(ClientError, match="Resource Table does not exist for stack records") as caught:
        account.client().describe_stack_resource(StackName=account.stack.stack_id, LogicalResourceId="Table")
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_a_failed_update_is_taken_back_in_the_roll_back() -> None:
    account = Listening().made()
    began = account.clock.now()
    account.stack.update("Table", {"TableName": "first", "Refuse": "Update"})
    account.run()
    assert account.heard == [
        ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_IN_PROGRESS"),
        ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_ROLLBACK_IN_PROGRESS"),
    ]
    assert account.stack.record.began == began
    assert account.states()[-2:] == ["UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]


def test_a_roll_back_may_move_the_time_at_which_the_operation_began() -> None:
    account = Listening().made()
    account.stack.operations.roll_back_moves_began = True
    account.stack.update("Table", {"TableName": "first", "Refuse": "Update"})
    account.run()
    began = [stack["LastUpdatedTime"] for stack in account.stacks[-2:]]
    assert began[0] < began[1]


def test_a_replacement_that_is_rolled_back_is_cleaned_up_after_the_roll_back() -> None:
    account = Listening().made()
    account.stack.another_fails = True
    account.stack.update("Table", {"TableName": "second"})
    account.run()
    assert account.heard == [
        ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_IN_PROGRESS"),
        ("Update", "second", "UPDATE_IN_PROGRESS", "second", "UPDATE_ROLLBACK_IN_PROGRESS"),
        ("Delete", "second", "UPDATE_COMPLETE", "first", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
    ]


def test_a_cancelled_update_runs_on_beside_its_roll_back() -> None:
    account = Listening().made()
    account.stack.update("Table", {"TableName": "second"})
    account.stack.cancel("Table", after=3)
    account.run()
    assert account.heard[1:] == [("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_ROLLBACK_IN_PROGRESS")]
    first, second = account.functions.invocations[-2:]
    assert first.environment is not None
    assert second.environment is not None
    assert (second.environment.began or 0) < (first.environment.ended or 0)


@pytest.mark.parametrize("in_update", [False, True])
def test_a_cancelled_create_gets_a_delete_with_an_invented_id(in_update: bool) -> None:
    account = Listening()
    if in_update:
        account.made("other")
    resource = account.stack.create("New", {"TableName": "first"})
    account.stack.cancel("New", after=3)
    account.run()
    verb, given, status, own, stack = account.heard[1]
    assert (verb, status, own) == ("Delete", "DELETE_IN_PROGRESS", given)
    assert str(given).startswith("records-New-")
    assert stack == ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" if in_update else "ROLLBACK_IN_PROGRESS")
    assert ("CREATE_FAILED", "Resource creation cancelled") in [row[1:] for row in resource.statuses]


def test_a_failed_create_is_deleted_by_the_id_of_its_answer() -> None:
    account = Listening()
    account.stack.create("Table", {"TableName": "first", "Refuse": "Create"})
    account.run()
    assert account.heard[1] == ("Delete", "first", "DELETE_IN_PROGRESS", "first", "ROLLBACK_IN_PROGRESS")
    assert account.states()[-1] == "ROLLBACK_COMPLETE"


def test_what_else_the_operation_has_made_is_rolled_back_with_it() -> None:
    account = Listening(seconds=5.0)
    for name, refuse in (("Good", ""), ("Slow", ""), ("Bad", "Create")):
        account.stack.create(name, {"TableName": name, "Refuse": refuse}, after=4.0 if name == "Slow" else 0.0)
    account.run()
    assert sorted(row[0] for row in account.heard) == ["Create"] * 3 + ["Delete"] * 3
    assert {resource.status for resource in account.stack.resources.values()} == {"DELETE_COMPLETE"}
    invented = [given for verb, given, *_ in account.heard if verb == "Delete" and "records-Slow-" in str(given)]
    assert len(invented) == 1


def test_a_clean_up_that_fails_is_tried_three_times_and_then_dropped() -> None:
    account = Listening().made(Refuse="Delete")
    resource = account.stack.update("Table", {"TableName": "second"})
    account.run()
    deletes = [request for request in account.stack.requests if request.kind == "Delete"]
    assert len(deletes) == 3
    assert len({request.event["RequestId"] for request in deletes}) == 1
    assert len({request.event["ResponseURL"] for request in deletes}) == 3
    assert resource.unclean == [("first", "no")]
    assert (resource.status, account.stack.status) == ("UPDATE_COMPLETE", "UPDATE_COMPLETE")


def test_a_resource_that_is_taken_out_and_cannot_be_deleted_is_dropped() -> None:
    account = Listening().made(Refuse="Delete")
    account.stack.delete("Table")
    account.run()
    assert len(account.heard) == 3
    assert account.stack.resources["Table"].gone
    assert account.stack.record.resource("Table") is None
    assert account.stack.status == "UPDATE_COMPLETE"


def test_a_stack_that_cannot_be_deleted_waits_for_somebody_who_repeats_it() -> None:
    account = Listening().made(Refuse="Delete")
    account.stack.delete_stack()
    account.run()
    assert account.heard == [("Delete", "first", "DELETE_IN_PROGRESS", "first", "DELETE_IN_PROGRESS")]
    assert (account.stack.resources["Table"].status, account.stack.status) == ("DELETE_FAILED", "DELETE_FAILED")
    account.stack.resources["Table"].properties["Refuse"] = ""
    account.stack.repeat("Table")
    account.run()
    assert account.stack.status == "DELETE_COMPLETE"


def test_a_deleted_stack_answers_by_its_id_for_90_days() -> None:
    account = Listening().made()
    account.stack.delete_stack()
    account.run()
    client, stack_id = account.client(), account.stack.stack_id
    assert client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="Stack with id records does not exist"):
        client.describe_stacks(StackName="records")
    with pytest.raises(ClientError, match="Resource Table does not exist"):
        client.describe_stack_resource(StackName=stack_id, LogicalResourceId="Table")
    account.clock.sleep(91 * 86_400)
    for call in (client.describe_stacks, lambda **name: client.describe_stack_resource(**name, LogicalResourceId="Table")):
        with pytest.raises(ClientError, match="does not exist"):
            call(StackName=stack_id)


def test_a_stack_of_the_same_name_is_another_stack() -> None:
    account = Listening().made()
    account.stack.delete_stack()
    account.run()
    account.stack.create("Table", {"TableName": "first"})
    account.run()
    one, other = account.stack.stack_ids
    assert one != other == account.stack.stack_id
    assert account.heard[-1] == ("Create", None, "CREATE_IN_PROGRESS", None, "CREATE_IN_PROGRESS")
    assert account.client().describe_stacks(StackName="records")["Stacks"][0]["StackId"] == other


def test_preserve_mode_takes_a_failed_update_back_while_the_resource_is_called_failed() -> None:
    account = Listening().made()
    account.stack.preserve = True
    account.stack.update("Table", {"TableName": "first", "Refuse": "Update"})
    account.run()
    assert account.heard[1] == ("Update", "first", "UPDATE_FAILED", "first", "UPDATE_IN_PROGRESS")
    assert (account.stack.resources["Table"].status, account.stack.status) == ("UPDATE_FAILED", "UPDATE_FAILED")


@pytest.mark.parametrize("last", [True, False])
def test_preserve_mode_keeps_a_failed_create_until_the_next_operation(last: bool) -> None:
    account = Listening()
    account.stack.preserve, account.stack.kept_goes_last = True, last
    account.stack.create("Table", {"TableName": "first", "Refuse": "Create"})
    account.run()
    assert account.stack.status == "CREATE_FAILED"
    assert (account.stack.resources["Table"].status, len(account.heard)) == ("CREATE_FAILED", 1)
    account.heard.clear()
    account.stack.update("Table", {"TableName": "second"})
    account.run()
    delete = next(row for row in account.heard if row[0] == "Delete")
    seen = ("CREATE_COMPLETE", "second", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    assert delete == ("Delete", "first", *(seen if last else ("CREATE_IN_PROGRESS", None, "UPDATE_IN_PROGRESS")))
    assert account.stack.resources["Table"].status == "CREATE_COMPLETE"


def test_a_roll_back_that_fails_is_repeated_with_its_request_id() -> None:
    account = Listening().made(Refuse="Update")
    account.stack.update("Table", {"TableName": "first", "Refuse": "Update"})
    account.run()
    assert account.stack.status == "UPDATE_ROLLBACK_FAILED"
    account.stack.repeat("Table")
    account.run()
    assert account.heard[-1] == ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_ROLLBACK_IN_PROGRESS")
    assert len({request.event["RequestId"] for request in account.stack.requests[-2:]}) == 1


def test_an_event_can_be_delivered_again_when_it_is_over() -> None:
    account = Listening().made()
    event = account.stack.requests[0].event
    account.stack.redeliver(event, after=60)
    account.run()
    assert account.heard == [("Create", None, "CREATE_COMPLETE", "first", "CREATE_COMPLETE")]
    assert account.functions.invocations[-1].event == event
    assert len(account.sink.ignored) == 1


def test_a_retained_resource_does_not_exist_any_more() -> None:
    account = Listening().made()
    account.stack.retain("Table")
    assert account.stack.record.resource("Table") is None
    assert account.states()[-1] == "UPDATE_COMPLETE"


# Late, throttled, denied, unreachable


def test_each_answer_is_late_on_its_own() -> None:
    account = Listening().made()
    account.functions.stacks.lag = late(30.0)
    began = account.clock.now()
    account.stack.update("Table", {"TableName": "first"})
    client, names = account.client(), {"StackName": account.stack.stack_id, "LogicalResourceId": "Table"}
    seen: list[str] = []

    def watch() -> None:
        while account.clock.now() < began + 60:
            seen.append(client.describe_stack_resource(**names)["StackResourceDetail"]["ResourceStatus"])
            account.clock.sleep(0.5)

    account.world.spawn("watch", watch)
    account.run()
    assert set(seen) == {"CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"}
    assert sum(one != other for one, other in itertools.pairwise(seen)) > 3, "it goes to and fro"
    assert seen[-10:] == ["UPDATE_COMPLETE"] * 10


def test_a_stack_that_is_too_new_to_be_seen_does_not_exist() -> None:
    account = Listening()
    account.functions.stacks.lag = 20.0
    account.stack.create("Table", {"TableName": "first"})
    account.world.run()
    (error,) = {str(error) for error in account.functions.crashes()}
    assert f"Stack with id {account.stack.stack_id} does not exist" in error


REFUSALS: list[tuple[Fault, str]] = [
    (Fault(Kind.THROTTLED, 1), "Throttling: Rate exceeded"),
    (Fault(Kind.INTERNAL_ERROR, 1), "InternalFailure: Internal server error"),
    (Fault(Kind.ACCESS_DENIED, 1), "AccessDenied: User: "),
    (Fault(Kind.THROTTLED, 1, code="SlowDown", status=503), "SlowDown: Rate exceeded"),
]


@pytest.mark.parametrize(("fault", "text"), REFUSALS)
@pytest.mark.parametrize("api", ["describe_stacks", "describe_stack_resource"])
def test_a_refusal_has_the_codes_of_cloudformation(fault: Fault, text: str, api: str) -> None:
    account = Listening(fault)
    arguments = {"StackName": "x"} | ({"LogicalResourceId": "y"} if api == "describe_stack_resource" else {})
    with pytest.raises(ClientError) as caught:
        getattr(account.client(), api)(**arguments)
    error = caught.value.response["Error"]
    assert f"{error['Code']}: {error['Message']}".startswith(text)


@pytest.mark.parametrize(
    ("kind", "error"), [(Kind.UNREACHABLE, EndpointConnectionError), (Kind.CONNECT_TIMED_OUT, ConnectTimeoutError)]
)
def test_an_endpoint_may_be_out_of_reach_for_good(kind: Kind, error: type[Exception]) -> None:
    account = Listening(Fault(kind, 2, "describe_stacks", times=NEVER_ENDING))
    client = account.client()
    with pytest.raises(ClientError):
        client.describe_stacks(StackName="x")
    for _ in range(5):
        with pytest.raises(error):
            client.describe_stacks(StackName="x")


def test_the_account_may_ask_so_often_and_no_more() -> None:
    account = Listening().made()
    account.functions.stacks.rates = {"describe_stacks": Rate(per_second=10.0, burst=10)}
    client, codes = account.client(), []
    for _ in range(60):
        try:
            client.describe_stacks(StackName="records")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert set(codes) == {"Throttling"}
    assert 30 < len(codes) < 45


# Hand-made events


def by_hand(account: Listening, verb: str, physical_id: str | None = None, name: str = "first", **said: Any) -> Heard:
    """What is said while such an event runs."""
    event = account.stack.event(verb, "Table", {"TableName": name, "Refuse": said.pop("refuse", "")})
    event |= {"PhysicalResourceId": physical_id} if physical_id else {}
    account.stack.redeliver(account.stack.announce(event, **said))
    account.run()
    return account.heard[-1]


def test_a_life_by_hand() -> None:
    account = Listening()
    assert by_hand(account, "Create") == ("Create", None, "CREATE_IN_PROGRESS", None, "CREATE_IN_PROGRESS")
    assert by_hand(account, "Update", "first") == ("Update", "first", "UPDATE_IN_PROGRESS", "first", "UPDATE_IN_PROGRESS")
    by_hand(account, "Update", "first", "second")
    clean_up = ("Delete", "first", "UPDATE_COMPLETE", "second", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    assert by_hand(account, "Delete", "first", "first") == clean_up
    last = ("Delete", "second", "DELETE_IN_PROGRESS", "second", "DELETE_IN_PROGRESS")
    assert by_hand(account, "Delete", "second", "second") == last
    assert account.stack.record.resource("Table") is None


def test_a_failed_create_by_hand_and_its_roll_back() -> None:
    account = Listening()
    by_hand(account, "Create", refuse="Create")
    assert by_hand(account, "Delete", "first")[2:] == ("DELETE_IN_PROGRESS", "first", "ROLLBACK_IN_PROGRESS")


def test_a_cancelled_create_by_hand_and_its_roll_back() -> None:
    account = Listening()
    by_hand(account, "Create")
    invented = account.stack.invented_id("Table")
    assert by_hand(account, "Delete", invented)[2:] == ("DELETE_IN_PROGRESS", invented, "ROLLBACK_IN_PROGRESS")


def test_a_failed_update_by_hand_and_its_roll_back() -> None:
    account = Listening()
    by_hand(account, "Update", "first", refuse="Update")
    began = account.stack.record.began
    assert by_hand(account, "Update", "first")[2:] == ("UPDATE_IN_PROGRESS", "first", "UPDATE_ROLLBACK_IN_PROGRESS")
    assert account.stack.record.began == began


def test_a_test_may_say_more_of_an_event_by_hand() -> None:
    account = Listening()
    said: Json = {
        "during": "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "own": "second",
        "began": account.clock.now() - 60,
    }
    heard = by_hand(account, "Delete", "first", **said)
    assert heard == ("Delete", "first", "UPDATE_COMPLETE", "second", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    assert account.stack.record.began == said["began"]


def test_an_event_by_hand_may_be_of_a_stack_that_nobody_knows() -> None:
    account = Listening()
    stack_id = "arn:aws:cloudformation:eu-central-1:123456789012:stack/others/1"
    event = account.stack.event("Delete", "Theirs", {"TableName": "x"}) | {"StackId": stack_id, "PhysicalResourceId": "x"}
    account.stack.redeliver(account.stack.announce(event))
    account.run()
    assert account.heard == [("Delete", "x", "DELETE_IN_PROGRESS", "x", "DELETE_IN_PROGRESS")]
    assert account.stack.status == ""


# ResponseURLs


def test_a_url_may_be_signed_the_older_way_or_say_nothing_of_its_date() -> None:
    account = Listening()
    account.sink.signing = SIGV2
    account.stack.create("Table", {"TableName": "first"})
    account.run()
    query = parse_qs(urlsplit(account.stack.requests[0].event["ResponseURL"]).query)
    assert set(query) == {"AWSAccessKeyId", "Expires", "Signature"}
    assert float(query["Expires"][0]) == pytest.approx(account.stack.requests[0].sent_at + 7_200, abs=1)
    assert account.stack.resources["Table"].status == "CREATE_COMPLETE"
    undated = account.sink.url(account.stack.requests[0].event, lambda _answer: None, UNDATED)
    assert set(parse_qs(urlsplit(undated).query)) == {"Signature"}
    assert account.sink.put(undated, b"{}") == 200
    account.clock.sleep(7_300)
    assert account.sink.put(undated, b"{}") == 403
