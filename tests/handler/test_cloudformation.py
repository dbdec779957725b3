"""One answer to each event, whatever happens: its fields, its id, its reason, and what becomes of one that is not taken."""

import json
import logging
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from handler import logs
from handler.cloudformation import SentinelTable
from handler.invocation import HANDED_OVER, Means
from sentinel_tables.errors import NotNow, RefusedByAws, SentinelTableError
from sentinel_tables.model import Encryption, LiveTable, Owner, Table
from sentinel_tables.rules.belief import ResourceWord, StackWord
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema
from tests.aws import SteadyClock
from tests.aws.clock import START

NAME, URL = "sentinel-requests", "https://example.com/answer"
STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
EVENT = {"RequestType": "Delete", "ResponseURL": URL, "StackId": STACK_ID, "RequestId": "r-1",
         "LogicalResourceId": "Records", "PhysicalResourceId": NAME,
         "ResourceProperties": {"Schema": "approval"}}  # fmt: skip
UPDATE = EVENT | {"RequestType": "Update"}
CREATE = {key: value for key, value in EVENT.items() if key != "PhysicalResourceId"} | {"RequestType": "Create"}
MINE = {"sentinel:stack-id": STACK_ID, "sentinel:logical-id": "Records", "sentinel:schema": "approval",
        "sentinel:origin": "created"}  # fmt: skip
STANDS = LiveTable(
    table=Table(approval_table_schema(NAME), tags=MINE), status="ACTIVE", arn="arn:1", table_id="id", created_at=START
)
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:provider"


@dataclass
class Tables:
    """The port to one table, or to none; `error` is what each look at it raises."""

    at_aws: ClassVar[bool] = False

    live: LiveTable | None = None
    error: Exception | None = None
    looks: int = 0

    def read(self, _name: str, *_how: object) -> LiveTable | None:
        self.looks += 1
        if self.error:
            raise self.error
        return self.live

    def take(self, step: Step) -> str:
        assert self.live is not None
        if step.api == "delete_table":
            self.live = None
        else:
            assert step.api == "tag_resource"
            tags = {one["Key"]: one["Value"] for one in cast("list[dict[str, str]]", step.arguments["Tags"])}
            self.live = replace(self.live, table=replace(self.live.table, tags={**self.live.table.tags, **tags}))
        return ""

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        return encryption


@dataclass
class Stacks:
    """CloudFormation, which is at work on a Delete, and has been since then."""

    changed_at: float | None = None

    def resource(self, _owner: Owner) -> ResourceWord:
        return ResourceWord("DELETE_IN_PROGRESS", NAME, self.changed_at)

    def stack(self, _stack_id: str) -> StackWord:
        return StackWord("DELETE_IN_PROGRESS", START)


@dataclass
class Provider:
    """The provider in an invocation of so many seconds; `statuses` is what an answer gets, the last again and again."""

    tables: Tables = field(default_factory=Tables)
    seconds: float = 60.0
    stacks: Stacks | None = None
    declare: bool = False
    takes: float = 0.0
    """How many seconds an attempt at an answer takes."""
    statuses: list[int] = field(default_factory=lambda: [200])
    refusals: list[SentinelTableError] = field(default_factory=list)
    clock: SteadyClock = field(default_factory=SteadyClock)
    answers: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[tuple[float, float]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    patience: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resource = SentinelTable(self.means, "INFO")

    def means(self, seconds: float) -> Means:
        self.patience.append(seconds)
        return Means(self.clock, self.tables, self.invoke, self.put, "sentinel-", self.declare, self.stacks)

    def put(self, url: str, body: bytes, seconds: float) -> int:
        assert url.startswith(URL)
        self.answers.append(json.loads(body))
        self.attempts.append((self.clock.now() - START, seconds))
        self.clock.sleep(self.takes)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def invoke(self, payload: bytes) -> None:
        self.payloads.append(json.loads(payload))
        if self.refusals:
            raise self.refusals.pop(0) if len(self.refusals) > 1 else self.refusals[0]

    def serve(self, event: object, arn: str | None = ARN) -> dict[str, Any]:
        """The last answer; empty if there was none."""
        ends = self.clock.now() + self.seconds
        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda: (ends - self.clock.now()) * 1000,
            aws_request_id="a-1",
            invoked_function_arn=arn,
        )
        if arn is None:
            del context.invoked_function_arn
        self.resource(event, context)
        return self.answers[-1] if self.answers else {}


