"""The rule of removal: each ground, each rule that spares a table, and the edge of each."""

from dataclasses import replace
from math import inf

import pytest

from sentinel_tables.model import LiveTable, Table
from sentinel_tables.rules import removal
from sentinel_tables.rules.belief import ResourceWord, StackWord, Word
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.removal import Case, Ground, Ruling, judge, made_nothing, not_created
from sentinel_tables.schemas import approval_table_schema

NAME, BEGAN = "sentinel-requests", 1_790_000_000.0
TAGS = {"sentinel:schema": "approval"}
LIVE = LiveTable(
    table=Table(approval_table_schema(NAME), tags=TAGS), status="ACTIVE", arn="arn", table_id="id", created_at=BEGAN
)
OLD, YOUNG = replace(LIVE, created_at=BEGAN - 120.1), replace(LIVE, created_at=BEGAN - 119.9)
OWN = removal.delete_of_own_id(NAME)
CANCELLED = removal.delete_of_another_id("records-Records-1A2B", "approval", BEGAN)
FAILED = removal.delete_of_another_id("not-created:r-1", "approval", BEGAN)
HERE = removal.made_here("approval", may_yet_come=False)
DEAD = removal.made_by_dead_process("approval", BEGAN - 150)
GROUNDS = {"own id": OWN, "cancelled": CANCELLED, "failed": FAILED, "made here": HERE, "dead process": DEAD}


def word(status: str = "UPDATE_IN_PROGRESS", physical_id: str = "", began: float | None = BEGAN) -> Word:
    return Word(ResourceWord("UPDATE_IN_PROGRESS", physical_id), StackWord(status, began))


def ruling(ground: Ground, live: LiveTable, said: Word | None, held: Hold = Hold.CREATED, asked: float = 60.0) -> Ruling:
    found, why = judge(Case(ground, live, held, said, asked))
    assert (why == "") is (found is Ruling.GO), "a table that is left, and no other, has a reason"
    return found


def test_each_ground_says_what_its_event_can_have_done() -> None:
    ever = (-inf, inf)
    assert removal.delete_of_own_id(NAME) == Ground(deleted_id=NAME, since_began=False)
    assert removal.delete_of_another_id("records-Records-1A2B", "approval", BEGAN) == Ground(
        "records-Records-1A2B", may_yet_come=True, by_name=True, began=BEGAN
    )
    assert removal.delete_of_another_id("not-created:r-1", "approval", BEGAN) == Ground(
        "not-created:r-1", unprotect=True, by_name=True, began=BEGAN, schema="approval"
    )
    for late in (False, True):
        assert removal.made_here("approval", may_yet_come=late) == Ground(
            may_yet_come=late, unprotect=True, began=0.0, schema="approval"
        )
        assert removal.made_by_dead_process("approval", BEGAN, late=late) == Ground(
            by_another=not late, began=BEGAN, schema="approval", made_between=(BEGAN, inf)
        )
    assert removal.made_by_dead_process("approval", None) == Ground(by_another=True, schema="approval", made_between=ever)


@pytest.mark.parametrize("ground", [CANCELLED, FAILED, HERE], ids=["cancelled", "failed", "made here"])
def test_r5_a_table_as_old_as_clocks_may_differ_was_made_since_the_operation_began(ground: Ground) -> None:
    edge, older = (replace(LIVE, created_at=BEGAN - seconds) for seconds in (120.0, 120.5))
    assert ruling(ground, edge, word("DELETE_IN_PROGRESS")) is Ruling.GO
    assert ruling(ground, older, word("DELETE_IN_PROGRESS")) is Ruling.SPARE


def test_without_asking_the_edge_is_the_same() -> None:
    edge, older = (replace(LIVE, created_at=BEGAN - seconds) for seconds in (120.0, 120.5))
    assert [ruling(CANCELLED, live, None) for live in (edge, older)] == [Ruling.GO, Ruling.SPARE]
    assert ruling(CANCELLED, older, None, Hold.ADOPTED) is Ruling.GO, "a table that was adopted is released, and stays"


