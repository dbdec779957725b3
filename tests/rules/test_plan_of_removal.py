"""What is done to be rid of a table: deleted with its backfills first, released, given back, or refused."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import ProtectedTable, UnsafeChange
from sentinel_tables.model import LiveTable, Motion, Owner, Replica, Settings, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.plan import after_creation, plan_removal, plan_return
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import approval_table_schema

NAME, ARN = "sentinel-requests", "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-requests"
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
CREATED = {
    "sentinel:stack-id": OWNER.stack_id,
    "sentinel:logical-id": OWNER.logical_id,
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
PROTECTED = Settings(deletion_protection=True)
RETAIN = "or keep the table with DeletionPolicy: Retain."
BACKFILL = Motion("index gsi-status is still being built", "gsi-status", backfilling=True)
ALLOCATION = Motion("index gsi-profile is still being built", "gsi-profile")
INDEX_GOES = Motion("index gsi-mine is still being deleted", "gsi-mine")
TABLE_MOVES = Motion("table sentinel-requests is UPDATING")
CHANGED_BY_HAND = Motion("something else", backfilling=True)
LIVE = LiveTable(
    table=Table(approval_table_schema(NAME), tags=CREATED), status="ACTIVE", arn=ARN, table_id="id", created_at=0.0
)


def live(settings: Settings = LIVE.table.settings, tags: dict[str, str] | None = None, **more: object) -> LiveTable:
    table = replace(LIVE.table, settings=settings, tags=CREATED if tags is None else tags)
    return replace(LIVE, table=table, **more)  # type: ignore[arg-type] # rows


DELETED = steps.delete_table(NAME)


@pytest.mark.parametrize(
    ("motions", "first"),
    [
        ((), ()),
        ((BACKFILL,), ("gsi-status",)),
        ((ALLOCATION, INDEX_GOES, TABLE_MOVES, CHANGED_BY_HAND), ()),
        ((ALLOCATION, BACKFILL, replace(BACKFILL, index="gsi-mine")), ("gsi-status", "gsi-mine")),
    ],
)
def test_an_index_that_is_backfilled_goes_before_its_table_because_the_table_would_wait_for_it(
    motions: tuple[Motion, ...], first: tuple[str, ...]
) -> None:
    """A Delete waited for a backfill: 510 s for one of ten minutes, or it ended in DELETE_FAILED."""
    why = "its backfill keeps the table from being deleted"
    expected = (*(steps.delete_index(NAME, index, why) for index in first), DELETED)
    assert plan_removal(OWNER, live(motions=motions)) == expected


@pytest.mark.parametrize("unprotect", [False, True])
def test_protection_goes_only_if_the_event_itself_may_have_set_it(unprotect: bool) -> None:
    assert plan_removal(OWNER, live(), unprotect=unprotect) == (DELETED,)
    if unprotect:
        assert plan_removal(OWNER, live(PROTECTED), unprotect=True) == (steps.protect(NAME, enabled=False),)
        return
    with pytest.raises(ProtectedTable) as refusal:
        plan_removal(OWNER, live(PROTECTED))
    assert str(refusal.value) == (
        f'Table "{NAME}" is protected against deletion. Turn DeletionProtectionEnabled off in an update first, {RETAIN}'
    )


@pytest.mark.parametrize(
    ("regions", "named"),
    [
        (("us-east-1", "eu-west-1"), "eu-west-1, us-east-1"),
        (tuple(f"eu-west-{number}" for number in range(1, 9)), ", ".join(f"eu-west-{number}" for number in range(1, 8))),
    ],
)
def test_a_table_with_replicas_is_not_deleted_with_them(regions: tuple[str, ...], named: str) -> None:
    replicas = tuple(Replica(region, "ACTIVE") for region in regions)
    with pytest.raises(UnsafeChange) as refusal:
        plan_removal(OWNER, live(PROTECTED, replicas=replicas), unprotect=True)
    assert str(refusal.value).startswith(f'Table "{NAME}" has replicas in "{named}')
    assert str(refusal.value).endswith(f"and is not deleted with them. Remove the replicas first, {RETAIN}")
    shown = str(refusal.value).partition(" in ")[2].partition(", and is")[0]
    assert len(shown) == min(80, len(", ".join(regions)) + 2)


@pytest.mark.parametrize("settings", [Settings(), PROTECTED])
def test_a_table_that_was_adopted_is_released_whatever_it_is_like(settings: Settings) -> None:
    tags = CREATED | {"sentinel:origin": "adopted", "sentinel:declared": "v1", "cost": "7"}
    found = plan_removal(OWNER, live(settings, tags, replicas=(Replica("eu-west-1", "ACTIVE"),), motions=(BACKFILL,)))
    assert found == (steps.release(ARN, [*CREATED, "sentinel:declared"]),)


@pytest.mark.parametrize("tags", [{}, CREATED | {"sentinel:logical-id": "Others"}])
def test_a_table_of_nobody_or_of_another_is_left(tags: dict[str, str]) -> None:
    assert plan_removal(OWNER, live(PROTECTED, tags)) == ()


THEIRS = {"sentinel:stack-id": "theirs", "sentinel:logical-id": "Theirs"}


@pytest.mark.parametrize(
    ("before", "found", "expected"),
    [
        (THEIRS, THEIRS, ()),
        (THEIRS, THEIRS | {"cost": "7"}, ()),
        (THEIRS, THEIRS | {"sentinel:origin": "adopted"}, (steps.release(ARN, ["sentinel:origin"]),)),
        ({}, CREATED | {"cost": "7"}, (steps.release(ARN, CREATED),)),
        (THEIRS, {}, (steps.give_back(ARN, THEIRS),)),
        (THEIRS, THEIRS | {"sentinel:logical-id": "Records"}, (steps.give_back(ARN, {"sentinel:logical-id": "Theirs"}),)),
        (
            THEIRS,
            CREATED,
            (steps.release(ARN, ["sentinel:origin", "sentinel:schema"]), steps.give_back(ARN, THEIRS)),
        ),
    ],
)
def test_a_table_is_given_back_with_the_marks_it_had_and_what_it_had_not_goes_first(
    before: dict[str, str], found: dict[str, str], expected: tuple[Step, ...]
) -> None:
    assert plan_return(live(tags=found), before) == expected


def test_a_table_that_was_just_made_has_what_createtable_sets() -> None:
    wanted = Settings(deletion_protection=True, contributor_insights=True, stream="NEW_IMAGE", policy="{}", max_read_units=7)
    assert after_creation(wanted) == Settings(
        deletion_protection=False,
        recovery_days=None,
        time_to_live=None,
        contributor_insights=False,
        stream="NEW_IMAGE",
        policy="{}",
        max_read_units=7,
    )
