"""What is no event of CloudFormation's is answered where it says where to, and otherwise left; AWS is asked nothing."""

import json
from typing import Any

import pytest

from tests.worlds import Json, Scene

MALFORMED: list[tuple[str, Json]] = [
    ("RequestType", {"RequestType": ...}),
    ("RequestType", {"RequestType": "Upsert"}),
    ("RequestType", {"RequestType": "create"}),
    ("RequestType", {"RequestType": None}),
    ("RequestType", {"RequestType": ["Create"]}),
    ("RequestType", {"RequestType": "x" * 5000}),
    ("StackId", {"StackId": ...}),
    ("StackId", {"StackId": ""}),
    ("StackId", {"StackId": None}),
    ("StackId", {"StackId": 5}),
    ("StackId", {"StackId": "arn:aws:cloudformation:eu-central-1:1:stack/" + "s" * 300}),
    ("StackId", {"StackId": {"a": "b"}}),
    ("StackId", {"StackId": "a\nb\u2603"}),
    ("LogicalResourceId", {"LogicalResourceId": ...}),
    ("LogicalResourceId", {"LogicalResourceId": ""}),
    ("LogicalResourceId", {"LogicalResourceId": None}),
    ("LogicalResourceId", {"LogicalResourceId": True}),
    ("LogicalResourceId", {"LogicalResourceId": "no;name"}),
    ("PhysicalResourceId", {"RequestType": "Update"}),
    ("PhysicalResourceId", {"RequestType": "Delete", "PhysicalResourceId": ["sentinel-requests"]}),
    ("PhysicalResourceId", {"RequestType": "Delete", "PhysicalResourceId": "x" * 1025}),
]
NOWHERE: list[Any] = [
    None,
    [],
    "Create",
    7,
    {},
    {"RequestType": "Create"},
    {"RequestType": "Create", "ResponseURL": None},
    {"RequestType": "Delete", "ResponseURL": ["https://example.com/"], "PhysicalResourceId": "sentinel-requests"},
]
NO_ADDRESSES = ["", "not a url", "http://[", "//", "https://", "file:///etc/passwd", "\u2603"]


def sent(scene: Scene, event: Any) -> None:
    scene.functions.submit(json.dumps(event).encode())
    scene.world.run()


@pytest.mark.parametrize(("named", "changes"), MALFORMED)
def test_a_malformed_event_is_answered_with_what_is_wrong_with_it(named: str, changes: Json) -> None:
    scene = Scene()
    event = scene.event("Create", {"Schema": "approval"})
    url = scene.sink.url(event, lambda _answer: None)
    event = event | changes | {"ResponseURL": url}
    sent(scene, {key: value for key, value in event.items() if value is not ...})
    (attempt,) = scene.sink.attempts
    body = json.loads(scene.sink.answers[0].body)
    assert attempt.url == url
    assert body["Status"] == "FAILED"
    assert body["Reason"].startswith(f"{named} of the event is ")
    assert len(body["Reason"]) <= 256
    assert body["Reason"].isascii()
    assert body["PhysicalResourceId"]
    assert len(scene.sink.answers[0].body) <= 4096
    assert scene.calls_to_aws() == []


@pytest.mark.parametrize("event", NOWHERE)
def test_an_event_that_says_nowhere_to_answer_to_is_left(event: object) -> None:
    scene = Scene()
    sent(scene, event)
    assert scene.functions.crashes() == []
    assert scene.functions.failed == []
    assert scene.wire.calls == []


def test_an_event_without_a_request_id_is_answered() -> None:
    scene = Scene()
    event = scene.event("Create", {"Schema": "nothing"})
    event["ResponseURL"] = scene.sink.url(event, lambda _answer: None)
    del event["RequestId"]
    sent(scene, event)
    body = json.loads(scene.sink.answers[0].body)
    assert body["Reason"].startswith("Property Schema is ")
    assert body["PhysicalResourceId"]


@pytest.mark.parametrize("depth", [50, 400, 900])
def test_properties_nested_too_deep_are_answered(depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    scene = Scene()
    answer = scene.ask(scene.event("Create", {"Schema": value}))
    assert answer["Reason"].startswith("Property Schema is ")


@pytest.mark.parametrize(
    "name", ["x" * 1024, "\u2603" * 341, "\u00e9" * 512, "not-created", "not-created:", "not-created:1e9:x", "a/b", " "]
)
def test_a_delete_with_any_physical_id_that_fits_is_answered_with_it(name: str) -> None:
    scene = Scene()
    event = scene.event("Delete", {"Schema": "approval"}, name)
    assert scene.ask(event)["PhysicalResourceId"] == name
    assert scene.plane.writes() == []
