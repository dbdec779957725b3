"""An event lives through as many invocations as it takes, ends in one answer, and in time."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from handler.clients import CONNECT_SECONDS, READ_SECONDS
from handler.cloudformation import SentinelTable
from handler.invocation import HANDED_OVER, Means, received
from sentinel_tables.allowance import event_reserve, invocation_reserve, removal_reserve
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.memory import Memory
from sentinel_tables.request.envelope import Envelope
from tests.aws import FAST, REAL, Client, Durations, Fault, KeyService, Kind
from tests.worlds import INDEXES, Json, Scene, WorldClock, standing

NAME = "sentinel-requests"
DENIED_FROM_NOW = Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "invoke")
NOW = 1_790_000_000.0


@dataclass
class Adoption(Scene):
    """Three indexes are to be added to a standing table, which outlasts an invocation."""

    durations: Durations = REAL
    wanted: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.plane.given_table(NAME, **standing(indexes={}, records=[{"id": "1"}]))
        self.wanted = {"Schema": "approval", "ExistingTable": "Adopt"} | self.wanted

    def answered(self) -> tuple[Json, float]:
        """The one answer, and after how many seconds it came."""
        began = self.clock.now()
        answer = self.create(**self.wanted)
        return answer, self.sink.answers[0].time - began


def sent(scene: Scene, event: Json) -> None:
    """Sends an event, and lets everything come to its end, whatever answers there are."""
    event = scene.stack.announce(event)
    scene.functions.submit(json.dumps(event).encode())
    scene.world.run()


def kept_time(scene: Scene) -> bool:
    """Whether no invocation was ended by Lambda."""
    ends = [(one.environment, one.process.deadline) for one in scene.functions.invocations]
    return all(one is not None and one.error is None and one.ended and end and one.ended < end for one, end in ends)


@pytest.mark.parametrize("timeout", [900.0, 60.0])
def test_work_that_outlasts_invocations_is_handed_over_until_it_is_done(timeout: float) -> None:
    scene = Adoption(timeout=timeout)
    answer, seconds = scene.answered()
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert seconds < 3600
    assert len(scene.functions.invocations) >= seconds / timeout
    assert kept_time(scene)
    assert scene.functions.failed == []
    assert set(scene.plane.tables[NAME].indexes) == {"gsi-requester", "gsi-status", "gsi-profile"}
    assert scene.plane.records(NAME) == [{"id": "1"}]


def test_a_change_that_is_accepted_and_has_no_effect_fails_in_minutes() -> None:
    """Contributor insights may end in FAILED; somebody's own automation may undo whatever is changed."""
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags()))

    def fail() -> None:
        scene.plane.tables[NAME].insights = "FAILED"

    for second in range(3600):
        scene.world.at(scene.clock.now() + second, fail)
    began = scene.clock.now()
    answer = scene.update(NAME, ContributorInsightsSpecification={"Enabled": "true"})
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        'Table "sentinel-requests": contributor insights are off, although update_contributor_insights was accepted '
        "3 times. Find out why, then retry."
    )
    assert scene.sink.answers[0].time - began < 180


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_comes_within_a_second_of_an_index_that_took_minutes(seed: int) -> None:
    scene = Scene(REAL)
    scene.plane.state.chance.seed(seed)
    lost = {name: keys for name, keys in INDEXES["approval"].items() if name != "gsi-status"}
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), indexes=lost))
    ready: list[float] = []

    def look() -> None:
        if not ready and "gsi-status" in scene.plane.tables[NAME].indexes and scene.plane.at_rest():
            ready.append(scene.clock.now())

    for tenth in range(12_000):
        scene.world.at(scene.clock.now() + tenth / 10, look)
    assert scene.update(NAME)["Status"] == "SUCCESS"
    assert scene.sink.answers[0].time - ready[0] < 1


@pytest.mark.parametrize("timeout", [900.0, 60.0, 8.0])
def test_it_is_handed_over_with_30_s_or_a_quarter_of_the_invocation_left(timeout: float) -> None:
    scene = Adoption(timeout=timeout, wanted={"ServiceTimeout": "900"})
    scene.answered()
    for one in scene.functions.invocations[:-1]:
        assert one.environment is not None
        assert one.environment.ended is not None
        assert one.process.deadline is not None
        left = one.process.deadline - one.environment.ended
        assert min(30.0, timeout / 4) * 0.6 <= left <= min(30.0, timeout / 4) + 1


