"""Faults on order: each kind strikes the call that it is ordered for, and leaves what it says."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.aws import SWEPT, Client, ControlPlane, Fault, Faults, Killed, Kind, VirtualClock, every_pair, every_single

Json = dict[str, Any]
NAME = "records"
NEW: Json = {
    "TableName": NAME,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


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
    assert len(every_single(5)) == 5 * len(SWEPT)
    assert len(every_pair(5)) == 10 * len(SWEPT) ** 2
