"""The sample events: each is what CloudFormation sends, and ends at the function as its name says."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.aws.stack_events import stringified
from tests.worlds import Json, Scene

FOLDER = Path(__file__).resolve().parents[2] / "events"
EVENTS: dict[str, Json] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
NAME, OTHER_NAME = "sentinel-requests", "sentinel-requests-2"
FIELDS = {"RequestType", "ServiceToken", "ResponseURL", "StackId", "RequestId", "LogicalResourceId", "ResourceType"}
FURTHER_FIELDS = {
    "Create": {"ResourceProperties"},
    "Update": {"ResourceProperties", "PhysicalResourceId", "OldResourceProperties"},
    "Delete": {"ResourceProperties", "PhysicalResourceId"},
}

every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())


def created(scene: Scene, answer: Json) -> None:
    assert answer["PhysicalResourceId"] == NAME
    assert answer["Data"].keys() == {"TableName", "Arn", "TableId", "Schema"}
    table = scene.plane.tables[NAME]
    assert table.tags.current["sentinel:origin"] == "created"
    assert (table.recovery.days, table.tags.current["team"]) == (35, "platform")


def updated(scene: Scene, answer: Json) -> None:
    assert answer["PhysicalResourceId"] == NAME
    assert answer["Data"]["StreamArn"]
    table = scene.plane.tables[NAME]
    assert (table.recovery.days, table.tags.current["team"]) == (7, "security")
    assert scene.calls_to_aws().count("create_table") == 1


def replaced(scene: Scene, answer: Json) -> None:
    assert answer["PhysicalResourceId"] == OTHER_NAME
    assert set(scene.plane.tables) == {NAME, OTHER_NAME}


def deleted(scene: Scene, answer: Json) -> None:
    assert answer["PhysicalResourceId"] == NAME
    assert not scene.plane.tables


def deleted_by_an_invented_id(scene: Scene, answer: Json) -> None:
    assert re.fullmatch(r"sentinel-records-ApprovalTable-[0-9A-Z]{13}", answer["PhysicalResourceId"])
    assert not scene.plane.tables


def refused(scene: Scene, answer: Json) -> None:
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"].startswith("not-created:")
    assert answer["Reason"].startswith('Property PointInTimeRecoverySpecification.RecoveryPeriodInDays is "90".')
    assert scene.calls_to_aws() == []


Ends = Callable[[Scene, Json], None]
STORIES: dict[str, tuple[tuple[str, ...], Ends]] = {
    "create": ((), created),
    "update": (("create",), updated),
    "update-replacement": (("create",), replaced),
    "delete": (("create",), deleted),
    "delete-cancelled-create": (("create",), deleted_by_an_invented_id),
    "bad-property": ((), refused),
}
"""By event: the events that came before, and how it ends."""


def test_every_event_has_its_story_and_its_line_in_the_readme() -> None:
    assert EVENTS.keys() == STORIES.keys()
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in EVENTS if f"`{name}.json`" not in told] == []


@pytest.mark.parametrize("name", STORIES)
def test_an_event_ends_as_its_name_says(name: str) -> None:
    before, ends = STORIES[name]
    scene = Scene()
    for earlier in before:
        assert scene.ask(EVENTS[earlier])["Status"] == "SUCCESS"
    answer = scene.ask(EVENTS[name])
    assert answer["Status"] == "SUCCESS" or ends is refused, answer["Reason"]
    ends(scene, answer)


def test_the_events_of_one_table_s_life_follow_each_other() -> None:
    scene = Scene()
    for name in ("create", "update", "update-replacement", "delete"):
        assert scene.ask(EVENTS[name])["Status"] == "SUCCESS"
    assert set(scene.plane.tables) == {OTHER_NAME}
    assert scene.ask(EVENTS["delete"] | {"PhysicalResourceId": OTHER_NAME})["Status"] == "SUCCESS"
    assert not scene.plane.tables


@every_event
def test_an_event_has_the_fields_that_cloudformation_sends(event: Json) -> None:
    assert event.keys() == FIELDS | FURTHER_FIELDS[event["RequestType"]]


@every_event
def test_every_scalar_is_a_string(event: Json) -> None:
    assert event == stringified(event)


@every_event
def test_the_response_url_is_of_the_real_form_and_names_the_event(event: Json) -> None:
    scene = Scene()
    real, sample = urlsplit(scene.sink.url(event, lambda _answer: None)), urlsplit(event["ResponseURL"])
    assert (sample.scheme, sample.netloc, sample.path) == (real.scheme, real.netloc, real.path)
    assert unquote(sample.path) == f"/{event['StackId']}|{event['LogicalResourceId']}|{event['RequestId']}"
    assert parse_qs(sample.query).keys() == parse_qs(real.query).keys()


def test_every_event_has_a_request_id_of_its_own() -> None:
    assert len({event["RequestId"] for event in EVENTS.values()}) == len(EVENTS)
