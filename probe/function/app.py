"""A custom resource that makes nothing. While an event is at work it asks CloudFormation about itself, and writes it down.

Every event is answered, whatever else fails. Properties, all strings: ``Run`` (the name that records are written under),
``Name`` (the physical id), ``Seconds`` and ``DeleteSeconds`` (how long an event is at work), ``After`` (how long it goes on
asking after its answer), ``Answer`` and ``DeleteAnswer`` (SUCCESS or FAILED), ``Setting`` (something that updates change).
"""

import calendar
import http.client
import json
import logging
import os
import ssl
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
LONGEST_SECONDS = 600.0
SPARE_SECONDS = 30.0
"""What is left of the invocation, at least, when the answer is sent."""
PUT_ATTEMPTS = 5
PUT_SECONDS = 4.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Means:
    """What an event is served with."""

    now: Callable[[], float]
    """Seconds since the epoch."""
    sleep: Callable[[float], None]
    ask: Callable[[str, Json], Json]
    """A call to CloudFormation: botocore's name of the method and its arguments, for its answer."""
    write: Callable[[str, Json], None]
    """Writes a record down, under the name of the run."""
    put: Callable[[str, bytes], int]
    """One attempt at delivering an answer, for the HTTP status."""


def serve(event: Json, invocation: str, seconds: float, means: Means) -> None:
    """Serves an event in an invocation that has this many seconds left: asks, answers, asks for a while more."""
    received, properties = means.now(), event.get("ResourceProperties") or {}
    ends = received + seconds - SPARE_SECONDS
    run, deleting = str(properties.get("Run", "")), event["RequestType"] == "Delete"
    answer_at = min(ends, received + _seconds(properties, "DeleteSeconds" if deleting else "Seconds"))
    with _kept_from_failing():
        means.write(run, record_of(event, invocation, received))
    _look_until(answer_at, event, invocation, means)
    answer = answer_to(event)
    delivered = {"http_status": _deliver(event["ResponseURL"], answer, means), "at": means.now()}
    told = {"status": answer["Status"], "physical_id": answer["PhysicalResourceId"]}
    with _kept_from_failing():
        means.write(run, {"kind": "answer", "invocation": invocation, **told, **delivered})
    _look_until(min(ends, means.now() + _seconds(properties, "After")), event, invocation, means)


