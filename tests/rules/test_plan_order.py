"""Where a step stands in a plan that takes more than a row of `test_plan`: new tables, forgotten indexes, recovery, tags."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import UnsafeChange
from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, LiveTable, Owner, Settings, Table
from sentinel_tables.rules import steps
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.rules.plan import after_creation, just_created, plan
from sentinel_tables.schemas import approval_table_schema

NAME = "sentinel-requests"
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
TAGS = {
    "sentinel:stack-id": OWNER.stack_id,
    "sentinel:logical-id": OWNER.logical_id,
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
SCHEMA = approval_table_schema(NAME)
MORE = replace(
    SCHEMA,
    global_secondary_indexes=(*SCHEMA.global_secondary_indexes, GlobalSecondaryIndex("gsi-mine", KeyAttribute("id"))),
)


def wanted(settings: Settings | None = None, **more: object) -> Desired:
    desired = Desired(Table(SCHEMA, settings or Settings()), Claim(OWNER, "approval"))
    return replace(desired, **more)  # type: ignore[arg-type] # rows


def found(settings: Settings | None = None, schema: object = SCHEMA) -> LiveTable:
    table = Table(schema, settings or Settings(), TAGS)  # type: ignore[arg-type] # a schema
    return LiveTable(table=table, status="ACTIVE", arn="arn", table_id="id", created_at=0.0)


def test_an_index_that_the_template_lists_no_more_goes_and_those_of_others_stay() -> None:
    why = "the template no longer lists index gsi-mine"
    forgotten = wanted(forgotten_indexes=frozenset({"gsi-mine", "gsi-gone"}))
    assert plan(forgotten, found(schema=MORE)) == (steps.delete_index(NAME, "gsi-mine", why),)
    assert plan(wanted(), found(schema=MORE)) == ()


@pytest.mark.parametrize(
    ("want", "have", "first"),
    [(1, None, True), (2, 1, True), (35, 34, True), (None, 1, False), (1, 2, False), (None, 35, False)],
)
def test_recovery_that_reaches_further_comes_before_a_stream_stops_and_one_that_reaches_less_far_after(
    want: int | None, have: int | None, first: bool
) -> None:
    recover, stop = steps.recover(NAME, want), steps.stop_stream(NAME, "the stream is NEW_IMAGE")
    planned = plan(wanted(Settings(recovery_days=want)), found(Settings(recovery_days=have, stream="NEW_IMAGE")))
    assert planned == ((recover, stop) if first else (stop, recover))


@pytest.mark.parametrize("made_here", [False, True])
def test_a_new_table_is_protected_last_and_one_that_stands_before_anything_is_taken_from_it(made_here: bool) -> None:
    protect, stop = steps.protect(NAME, enabled=True), steps.stop_stream(NAME, "the stream is NEW_IMAGE")
    planned = plan(wanted(Settings(deletion_protection=True), made_here=made_here), found(Settings(stream="NEW_IMAGE")))
    assert planned == ((stop, protect) if made_here else (protect, stop))


def test_a_new_table_of_too_many_tags_is_not_begun() -> None:
    stack_tags = {f"k{number}": "v" for number in range(47)}
    assert plan(wanted(stack_tags=dict.fromkeys(list(stack_tags)[:46], "v")), None)
    with pytest.raises(UnsafeChange) as refusal:
        plan(wanted(stack_tags=stack_tags), None)
    assert str(refusal.value) == (
        f'Table "{NAME}" would have 51 tags, and may have 50. '
        "Take some of its own off, shorten Tags, or say StackTags: Ignore."
    )


def test_the_template_s_tags_go_over_the_stack_s_and_those_of_ownership_over_both() -> None:
    table = Table(SCHEMA, tags={"a": "template", "sentinel:origin": "template"})
    desired = wanted(table=table, stack_tags={"a": "stack", "b": "stack", "sentinel:schema": "stack"})
    create = plan(desired, None)[0]
    pairs = [(tag["Key"], tag["Value"]) for tag in create.arguments["Tags"]]  # type: ignore[attr-defined] # a list of tags
    assert dict(pairs) == TAGS | {"a": "template", "b": "stack"}


def test_what_the_template_declares_is_a_tag_of_its_own_if_it_is_wanted() -> None:
    declared = wanted(claim=replace(wanted().claim, declare=True), said=frozenset())
    assert plan(declared, found()) == (steps.tag("arn", {"sentinel:declared": "v1"}),)


def test_on_a_new_table_time_to_live_comes_after_what_is_quick() -> None:
    desired = wanted(Settings(time_to_live=None, table_class="STANDARD_INFREQUENT_ACCESS"), made_here=True)
    off, infrequent = steps.expire(NAME, "ttl", enabled=False), steps.set_table_class(NAME, "STANDARD_INFREQUENT_ACCESS")
    assert plan(desired, found()) == (infrequent, off)
    assert plan(replace(desired, made_here=False), found()) == (off, infrequent)


def test_what_is_known_of_a_table_that_was_just_created() -> None:
    settings = Settings(deletion_protection=True, stream="NEW_IMAGE")
    table = Table(SCHEMA, after_creation(settings), TAGS)
    expected = LiveTable(table=table, status="CREATING", arn="", table_id="id", created_at=0.0, recovery_ready=False)
    assert just_created(wanted(settings), "id") == expected
    assert just_created(wanted(settings)) == replace(expected, table_id="")
