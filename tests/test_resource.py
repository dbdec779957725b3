"""What Create, Update and Delete answer: the physical id, the attributes and the reason, above all if they fail."""

import logging
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast

import pytest

from sentinel_tables.allowance import Allowance
from sentinel_tables.errors import InvalidRequest, NotNow, OutOfTime, RefusedByAws
from sentinel_tables.memory import Memory
from sentinel_tables.model import Encryption, LiveTable, Owner, Settings, Table
from sentinel_tables.request.event import Create, Delete, Request, Update
from sentinel_tables.resource import Outcome, Surroundings, give_up, may_have_to_undo, provide, unread
from sentinel_tables.rules.belief import ResourceWord, Sender, StackWord, Verb
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.steps import Effect, Step
from sentinel_tables.schemas import approval_table_schema
from tests.aws import SteadyClock
from tests.aws.clock import START

NAME, BEFORE = "sentinel-requests", "sentinel-before"
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
HOME = ("eu-central-1", "123456789012")
MINE = {
    "sentinel:stack-id": OWNER.stack_id,
    "sentinel:logical-id": OWNER.logical_id,
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
STANDS = LiveTable(
    table=Table(approval_table_schema(NAME), tags=MINE), status="ACTIVE", arn="arn:1", table_id="id", created_at=START
)
DENIED = RefusedByAws("denied. Allow it, then retry.")
LEFT = f" Table {NAME} was left behind. Delete it, or adopt it."


def desired(origin: Origin) -> Desired:
    return Desired(Table(approval_table_schema(NAME)), Claim(OWNER, "approval", origin=origin, sent_at=START))


CREATE = Create(OWNER, "r-1", desired(Origin.CREATE), START)
UPDATE = Update(OWNER, "r-1", NAME, desired(Origin.OWN_TABLE), START)
REPLACEMENT = Update(OWNER, "r-1", BEFORE, desired(Origin.REPLACEMENT), START)
DELETE = Delete(OWNER, "r-1", NAME, NAME, "approval", START)
ALL: dict[str, Request] = {"create": CREATE, "update": UPDATE, "replacement": REPLACEMENT, "delete": DELETE}


@dataclass
class Tables:
    """The port to tables; each look raises `error`, if there is one, and a table that is deleted is gone."""

    at_aws: ClassVar[bool] = False

    live: dict[str, LiveTable] = field(default_factory=dict)
    error: Exception | None = None
    seen: list[str] = field(default_factory=list)
    taken: list[Step] = field(default_factory=list)

    def read(self, name: str, *_how: object) -> LiveTable | None:
        self.seen.append(name)
        if self.error:
            raise self.error
        return self.live.get(name)

    def take(self, step: Step) -> str:
        self.taken.append(step)
        name = str(step.arguments.get("TableName", NAME))
        if step.api == "tag_resource":
            tags = {one["Key"]: one["Value"] for one in cast("list[dict[str, str]]", step.arguments["Tags"])}
            table = self.live[name].table
            self.live[name] = replace(self.live[name], table=replace(table, tags={**table.tags, **tags}))
        elif "StreamSpecification" in step.arguments:
            self.live[name] = STANDS
        else:
            assert step.effect is Effect.REMOVES
            del self.live[name]
        return ""

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        return encryption


@dataclass
class Stacks:
    """CloudFormation, which is at work on the resource."""

    word: ResourceWord = field(default_factory=lambda: ResourceWord("UPDATE_IN_PROGRESS"))
    asked: list[object] = field(default_factory=list)

    def resource(self, owner: Owner) -> ResourceWord:
        self.asked.append(owner)
        return self.word

    def stack(self, stack_id: str) -> StackWord:
        self.asked.append(stack_id)
        return StackWord("UPDATE_IN_PROGRESS", START, {"team": "red"})


@dataclass
class Stage:
    """What a request is served with: so many seconds for this invocation, and for the event."""

    tables: Tables = field(default_factory=Tables)
    invocation: float = 100.0
    event: float = 3000.0
    clock: SteadyClock = field(default_factory=SteadyClock)

    def around(self, **more: Any) -> Surroundings:
        now = self.clock.now()
        allowance = Allowance(self.clock, now + self.invocation, now + self.event)
        return Surroundings(self.tables, allowance, "sentinel-", **more)

    def provide(self, request: Request, memory: Memory | None = None, **more: Any) -> Outcome:
        return provide(request, self.around(**more), memory or Memory())


@pytest.mark.parametrize(("request_", "undo"), [(CREATE, True), (UPDATE, False), (REPLACEMENT, True), (DELETE, False)])
def test_only_a_table_that_the_resource_did_not_have_may_have_to_be_undone(request_: Request, undo: bool) -> None:
    assert may_have_to_undo(request_) is undo


@pytest.mark.parametrize(
    ("event", "physical_id"),
    [
        ({"PhysicalResourceId": NAME, "RequestId": "r:1"}, NAME),
        ({"PhysicalResourceId": "", "RequestId": "r:1"}, "not-created:-:r-1"),
        ({"PhysicalResourceId": 7, "RequestId": "r:1"}, "not-created:-:r-1"),
        ({"RequestId": "r:1"}, "not-created:-:r-1"),
        ({}, "not-created:-:"),
    ],
)
def test_an_event_that_cannot_be_read_keeps_its_id_or_says_that_it_looked_at_no_table(event: Any, physical_id: str) -> None:
    assert unread(event, InvalidRequest("wrong. Mend it.")) == Outcome(physical_id, reason="wrong. Mend it.")


def test_success_has_the_table_s_name_and_attributes() -> None:
    attributes = {"TableName": NAME, "Arn": "arn:1", "TableId": "id", "Schema": "approval"}
    assert Stage(Tables({NAME: STANDS})).provide(UPDATE) == Outcome(NAME, attributes)
    streams = replace(STANDS, stream_arn="arn:1/stream")
    assert Stage(Tables({NAME: streams})).provide(UPDATE) == Outcome(NAME, attributes | {"StreamArn": "arn:1/stream"})
    assert Stage(Tables({NAME: STANDS})).provide(REPLACEMENT) == Outcome(NAME, attributes)


def test_success_logs_what_the_table_keeps(caplog: pytest.LogCaptureFixture) -> None:
    kept = replace(STANDS, created_at=0.0, table=replace(STANDS.table, settings=Settings(policy="{}")))
    silent = replace(UPDATE, desired=replace(UPDATE.desired, said=frozenset()))
    with caplog.at_level(logging.INFO):
        Stage(Tables({NAME: kept})).provide(silent)
    (line,) = [vars(record) for record in caplog.records if record.message == "kept"]
    assert (line["levelname"], line["table"]) == ("WARNING", NAME)
    assert line["reason"] == "The table has a resource policy that the template does not say. It is left as it is."


FAILED_IDS = [
    (CREATE, Memory(), "not-created:r-1"),
    (UPDATE, Memory(), NAME),
    (REPLACEMENT, Memory(), BEFORE),
    (DELETE, Memory(), NAME),
    (replace(DELETE, physical_id=""), Memory(), "not-created:-:r-1"),
]


@pytest.mark.parametrize(("request_", "memory", "physical_id"), FAILED_IDS)
def test_what_fails_answers_with_an_id_that_no_delete_takes_for_the_table_in_use(
    request_: Request, memory: Memory, physical_id: str
) -> None:
    outcome = Stage(Tables(error=DENIED)).provide(request_, memory, stacks=Stacks())
    assert (outcome.physical_id, outcome.attributes) == (physical_id, {})
    assert outcome.reason.startswith("denied. Allow it, then retry.")
    given_up = give_up(request_, Stage(Tables(error=DENIED)).around(stacks=Stacks()), memory, "no way")
    assert (given_up.physical_id, given_up.attributes) == (physical_id, {})


@pytest.mark.parametrize("memory", [Memory(tried_at=START), Memory(adopted={})], ids=["made", "adopted"])
@pytest.mark.parametrize(("stacks", "physical_id"), [(None, NAME), (Stacks(), "not-created:r-1")], ids=["unasked", "asked"])
def test_a_create_that_may_have_made_its_table_answers_with_its_name_only_if_nobody_can_be_asked_about_its_delete(
    memory: Memory, stacks: Stacks | None, physical_id: str
) -> None:
    outcome = give_up(CREATE, Stage(Tables(error=DENIED)).around(stacks=stacks), replace(memory), "no way.")
    assert outcome == Outcome(physical_id, reason=f"no way.{LEFT}")
    failed = Stage(Tables(error=DENIED)).provide(CREATE, replace(memory), stacks=stacks)
    assert failed == Outcome(physical_id, reason="denied. Allow it, then retry."), "its Delete looks for the table"


@pytest.mark.parametrize("request_", [UPDATE, DELETE], ids=["update", "delete"])
def test_a_table_that_the_resource_had_before_is_never_undone(request_: Request) -> None:
    stage = Stage(Tables({NAME: STANDS}))
    memory = Memory(tried_at=START, here=True)
    assert give_up(request_, stage.around(), memory, "no way") == Outcome(NAME, reason="no way")
    assert (stage.tables.seen, stage.tables.taken) == ([], [])


def test_a_replacement_that_is_given_up_removes_what_this_process_made() -> None:
    stage = Stage(Tables({NAME: STANDS}))
    outcome = give_up(
        REPLACEMENT, stage.around(stacks=Stacks()), Memory(tried_at=START, here=True, table_id="id"), "no way."
    )
    assert outcome == Outcome(BEFORE, reason="no way.")
    assert [step.api for step in stage.tables.taken] == ["delete_table"]


@pytest.mark.parametrize("here", [True, False])
def test_a_replacement_that_cannot_be_undone_says_what_was_left_behind(here: bool, caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory(tried_at=START, here=here)
    with caplog.at_level(logging.INFO):
        outcome = Stage(Tables(error=DENIED)).provide(REPLACEMENT, memory, stacks=Stacks())
    assert outcome == Outcome(BEFORE, reason=f"denied. Allow it, then retry.{LEFT}")
    (line,) = [vars(record) for record in caplog.records if record.message == "left behind"]
    assert (line["levelname"], line["table"], line["reason"]) == ("WARNING", NAME, "denied. Allow it, then retry.")


def test_the_name_of_a_table_that_is_left_behind_is_shown_as_far_as_there_is_room() -> None:
    long = Desired(Table(approval_table_schema("sentinel-" + "x" * 100)), REPLACEMENT.desired.claim)
    reason = Stage(Tables(error=DENIED)).provide(replace(REPLACEMENT, desired=long), Memory(tried_at=START)).reason
    assert f" Table sentinel-{'x' * 39} was left behind." in reason


def test_a_replacement_without_a_date_undoes_nothing_of_another_process_if_nobody_can_be_asked() -> None:
    undated = replace(REPLACEMENT, sent_at=None)
    stage = Stage(Tables(error=DENIED))
    assert stage.provide(undated) == Outcome(BEFORE, reason="denied. Allow it, then retry.")
    assert stage.tables.seen == [NAME], "it was looked at once, and not for an undoing"
    assert Stage(Tables(error=DENIED)).provide(undated, stacks=Stacks()).reason.endswith(LEFT)
    assert Stage(Tables(error=DENIED)).provide(REPLACEMENT).reason.endswith(LEFT)


def test_a_create_undoes_only_what_it_tried_itself() -> None:
    stage = Stage(Tables(error=DENIED))
    assert stage.provide(CREATE, stacks=Stacks()).reason == "denied. Allow it, then retry."
    assert stage.tables.seen == [NAME]


@pytest.mark.parametrize(("spared", "level"), [(True, "WARNING"), (False, "INFO")], ids=["of another schema", "its own"])
def test_what_becomes_of_an_undoing_is_logged(spared: bool, level: str, caplog: pytest.LogCaptureFixture) -> None:
    tags = MINE | ({"sentinel:schema": "session"} if spared else {})
    stage = Stage(Tables({NAME: replace(STANDS, table=replace(STANDS.table, tags=tags))}))
    memory = Memory(failure="failed.", tried_at=START, here=True, table_id="id")
    with caplog.at_level(logging.INFO):
        outcome = stage.provide(REPLACEMENT, memory)
    assert outcome == Outcome(BEFORE, reason=f"failed.{LEFT}" if spared else "failed.")
    (line,) = [vars(record) for record in caplog.records if record.message == "undone"]
    why = (
        "it was left: it is of another schema than the event" if spared else "it was created by this resource: it is deleted"
    )
    assert (line["levelname"], line["table"], line["reason"]) == (level, NAME, why)
    assert bool(stage.tables.taken) is not spared


@pytest.mark.parametrize("request_", ALL.values(), ids=ALL)
def test_an_invocation_that_is_over_before_its_event_hands_over(request_: Request) -> None:
    stage, memory = Stage(Tables(error=NotNow("busy."))), Memory()
    with pytest.raises(OutOfTime, match="busy"):
        stage.provide(request_, memory)
    assert START + 99 <= stage.clock.now() <= START + 101
    assert memory.failure == ""


@pytest.mark.parametrize(
    ("request_", "physical_id", "left"),
    [(CREATE, "not-created:r-1", ""), (UPDATE, NAME, ""), (REPLACEMENT, BEFORE, LEFT), (DELETE, NAME, "")],
    ids=ALL,
)
def test_an_event_whose_time_is_up_says_what_it_waited_for(request_: Request, physical_id: str, left: str) -> None:
    stage = Stage(Tables(error=NotNow("b" * 200)), event=50.0)
    outcome = stage.provide(request_)
    assert outcome.physical_id == physical_id
    assert outcome.reason == (
        f"Time is up: {'b' * 150}. Repeat the operation, with a ServiceTimeout of 3600 if it is shorter.{left}"
    )


@dataclass
class Turning(Tables):
    """The port to a table that is busy until a moment, and is refused from then on."""

    clock: SteadyClock = field(default_factory=SteadyClock)
    turns_at: float = START + 70
    looks: list[float] = field(default_factory=list)

    def read(self, name: str, *_how: object) -> LiveTable | None:
        self.looks.append(self.clock.now())
        raise NotNow(f"{name} is busy.") if self.clock.now() < self.turns_at else DENIED


def test_a_replacement_keeps_time_back_to_undo_what_it_made() -> None:
    tables, memory = Turning(), Memory(pending="x", pending_since=START)
    stage = Stage(tables, event=90.0, clock=tables.clock)
    outcome = stage.provide(REPLACEMENT, memory, removal_reserve=20.0)
    assert outcome.reason.startswith(f"Time is up: {NAME} is busy.")
    assert outcome.reason.endswith(LEFT)
    assert (memory.late, memory.pending, memory.pending_since) == (True, "", None)
    assert START + 69 <= tables.looks[-1] <= START + 71, "twenty seconds before the end"


@pytest.mark.parametrize(
    ("request_", "verb", "physical_id"),
    [
        (CREATE, Verb.CREATE, ""),
        (UPDATE, Verb.UPDATE, NAME),
        (REPLACEMENT, Verb.UPDATE, BEFORE),
        (DELETE, Verb.DELETE, NAME),
    ],
    ids=ALL,
)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("of_stack", [True, False])
def test_who_is_asked_about_is_the_sender_of_the_event(
    request_: Request, verb: Verb, physical_id: str, first: bool, of_stack: bool
) -> None:
    stacks = Stacks()
    around = Stage().around(stacks=stacks, home=HOME, first=first)
    for seen in (False, True):
        inquiry = around.inquiry(request_, Memory(seen_at_work=seen), of_stack=of_stack)
        assert inquiry is not None
        assert inquiry.sender == Sender(verb, OWNER, physical_id, START, first or seen, HOME)
        assert (inquiry.stacks, inquiry.of_stack) == (stacks, of_stack)
    assert Stage().around(home=HOME).inquiry(request_, Memory(), of_stack=of_stack) is None


def test_nobody_is_asked_of_the_stack_unless_that_is_wanted() -> None:
    inquiry = Stage().around(stacks=Stacks()).inquiry(UPDATE, Memory())
    assert inquiry is not None
    assert inquiry.of_stack is False


GONE = "there is no such table"
DELETES: list[tuple[str, Delete, list[str], str, list[tuple[str, str, str]]]] = [
    ("its table", DELETE, [NAME], NAME, [("removed", NAME, "it was created by this resource: it is deleted")]),
    ("no table", replace(DELETE, physical_id="sentinel-gone", named="sentinel-gone"), [], "sentinel-gone",
     [("left", "sentinel-gone", GONE)]),
    ("an id that is no name", replace(DELETE, physical_id="records", named="", schema=""), [], "records",
     [("left", "records", "no table of this provider has that name")]),
    ("no id", replace(DELETE, physical_id="", named="", schema=""), [], "not-created:-:r-1",
     [("left", "", "no table of this provider has that name")]),
    ("a create that looked at nothing", replace(DELETE, physical_id="not-created:-:r-1"), [], "not-created:-:r-1",
     [("left", "not-created:-:r-1", "no table of this provider has that name")]),
    ("a failed create", replace(DELETE, physical_id="not-created:r-1"), [NAME], "not-created:r-1",
     [("removed", NAME, "it was created by this resource: it is deleted")]),
    ("a name that the properties do not have", replace(DELETE, physical_id="sentinel-gone"), [NAME], "sentinel-gone",
     [("left", "sentinel-gone", GONE), ("removed", NAME, "it was created by this resource: it is deleted")]),
    ("its table, though the properties name another", replace(DELETE, named=BEFORE), [NAME], NAME,
     [("removed", NAME, "it was created by this resource: it is deleted")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "taken", "physical_id", "logged"), [row[1:] for row in DELETES], ids=[row[0] for row in DELETES]
)
def test_a_delete_removes_the_table_of_its_id_else_the_one_that_its_properties_name(
    request_: Delete,
    taken: list[str],
    physical_id: str,
    logged: list[tuple[str, str, str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(Tables({NAME: STANDS, BEFORE: replace(STANDS, table=Table(approval_table_schema(BEFORE), tags=MINE))}))
    with caplog.at_level(logging.INFO):
        assert stage.provide(request_) == Outcome(physical_id)
    assert [step.arguments["TableName"] for step in stage.tables.taken] == taken
    lines = [vars(record) for record in caplog.records if record.message in ("left", "removed")]
    assert [(line["message"], line["table"], line["reason"]) for line in lines] == logged
    assert {line["levelname"] for line in lines} == {"INFO"}


def test_a_table_that_a_delete_spares_is_logged_as_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    other = replace(STANDS, table=replace(STANDS.table, tags=MINE | {"sentinel:schema": "session"}))
    with caplog.at_level(logging.INFO):
        assert Stage(Tables({NAME: other})).provide(replace(DELETE, physical_id="not-created:r-1")).reason == ""
    (line,) = [vars(record) for record in caplog.records if record.message == "left"]
    assert (line["levelname"], line["reason"]) == ("WARNING", "it was left: it is of another schema than the event")


def test_each_table_that_a_delete_looks_at_is_a_matter_of_its_own() -> None:
    """What was remembered of one table says nothing of the other; what is waited for stays."""
    memory = Memory(table_id="another", tried_at=START, failure="x", pending="y", pending_since=START - 5)
    stage = Stage(Tables({NAME: STANDS}))
    stage.provide(DELETE, memory)
    assert [step.api for step in stage.tables.taken] == ["delete_table"]
    busy = Stage(Tables(error=NotNow("busy.")))
    with pytest.raises(OutOfTime) as pending:
        busy.provide(DELETE, replace(memory, pending="busy."))
    assert pending.value.since == START - 5, "it has waited for that since then"


STREAMS = replace(STANDS, table=replace(STANDS.table, settings=Settings(stream="NEW_IMAGE")))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("request_", [UPDATE, REPLACEMENT, CREATE], ids=["update", "replacement", "create"])
def test_an_event_that_cloudformation_contradicts_changes_nothing(request_: Update | Create, first: bool) -> None:
    stage, forged = Stage(Tables({NAME: STREAMS})), Stacks(ResourceWord("DELETE_COMPLETE"))
    outcome = stage.provide(request_, stacks=forged, first=first)
    assert outcome.reason == (
        "CloudFormation says DELETE_COMPLETE of the resource, so this event is not believed, and changes nothing. "
        "Repeat the operation in CloudFormation if it was meant."
    )
    assert stage.tables.taken == []
    assert START + 60 <= stage.clock.now() <= START + 90, "its answer may be late"


@pytest.mark.parametrize(
    ("made", "taken"), [(START + 1, ["update_table"]), (START - 1, [])], ids=["made in this operation", "made before it"]
)
def test_an_event_without_a_date_has_that_of_the_stack_s_operation(made: float, taken: list[str]) -> None:
    """A table that the event made itself has the defaults of a new one; any other keeps what the template does not say."""
    claim = replace(UPDATE.desired.claim, sent_at=None)
    undated = replace(UPDATE, sent_at=None, desired=replace(UPDATE.desired, claim=claim, said=frozenset()))
    stage, stacks = Stage(Tables({NAME: replace(STREAMS, created_at=made)})), Stacks()
    assert stage.provide(undated, stacks=stacks).reason == ""
    assert [step.api for step in stage.tables.taken] == taken
    assert stacks.asked.count(OWNER.stack_id) == 1


@pytest.mark.parametrize("propagate", [True, False])
def test_the_stack_s_tags_come_along_with_a_change_if_the_template_lets_them(propagate: bool) -> None:
    claim = replace(UPDATE.desired.claim, propagate=propagate)
    request = replace(UPDATE, desired=replace(UPDATE.desired, claim=claim))
    stage, stacks = Stage(Tables({NAME: STREAMS})), Stacks()
    assert stage.provide(request, stacks=stacks).reason == ""
    assert (stage.tables.live[NAME].table.tags.get("team") == "red") is propagate
    assert (OWNER.stack_id in stacks.asked) is propagate


def test_an_event_without_a_date_asks_for_none_if_it_makes_no_difference() -> None:
    claim = replace(UPDATE.desired.claim, sent_at=None)
    stacks = Stacks()
    undated = replace(UPDATE, sent_at=None, desired=replace(UPDATE.desired, claim=claim))
    assert Stage(Tables({NAME: STANDS})).provide(undated, stacks=stacks).reason == ""
    assert stacks.asked == []


@pytest.mark.parametrize("first", [True, False])
def test_a_delete_asks_of_the_stack_first(first: bool) -> None:
    stacks = Stacks(ResourceWord("DELETE_IN_PROGRESS", NAME))
    stage = Stage(Tables({NAME: STANDS}))
    assert stage.provide(DELETE, stacks=stacks, first=first).reason == ""
    assert stacks.asked[:2] == [OWNER.stack_id, OWNER]
    assert [step.api for step in stage.tables.taken] == ["delete_table"]


@dataclass
class Making(Tables):
    """The port to no table yet; CreateTable's answer names the id, and nothing is heard of the table after that."""

    def read(self, name: str, *_how: object) -> LiveTable | None:
        if self.taken:
            raise NotNow(f"{name} is busy.")
        return None

    def take(self, step: Step) -> str:
        self.taken.append(step)
        return "id-1"


def test_the_id_that_createtable_s_answer_names_is_handed_over() -> None:
    memory = Memory()
    with pytest.raises(OutOfTime):
        Stage(Making()).provide(CREATE, memory)
    assert (memory.table_id, memory.here, memory.made_at is not None) == ("id-1", True, True)


def test_an_event_that_is_contradicted_to_its_end_says_so_and_not_that_its_time_is_up() -> None:
    stage = Stage(Tables({NAME: STREAMS}), event=30.0)
    reason = stage.provide(UPDATE, stacks=Stacks(ResourceWord("DELETE_COMPLETE"))).reason
    assert reason.startswith("CloudFormation says DELETE_COMPLETE of the resource")
    assert stage.clock.now() <= START + 31


def test_a_step_s_effect_is_logged_and_that_cloudformation_was_seen_at_work_is_remembered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    memory, stacks = Memory(), Stacks(ResourceWord("UPDATE_IN_PROGRESS", NAME, START))
    with caplog.at_level(logging.INFO):
        assert Stage(Tables({NAME: STREAMS})).provide(UPDATE, memory, stacks=stacks).reason == ""
    assert memory.seen_at_work is True
    assert [vars(record)["step"] for record in caplog.records if record.message == "step"] == ["update_table"]


def test_an_invocation_without_time_says_that_the_table_has_not_been_looked_at() -> None:
    with pytest.raises(OutOfTime, match=f'^table "{NAME}" has not been looked at$'):
        Stage(Tables({NAME: STANDS}), invocation=0.0).provide(UPDATE)
