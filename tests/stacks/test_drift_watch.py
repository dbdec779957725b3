"""The drift watch as it is deployed: on its schedule, with its own role, as far as its log, its metric and its alarm."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import EXAMPLES, Here

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # the first test starts a local AWS and deploys the provider, and all run in real time

LOG = "/aws/lambda/sentinel-tables-drift"
EXAMPLE = EXAMPLES / "tables.yaml"
PATIENCE_SECONDS = 900.0
"""The schedule is a minute, and the local AWS looks at its schedules every ten seconds."""


def looks(here: Here, since: float) -> Iterator[dict[str, Any]]:
    """The lines of the log that tell of a table, from that time on (seconds since the epoch)."""
    found = here.client("logs").filter_log_events(logGroupName=LOG, startTime=int(since * 1000))
    for event in found["events"]:
        line = json.loads(event["message"]) if event["message"].startswith("{") else {}
        if line.get("message") == "drift":
            yield line


def told(here: Here, table: str, since: float, drift: str) -> dict[str, Any]:
    """The first look at a table after a moment that finds this; AssertionError where there is none in time.

    A look that began before the moment, and is told after it, may have found something else.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for line in looks(here, since):
            if (line["table"], line["drift"]) == (table, drift):
                return line
        time.sleep(1)
    raise AssertionError(f"The watch did not tell of {table} that it is {drift} within {PATIENCE_SECONDS:.0f} s.")


def metric(here: Here, since: float, **kind: str) -> float:
    """The highest value of the metric from that time on."""
    named = [{"Name": name, "Value": value} for name, value in {"Provider": "sentinel-tables", **kind}.items()]
    minute = timedelta(minutes=1)
    found = here.client("cloudwatch").get_metric_statistics(
        Namespace="SentinelTables", MetricName="DriftedTables", Dimensions=named, Period=60, Statistics=["Maximum"],
        StartTime=datetime.fromtimestamp(since, UTC) - minute, EndTime=datetime.now(UTC) + minute,
    )  # fmt: skip
    return max(float(point["Maximum"]) for point in found["Datapoints"])


def alarm(here: Here) -> str:
    """The state of the alarm about drift."""
    found = here.client("cloudwatch").describe_alarms()["MetricAlarms"]
    (state,) = [one["StateValue"] for one in found if "DriftAlarm" in one["AlarmName"]]
    return str(state)


def test_drift_is_told_on_the_schedule_and_a_deployment_repairs_it(here: Here) -> None:
    stack = here.stack("records")
    stack.expect(stack.create(EXAMPLE), "CREATE_COMPLETE")
    assert here.table("sentinel-requests").tags["sentinel:declared"] == "v1 protection=off expiry=ttl"
    dynamodb = here.client("dynamodb")
    off = {"Enabled": False, "AttributeName": "ttl"}
    dynamodb.update_time_to_live(TableName="sentinel-requests", TimeToLiveSpecification=off)
    gone = {"Delete": {"IndexName": "gsi-status"}}
    dynamodb.update_table(TableName="sentinel-requests", GlobalSecondaryIndexUpdates=[gone])
    since = time.time()

    line = told(here, "sentinel-requests", since, "drifted")

    assert (line["kinds"], line["level"]) == ("index, expiry", "WARNING")
    assert (line["stackId"], line["logicalResourceId"]) == (stack.describe()["StackId"], "ApprovalTable")
    assert told(here, "sentinel-sessions", since, "none")["level"] == "INFO"
    assert (metric(here, since), metric(here, since, Kind="index"), metric(here, since, Kind="expiry")) == (1, 1, 1)
    assert metric(here, since, Kind="unread") == 0
    assert alarm(here) == "ALARM"

    stack.expect(stack.update(EXAMPLE, Team="security"), "UPDATE_COMPLETE")
    answer = here.client("lambda").invoke(FunctionName="sentinel-tables-drift")
    assert json.load(answer["Payload"]) == {"none": 3}
    assert "FunctionError" not in answer
