"""The taking of a step: what the event remembers of it, whether or not an answer comes, and what is logged of its effect."""

import logging
from dataclasses import dataclass, field, replace
from typing import ClassVar

import pytest

from sentinel_tables.allowance import DOUBT_SECONDS, TAG_LAG_SECONDS, VISIBILITY_SECONDS, Allowance
from sentinel_tables.errors import NotNow, RefusedByAws, SentinelTableError, TagsInMotion
from sentinel_tables.goals.moves import Ask, Done, Move, Taken, Wait
from sentinel_tables.goals.pace import Pace
from sentinel_tables.memory import Memory
from sentinel_tables.model import Encryption, Facet, LiveTable, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema
from sentinel_tables.taking import Taking
from tests.aws import SteadyClock
from tests.aws.clock import START

NAME = "sentinel-requests"
THEIRS = {"sentinel:stack-id": "theirs", "sentinel:origin": "created"}
LIVE = LiveTable(
    table=Table(approval_table_schema(NAME), tags=THEIRS | {"cost": "7"}),
    status="ACTIVE",
    arn="arn",
    table_id="id",
    created_at=0.0,
)
CREATE = steps.create_table(LIVE.table)
ADOPT = steps.adopt("arn", {"sentinel:stack-id": "mine"})
CHANGE = steps.protect(NAME, enabled=True)
RELEASE = steps.release("arn", THEIRS)
DENIED, BUSY, LOST = RefusedByAws("denied"), NotNow("busy"), NotNow("lost", in_doubt=True)


@dataclass
class Tables:
    """The port: each step takes two seconds, and is refused if there is a refusal."""

    at_aws: ClassVar[bool] = False
    clock: SteadyClock = field(default_factory=SteadyClock)
    refusal: SentinelTableError | None = None

    def read(self, name: str, *_how: object) -> LiveTable | None:
        raise AssertionError(name)

    def take(self, step: Step) -> str:
        self.clock.sleep(2.0)
        if self.refusal:
            raise self.refusal
        return "id" if step is CREATE else ""

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        return encryption


def taking(memory: Memory | None = None, refusal: SentinelTableError | None = None, left: float = 100.0) -> Taking:
    tables = Tables(refusal=refusal)
    allowance = Allowance(tables.clock, START + left, START + left)
    return Taking(NAME, tables, allowance, memory or Memory(), Pace(START))


def taken(step: Step, refusal: SentinelTableError | None = None, memory: Memory | None = None) -> Memory:
    """What is remembered after the step, but for the moment before which it cannot be in effect."""
    work = taking(memory, refusal)
    if refusal is None:
        work.take(step, LIVE)
    else:
        with pytest.raises(type(refusal)):
            work.take(step, LIVE)
    return replace(work.memory, ready_from=None)


def test_a_create_is_remembered_from_before_its_call_and_its_table_from_the_answer_on() -> None:
    assert taken(CREATE) == Memory(tried_at=START, made_at=START + 2, here=True)
    assert taking().take(CREATE, None) == "id"
    assert taking().take(CHANGE, LIVE) == ""


@pytest.mark.parametrize("refusal", [DENIED, BUSY])
def test_a_create_that_was_refused_was_not_tried(refusal: SentinelTableError) -> None:
    assert taken(CREATE, refusal) == Memory()
    before = Memory(tried_at=START - 9, here=True)
    assert taken(CREATE, refusal, replace(before)) == before, "an earlier one may have made it"


def test_a_create_whose_answer_was_lost_may_have_made_its_table() -> None:
    assert taken(CREATE, LOST) == Memory(tried_at=START, here=True)


@pytest.mark.parametrize("refusal", [None, DENIED, LOST])
def test_an_adoption_keeps_the_marks_of_before_even_if_it_is_refused(refusal: SentinelTableError | None) -> None:
    assert taken(ADOPT, refusal) == Memory(adopted=THEIRS, here=True)
    before = Memory(adopted={})
    assert taken(ADOPT, refusal, replace(before)) == before, "those of the first time"
    work = taking()
    work.take(ADOPT, None)
    assert work.memory.adopted is None


