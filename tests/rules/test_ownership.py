"""Whose a table is by its tags, and which tags it is to have: each term of each condition has its row."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import NotOwned, UnsafeChange
from sentinel_tables.model import LiveTable, Owner, Table
from sentinel_tables.rules.desired import Claim, Origin
from sentinel_tables.rules.ownership import Hold, has_no_owner, hold, marks, tags_of_held, tags_of_new
from sentinel_tables.schemas import approval_table_schema

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
OWNER = Owner(STACK, "Records")
MINE = {
    "sentinel:stack-id": STACK,
    "sentinel:logical-id": "Records",
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
ADOPTED = MINE | {"sentinel:origin": "adopted"}
THEIRS = MINE | {"sentinel:stack-id": f"{STACK}2", "sentinel:logical-id": "Others"}
HALF_MINE = {"sentinel:stack-id": STACK}
NAME = "sentinel-requests"


def live(tags: dict[str, str]) -> LiveTable:
    table = Table(approval_table_schema(NAME), tags=tags)
    return LiveTable(table=table, status="ACTIVE", arn="arn", table_id="id", created_at=0.0)


def without(tags: dict[str, str], *names: str) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key.removeprefix("sentinel:") not in names}


@pytest.mark.parametrize(
    ("tags", "held"),
    [
        (MINE, Hold.CREATED),
        (ADOPTED, Hold.ADOPTED),
        (without(MINE, "origin"), Hold.ADOPTED),
        (MINE | {"sentinel:origin": "Created"}, Hold.ADOPTED),
        (without(MINE, "schema"), Hold.CREATED),
        (THEIRS, Hold.NOT),
        (MINE | {"sentinel:stack-id": f"{STACK}2"}, Hold.NOT),
        (MINE | {"sentinel:logical-id": "records"}, Hold.NOT),
        (without(MINE, "stack-id"), Hold.NOT),
        (without(MINE, "logical-id"), Hold.NOT),
        ({}, Hold.NOT),
    ],
)
def test_a_table_is_held_by_whom_both_tags_name_and_as_its_origin_says(tags: dict[str, str], held: Hold) -> None:
    assert hold(OWNER, tags) is held


@pytest.mark.parametrize(
    ("tags", "nobodys"),
    [
        ({}, True),
        ({"sentinel:origin": "created", "sentinel:schema": "approval", "cost": "7"}, True),
        (HALF_MINE, False),
        ({"sentinel:logical-id": "Records"}, False),
        (MINE, False),
    ],
)
def test_a_table_has_no_owner_if_no_tag_names_a_part_of_one(tags: dict[str, str], nobodys: bool) -> None:
    assert has_no_owner(tags) is nobodys


def test_the_marks_are_the_tags_of_this_provider_alone() -> None:
    assert marks(MINE | {"sentinel:declared": "v1", "sentinel": "x", "cost": "7"}) == MINE | {"sentinel:declared": "v1"}


def test_a_new_table_is_called_created() -> None:
    assert tags_of_new(Claim(OWNER, "approval")) == MINE


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("tags", [MINE, ADOPTED, without(MINE, "origin"), without(MINE, "schema")])
def test_one_s_own_table_stays_what_it_was_but_a_create_only_takes_back_what_it_did_not_make(
    tags: dict[str, str], new: bool, origin: Origin
) -> None:
    created = hold(OWNER, tags) is Hold.CREATED and (new or origin is not Origin.CREATE)
    assert tags_of_held(Claim(OWNER, "approval", origin=origin), live(tags), new=new) == (MINE if created else ADOPTED)


@pytest.mark.parametrize("tags", [THEIRS, HALF_MINE, {}], ids=["another's", "half mine", "nobody's"])
def test_any_other_table_is_taken_as_adopted_if_the_template_says_so(tags: dict[str, str]) -> None:
    assert tags_of_held(Claim(OWNER, "approval", adopt=True), live(tags), new=False) == ADOPTED


def test_the_table_that_the_resource_has_is_taken_back_if_nobody_owns_it() -> None:
    own = Claim(OWNER, "approval", origin=Origin.OWN_TABLE)
    assert tags_of_held(own, live({}), new=False) == ADOPTED
    for tags in (THEIRS, HALF_MINE):
        with pytest.raises(NotOwned):
            tags_of_held(own, live(tags), new=False)
    for origin in (Origin.CREATE, Origin.REPLACEMENT):
        with pytest.raises(NotOwned):
            tags_of_held(replace(own, origin=origin), live({}), new=False)


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ({}, "has no owner"),
        ({"sentinel:logical-id": "Records"}, "has no owner"),
        (THEIRS, 'belongs to "Others" of stack "records"'),
        (HALF_MINE, 'belongs to "" of stack "records"'),
        (THEIRS | {"sentinel:stack-id": "no arn"}, 'belongs to "Others" of stack "no arn"'),
        (THEIRS | {"sentinel:stack-id": "one/two"}, 'belongs to "Others" of stack "two"'),
        (
            THEIRS | {"sentinel:stack-id": f"arn/{'s' * 50}/1", "sentinel:logical-id": "l" * 50},
            f'belongs to "{"l" * 27}..." of stack "{"s" * 35}..."',
        ),
    ],
)
def test_the_refusal_says_whose_the_table_is(tags: dict[str, str], whose: str) -> None:
    with pytest.raises(NotOwned) as refusal:
        tags_of_held(Claim(OWNER, "approval"), live(tags), new=False)
    assert str(refusal.value) == (
        f'Table "{NAME}" exists and {whose}. Choose another TableName, or take it over with ExistingTable: Adopt.'
    )


@pytest.mark.parametrize("adopt", [False, True])
def test_a_table_of_another_schema_is_never_turned_into_this_one(adopt: bool) -> None:
    with pytest.raises(UnsafeChange) as refusal:
        tags_of_held(Claim(OWNER, "approval", adopt=adopt), live(MINE | {"sentinel:schema": "session"}), new=False)
    assert str(refusal.value) == (
        f'Table "{NAME}" holds records of schema "session", not approval, and is never turned from one into the other. '
        "Give the table a new TableName."
    )
