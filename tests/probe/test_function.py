"""The function answers every event, whatever fails beside it, and keeps no secret of a ResponseURL."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from probe.function.app import Means, answer_to, record_of, serve, signature_of
from probe.records import Answer, Event, Look, Record, read
from tests.aws import VirtualClock

SIGNED = "https://example.com/a?X-Amz-Date=20261126T010203Z&X-Amz-Expires=7200&X-Amz-Signature=secret&X-Amz-Credential=mine"
SENT_AT = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC).timestamp()
PROPERTIES = {"Run": "r", "Name": "first", "Seconds": "40", "DeleteSeconds": "8", "After": "10", "Answer": "SUCCESS"}
RESOURCE = {"ResourceStatus": "CREATE_IN_PROGRESS", "LastUpdatedTimestamp": datetime(2026, 11, 26, 1, 2, 4, tzinfo=UTC)}
STACK = {"StackStatus": "CREATE_IN_PROGRESS", "CreationTime": datetime(2026, 11, 26, 1, 2, 0, tzinfo=UTC)}


def event(verb: str = "Create", **given: Any) -> dict[str, Any]:
    base = {"StackId": "arn:stack", "RequestId": "r-1", "LogicalResourceId": "Watched", "ResponseURL": SIGNED}
    return {"RequestType": verb, "ResourceProperties": PROPERTIES, **base, **given}


@dataclass
class Stand:
    """What stands in for AWS: an answer or an error for each question, for each record, and for the delivery."""

    refusal: Exception | None = None
    unwritable: Exception | None = None
    puts: list[int | Exception] = field(default_factory=lambda: [200])
    clock: VirtualClock = field(default_factory=VirtualClock)
    records: list[Record] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    answered_at: float = 0.0

    def ask(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if self.refusal:
            raise self.refusal
        assert arguments["StackName"] == "arn:stack"
        return {"StackResourceDetail": RESOURCE} if method == "describe_stack_resource" else {"Stacks": [STACK]}

    def write(self, run: str, record: dict[str, Any]) -> None:
        assert run == "r"
        if self.unwritable:
            raise self.unwritable
        self.records.append(read(json.loads(json.dumps(record))))

    def put(self, url: str, body: bytes) -> int:
        assert url == SIGNED
        reply = self.puts.pop(0) if len(self.puts) > 1 else self.puts[0]
        if isinstance(reply, Exception):
            raise reply
        self.answers.append(json.loads(body))
        self.answered_at = self.clock.now()
        return reply

    def serve(self, given: dict[str, Any], seconds: float = 900) -> Stand:
        serve(given, "i", seconds, Means(self.clock.now, self.clock.sleep, self.ask, self.write, self.put))
        return self


def test_it_asks_every_two_seconds_while_an_event_is_at_work_and_a_while_after() -> None:
    stand = Stand()
    began = stand.clock.now()
    stand.serve(event())
    looks = [record for record in stand.records if isinstance(record, Look)]
    (answer,) = (record for record in stand.records if isinstance(record, Answer))
    assert [look.at - began for look in looks] == list(range(0, 50, 2))
    assert (answer.at - began, answer.status, answer.physical_id, answer.http_status) == (40, "SUCCESS", "first", 200)
    assert (looks[0].resource.status, looks[0].resource.changed_at) == ("CREATE_IN_PROGRESS", SENT_AT + 1)
    assert (looks[0].stack.status, looks[0].stack.created_at, looks[0].stack.changed_at) == (
        "CREATE_IN_PROGRESS", SENT_AT - 3, None,
    )  # fmt: skip
    assert isinstance(stand.records[0], Event)


def test_a_refusal_is_what_was_said() -> None:
    error = {"Error": {"Code": "ValidationError", "Message": "Stack arn:stack does not exist"}}
    stand = Stand(ClientError(error, "DescribeStacks")).serve(event())  # type: ignore[arg-type]
    looks = [record for record in stand.records if isinstance(record, Look)]
    assert all(look.resource.is_absent and look.stack.is_absent for look in looks)
    assert len(stand.answers) == 1


@pytest.mark.parametrize(
    "stand",
    [
        Stand(refusal=OSError("unreachable")),
        Stand(unwritable=OSError("unreachable")),
        Stand(puts=[503, 200]),
        Stand(puts=[ConnectionResetError("x"), http.client.BadStatusLine("x"), 200]),
    ],
)
def test_an_event_is_answered_in_time_whatever_fails_beside_it(stand: Stand) -> None:
    began = stand.clock.now()
    stand.serve(event())
    assert stand.answers[-1]["Status"] == "SUCCESS"
    assert 40 <= stand.answered_at - began < 45


@pytest.mark.parametrize(
    ("properties", "seconds", "answered_after"),
    [
        ({"Seconds": "9999"}, 900, 600),
        ({"Seconds": "600"}, 100, 70),
        ({"Seconds": "soon"}, 900, 0),
        ({"Seconds": "-1"}, 900, 0),
        ({}, 10, 0),
    ],
)
def test_an_event_is_answered_before_the_invocation_ends(
    properties: dict[str, str], seconds: float, answered_after: float
) -> None:
    stand = Stand()
    began = stand.clock.now()
    stand.serve(event(ResourceProperties={"Run": "r", **properties}), seconds)
    assert stand.answered_at - began == answered_after


@pytest.mark.parametrize(
    ("verb", "given", "properties", "status", "answered"),
    [
        ("Create", {}, {}, "SUCCESS", "first"),
        ("Create", {}, {"Answer": "FAILED"}, "FAILED", "first"),
        ("Update", {"PhysicalResourceId": "old"}, {}, "SUCCESS", "first"),
        ("Update", {"PhysicalResourceId": "old"}, {"Answer": "FAILED"}, "FAILED", "old"),
        ("Delete", {"PhysicalResourceId": "old"}, {"Answer": "FAILED"}, "SUCCESS", "old"),
        ("Delete", {"PhysicalResourceId": "old"}, {"DeleteAnswer": "FAILED"}, "FAILED", "old"),
    ],
)
def test_the_properties_say_what_is_answered(
    verb: str, given: dict[str, str], properties: dict[str, str], status: str, answered: str
) -> None:
    answer = answer_to(event(verb, ResourceProperties=PROPERTIES | properties, **given))
    assert (answer["Status"], answer["PhysicalResourceId"]) == (status, answered)
    assert {"StackId", "RequestId", "LogicalResourceId", "Reason"} < answer.keys()


@pytest.mark.parametrize(
    ("url", "kind", "sent_at", "seconds"),
    [
        (SIGNED, "v4", SENT_AT, 7200),
        ("https://example.com/a?AWSAccessKeyId=mine&Expires=1700007200&Signature=secret", "v2", 1700000000, 7200),
        ("https://example.com/a", "none", None, None),
    ],
)
def test_a_response_url_says_when_it_was_signed(url: str, kind: str, sent_at: float | None, seconds: float | None) -> None:
    assert signature_of(url) == {"signature": kind, "sent_at": sent_at, "valid_seconds": seconds}
    record = json.dumps(record_of(event(ResponseURL=url), "i", 0.0))
    assert "secret" not in record
    assert "mine" not in record