def test_an_answer_has_all_that_cloudformation_asks_for() -> None:
    assert Provider().serve(EVENT) == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": NAME,
        "StackId": STACK_ID,
        "RequestId": "r-1",
        "LogicalResourceId": "Records",
        "NoEcho": False,
        "Data": {},
    }


def test_an_answer_that_succeeds_has_the_attributes() -> None:
    answer = Provider(Tables(STANDS)).serve(UPDATE)
    assert (answer["Status"], answer["Reason"]) == ("SUCCESS", "")
    assert answer["Data"] == {"TableName": NAME, "Arn": "arn:1", "TableId": "id", "Schema": "approval"}


def test_an_answer_is_of_its_own_event_and_has_nothing_of_the_one_before() -> None:
    provider = Provider(Tables(STANDS))
    provider.serve(UPDATE)
    provider.tables.live, provider.tables.error = None, RuntimeError("broken")
    second = provider.serve(CREATE | {"RequestId": "r-2", "LogicalResourceId": "Others"})
    assert (second["RequestId"], second["LogicalResourceId"], second["Data"]) == ("r-2", "Others", {})
    assert second["PhysicalResourceId"] == "not-created:r-2"


@pytest.mark.parametrize(
    ("event", "physical_id"),
    [
        (CREATE, "not-created:r-1"),
        (CREATE | {"PhysicalResourceId": None}, "not-created:r-1"),
        (CREATE | {"PhysicalResourceId": ""}, "not-created:r-1"),
        (UPDATE, NAME),
        (EVENT, NAME),
    ],
)
def test_a_provider_that_crashes_answers_that_it_failed_and_with_no_id_of_its_invention(
    event: dict[str, Any], physical_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A crashed Create answered with the id "None"."""
    with caplog.at_level(logging.ERROR):
        answer = Provider(Tables(error=RuntimeError("a secret"))).serve(event)
    assert [(one.message, bool(one.exc_info)) for one in caplog.records] == [("the provider failed", True)]
    assert (answer["Status"], answer["PhysicalResourceId"], answer["Data"]) == ("FAILED", physical_id, {})
    assert answer["Reason"] == "The provider failed by its own fault (RuntimeError). Its log tells where; report it."


@pytest.mark.parametrize("event", [CREATE, UPDATE, EVENT])
def test_what_aws_refuses_is_the_reason_of_the_answer(event: dict[str, Any]) -> None:
    answer = Provider(Tables(error=RefusedByAws("denied. Allow it, then retry."))).serve(event)
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "denied. Allow it, then retry.")


def test_whatever_asks_for_an_id_gets_the_event_s_own_or_that_of_a_create_that_left_no_table() -> None:
    assert Provider().resource.generate_physical_id(EVENT) == NAME
    assert Provider().resource.generate_physical_id(CREATE) == "not-created:r-1"


@pytest.mark.parametrize("event", [None, [], "x", {}, EVENT | {"ResponseURL": None}, EVENT | {"ResponseURL": 7}], ids=str)
def test_an_event_that_has_nowhere_to_be_answered_to_is_logged_and_left(
    event: object, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider()
    with caplog.at_level(logging.INFO):
        assert provider.serve(event) == {}
    assert (provider.patience, provider.tables.looks) == ([], 0)
    (line,) = caplog.records
    assert (line.levelname, line.message) == ("ERROR", "the event has no ResponseURL to be answered to")
    assert bound()["awsRequestId"] == "a-1"


def bound() -> dict[str, str]:
    """The ids that every line has now."""
    return logs._LINES.ids  # noqa: SLF001 - there is no other way to see them without a process of its own


def test_every_line_has_the_ids_of_the_event() -> None:
    ids = {"stackId": STACK_ID, "requestId": "r-1", "logicalResourceId": "Records"}
    Provider().serve(EVENT)
    assert bound().items() >= (ids | {"awsRequestId": "a-1"}).items()
    Provider().serve({key: value for key, value in EVENT.items() if key != "ResponseURL"})
    assert bound().items() >= (ids | {"awsRequestId": "a-1"}).items()


def test_crhelper_and_boto_log_at_the_levels_that_they_are_given() -> None:
    levels = [logging.getLogger(name).level for name in ("root", "boto3", "botocore")]
    try:
        SentinelTable(Provider().means, "WARNING")
        assert [logging.getLogger(name).level for name in ("root", "boto3", "botocore")] == [
            logging.WARNING,
            logging.ERROR,
            logging.ERROR,
        ]
    finally:
        for name, level in zip(("root", "boto3", "botocore"), levels, strict=True):
            logging.getLogger(name).setLevel(level)


FOREIGN = "CloudFormation cannot be asked about a stack of another account or Region"


@pytest.mark.parametrize(
    ("arn", "foreign"),
    [
        (ARN, False),
        (f"{ARN}:live", False),
        (ARN.replace("eu-central-1", "eu-west-1"), True),
        (ARN.replace("123456789012", "210987654321"), True),
        ("arn:aws:lambda:eu-west-1:123456789012:function", False),
        ("arn:aws:sqs:eu-west-1:123456789012:function:provider", False),
        ("arn:aws:sqs:lambda:eu-west-1:123456789012:function", False),
        ("provider", False),
        (None, False),
    ],
)
def test_a_stack_is_foreign_to_a_function_that_knows_where_it_is_itself(arn: str | None, foreign: bool) -> None:
    answer = Provider(Tables(STANDS), stacks=Stacks()).serve(EVENT, arn)
    assert answer["Reason"].startswith(FOREIGN) is foreign
    assert (answer["Status"] == "FAILED") is foreign


@pytest.mark.parametrize(("more", "over"), [({}, True), ({HANDED_OVER: {"answer_by": START + 900}}, False)], ids=str)
def test_a_status_that_is_younger_than_the_event_ends_it_in_its_first_invocation_alone(
    more: dict[str, Any], over: bool
) -> None:
    dated = EVENT | {"ResponseURL": f"{URL}?X-Amz-Date=20260921T141320Z"} | more
    answer = Provider(Tables(STANDS), seconds=900.0, stacks=Stacks(changed_at=START + 31)).serve(dated)
    assert ("which is younger than the event" in answer["Reason"]) is over
    assert answer["Status"] == ("FAILED" if over else "SUCCESS")


@pytest.mark.parametrize("declare", [True, False])
def test_what_templates_declare_is_put_on_tables_if_the_provider_is_asked_to(declare: bool) -> None:
    tables = Tables(STANDS)
    Provider(tables, declare=declare).serve(UPDATE)
    assert tables.live is not None
    assert ("sentinel:declared" in tables.live.table.tags) is declare


def test_what_an_event_says_of_itself_is_told_back_within_bounds() -> None:
    long = {"StackId": 300, "RequestId": 200, "LogicalResourceId": 300, "RequestType": 300}
    answer = Provider().serve(EVENT | {key: "x" * length for key, length in long.items()})
    assert {key: len(answer[key]) for key in ("StackId", "RequestId", "LogicalResourceId")} == {
        "StackId": 256,
        "RequestId": 128,
        "LogicalResourceId": 255,
    }
    assert answer["Status"] == "FAILED"
    nothing = Provider().serve({"ResponseURL": URL})
    assert [nothing[key] for key in ("StackId", "RequestId", "LogicalResourceId")] == ["", "", ""]
    assert nothing["Status"] == "FAILED"
    assert nothing["Reason"].startswith("RequestType of the event is null.")


@pytest.mark.parametrize(
    ("seconds", "timeout", "patience"), [(60.0, None, 5.0), (900.0, "120", 10.0), (60.0, "120", 5.0), (900.0, None, 75.0)]
)
def test_a_call_to_aws_may_take_a_twelfth_of_the_shorter_of_both_times(
    seconds: float, timeout: str | None, patience: float
) -> None:
    provider = Provider(seconds=seconds)
    properties = {"Schema": "approval"} | ({"ServiceTimeout": timeout} if timeout else {})
    provider.serve(EVENT | {"ResourceProperties": properties})
    assert provider.patience == [patience]


def test_an_answer_of_an_invocation_before_is_delivered_and_the_work_not_done_again() -> None:
    provider, answer = Provider(), {"Status": "SUCCESS", "Reason": "of before"}
    assert provider.serve(UPDATE | {HANDED_OVER: {"answer": answer, "answer_by": START + 60}}) == answer
    assert (provider.tables.looks, len(provider.answers)) == (0, 1)


@pytest.mark.parametrize(("seconds", "spare"), [(60.0, 5.0), (16.0, 2.0), (40.0, 5.0), (900.0, 5.0)])
def test_an_answer_that_is_not_taken_is_tried_until_little_is_left_and_handed_over_then(
    seconds: float, spare: float
) -> None:
    provider = Provider(seconds=seconds, statuses=[503])
    answer = provider.serve(EVENT)
    assert provider.clock.now() - START == pytest.approx(seconds - spare)
    assert list(provider.attempts[-1]) == pytest.approx([seconds - spare - 2.0, 2.0]), "the last one is late"
    assert len(provider.payloads) == 1
    assert provider.payloads[0][HANDED_OVER]["answer"] == answer
    assert {key: value for key, value in provider.payloads[0].items() if key != HANDED_OVER} == EVENT


def test_an_answer_that_nobody_waits_for_any_more_is_not_handed_over() -> None:
    provider = Provider(seconds=900.0, statuses=[503])
    provider.serve(EVENT | {"ResourceProperties": {"Schema": "approval", "ServiceTimeout": "60"}})
    assert provider.payloads == []


def test_an_answer_that_is_refused_for_good_is_not_handed_over() -> None:
    provider = Provider(statuses=[403])
    provider.serve(EVENT)
    assert (len(provider.answers), provider.payloads) == (1, [])


@pytest.mark.parametrize("refusal", [RefusedByAws("denied"), NotNow("throttled")])
def test_an_answer_that_cannot_be_handed_over_is_tried_to_the_very_end(
    refusal: SentinelTableError, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider(statuses=[503], refusals=[refusal])
    with caplog.at_level(logging.ERROR):
        provider.serve(EVENT)
    (line,) = [vars(one) for one in caplog.records if one.message == "the answer could not be handed over"]
    assert line["reason"] == str(refusal)
    assert provider.clock.now() - START == pytest.approx(60.0)
    assert provider.attempts[-1][0] == pytest.approx(58.0)
    assert all(answer == provider.answers[0] for answer in provider.answers)


def test_work_that_is_handed_over_is_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider(Tables(error=NotNow("busy")))
    with caplog.at_level(logging.INFO):
        assert provider.serve(UPDATE) == {}
    assert len(provider.payloads) == 1
    (end,) = [record for record in caplog.records if record.message == "end"]
    assert (vars(end)["status"], vars(end)["seconds"]) == ("HANDED_OVER", round(provider.clock.now() - START, 3))
    provider.tables.error, provider.tables.live = None, STANDS
    provider.clock.sleep(60)
    assert provider.serve(UPDATE)["Status"] == "SUCCESS", "the same process answers the next event"


def test_the_end_of_an_event_is_logged_with_its_status_and_how_long_it_took(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Provider(statuses=[503, 200], takes=0.12345).serve(EVENT)
    lines = {record.message: vars(record) for record in caplog.records}
    assert (lines["end"]["status"], lines["end"]["seconds"]) == ("SUCCESS", 0.747)
    assert (lines["answer"]["status"], lines["answer"]["reason"]) == ("SUCCESS", "")


def test_a_reason_that_is_too_long_keeps_its_end_which_is_the_remedy() -> None:
    answer = Provider().serve(EVENT | {"RequestType": "x" * 300, "LogicalResourceId": "Records"})
    assert len(answer["Reason"]) <= 256
    assert answer["Reason"].endswith("It takes Create, Update or Delete.")
    error = type("E" * 175, (RuntimeError,), {})
    reason = Provider(Tables(error=error())).serve(EVENT)["Reason"]
    assert 240 < len(reason) <= 256
    assert reason == f"The provider failed by its own fault ({'E' * 175}). Its log tells where; report it."


def test_crhelper_neither_waits_before_a_delete_nor_makes_clients_nor_sets_a_timer() -> None:
    provider = Provider()
    provider.serve(EVENT)
    crhelpers = vars(provider.resource)
    assert (crhelpers["_sleep_on_delete"], crhelpers["_timer"]) == (0, None)
    assert "_lambda_client" not in crhelpers
