"""What Sentinel itself does with the tables that the artifact makes, on Amazon's own engine.

The calls are those of `tests/sentinel_calls`, read from Sentinel's source. Two of them DynamoDB refuses on any table: the
tests say so, so that a change of either shows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests import sentinel_calls as calls
from tests.sentinel_calls import LIMIT, Call, Item

from .engines import Local
from .events import Resource
from .schemas import INDEXES
from .world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.awslambdaric, pytest.mark.java, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

Ask = Callable[[Call], dict[str, Any]]
ROWS = [(schema, index) for schema, indexes in INDEXES.items() for index in indexes]
WITH_DEVICES = "sentinel-sessions-of-devices"
FILLED = {
    schema: {key: "x" for keys in indexes.values() for key in keys if key != "created_at"}
    for schema, indexes in INDEXES.items()
}
"""A value for each key of the indexes, which DynamoDB takes no empty string for."""


@pytest.fixture(scope="module")
def client(artifact: Path, newest: Path, local_port: int, mocked: None) -> Iterator["DynamoDBClient"]:  # noqa: ARG001
    """The four tables, and one of sessions with the index of devices."""
    with World(artifact, newest, Local(local_port), variables={"ASK_CLOUDFORMATION": "false"}) as here:
        for schema in calls.NAMES:
            resource = Resource(schema)
            here.succeed(resource, resource.create())
        devices = Resource("session", TableName=WITH_DEVICES, OptionalIndexes=["gsi-device-id"])
        here.succeed(devices, devices.create())
        yield here.client


@pytest.fixture
def ask(client: "DynamoDBClient") -> Iterator[Ask]:
    """Makes a call; afterwards the tables are empty again."""

    def made(call: Call) -> dict[str, Any]:
        return dict(getattr(client, call.api)(**call.arguments))

    yield made
    for name in (*calls.NAMES.values(), WITH_DEVICES):
        for page in list(client.get_paginator("scan").paginate(TableName=name)):
            for item in page["Items"]:
                key = "PK" if "PK" in item else "id"
                client.delete_item(TableName=name, Key={key: item[key]})


def refused(ask: Ask, call: Call) -> tuple[str, str]:
    """The code and the message that a call is refused with."""
    with pytest.raises(ClientError) as found:
        ask(call)
    error = found.value.response["Error"]
    return error["Code"], error["Message"]


def moment(second: int, fraction: str = "") -> str:
    """RFC 3339 as Go's `RFC3339Nano` has it: nanoseconds without the zeros at their end."""
    return f"2026-03-01T12:{second // 60:02d}:{second % 60:02d}{fraction}Z"


def filled(ask: Ask, schema: str, many: int, **fields: str) -> list[Item]:
    """So many records, each a second after the one before."""
    items = [calls.record(schema, f"r-{number}", moment(number), **fields) for number in range(many)]
    for item in items:
        ask(calls.create(schema, item))
    return items


@pytest.mark.parametrize("schema", calls.TEXTS)
def test_a_record_is_created_once_with_its_empty_strings(ask: Ask, schema: str) -> None:
    item = calls.record(schema, "r-1", calls.NOW, **FILLED[schema])
    ask(calls.create(schema, item))
    assert {"S": ""} in item.values()
    assert refused(ask, calls.create(schema, {**item, "profile": {"S": "other"}}))[0] == "ConditionalCheckFailedException"
    assert ask(calls.get(schema, "r-1"))["Item"] == item


@pytest.mark.parametrize(("schema", "index"), ROWS)
def test_a_record_that_has_no_value_for_an_index_is_refused(ask: Ask, schema: str, index: str) -> None:
    """So Sentinel fills every key: a user, a profile, a status, a server."""
    item = calls.record(schema, "r-1", calls.NOW, **FILLED[schema] | {INDEXES[schema][index][0]: ""})
    code, message = refused(ask, calls.create(schema, item))
    assert code == "ValidationException"
    assert INDEXES[schema][index][0] in message


@pytest.mark.parametrize("schema", calls.TEXTS)
def test_an_update_writes_the_whole_record_if_it_is_the_version_that_was_read(ask: Ask, schema: str) -> None:
    (item,) = filled(ask, schema, 1, **FILLED[schema])
    read = ask(calls.get(schema, "r-0"))["Item"]
    closed = {**read, "status": {"S": "closed"}, "updated_at": {"S": calls.NOW}}
    ask(calls.update(schema, closed, read["updated_at"]["S"]))
    late = calls.update(schema, {**read, "status": {"S": "late"}}, read["updated_at"]["S"])
    assert refused(ask, late)[0] == "ConditionalCheckFailedException"
    assert ask(calls.exists(schema, "r-0"))["Item"] == {"id": {"S": "r-0"}}
    assert ask(calls.get(schema, "r-0"))["Item"] == closed != item


@pytest.mark.parametrize("schema", calls.TEXTS)
def test_an_update_makes_no_record(ask: Ask, schema: str) -> None:
    item = calls.record(schema, "r-1", calls.NOW, **FILLED[schema])
    assert refused(ask, calls.update(schema, item, calls.NOW))[0] == "ConditionalCheckFailedException"
    assert "Item" not in ask(calls.exists(schema, "r-1"))


@pytest.mark.parametrize(("schema", "index"), ROWS)
def test_every_index_lists_whole_records_in_one_page_the_last_first(ask: Ask, schema: str, index: str) -> None:
    many, sort = LIMIT + 5, INDEXES[schema][index][1]
    items = filled(ask, schema, many, **FILLED[schema])
    page = ask(calls.list_by(schema, index, INDEXES[schema][index][0], "x"))
    assert len(page["Items"]) == LIMIT
    assert "LastEvaluatedKey" in page
    if sort == "created_at":
        assert page["Items"] == items[::-1][:LIMIT]
    assert all(item in items for item in page["Items"])


