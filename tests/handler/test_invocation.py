"""From one invocation to the next: when an event is handed over, with what, how often, and what it ends in if it is not."""

import json
import logging
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest

from handler.invocation import HANDED_OVER, Delivered, Means, hand_over, received, serve
from sentinel_tables.allowance import HAND_OVER_SHARE
from sentinel_tables.errors import NotNow, RefusedByAws, SentinelTableError
from sentinel_tables.memory import Memory
from sentinel_tables.model import Encryption, LiveTable
from sentinel_tables.request.envelope import Envelope
from sentinel_tables.rules.steps import Step
from tests.aws import VirtualClock
from tests.aws.clock import START

NAME, SNOWMAN = "sentinel-requests", "\u2603"
EVENT = {"RequestType": "Update", "Snow": SNOWMAN, "StackId": "arn:aws:cloudformation:eu-central-1:1:stack/s/1",
         "LogicalResourceId": "Records", "RequestId": "r-1", "PhysicalResourceId": NAME,
         "ResourceProperties": {"Schema": "approval"}}  # fmt: skip
REPLACEMENT = EVENT | {"PhysicalResourceId": "sentinel-before"}
CREATE = EVENT | {"RequestType": "Create"}
DELETE = EVENT | {"RequestType": "Delete"}
THROTTLED, DENIED = NotNow("invoke: throttled. Later"), RefusedByAws("invoke: denied. Allow it, then retry.")


@dataclass
class Clock(VirtualClock):
    """Virtual time that keeps the pauses; jitter as it is set."""

    chance: float = 0.5
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        super().sleep(seconds)

    def jitter(self) -> float:
        return self.chance


@dataclass
class Tables:
    """The port to a table that is always busy."""

    at_aws: ClassVar[bool] = False

    clock: Clock
    seen: list[str] = field(default_factory=list)

    def read(self, name: str, *_how: object) -> LiveTable | None:
        self.seen.append(name)
        raise NotNow(f"Table {name} is busy.")

    def take(self, step: Step) -> str:
        raise AssertionError(step)

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        return encryption


@dataclass
class Stage:
    """One invocation that began now, of so many seconds."""

    seconds: float = 100.0
    refusals: list[SentinelTableError] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables = Tables(self.clock)
        self.ends_at = self.clock.now() + self.seconds

    def invoke(self, payload: bytes) -> None:
        self.raw.append(payload)
        self.payloads.append(json.loads(payload))
        if self.refusals:
            raise self.refusals.pop(0)

    def means(self) -> Means:
        return Means(self.clock, self.tables, self.invoke, lambda *_: 200, "sentinel-")

    def hand_over(self, memory: Memory | None = None, share: float = HAND_OVER_SHARE) -> None:
        hand_over(EVENT, memory or Memory(), self.ends_at, self.means(), share)

    def delivered(self, event: dict[str, Any], **more: Any) -> Delivered:
        found = Delivered(event, START, 3600.0, Memory(answer_by=START + 3600), self.ends_at)
        return replace(found, **more)


def test_what_is_handed_over_is_the_event_with_what_is_remembered() -> None:
    stage, memory = Stage(), Memory(answer_by=7.0, table_id="id", pending="index", here=True)
    stage.hand_over(memory)
    assert stage.payloads == [EVENT | {HANDED_OVER: memory.note()}]
    assert "here" not in stage.payloads[0][HANDED_OVER]
    assert SNOWMAN.encode() in stage.raw[0], "as few bytes as it takes: Lambda takes 256 KB"
    assert stage.clock.pauses == []


def test_a_hand_over_that_is_handed_over_again_carries_what_is_remembered_now() -> None:
    stage = Stage()
    hand_over(EVENT | {HANDED_OVER: {"table_id": "old"}}, Memory(table_id="new"), stage.ends_at, stage.means())
    assert stage.payloads[0][HANDED_OVER]["table_id"] == "new"


@pytest.mark.parametrize(
    ("chance", "factor"),
    [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5)],
)
def test_a_hand_over_is_tried_again_with_pauses_that_double_up_to_four_seconds(chance: float, factor: float) -> None:
    stage = Stage(seconds=1000.0, refusals=[THROTTLED] * 7)
    stage.clock.chance = chance
    stage.hand_over()
    assert stage.clock.pauses == [pause * factor for pause in (0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0)]
    assert len(stage.payloads) == 8


@pytest.mark.parametrize(
    ("share", "pauses"),
    [
        (0.25, [0.25, 0.5, 1.0, 2.0]),
        (0.625, [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]),
        (0.005, []),
        (0.0125, []),
        (0.013, [0.25]),
    ],
)
def test_a_hand_over_is_tried_for_its_share_of_the_time_left_and_no_pause_goes_beyond_it(
    share: float, pauses: list[float]
) -> None:
    stage = Stage(seconds=20.0, refusals=[THROTTLED] * 99)
    with pytest.raises(NotNow):
        stage.hand_over(share=share)
    assert stage.clock.pauses == pauses
    assert len(stage.payloads) == len(pauses) + 1


def test_a_hand_over_that_is_refused_for_good_is_not_tried_again() -> None:
    stage = Stage(refusals=[DENIED])
    with pytest.raises(RefusedByAws):
        stage.hand_over()
    assert stage.clock.pauses == []


