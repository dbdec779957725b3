"""Every log line is one JSON object that an operator can query: bounded, escaped, and without the signature of any URL."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handler.logs import LONGEST_VALUE, JsonLines

ROOT = Path(__file__).resolve().parents[2]
SIGNATURE = "0a1b2c3d4e5f"
URL = (
    "https://example.com/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260922T000000Z"
    f"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260922&X-Amz-Security-Token={SIGNATURE}t&X-Amz-Signature={SIGNATURE}"
)
NASTY = ["a\nb\r\nc", '{"level": "ERROR"}', "\x1b[31mred\x00", "\u2603 \u2028 \ud83d", "'\"\\", "%s %d %", "x" * 100_000]


def line(message: str, *arguments: object, extra: dict[str, Any] | None = None, error: BaseException | None = None) -> str:
    """A record as it is written."""
    told = (type(error), error, error.__traceback__) if error else None
    record = logging.getLogger("tests").makeRecord("tests", logging.INFO, "f", 1, message, arguments, told, extra=extra)
    return JsonLines().format(record)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_whatever_it_says_it_is_one_line_of_plain_json(text: str) -> None:
    for written in (line("%s", text), line("step", extra={"reason": text}), line("x", error=ValueError(text))):
        assert written.isascii()
        assert written.endswith("\n")
        assert written[:-1].isprintable()
        assert json.loads(written)["level"] == "INFO"


def test_a_line_tells_when_and_what_and_what_else() -> None:
    told = json.loads(line("step", extra={"table": "sentinel-requests", "seconds": 1.5, "ours": True, "status": None}))
    assert told["timestamp"].endswith("Z")
    assert {key: told[key] for key in ("level", "message", "table", "seconds", "ours", "status")} == {
        "level": "INFO", "message": "step", "table": "sentinel-requests", "seconds": 1.5, "ours": True, "status": None,
    }  # fmt: skip


def test_a_line_is_bounded() -> None:
    many = {f"extra{number}": "\u2603" * 10_000 for number in range(5)}
    told = json.loads(line("x" * 10_000, extra=many))
    assert {len(value) for key, value in told.items() if key.startswith("extra")} == {LONGEST_VALUE}
    assert len(told["message"]) == LONGEST_VALUE
    assert len(json.loads(line("x", error=ValueError("y" * 100_000)))["exception"]) <= 4 * LONGEST_VALUE


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, b"x", ["y" * 10_000], -1, 0.1], ids=range(6))
def test_a_value_of_any_kind_can_be_logged(value: object) -> None:
    told = json.loads(line("x", extra={"value": value}))
    assert len(str(told["value"])) <= LONGEST_VALUE


@pytest.mark.parametrize("text", [URL, URL.lower(), f"GET '{URL}' failed", json.dumps({"ResponseURL": URL}), f"{URL}\nnext"])
def test_no_line_holds_a_signature(text: str) -> None:
    more = {"url": text, "event": {"url": text}}
    for written in (line(text), line("%s", text), line("x", extra=more), line("x", error=OSError(text))):
        assert SIGNATURE not in written
        assert "AKIAIOSFODNN7EXAMPLE" not in written.upper()
        json.loads(written)


def test_no_line_holds_a_signature_wherever_it_is_cut() -> None:
    for length in range(4 * LONGEST_VALUE - len(URL) - 20, 4 * LONGEST_VALUE + 20):
        assert SIGNATURE not in line("x", error=ValueError(URL + "y" * length))
    for length in range(LONGEST_VALUE - len(URL) - 20, LONGEST_VALUE + 20):
        assert SIGNATURE not in line("y" * length + URL)


WHOLE = """
import json, logging, sys
from types import SimpleNamespace
from handler import logs
from handler.cloudformation import SentinelTable
from handler.invocation import Means
from sentinel_tables.aws.tables import DynamoTables
from tests.aws import Client, ControlPlane, FAST, KeyService, VirtualClock
from tests.worlds import WorldClock

level, url = sys.argv[1:]
logs.set_up(level)
clock = VirtualClock()
plane = ControlPlane(clock, durations=FAST)
replies = [503, OSError("cannot reach " + url), 200]

def put(url, body, seconds):
    reply = replies.pop(0)
    if isinstance(reply, Exception):
        raise reply
    return reply

class Broken(DynamoTables):
    def read(self, *arguments):
        raise RuntimeError("no way to " + url)

def provider(kind):
    tables = kind(Client(plane), lambda: KeyService(plane))
    resource = SentinelTable(lambda _: Means(WorldClock(clock), tables, print, put, "sentinel-"), level)
    logs.set_up(level)
    return resource

event = {"RequestType": "Create", "ResponseURL": url, "StackId": "arn:aws:cloudformation:x:1:stack/s/1", "RequestId": "r-1",
         "LogicalResourceId": "Records", "ResourceProperties": {"Schema": "approval"}}
context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000, aws_request_id="a-1")
provider(DynamoTables)(event, context)
replies = [200, 200]
provider(Broken)(event, context)
provider(DynamoTables)({"RequestType": "Create"}, context)
"""


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
def test_the_provider_as_a_whole_writes_such_lines_alone(level: str) -> None:
    run = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", WHOLE, level, URL], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [json.loads(written) for written in run.stdout.splitlines()]
    assert lines
    assert SIGNATURE not in run.stdout + run.stderr
    assert run.stderr == ""
    assert next(told["exception"] for told in lines if told["message"] == "the provider failed")
    if level == "INFO":
        ids = {"requestType": "Create", "stackId": "arn:aws:cloudformation:x:1:stack/s/1", "logicalResourceId": "Records",
               "requestId": "r-1", "awsRequestId": "a-1"}  # fmt: skip
        assert all(ids.items() <= told.items() for told in lines[:-1])
        assert ids.keys() & lines[-1].keys() == {"requestType", "awsRequestId"}, "nothing of the event before"
        steps = [told for told in lines if told["message"] == "step"]
        assert steps[0]["step"] == "create_table"
        assert all(told["table"] == "sentinel-requests" and told["reason"] for told in steps)
        assert {told["status"] for told in lines if told["message"] == "end"} == {"SUCCESS", "FAILED"}