def test_a_hand_over_carries_the_event_and_what_has_to_be_remembered() -> None:
    scene = Adoption()
    scene.answered()
    first, second, *_ = [one.event for one in scene.functions.invocations]
    memory = second[HANDED_OVER]
    assert {key: value for key, value in second.items() if key != HANDED_OVER} == first
    assert abs(memory["answer_by"] - (NOW + 3600)) <= 1
    assert memory["table_id"] == scene.plane.tables[NAME].table_id
    assert memory["adopted"] == {}
    assert all(one.event[HANDED_OVER]["answer_by"] == memory["answer_by"] for one in scene.functions.invocations[1:])


def test_what_is_remembered_comes_through_json_as_it_was() -> None:
    marks, answer = {"sentinel:origin": "created"}, {"Status": "SUCCESS"}
    memory = Memory(1.5, "id", 2.5, 3.5, True, marks, "what", 4.5, 5.5, True, "why", True, answer)
    assert Memory.recalled(json.loads(json.dumps(memory.note()))) == memory
    assert Memory.recalled(None) == Memory.recalled("x") == Memory.recalled({"unheard": 1}) == Memory()


def due(event: Json, now: float) -> float | None:
    """By when an event that comes now has to be answered."""
    return received(event, Envelope.read(event), now, now + 900).memory.answer_by


@pytest.mark.parametrize("patience", [1, 2, 5, 30, 60, 65, 120, 600])
@pytest.mark.parametrize("timeout", [900.0, 60.0])
def test_the_chain_ends_before_cloudformation_stops_waiting(patience: int, timeout: float) -> None:
    scene = Adoption(timeout=timeout, wanted={"ServiceTimeout": str(patience)})
    answer, seconds = scene.answered()
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("Time is up: ")
    assert seconds < patience
    assert kept_time(scene)
    if patience >= 60:
        assert " is still being built" in answer["Reason"]
        assert seconds > patience / 2


@pytest.mark.parametrize("timeout", [900.0, 60.0])
def test_a_replacement_that_runs_out_of_time_removes_what_it_made(timeout: float) -> None:
    scene = Scene(REAL.scaled(20.0), timeout=timeout)
    scene.plane.given_table("sentinel-before", **standing(tags=scene.tags()))
    began = scene.clock.now()
    answer = scene.update("sentinel-before", ServiceTimeout="600", old={"TableName": "sentinel-before"})
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "sentinel-before"
    assert scene.sink.answers[0].time - began < 600
    assert set(scene.plane.tables) - {NAME} == {"sentinel-before"}
    assert NAME not in scene.plane.tables or f"Table {NAME} was left behind." in answer["Reason"]


def test_a_hand_over_that_is_denied_ends_in_an_answer_in_time() -> None:
    scene = Adoption(faults=(DENIED_FROM_NOW,))
    answer, seconds = scene.answered()
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("The work could not be handed over: invoke: AccessDeniedException")
    assert seconds < 900
    assert len(scene.functions.invocations) == 1
    assert kept_time(scene)
    assert scene.plane.records(NAME) == [{"id": "1"}]


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.INTERNAL_ERROR, Kind.REQUEST_LOST])
def test_a_hand_over_that_stumbles_is_tried_again(kind: Kind) -> None:
    scene = Adoption(faults=tuple(Fault(kind, call, "invoke") for call in (1, 2, 4)))
    assert scene.answered()[0]["Status"] == "SUCCESS"
    assert kept_time(scene)


def test_a_hand_over_that_is_throttled_for_long_is_tried_for_long_where_nothing_is_to_be_undone() -> None:
    scene = Scene(REAL, faults=tuple(Fault(Kind.THROTTLED, call, "invoke") for call in range(1, 7)))
    scene.plane.given_table(NAME, **standing(tags=scene.tags(), indexes={}))
    answer = scene.update(NAME)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert kept_time(scene)