@pytest.mark.parametrize("event", [EVENT, CREATE, REPLACEMENT, DELETE])
def test_work_without_an_end_is_handed_over_with_what_it_waits_for(
    event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    stage, memory = Stage(), Memory(answer_by=START + 3600)
    with caplog.at_level(logging.INFO):
        assert serve(stage.delivered(event, memory=memory), stage.means()) is None
    (line,) = [vars(record) for record in caplog.records if record.message == "handing over"]
    assert line["reason"] == memory.pending
    assert len(stage.payloads) == 1
    handed = stage.payloads[0][HANDED_OVER]
    assert f"Table {NAME} is busy" in handed["pending"]
    assert handed["pending_since"] == memory.pending_since is not None
    assert stage.clock.now() <= stage.ends_at - 25.0 + 1.0, "a quarter of the invocation is left"
    assert set(stage.tables.seen) == {NAME}


@pytest.mark.parametrize(("event", "share"), [(EVENT, 0.625), (DELETE, 0.625), (CREATE, 0.25), (REPLACEMENT, 0.25)])
def test_a_hand_over_is_tried_for_longer_if_nothing_has_to_be_undone_after_it(event: dict[str, Any], share: float) -> None:
    stage, began = Stage(seconds=400.0, refusals=[THROTTLED] * 999), list[float]()
    invoke = stage.invoke

    def noted(payload: bytes) -> None:
        began.append(stage.clock.now())
        invoke(payload)

    means = replace(stage.means(), invoke=noted)
    outcome = serve(stage.delivered(event), means)
    assert outcome is not None
    assert outcome.reason.startswith("The work could not be handed over: invoke: throttled. Later. Repeat the operation.")
    left = stage.ends_at - began[0]
    assert share * left - 4.5 < began[-1] - began[0] <= share * left


@pytest.mark.parametrize("event", [EVENT, CREATE, REPLACEMENT, DELETE])
def test_a_hand_over_that_is_refused_ends_in_an_answer_that_says_so(event: dict[str, Any]) -> None:
    stage = Stage(refusals=[DENIED])
    outcome = serve(stage.delivered(event), stage.means())
    assert outcome is not None
    left_behind = f" Table {NAME} was left behind. Delete it, or adopt it." if event is REPLACEMENT else ""
    denied = "invoke: denied. Allow it, then retry."
    assert outcome.reason == f"The work could not be handed over: {denied}{left_behind}"
    assert outcome.physical_id == ("not-created:r-1" if event is CREATE else event["PhysicalResourceId"])
    assert stage.clock.now() < stage.ends_at


@pytest.mark.parametrize(("refusal", "here"), [(THROTTLED, False), (DENIED, True)])
def test_work_that_may_be_at_work_elsewhere_is_not_this_process_s_alone(refusal: SentinelTableError, here: bool) -> None:
    memory = Memory(answer_by=START + 3600, here=True)
    stage = Stage(refusals=[refusal] * 999)
    serve(stage.delivered(EVENT, memory=memory), stage.means())
    assert memory.here is here


def test_an_event_that_cannot_be_read_is_answered_at_once() -> None:
    stage = Stage()
    outcome = serve(stage.delivered(EVENT | {"ResourceProperties": {"Schema": "x"}}), stage.means())
    assert outcome is not None
    assert (outcome.physical_id, stage.tables.seen, stage.payloads) == (NAME, [], [])
    assert outcome.reason.startswith('Property Schema is "x".')


@pytest.mark.parametrize(
    ("event", "answer_by"),
    [
        (EVENT, START + 900),
        (EVENT | {HANDED_OVER: {"table_id": "id"}}, START + 900),
        (EVENT | {HANDED_OVER: {"table_id": "id", "answer_by": START + 7}}, START + 7),
    ],
)
def test_by_when_an_event_has_to_be_answered_is_worked_out_once(event: dict[str, Any], answer_by: float) -> None:
    found = received(event, Envelope(START - 10, 910.0), START, START + 60, ("eu-central-1", "1"))
    assert found.memory == Memory(answer_by=answer_by, table_id="id" if HANDED_OVER in event else "")
    assert (found.event, found.sent_at, found.service_timeout) == (event, START - 10, 910.0)
    assert (found.ends_at, found.home) == (START + 60, ("eu-central-1", "1"))
    assert received(event, Envelope(None, 910.0), START, START + 60).home is None


def test_time_that_is_up_ends_the_event_and_not_the_invocation_alone() -> None:
    stage = Stage()
    over = stage.delivered(EVENT, memory=Memory(answer_by=START + 30), service_timeout=30.0)
    outcome = serve(over, stage.means())
    assert outcome is not None
    assert outcome.reason.startswith("Time is up: ")
    assert stage.payloads == []
    assert START + 26 <= stage.clock.now() <= START + 28, "a tenth of the service timeout is kept for the answer"


def test_an_event_is_due_when_it_was_worked_out_to_be_and_not_from_now() -> None:
    stage = Stage(seconds=900.0)
    outcome = serve(stage.delivered(EVENT, memory=Memory(answer_by=START + 60), service_timeout=300.0), stage.means())
    assert outcome is not None
    assert outcome.reason.startswith("Time is up: ")
    assert START + 29 <= stage.clock.now() <= START + 31, "half a minute, a tenth of the timeout, is kept for the answer"


def test_an_event_of_which_nobody_knows_when_it_is_due_is_due_a_service_timeout_from_now() -> None:
    stage = Stage(seconds=900.0)
    outcome = serve(stage.delivered(EVENT, memory=Memory(), service_timeout=30.0), stage.means())
    assert outcome is not None
    assert START + 26 <= stage.clock.now() <= START + 28