@pytest.mark.parametrize(
    ("span", "goes"),
    [
        (f"{BEGAN:.0f}-{BEGAN + 5:.0f}", True),
        (f"{BEGAN - 5:.0f}-{BEGAN:.0f}", True),
        (f"{BEGAN - 5:.0f}-", False),
        (f"-{BEGAN + 5:.0f}", False),
        (f"{BEGAN - 5:.0f}-{BEGAN + 5:.0f}-0", False),
    ],
)
def test_the_moments_in_an_id_of_0_1_0_are_part_of_its_span_and_both_are_needed(span: str, goes: bool) -> None:
    for physical_id in (f"not-created:{span}:r", f"not-created:{span}:r:1"):
        ground = removal.delete_of_another_id(physical_id, "approval", BEGAN)
        assert ruling(ground, LIVE, word()) is (Ruling.GO if goes else Ruling.SPARE)


def test_a_table_whose_operation_is_not_known_is_asked_about_and_spared_by_what_is_known() -> None:
    nothing_of_the_stack = Word(ResourceWord("DELETE_IN_PROGRESS"), None)
    why = "it is older than the stack's operation, and the stack is "
    assert judge(Case(OWN, OLD, Hold.CREATED, nothing_of_the_stack, 0.0)) == (Ruling.ASK_AGAIN, why)
    assert judge(Case(OWN, OLD, Hold.CREATED, word("ROLLBACK_IN_PROGRESS"), 0.0)) == (
        Ruling.SPARE,
        f"{why}ROLLBACK_IN_PROGRESS",
    )


@pytest.mark.parametrize("ground", GROUNDS.values(), ids=GROUNDS)
@pytest.mark.parametrize("held", [Hold.CREATED, Hold.ADOPTED])
def test_r1_the_table_that_the_resource_has_goes_by_a_delete_of_its_own_id_alone(ground: Ground, held: Hold) -> None:
    named = word(physical_id=NAME)
    assert ruling(ground, LIVE, named, held) is (Ruling.GO if ground is OWN else Ruling.SPARE)
    assert ruling(ground, LIVE, word(physical_id="another"), held) is Ruling.GO


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_r4_an_old_table_goes_while_the_stack_deletes_what_was_alive(status: str) -> None:
    assert ruling(OWN, OLD, word(status), asked=0.0) is Ruling.GO


@pytest.mark.parametrize(
    ("status", "late"),
    [
        ("UPDATE_IN_PROGRESS", True),
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", False),
        ("ROLLBACK_IN_PROGRESS", False),
    ],
)
def test_r4_else_it_is_asked_about_for_a_minute_and_spared_but_not_in_a_roll_back(status: str, late: bool) -> None:
    assert ruling(OWN, OLD, word(status), asked=59.9) is (Ruling.ASK_AGAIN if late else Ruling.SPARE)
    assert ruling(OWN, OLD, word(status), asked=60.0) is Ruling.SPARE
    assert ruling(OWN, YOUNG, word(status), asked=0.0) is Ruling.GO


@pytest.mark.parametrize("ground", [CANCELLED, FAILED, HERE], ids=["cancelled", "failed", "made here"])
def test_r5_on_other_grounds_an_older_table_is_spared(ground: Ground) -> None:
    going = word("DELETE_IN_PROGRESS")
    assert ruling(ground, OLD, going) is Ruling.SPARE
    assert ruling(ground, YOUNG, going) is Ruling.GO
    assert ruling(ground, YOUNG, word("DELETE_IN_PROGRESS", began=None)) is Ruling.SPARE
    assert ruling(ground, OLD, going, Hold.ADOPTED) is Ruling.GO, "a table that was adopted is released, and stays"


