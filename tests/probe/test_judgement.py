"""Each assumption is judged both ways by records made by hand, and is not seen in none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from probe import during, over, whole
from probe.judgement import ASSUMPTIONS, Outcome, judge, verdict
from probe.records import Record, Records
from probe.timeline import Timeline, seconds_behind

from .made import afterwards, change, event, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from probe.during import Case

CREATING = "CREATE_IN_PROGRESS | CREATE_IN_PROGRESS"
UPDATING = "UPDATE_IN_PROGRESS first | UPDATE_IN_PROGRESS"
CLEANING = "UPDATE_COMPLETE second | UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
GOING_BACK = "UPDATE_IN_PROGRESS first | UPDATE_ROLLBACK_IN_PROGRESS"
UNDOING = "UPDATE_COMPLETE first | UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
DELETING = "DELETE_IN_PROGRESS first | DELETE_IN_PROGRESS"
FAILED_FIRST = "FAILED first"


def create(*looks: str, **more: object) -> list[Record]:
    return event("life", "create", "Create", *looks, id_="", **more)  # type: ignore[arg-type]


def back(step: str, *looks: str, scene: str = "life", **more: object) -> list[Record]:
    """An Update, and 60 s after it the one that takes it back."""
    first = event(scene, step, "Update", UPDATING, setting="b", old_setting="a")
    second = {"at": 61, "operation_at": 0, "setting": "a", "old_setting": "b", **more}
    return [*first, *event(scene, step, "Update", *looks, **second)]  # type: ignore[arg-type]


def replacement(*changes: str) -> list[Record]:
    made = [change("life", text, 1 + 20 * place) for place, text in enumerate(changes)]
    return [*event("life", "replacement", "Update", UPDATING), *made]


def began(forward: float, backward: float) -> list[Record]:
    first = event("life", "update rolled back", "Update", UPDATING, stack_changed=forward)
    second = event("life", "update rolled back", "Update", GOING_BACK, at=61, operation_at=0, stack_changed=backward)
    return [*first, *second]


def cancelled_update(*looks: str, lasts: float = 120, next_at: float = 41, **more: object) -> list[Record]:
    first = event("cancelled update", "update", "Update", *looks, lasts=lasts, **more)  # type: ignore[arg-type]
    return [*first, *event("cancelled update", "update", "Update", GOING_BACK, at=next_at, operation_at=0)]


def cancelled_create(
    *looks: str, reason: str = "Resource creation cancelled", deleted: str = "made-up", at: float = 45
) -> list[Record]:
    scene, step = "cancelled create", "create"
    return [
        *event(scene, step, "Create", *looks, id_="", lasts=120),
        *event(scene, step, "Delete", DELETING, at=at, operation_at=0, id_=deleted),
        change(scene, "CREATE_FAILED", 41, reason),
    ]


def failed_create(deleted: str, *after: str) -> list[Record]:
    scene, step = "failed create", "create"
    return [
        *event(scene, step, "Create", CREATING, id_="", answered=FAILED_FIRST),
        *event(scene, step, "Delete", DELETING, at=50, operation_at=0, id_=deleted, after=after),
    ]


def tries(count: int, status: str = "UPDATE_COMPLETE", request_id: str = "r-{}") -> list[Record]:
    scene, step = "clean-up refused", "replacement"
    deletes = (
        event(
            scene, step, "Delete", CLEANING, at=10 + 10 * place, lasts=4, operation_at=0, request_id=request_id.format(place)
        )
        for place in range(count)
    )
    updated = event(scene, step, "Update", UPDATING, lasts=4)[1:]
    return [operation(scene, step, 0, status), *updated, *(record for each in deletes for record in each[1:])]


def retried(deleted: str) -> list[Record]:
    scene = "preserved create"
    return [
        *event(scene, "create", "Create", CREATING, id_="", answered=FAILED_FIRST),
        *event(scene, "retry", "Create", CREATING, at=200, id_="", answered="SUCCESS second"),
        *event(scene, "retry", "Delete", DELETING, at=201, operation_at=199, id_=deleted),
    ]


def repeated(*request_ids: str) -> list[Record]:
    steps = zip(("update", "retry"), request_ids, strict=True)
    events = (
        event("preserved update", step, "Update", UPDATING, at=1 + 200 * place, request_id=request_id)
        for place, (step, request_id) in enumerate(steps)
    )
    return [record for each in events for record in each]


def lag(seconds: float) -> list[Record]:
    """The third look, 6 s after the event, shows what the history had gone on from so long before."""
    history = [("CREATE_IN_PROGRESS", 0), ("CREATE_COMPLETE first", 5 - seconds), ("UPDATE_IN_PROGRESS first", 7 - seconds)]
    looks = ("UPDATE_IN_PROGRESS first | UPDATE_IN_PROGRESS", "CREATE_COMPLETE first | CREATE_COMPLETE")
    own = [change("life", text, at) for text, at in history]
    stack = [change("life", text.split()[0], at, logical_id="") for text, at in history]
    return [*event("life", "update", "Update", looks[0], looks[0], looks[1]), *own, *stack]


def delete(step: str, look: str, scene: str = "life", **more: object) -> list[Record]:
    return event(scene, step, "Delete", look, **more)  # type: ignore[arg-type]


Row = tuple["Callable[[Timeline], Iterable[Case]]", list[Record], bool]
ROWS: list[Row] = [
    (during.answered_inside, create(CREATING), True),
    (during.answered_inside, create("none | CREATE_IN_PROGRESS", CREATING), True),
    (during.answered_inside, create("none | CREATE_IN_PROGRESS"), False),
    (during.answered_inside, create("AccessDenied! | AccessDenied!"), False),
    (whole.permitted, create("Throttling! | Throttling!"), True),
    (whole.permitted, create("AccessDenied! | CREATE_IN_PROGRESS"), False),
    (whole.unthrottled, create("AccessDenied! | CREATE_IN_PROGRESS"), True),
    (whole.unthrottled, create("CREATE_IN_PROGRESS | Throttling!"), False),
    (during.create_without_id, create("none | CREATE_IN_PROGRESS", CREATING, CREATING), True),
    (during.create_without_id, create("CREATE_IN_PROGRESS first | CREATE_IN_PROGRESS"), False),
    (during.create_without_id, create(CREATING, "none | CREATE_IN_PROGRESS"), False),
    (during.id_after_answer, create(CREATING, after=[CREATING, "CREATE_COMPLETE first | CREATE_IN_PROGRESS"]), True),
    (during.id_after_answer, create(CREATING, after=[CREATING]), False),
    (during.update_with_old_id, event("life", "update", "Update", "CREATE_COMPLETE first | x", UPDATING), True),
    (during.update_with_old_id, event("life", "update", "Update", "CREATE_COMPLETE first | x"), False),
    (during.update_with_old_id, event("life", "update", "Update", "UPDATE_IN_PROGRESS second | x"), False),
    (whole.replaced, replacement("UPDATE_IN_PROGRESS first", "UPDATE_IN_PROGRESS second", "UPDATE_COMPLETE second"), True),
    (whole.replaced, replacement("UPDATE_IN_PROGRESS first", "UPDATE_COMPLETE second"), False),
    (during.cleaned_up, delete("replacement", CLEANING), True),
    (during.cleaned_up, delete("replacement", UPDATING), False),
    (during.removed, delete("removal", CLEANING), True),
    (during.removed, delete("removal", UPDATING), False),
    (during.deleted, delete("delete", DELETING), True),
    (during.deleted, delete("delete", UPDATING), False),
    (during.clean_up_names_other, delete("replacement", CLEANING), True),
    (during.clean_up_names_other, delete("replacement", DELETING), False),
    (during.taken_back, back("own failure", GOING_BACK), True),
    (during.taken_back, back("own failure", UPDATING), False),
    (during.undone, delete("replacement rolled back", UNDOING), True),
    (during.undone, delete("replacement rolled back", GOING_BACK), False),
    (whole.began_stays, began(0, 0), True),
    (whole.began_stays, began(0, 60), False),
    (during.began_known, create(CREATING, stack_changed=0), True),
    (during.began_known, create(CREATING, stack_changed=-500), False),
    (during.began_known, create(CREATING, stack_changed=500), False),
    (over.swapped, back("own failure", GOING_BACK), True),
    (over.swapped, back("own failure", GOING_BACK, setting="c"), False),
    (over.swapped, event("life", "own failure", "Update", UPDATING), False),
    (over.update_runs_on, cancelled_update(UPDATING), True),
    (over.update_runs_on, cancelled_update(UPDATING, lasts=20), False),
    (over.update_known, cancelled_update(*[UPDATING] * 30, changed=45), True),
    (over.update_known, cancelled_update(*["UPDATE_COMPLETE first | UPDATE_IN_PROGRESS"] * 30), True),
    (over.update_known, cancelled_update(*[UPDATING] * 30, changed=20), False),
    (over.create_cancelled, cancelled_create(CREATING), True),
    (over.create_cancelled, cancelled_create(CREATING, reason="Internal Failure"), False),
    (over.invented_id, cancelled_create(CREATING), True),
    (over.invented_id, cancelled_create(CREATING, deleted="first"), False),
    (over.invented_id, cancelled_create(CREATING, at=130), False),
    (over.create_known, cancelled_create(*[CREATING] * 20, *["CREATE_FAILED | ROLLBACK_IN_PROGRESS"] * 10), True),
    (over.create_known, cancelled_create(*[CREATING] * 30), False),
    (whole.failed_id, failed_create("first"), True),
    (whole.failed_id, failed_create("made-up"), False),
    (whole.three_tries, tries(3), True),
    (whole.three_tries, tries(2), False),
    (whole.three_tries, tries(3, "UPDATE_ROLLBACK_COMPLETE"), False),
    (during.preserved_back, back("update", "UPDATE_FAILED first | UPDATE_IN_PROGRESS", scene="preserved update"), True),
    (during.preserved_back, back("update", "UPDATE_FAILED first | UPDATE_FAILED", scene="preserved update"), False),
    (whole.deleted_by_next, retried("first"), True),
    (whole.deleted_by_next, retried("second"), False),
    (whole.gone, [afterwards("removed", "UPDATE_COMPLETE", "UPDATE_COMPLETE", "none")], True),
    (whole.gone, [afterwards("removed", "UPDATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE first")], False),
    (whole.gone, failed_create("first", DELETING, "none | ROLLBACK_COMPLETE"), True),
    (whole.gone, failed_create("first", DELETING, "DELETE_COMPLETE first | ROLLBACK_COMPLETE"), False),
    (whole.deleted_answers, [afterwards("deleted", "DELETE_COMPLETE", "none", "none")], True),
    (whole.deleted_answers, [afterwards("deleted", "none", "none", "none")], False),
    (whole.request_id_reused, repeated("r-1", "r-1"), True),
    (whole.request_id_reused, repeated("r-1", "r-2"), False),
    (whole.request_id_reused, tries(3, request_id="r"), True),
    (whole.request_id_reused, tries(3), False),
    (whole.signed, create(CREATING), True),
    (whole.signed, create(CREATING, signature="v2"), False),
    (whole.signed, create(CREATING, valid_seconds=3600.0), False),
    (whole.resource_lag, lag(3), True),
    (whole.resource_lag, lag(70), False),
    (whole.stack_lag, lag(3), True),
    (whole.stack_lag, lag(70), False),
    (during.believed, create(*["none | CREATE_IN_PROGRESS"] * 10, CREATING), True),
    (during.believed, create(*["none | CREATE_IN_PROGRESS"] * 3), False),
    (during.believed, create(*["none | CREATE_IN_PROGRESS"] * 32, CREATING, lasts=90), False),
    (during.believed, delete("replacement", CLEANING), True),
    (during.believed, delete("delete", "UPDATE_COMPLETE first | UPDATE_COMPLETE"), False),
    (during.not_over, create(CREATING, changed=31), True),
    (during.not_over, create(CREATING, changed=32), False),
    (during.nested_alike, delete("replacement", CLEANING, "nested"), True),
    (during.nested_alike, back("update rolled back", GOING_BACK, scene="nested"), True),
    (during.nested_alike, delete("replacement", UPDATING, "nested"), False),
    (during.nested_alike, back("update rolled back", UPDATING, scene="nested"), False),
]  # fmt: skip


@pytest.mark.parametrize(("cases", "records", "holds"), ROWS, ids=[f"{row[0].__name__}-{row[2]}" for row in ROWS])
def test_an_assumption_is_judged_by_what_was_written_down(
    cases: Callable[[Timeline], Iterable[Case]], records: list[Record], holds: bool
) -> None:
    found = verdict("", cases(Timeline(Records(tuple(records)))))
    assert found.outcome is (Outcome.HELD if holds else Outcome.BROKEN), found.evidence
    assert found.evidence


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda assumption: assumption.cases.__name__)
def test_every_assumption_has_rows_for_both_ways(assumption: object) -> None:
    assert {row[2] for row in ROWS if row[0] is getattr(assumption, "cases", None)} == {True, False}


def test_nothing_is_seen_in_no_records() -> None:
    assert {one.outcome for one in judge(Records())} == {Outcome.UNSEEN}


def test_what_comes_after_a_cancellation_is_not_held_against_a_genuine_event() -> None:
    """The cancelled Create's last looks say CREATE_FAILED, and that is as it should be."""
    records = cancelled_create(*[CREATING] * 20, *["CREATE_FAILED | ROLLBACK_IN_PROGRESS"] * 10)
    assert verdict("", during.create_without_id(Timeline(Records(tuple(records))))).outcome is Outcome.HELD