@pytest.mark.parametrize("kind", [Kind.ANSWER_LOST, Kind.INTERNAL_ERROR_AFTER, Kind.ANSWER_LOST_AND_RETRIED])
def test_a_hand_over_that_happened_twice_still_ends_in_one_answer_that_counts(kind: Kind) -> None:
    scene = Adoption(faults=(Fault(kind, 1, "invoke"),))
    sent(scene, scene.event("Create", scene.wanted))
    (answer,) = scene.sink.answers
    assert answer.succeeded
    assert [ignored.parsed for ignored in scene.sink.ignored] == [answer.parsed]
    assert [call.outcome for call in scene.plane.writes()].count("ok") == 4


@pytest.mark.parametrize("call", [1, 4, 9, 12])
@pytest.mark.parametrize("kind", [Kind.KILLED_BEFORE, Kind.KILLED_AFTER])
def test_a_process_that_dies_is_followed_by_one_that_ends_the_work(call: int, kind: Kind) -> None:
    scene = Scene(faults=(Fault(kind, call),))
    answer = scene.create()
    assert answer["Status"] == "SUCCESS"
    assert [one.attempt for one in scene.functions.invocations] == [0, 1]


@pytest.mark.parametrize(
    ("url", "answer_by"),
    [
        ("https://x/?X-Amz-Date=20260921T141320Z", NOW + 3600),  # this very moment
        ("https://x/?X-Amz-Date=20260921T140320Z", NOW + 3000),  # ten minutes in Lambda's queue
        ("https://x/?X-Amz-Date=20260921T131321Z", NOW + 1),  # all but late
        ("https://x/?X-Amz-Date=20260921T131320Z", NOW),  # over
        ("https://x/?X-Amz-Date=20260921T081321Z", NOW - 6 * 3600 + 1 + 3600),  # long over, and as old as an event can be
        ("https://x/?X-Amz-Date=20260921T081320Z", NOW + 3600),  # older
        ("https://x/?X-Amz-Date=20200101T000000Z", NOW + 3600),  # of a sample
        ("https://x/?X-Amz-Date=20260921T141321Z", NOW + 3600),  # of the future
        ("https://x/?X-Amz-Date=20261399T000000Z", NOW + 3600),  # of no calendar
        ("https://x/?X-Amz-Date=", NOW + 3600),
        ("https://x/", NOW + 3600),
    ],
)
def test_patience_counts_from_the_url_where_its_date_can_be(url: str, answer_by: float) -> None:
    assert due({"ResponseURL": url, "ResourceProperties": {}}, NOW) == answer_by


@pytest.mark.parametrize(
    ("latency", "timeout"),
    [(4.5, timeout) for timeout in range(60, 200, 9)] + [(6.5, timeout) for timeout in range(78, 200, 9)],
)  # an invocation needs time for six reads, a question and a step
def test_slow_answers_of_aws_cost_no_invocation_its_end(latency: float, timeout: int) -> None:
    scene = Scene(REAL, timeout=float(timeout))
    scene.functions.latency = latency
    answer = scene.create(ContributorInsightsSpecification={"Enabled": "true"})
    assert answer["Status"] == "SUCCESS"
    assert kept_time(scene)


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
def test_an_event_that_is_over_when_it_comes_again_touches_nothing(verb: str) -> None:
    """Lambda runs it again a minute after its process died; CloudFormation has long given it up."""
    scene = Scene(faults=(Fault(Kind.KILLED_BEFORE, 1),))
    if verb != "Create":
        scene.plane.given_table(NAME, **standing(indexes={}, tags=scene.tags(), records=[{"id": "1"}]))
    properties = {"Schema": "approval", "ServiceTimeout": "50"}
    answer = scene.ask(scene.event(verb, properties, "" if verb == "Create" else NAME))
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("Time is up: ")
    assert scene.plane.writes() == []


@pytest.mark.parametrize(("timeout", "patience"), [("60", 60.0), (60, 60.0), ("x", 3600.0), (None, 3600.0)])
def test_patience_is_that_of_the_template(timeout: Any, patience: float) -> None:
    event = {"ResponseURL": "https://x/", "ResourceProperties": {"ServiceTimeout": timeout}}
    assert due(event, NOW) == NOW + patience


