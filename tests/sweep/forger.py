"""Somebody who may invoke the function, and who knows every id: what he sends, and what has come of it.

He sends every verb with every property, and hand-over notes that he has made up. CloudFormation knows nothing of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from tests.aws.stack_events import stringified
from tests.sweep.beginnings import NAME, OTHER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.aws import Invocation
    from tests.sweep.stage import Stage

Json = dict[str, Any]
FORGED = "forged-"
"""How the `RequestId` of his events begins."""
DAY = 86_400.0
WEAKENED: Json = {
    "DeletionProtectionEnabled": False,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
    "TimeToLiveSpecification": {"Enabled": True},
    "SSESpecification": {"SSEEnabled": False},
}
OPENED: Json = {
    "ResourcePolicy": {
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:Scan", "Resource": "*"}],
        }
    }
}
PROPERTIES: Mapping[str, Json] = {
    "none": {},
    "weakened": WEAKENED,
    "opened": OPENED,
    "adopted": {"ExistingTable": "Adopt", **WEAKENED},
    "of another schema": {"Schema": "ratelimit", "ExistingTable": "Adopt"},
}
OLD: Mapping[str, Json] = {
    "none": {},
    "protected": {"DeletionProtectionEnabled": True, "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
}
DATES = ("now", "none", "an hour ago", "a minute ahead")


@dataclass(frozen=True)
class Forgery:
    """One event of his, each part by the name that it has in this module."""

    verb: str
    properties: str
    table: str
    physical_id: str = ""
    note: str = ""
    date: str = "now"
    logical_id: str = "Table"
    old: str = "none"


def forgeries() -> list[Forgery]:
    """Each of them once."""
    return list(dict.fromkeys(_forgeries()))


def _forgeries() -> Iterator[Forgery]:
    """Every verb with every property, table and id; then with every note, and with every date."""
    for properties, table, physical_id in product(PROPERTIES, (NAME, OTHER), IDS):
        yield Forgery("Create", properties, table)
        yield Forgery("Update", properties, table, physical_id)
        yield Forgery("Update", properties, table, physical_id, old="protected")
        yield Forgery("Delete", properties, table, physical_id)
    for verb, note, table, physical_id in product(("Create", "Update", "Delete"), NOTES, (NAME, OTHER), (NAME, "invented")):
        yield Forgery(verb, "adopted", table, physical_id, note)
        yield Forgery(verb, "weakened", table, physical_id, note, "none")
    for verb, date, properties in product(("Create", "Update", "Delete"), DATES, ("weakened", "adopted")):
        yield Forgery(verb, properties, NAME, NAME, date=date)
        yield Forgery(verb, properties, NAME, NAME, date=date, logical_id="Renamed")


IDS = (NAME, OTHER, "not-created:x", "invented")
NOT_AT_WORK = "CloudFormation does not say that it is at work on this resource"
MAY_GO = f'CloudFormation has not said that table "{NAME}" may go'


def notes(now: float, table_id: str, marks: Mapping[str, str]) -> Mapping[str, Json]:
    """What he says that an invocation before this one has remembered."""
    tried = {"failure": "x", "tried_at": now - 5}
    return {
        "failed": {"failure": "x"},
        "failed late": {**tried, "late": True},
        "tried and failed": {**tried, "made_at": now - 5, "held": True},
        "made": {"tried_at": now - 5, "made_at": now - 5, "held": True},
        "of this table": {**tried, "table_id": table_id, "held": True},
        "of another table": {"table_id": "another", "made_at": now},
        "adopted from nobody": {"adopted": {}, "failure": "x"},
        "adopted from himself": {"adopted": dict(marks), "failure": "x", "held": True},
        "pending since ever": {"pending": "x", "pending_since": 0.0, "answer_by": now + 3600},
        "not believed for a minute": {"pending": NOT_AT_WORK, "pending_since": now - 61},
        "asked for a minute": {**tried, "pending": MAY_GO, "pending_since": now - 61, "late": True},
        "hardly any time": {"answer_by": now + 3, "failure": "x"},
        "answered": {"answer": {"Status": "SUCCESS"}},
    }


NOTES = tuple(notes(0.0, "", {}))


def event(stage: Stage, number: int, forgery: Forgery) -> Json:
    """The event as he sends it."""
    schema = {"Schema": "breakglass", "TableName": forgery.table}
    properties = {**schema, **PROPERTIES[forgery.properties]}
    written: Json = {
        "RequestType": forgery.verb,
        "ServiceToken": stage.functions.arn,
        "StackId": stage.stack.stack_id,
        "RequestId": f"{FORGED}{number}",
        "LogicalResourceId": forgery.logical_id,
        "ResourceType": "Custom::SentinelTable",
        "ResourceProperties": stringified(properties),
        "ResponseURL": _url(stage, number, forgery.date),
    }
    if forgery.verb != "Create":
        written["PhysicalResourceId"] = forgery.physical_id.replace("invented", f"{stage.stack.stack}-Table-ABCDEFGHIJKL1")
    if forgery.verb == "Update":
        written["OldResourceProperties"] = stringified({**schema, **OLD[forgery.old]})
    if forgery.note:
        table = stage.plane.tables.get(forgery.table)
        known = notes(stage.clock.now(), table.table_id if table else "", stage.owner_tags("Table"))
        written["SentinelTablesMemory"] = known[forgery.note]
    return written


def _url(stage: Stage, number: int, date: str) -> str:
    ahead = {"now": 0.0, "an hour ago": -3600.0, "a minute ahead": 60.0, "none": None}[date]
    url = f"https://example.com/{number}"
    stamp = "" if ahead is None else stage.clock.stamp(ahead)[:19].replace("-", "").replace(":", "") + "Z"
    return f"{url}?X-Amz-Date={stamp}" if stamp else url


def send(stage: Stage, number: int, forgery: Forgery) -> None:
    stage.functions.submit(json.dumps(event(stage, number, forgery)).encode())


def harm(stage: Stage) -> list[str]:
    """What his events have changed."""
    made: list[Invocation] = stage.functions.invocations
    changes = [change for change in stage.plane.changes if change.environment]
    return [
        f"{_told(made[int(change.environment) - 1].event)}: {change.api} {change.table}, {change.what}"
        for change in changes
        if made[int(change.environment) - 1].event["RequestId"].startswith(FORGED)
    ]


def _told(sent: Json) -> str:
    return f"{sent['RequestId']} {sent['RequestType']}"