def test_the_last_is_the_last_as_text(ask: Ask) -> None:
    """A whole second comes after its own fractions, and a time with an offset where its digits put it."""
    wanted = ["2026-03-01T14:00:00+02:00", moment(1), moment(0), moment(0, ".5"), moment(0, ".000000001")]
    for number, at in enumerate(sorted(wanted, key=hash)):
        ask(calls.create("approval", calls.record("approval", f"r-{number}", at, **FILLED["approval"])))
    page = ask(calls.list_by("approval", "gsi-requester", "requester", "x"))
    assert [item["created_at"]["S"] for item in page["Items"]] == wanted


def test_the_active_emergency_is_found_if_nothing_came_after_it(ask: Ask) -> None:
    """The limit of one counts before the filter does."""
    active = calls.record("breakglass", "r-1", moment(1), invoker="a", profile="prod", status="active")
    ask(calls.create("breakglass", active))
    assert ask(calls.find_active("a", "prod"))["Items"] == ask(calls.find_last("a", "prod"))["Items"] == [active]
    later = calls.record("breakglass", "r-2", moment(2), invoker="a", profile="test", status="active")
    ask(calls.create("breakglass", later))
    assert ask(calls.find_active("a", "prod"))["Items"] == ask(calls.find_last("a", "prod"))["Items"] == []


REFUSED = {
    "emergencies of a user since": (calls.count_since("gsi-invoker", "invoker", "x", calls.NOW), "created_at"),
    "emergencies of a profile since": (calls.count_since("gsi-profile", "profile", "x", calls.NOW), "created_at"),
    "the active session of a server": (calls.find_active_on_server("x"), "status"),
}


@pytest.mark.parametrize(("call", "key"), REFUSED.values(), ids=REFUSED)
def test_a_filter_on_a_key_of_the_index_is_refused_on_any_table(ask: Ask, call: Call, key: str) -> None:
    filled(ask, call.schema, 1, **FILLED[call.schema])
    code, message = refused(ask, call)
    assert code == "ValidationException"
    assert "Filter Expression can only contain non-primary key attributes" in message
    assert key in message


def test_a_session_is_touched_at_each_use(ask: Ask) -> None:
    filled(ask, "session", 1, **FILLED["session"])
    for at in (moment(10), moment(20)):
        ask(calls.touch("r-0", at))
    found = ask(calls.get("session", "r-0"))["Item"]
    assert found["last_access_at"] == found["updated_at"] == {"S": moment(20)}
    assert found["request_count"] == {"N": "2"}
    assert refused(ask, calls.touch("r-9", moment(30)))[0] == "ConditionalCheckFailedException"


def test_sessions_of_a_span_of_time_are_scanned_page_by_page(ask: Ask) -> None:
    filled(ask, "session", 9, **FILLED["session"], revoked_reason="x" * 300_000)
    found, pages, after = [], 0, None
    while True:
        page = ask(calls.list_by_time(moment(2), moment(4), after))
        found += [item["created_at"]["S"] for item in page["Items"]]
        pages, after = pages + 1, page.get("LastEvaluatedKey")
        if after is None:
            break
    assert sorted(found) == [moment(2), moment(3), moment(4)]
    assert pages > 1, "a page has at most 1 MB"


def test_a_session_is_found_by_its_identity_if_it_is_the_first_of_the_table(ask: Ask) -> None:
    """The limit of one counts before the filter does."""
    ask(calls.create("session", calls.record("session", "r-0", moment(0), **FILLED["session"], source_identity="s-0")))
    assert len(ask(calls.by_source_identity("s-0"))["Items"]) == 1
    ask(calls.create("session", calls.record("session", "r-1", moment(1), **FILLED["session"], source_identity="s-1")))
    found = [len(ask(calls.by_source_identity(identity))["Items"]) for identity in ("s-0", "s-1")]
    assert sorted(found) == [0, 1]


def test_requests_are_counted_by_windows(ask: Ask) -> None:
    def counted(call: Call) -> tuple[str, str]:
        found = ask(call)["Attributes"]
        return found["Count"]["N"], found["WindowStart"]["S"]

    first, second = calls.count_request("a", moment(0), 10**9), calls.count_request("a", moment(60), 10**9)
    assert [counted(first), counted(first)] == [("1", moment(0)), ("2", moment(0))]
    assert refused(ask, second)[0] == "ConditionalCheckFailedException"
    assert counted(calls.begin_window("a", moment(60), 10**9)) == ("1", moment(60))
    assert counted(second) == ("2", moment(60))
    assert counted(calls.count_request("b", moment(60), 10**9)) == ("1", moment(60))


def on_devices(call: Call) -> Call:
    return Call(call.schema, call.api, {**call.arguments, "TableName": WITH_DEVICES})


def test_sessions_of_a_device_are_listed_if_the_table_has_the_index(ask: Ask) -> None:
    item = calls.record("session", "r-1", calls.NOW, **FILLED["session"], device_id="d-1")
    ask(on_devices(calls.create("session", item)))
    assert ask(on_devices(calls.DEVICES))["Items"] == [item]
    code, message = refused(ask, calls.DEVICES)
    assert (code, "gsi-device-id" in message or "index" in message) == ("ValidationException", True)


def test_the_index_of_devices_refuses_a_session_without_a_device(ask: Ask) -> None:
    item = calls.record("session", "r-1", calls.NOW, **FILLED["session"])
    code, message = refused(ask, on_devices(calls.create("session", item)))
    assert code == "ValidationException"
    assert "device_id" in message