def test_what_another_process_made_is_undone_after_a_minute_of_asking_and_never_if_it_is_older_than_the_event() -> None:
    assert ruling(DEAD, YOUNG, word(), asked=59.9) is Ruling.ASK_AGAIN
    assert ruling(DEAD, YOUNG, word(), asked=60.0) is Ruling.GO
    assert ruling(removal.made_by_dead_process("approval", BEGAN - 119), YOUNG, word()) is Ruling.SPARE
    assert ruling(removal.made_by_dead_process("approval", BEGAN - 150, late=True), YOUNG, word(), asked=0.0) is Ruling.GO


@pytest.mark.parametrize("ground", [FAILED, HERE, DEAD], ids=["failed", "made here", "dead process"])
def test_a_table_of_another_schema_was_not_made_by_the_event(ground: Ground) -> None:
    other = replace(LIVE, table=replace(LIVE.table, tags={"sentinel:schema": "session"}))
    assert ruling(ground, other, word()) is Ruling.SPARE


@pytest.mark.parametrize(
    ("ground", "live", "goes"),
    [
        (OWN, OLD, True),
        (CANCELLED, YOUNG, True),
        (CANCELLED, OLD, False),
        (removal.delete_of_another_id("invented", "approval", None), LIVE, False),
        (HERE, OLD, True),
        (DEAD, LIVE, True),
        (removal.made_by_dead_process("approval", None), LIVE, False),
    ],
)
def test_if_nobody_is_asked_the_event_s_date_stands_for_the_beginning(ground: Ground, live: LiveTable, goes: bool) -> None:
    assert ruling(ground, live, None) is (Ruling.GO if goes else Ruling.SPARE)


@pytest.mark.parametrize(
    ("physical_id", "nothing", "goes"),
    [
        ("not-created:r-1", False, True),
        ("not-created:-:r-1", True, False),
        (f"not-created:{BEGAN - 5:.0f}-{BEGAN + 5:.0f}:r-1", False, True),
        (f"not-created:{BEGAN + 1:.0f}-{BEGAN + 5:.0f}:r-1", False, False),
        (f"not-created:{BEGAN - 5:.0f}-{BEGAN - 1:.0f}:r-1", False, False),
        ("not-created:x:r-1", True, False),
    ],
)
def test_the_id_of_a_failed_create_is_understood_that_of_0_1_0_too(physical_id: str, nothing: bool, goes: bool) -> None:
    assert made_nothing(physical_id) is nothing
    ground = removal.delete_of_another_id(physical_id, "approval", BEGAN)
    assert ruling(ground, LIVE, word()) is (Ruling.GO if goes else Ruling.SPARE)


def test_an_id_says_whether_its_create_looked_at_a_table() -> None:
    assert (not_created("r:1"), not_created("r", looked=False)) == ("not-created:r-1", "not-created:-:r")
    assert not_created("r" * 128 + "s") == f"not-created:{'r' * 128}"
    assert [made_nothing(one) for one in (not_created("r:1"), not_created("r", looked=False), NAME)] == [False, True, False]


@pytest.mark.parametrize("ground", [CANCELLED, FAILED], ids=["cancelled", "failed"])
def test_a_table_goes_by_its_properties_name_at_once_only_if_cloudformation_names_the_deleted_id(ground: Ground) -> None:
    assert ruling(ground, LIVE, word(physical_id=ground.deleted_id), asked=0.0) is Ruling.GO
    assert ruling(ground, LIVE, word(), asked=59.9) is Ruling.ASK_AGAIN
    assert ruling(ground, LIVE, word(), asked=60.0) is Ruling.GO


def test_a_minute_is_shorter_if_the_event_has_less_time() -> None:
    case = Case(OWN, OLD, Hold.CREATED, word("UPDATE_IN_PROGRESS"), asked_for=5.0)
    assert judge(case)[0] is Ruling.ASK_AGAIN
    assert judge(replace(case, patience=5.0))[0] is Ruling.SPARE
