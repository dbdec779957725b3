"""Text from templates, from tables and from AWS, as bad as it gets: what of it comes back in a reason or a log line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Final

import pytest

from handler import logs
from tests.worlds import Scene

SIGNATURE: Final = "X-Amz-Signature"
LONGEST_REASON: Final = 256
LONGEST_LINE: Final = 32_000
HOSTILE: Final = {
    "lines": 'a\n{"level": "ERROR", "message": "forged"}\r\nb',
    "json": '", "level": "ERROR", "x": "',
    "terminal": "\x1b[31mred\x1b[0m\x00\x07\x08",
    "direction": "\u202egnp.exe\u2066\u200b\u2028\u2029\ufeff",
    "surrogate": "\ud83d",
    "astral": "\U0001f512" * 200,
    "format": "%s%n%(levelname)s{0.__class__}${AWS::AccountId}",
    "markup": "<script>alert(1)</script><img src=x>",
    "long": "A" * 100_000,
    "long and wide": "\u2603" * 50_000,
    "url": "https://example.com/?X-Amz-Signature=0a1b2c&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE",
    "expression": "${jndi:ldap://example.com/a}",
    "empty": "",
}
PLACES: Final = {
    "TableName": lambda text: {"TableName": text},
    "Schema": lambda text: {"Schema": text},
    "a tag's key": lambda text: {"Tags": [{"Key": text, "Value": "v"}]},
    "a tag's value": lambda text: {"Tags": [{"Key": "team", "Value": text}]},
    "a key twice": lambda text: {"Tags": [{"Key": text[:100], "Value": "1"}, {"Key": text[:100], "Value": "2"}]},
    "a tag's member": lambda text: {"Tags": [{"Key": "a", "Value": "b", text: "c"}]},
    "the name of a property": lambda text: {text: "x"},
    "the name of a nested one": lambda text: {"SSESpecification": {text: "x"}},
    "a key of KMS": lambda text: {"SSESpecification": {"KMSMasterKeyId": text}},
    "a policy": lambda text: {"ResourcePolicy": {"PolicyDocument": text}},
    "a policy's member": lambda text: {"ResourcePolicy": {"PolicyDocument": {"Statement": [{}], text: "x"}}},
    "a policy's statement": lambda text: {
        "ResourcePolicy": {"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Sid": text, "Effect": text}]}}
    },
    "something deep": lambda text: {"TimeToLiveSpecification": [[{"a": [text]}]]},
}
IDS: Final = ("StackId", "LogicalResourceId", "RequestId", "PhysicalResourceId", "RequestType", "ResourceType")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function's log would hold, everything from DEBUG up."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.terminator = ""
    handler.setFormatter(logs._LINES)  # noqa: SLF001 - the one that every invocation binds its ids to
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def assert_harmless(scene: Scene, log: io.StringIO) -> None:
    """Each answer and each line is ASCII on one line, bounded, and nothing but JSON with the fields that it has."""
    for answer in scene.sink.answers + scene.sink.ignored:
        reason = json.loads(answer.body)["Reason"]
        assert reason.isascii(), reason
        assert reason.isprintable(), reason
        assert len(reason) <= LONGEST_REASON
        assert len(answer.body) <= 4096
    lines = log.getvalue().splitlines()
    assert lines
    for line in lines:
        told = json.loads(line)
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= LONGEST_LINE
        assert told["level"] in {"DEBUG", "INFO", "WARNING", "ERROR"}
        assert told["message"] != "forged"
        assert "0a1b2c" not in line
        assert f"{SIGNATURE}=" not in line.replace(f"{SIGNATURE}=...", "")


def asked(scene: Scene, event: dict[str, Any]) -> None:
    """Sends it, whatever comes of it, and takes any answer: CloudFormation may not take this one."""
    event = event | {"ResponseURL": scene.sink.url(event, lambda _answer: None)}
    scene.functions.submit(json.dumps(event).encode())
    scene.world.run()
    assert not scene.functions.crashes()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_a_template_says_comes_back_escaped_and_bounded(place: Any, text: str, log: io.StringIO) -> None:
    scene = Scene()
    for verb, physical_id in (("Create", ""), ("Update", "sentinel-requests"), ("Delete", "sentinel-requests")):
        asked(scene, scene.event(verb, {"Schema": "approval"} | place(text), physical_id))
    assert_harmless(scene, log)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", IDS)
def test_what_an_event_is_called_comes_back_escaped_and_bounded(name: str, text: str, log: io.StringIO) -> None:
    scene = Scene()
    for verb in ("Create", "Update", "Delete"):
        event = scene.event(verb, {"Schema": "approval"}, "sentinel-requests" if verb != "Create" else "")
        event = event | {"ResponseURL": scene.sink.url(event, lambda _answer: None), name: text}
        scene.functions.submit(json.dumps(event).encode())
        scene.world.run()
    reasons = [str(json.loads(answer.body)["Reason"]) for answer in scene.sink.answers]
    assert all(reason.isascii() and len(reason) <= LONGEST_REASON for reason in reasons)
    for line in log.getvalue().splitlines():
        json.loads(line)
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= LONGEST_LINE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_table_s_tags_say_comes_back_escaped_and_bounded(text: str, log: io.StringIO) -> None:
    """Whoever may tag a table may write there: the owner that it names is told in a reason."""
    for tag in ("sentinel:stack-id", "sentinel:logical-id", "sentinel:schema", "sentinel:origin"):
        scene = Scene()
        tags = {"sentinel:stack-id": "s", "sentinel:logical-id": "l", "sentinel:schema": "approval", tag: text}
        scene.plane.given_table("sentinel-requests", tags=tags)
        scene.create()
        scene.create(ExistingTable="Adopt")
        scene.delete("sentinel-requests")
        assert_harmless(scene, log)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_aws_says_comes_back_escaped_and_bounded(text: str, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal repeats what it was sent: names, policies, tags."""
    monkeypatch.setattr("tests.aws.client.Wire._denial", lambda _self, _api: f"you said: {text}")
    from tests.aws import Fault, Kind  # noqa: PLC0415 - beside its one use

    for api in ("describe_table", "create_table", "update_continuous_backups", "describe_key"):
        scene = Scene(faults=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, api),))
        scene.create()
        assert_harmless(scene, log)