def answer_to(event: Json) -> Json:
    """The answer that the properties ask for. A failed Update or Delete keeps the physical id that it came with."""
    properties = event.get("ResourceProperties") or {}
    verb, given = event["RequestType"], event.get("PhysicalResourceId")
    status = str(properties.get("DeleteAnswer" if verb == "Delete" else "Answer", "SUCCESS"))
    kept = given if verb == "Delete" or status == "FAILED" else None
    return {
        "Status": "FAILED" if status == "FAILED" else "SUCCESS",
        "Reason": "The probe was asked to fail here." if status == "FAILED" else "",
        "PhysicalResourceId": str(kept or properties.get("Name") or given or "probe"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }


def record_of(event: Json, invocation: str, received: float) -> Json:
    """The record of an event. Of its ResponseURL it holds the dates and the kind of signature, and nothing secret."""
    new, old = event.get("ResourceProperties") or {}, event.get("OldResourceProperties") or {}
    return {
        "kind": "event", "invocation": invocation, "received_at": received,
        "verb": event["RequestType"], "request_id": event["RequestId"], "stack_id": event["StackId"],
        "logical_id": event["LogicalResourceId"], "physical_id": event.get("PhysicalResourceId", ""),
        "setting": str(new.get("Setting", "")), "old_setting": str(old.get("Setting", "")),
        **signature_of(event["ResponseURL"]),
    }  # fmt: skip


def signature_of(url: str) -> Json:
    """How a ResponseURL is signed (v4, v2 or none), when (seconds since the epoch, or None), and for how many seconds."""
    query = {name.lower(): values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    if "x-amz-date" in query:
        signed = calendar.timegm(time.strptime(query["x-amz-date"], "%Y%m%dT%H%M%SZ"))
        return {"signature": "v4", "sent_at": float(signed), "valid_seconds": float(query.get("x-amz-expires", 0))}
    if "expires" in query:
        return {"signature": "v2", "sent_at": float(query["expires"]) - 7200.0, "valid_seconds": 7200.0}
    return {"signature": "none", "sent_at": None, "valid_seconds": None}


def look(event: Json, invocation: str, means: Means) -> Json:
    """Asks both questions once, for a record of what was said. A refusal is an answer as well."""
    at = means.now()
    resource = {"StackName": event["StackId"], "LogicalResourceId": event["LogicalResourceId"]}
    return {
        "kind": "look", "invocation": invocation, "at": at,
        "resource": said(means, "describe_stack_resource", resource, lambda told: told["StackResourceDetail"]),
        "stack": said(means, "describe_stacks", {"StackName": event["StackId"]}, lambda told: told["Stacks"][0]),
        "seconds": round(means.now() - at, 3),
    }  # fmt: skip


def said(means: Means, method: str, arguments: Json, find: Callable[[Json], Mapping[str, Any]]) -> Json:
    """What one call said: status, physical id and dates; or the code and the message of its refusal."""
    try:
        found = find(means.ask(method, arguments))
    except Exception as refusal:  # noqa: BLE001 - whatever it is, it is what was said
        error = getattr(refusal, "response", {}).get("Error", {})
        return {"error": error.get("Code", type(refusal).__name__), "message": str(error.get("Message", refusal))[:300]}
    dates = {
        "changed_at": _epoch(found.get("LastUpdatedTimestamp") or found.get("LastUpdatedTime")),
        "created_at": _epoch(found.get("CreationTime")),
    }
    return {
        "status": found.get("ResourceStatus") or found.get("StackStatus") or "",
        "physical_id": found.get("PhysicalResourceId") or "",
        "reason": str(found.get("ResourceStatusReason") or found.get("StackStatusReason") or "")[:300],
        **dates,
    }


def _look_until(ends: float, event: Json, invocation: str, means: Means) -> None:
    run = str((event.get("ResourceProperties") or {}).get("Run", ""))
    while (began := means.now()) < ends:
        with _kept_from_failing():
            means.write(run, look(event, invocation, means))
        means.sleep(max(0.0, min(began + PAUSE_SECONDS, ends) - means.now()))


def _deliver(url: str, answer: Json, means: Means) -> int:
    """Sends the answer, a few times if it has to. Returns the last HTTP status, 0 if there was none."""
    status = 0
    for attempt in range(PUT_ATTEMPTS):
        try:
            status = means.put(url, json.dumps(answer).encode())
        except (OSError, http.client.HTTPException) as error:  # without its text, which may hold the URL
            log.warning("The answer was not delivered: %s.", type(error).__name__)
        if http.client.OK <= status < http.client.MULTIPLE_CHOICES:
            return status
        means.sleep(0.5 * 2**attempt)
    return status


@contextmanager
def _kept_from_failing() -> Iterator[None]:
    """What goes wrong beside the answer is logged, so that the event is answered all the same."""
    try:
        yield
    except Exception:
        log.exception("The probe could not ask or write down.")


def _seconds(properties: Json, name: str) -> float:
    """Seconds from a property, between 0 and the longest that an event may take; 0 if it is no number."""
    try:
        return min(LONGEST_SECONDS, max(0.0, float(properties.get(name, 0))))
    except (TypeError, ValueError):
        return 0.0


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _put(url: str, body: bytes) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=PUT_SECONDS, context=ssl.create_default_context()
    )
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("PUT", target, body, {"Content-Type": "", "Content-Length": str(len(body))})
        return connection.getresponse().status
    finally:
        connection.close()


def means_of_lambda() -> Means:
    """The real clock, clients that ask once and briefly, and the table that the environment names."""
    config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1, "mode": "standard"})
    cloudformation = boto3.client("cloudformation", config=config)
    table = boto3.client("dynamodb", config=Config(connect_timeout=2, read_timeout=4))

    def write(run: str, record: Json) -> None:
        key = {"Run": {"S": run}, "At": {"S": f"{time.time():.3f}#{uuid.uuid4()}"}}
        table.put_item(TableName=os.environ["RECORDS_TABLE"], Item=key | {"Record": {"S": json.dumps(record)}})

    def ask(method: str, arguments: Json) -> Json:
        answer: Json = getattr(cloudformation, method)(**arguments)
        return answer

    return Means(time.time, time.sleep, ask, write, _put)


def handler(event: Json, context: Any) -> None:
    """What Lambda calls."""
    invocation = f"{context.aws_request_id}#{uuid.uuid4().hex[:6]}"  # a second delivery has the same id of Lambda's
    serve(event, invocation, context.get_remaining_time_in_millis() / 1000, means_of_lambda())