@pytest.mark.parametrize("seconds", [1.0, 3, 12, 40, 60, 120, 900])
@pytest.mark.parametrize("timeout", [10, 20, 30, 60, 100, 3600])
def test_a_call_to_aws_takes_less_than_what_is_kept_for_the_answer(seconds: float, timeout: int) -> None:
    """Also one that begins at the last moment, and that nobody answers."""
    scene, asked = Scene(), list[float]()

    def means(patience: float) -> Means:
        asked.append(patience)
        tables = DynamoTables(Client(scene.plane), lambda: KeyService(scene.plane))
        return Means(WorldClock(scene.clock), tables, print, lambda *_: 200, "sentinel-")

    context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000, aws_request_id="a-1")
    event = scene.event("Delete", {"ServiceTimeout": str(timeout)}, NAME) | {"ResponseURL": "https://x/"}
    SentinelTable(means, "INFO")(event, context)
    (patience,) = asked
    patience = min(patience, CONNECT_SECONDS + READ_SECONDS)
    assert patience < event_reserve(timeout)
    assert patience * 2 < invocation_reserve(seconds)


def test_what_was_remembered_counts_and_not_the_moment() -> None:
    event = {"ResponseURL": "https://x/", HANDED_OVER: {"answer_by": NOW + 7}}
    assert due(event, NOW + 5) == NOW + 7


@pytest.mark.parametrize("seconds", [0.5, 1, 3, 20, 60, 120, 121, 900])
def test_the_reserves_are_those_of_the_contract_and_leave_time_to_work(seconds: float) -> None:
    assert invocation_reserve(seconds) == min(30, seconds / 4)
    assert 0 < event_reserve(seconds) <= seconds / 2
    assert 0 < removal_reserve(seconds) <= seconds / 5
    assert event_reserve(seconds) + removal_reserve(seconds) < seconds


def test_an_answer_that_is_not_taken_is_handed_over_and_the_work_not_done_again() -> None:
    scene = Scene(FAST, timeout=60.0)
    scene.sink.faulty = [503] * 12
    answer = scene.create()
    assert answer["Status"] == "SUCCESS"
    assert len(scene.functions.invocations) > 1
    handed_over = scene.wire.calls.index("invoke")
    assert set(scene.wire.calls[handed_over:]) == {"invoke", "deliver"}
    assert kept_time(scene)
    assert scene.functions.invocations[1].event[HANDED_OVER]["answer"] == answer


@pytest.mark.parametrize("patience", [30, 120, 600])
def test_an_answer_that_is_never_taken_is_not_tried_for_ever(patience: int) -> None:
    scene = Scene(FAST, timeout=60.0)
    scene.sink.faulty = [503] * 10_000
    began = scene.clock.now()
    sent(scene, scene.event("Create", {"Schema": "approval", "ServiceTimeout": str(patience)}))
    assert scene.sink.answers == []
    assert scene.sink.attempts[-1].time - began < patience + 60
    assert len(scene.sink.attempts) < patience
    assert kept_time(scene)


def test_an_answer_that_is_refused_for_good_is_left() -> None:
    scene = Scene()
    scene.sink.faulty = [403]
    sent(scene, scene.event("Create", {"Schema": "approval"}))
    assert len(scene.sink.attempts) == 1
    assert len(scene.functions.invocations) == 1


def test_a_roll_back_waits_out_the_cooldown_of_time_to_live() -> None:
    scene = Scene(REAL)
    scene.plane.given_table(NAME, **standing(tags=scene.tags()))
    off = {"TimeToLiveSpecification": {"Enabled": "false"}}
    assert scene.update(NAME, **off)["Status"] == "SUCCESS"
    scene.clock.sleep(400)
    on = {"TimeToLiveSpecification": {"Enabled": "true"}}
    answer = scene.update(NAME, old=off, **on)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert scene.plane.tables[NAME].ttl.attribute == "ttl"
    assert len(scene.functions.invocations) > 2


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_comes_within_a_second_of_the_last_thing_being_ready(seed: int) -> None:
    scene = Scene(REAL)
    scene.plane.state.chance.seed(seed)
    scene.create(DeletionProtectionEnabled="true")
    settled = max(change.time for change in scene.plane.changes)
    assert scene.sink.answers[0].time - settled < 2.1 + 1