@pytest.mark.parametrize("refusal", [None, DENIED, LOST])
def test_any_other_step_is_nothing_to_remember(refusal: SentinelTableError | None) -> None:
    for step in (CHANGE, RELEASE):
        assert taken(step, refusal) == Memory()


def test_what_was_accepted_may_go_unseen_for_longer_than_what_may_have_been() -> None:
    accepted, lost, refused = taking(), taking(refusal=LOST), taking(refusal=BUSY)
    accepted.take(CHANGE, LIVE)
    for work in (lost, refused):
        with pytest.raises(NotNow):
            work.take(CHANGE, LIVE)
    assert accepted.pace.taken == (Taken(CHANGE, START, START + 2 + VISIBILITY_SECONDS, 1),)
    assert lost.pace.taken == (Taken(CHANGE, START, START + 2 + DOUBT_SECONDS, 0),)
    assert refused.pace.taken == ()
    assert (accepted.pace.what, accepted.pace.began) == (f"not in effect yet: {CHANGE.reason}", START + 2)


def test_a_step_that_was_accepted_three_times_in_vain_is_reported() -> None:
    work = taking()
    for _ in range(3):
        work.take(CHANGE, LIVE)
    with pytest.raises(RefusedByAws) as error:
        work.take(CHANGE, LIVE)
    assert str(error.value) == (
        f'Table "{NAME}": deletion protection is off, although update_table was accepted 3 times. Find out why, then retry.'
    )
    work.take(RELEASE, LIVE)


@pytest.mark.parametrize(
    ("step", "refusal", "left", "waited"),
    [
        (RELEASE, TagsInMotion("tags"), 100.0, TAG_LAG_SECONDS),
        (RELEASE, TagsInMotion("tags"), 5.0, 3.0),
        (RELEASE, TagsInMotion("tags"), 1.0, 0.0),
        (RELEASE, BUSY, 100.0, 0.0),
        (ADOPT, TagsInMotion("tags"), 100.0, 0.0),
    ],
)
def test_tags_in_motion_are_let_settle_before_a_table_is_given_up(
    step: Step, refusal: NotNow, left: float, waited: float
) -> None:
    work = taking(refusal=refusal, left=left)
    with pytest.raises(NotNow):
        work.take(step, LIVE)
    assert work.allowance.clock.now() == START + 2 + waited


@pytest.mark.parametrize(
    ("move", "logged"),
    [
        (Done(), True),
        (CREATE, True),
        (CHANGE, False),
        (Ask(), True),
        (Wait("x"), False),
        (Wait("x", frozenset({Facet.TABLE})), False),
        (Wait("x", frozenset({Facet.TAGS})), True),
    ],
)
def test_a_step_is_logged_once_it_is_in_effect(move: Move, logged: bool, caplog: pytest.LogCaptureFixture) -> None:
    work = taking()
    work.take(CHANGE, LIVE)
    work.allowance.clock.sleep(1.2346)
    with caplog.at_level(logging.INFO):
        work.log_effects(move)
        work.log_effects(move)
    lines = [vars(record) for record in caplog.records if record.message == "step"]
    told = [(line["step"], line["table"], line["reason"], line["seconds"]) for line in lines]
    assert told == ([("update_table", NAME, CHANGE.reason, 3.235)] if logged else [])


def test_a_step_is_announced_for_who_looks_for_details(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        taking().take(CHANGE, LIVE)
    (line,) = [vars(record) for record in caplog.records if record.message == "taking"]
    assert (line["step"], line["table"], line["reason"]) == ("update_table", NAME, CHANGE.reason)


def test_the_moment_before_which_the_table_cannot_have_changed_is_handed_over() -> None:
    work = taking()
    work.take(RELEASE, LIVE)
    assert work.memory.ready_from is None
    work.take(CHANGE, LIVE)
    assert work.memory.ready_from == work.pace.ready[Facet.TABLE] is not None