def test_a_create_beside_the_delete_of_what_failed_before_is_no_cancelled_one() -> None:
    timeline = Timeline(Records(tuple(retried("first"))))
    (again,) = timeline.at("preserved create", "retry", "Create")
    assert timeline.over_at(again) is None


def test_the_evidence_is_what_is_bad() -> None:
    records = [*create(CREATING), *event("life", "put back", "Create", "none | UPDATE_IN_PROGRESS", at=500, id_="")]
    found = verdict("", during.create_without_id(Timeline(Records(tuple(records)))))
    assert found.evidence == "1 of 2: life, put back, Create: does not exist"


def test_clocks_that_are_a_little_apart_make_no_answer_late() -> None:
    """The look shows what CloudFormation dates a second later; the same status from long before is not meant."""
    old = [
        change("life", "UPDATE_COMPLETE", -500),
        change("life", "UPDATE_IN_PROGRESS", -1),
        change("life", "UPDATE_COMPLETE", 4),
    ]
    timeline = Timeline(Records((*old, *event("life", "update", "Update", "x | UPDATE_COMPLETE"))))
    (look,) = timeline.looks(timeline.events[0])
    assert seconds_behind(look.at, look.stack, old) == 0


def test_what_hangs_on_a_step_that_was_refused_is_not_seen() -> None:
    records = event("preserved create", "create", "Create", CREATING, id_="", answered=FAILED_FIRST)
    timeline = Timeline(Records((*records, operation("preserved create", "retry", 200, "REFUSED: no"))))
    assert verdict("", whole.deleted_by_next(timeline)).outcome is Outcome.UNSEEN
