"""The difference between the table that is wanted and the table that stands, as steps. Pure: values in, values out.

An empty plan is the only meaning of success. What cannot or must not be done is refused before the first step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sentinel_tables.errors import ProtectedTable, UnsafeChange, shown
from sentinel_tables.model import (
    Desired,
    GlobalSecondaryIndex,
    KeyAttribute,
    LiveTable,
    Owner,
    Settings,
    Table,
    TableSchema,
)
from sentinel_tables.rules import declared, ownership, steps
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.steps import Step

LOST_STATES = ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED")


def plan(desired: Desired, live: LiveTable | None) -> tuple[Step, ...]:
    """The steps that turn the live table, or none, into the desired one, in the order they have to be taken.

    Raises NotOwned or UnsafeChange where nothing may be done.
    """
    if live is None:
        new = _tagged(desired, ownership.tags_of_new(desired.claim))
        return (steps.create_table(new), *_changes(desired, new, _as_created(new)))
    tags = ownership.tags_of_held(desired.claim, live)
    _refuse_unsafe(desired.table, live)
    return tuple(_changes(desired, _tagged(desired, tags), live))


def plan_removal(owner: Owner, live: LiveTable, *, unprotect: bool = False) -> tuple[Step, ...]:
    """What has to be done to be rid of a table: delete it, release it, or nothing.

    An index that is being backfilled is deleted first, for it keeps its table from being deleted for as long as it takes.
    Raises ProtectedTable, unless the table is to lose its protection first.
    """
    held = ownership.hold(owner, live.table.tags)
    if held is Hold.NOT:
        return ()
    if held is Hold.ADOPTED:
        return (steps.release(live.arn, ownership.marks(live.table.tags)),)
    if live.table.settings.deletion_protection and not unprotect:
        raise ProtectedTable(
            f"Table {shown(live.table.name)} is protected against deletion. "
            "Turn DeletionProtectionEnabled off in an update first, or keep the table with DeletionPolicy: Retain."
        )
    name = live.table.name
    if live.table.settings.deletion_protection:
        return (steps.protect(name, enabled=False),)
    backfills = [
        steps.delete_index(name, motion.index, "its backfill keeps the table from being deleted")
        for motion in live.motions
        if motion.index and motion.backfilling
    ]
    return (*backfills, steps.delete_table(name))


def plan_return(live: LiveTable, before: Mapping[str, str]) -> tuple[Step, ...]:
    """What gives a table back that was adopted: the tags of ownership as they were `before`.

    What they did not have goes first: the new owner's name never stands beside the word that the old one had created it.
    """
    found = ownership.marks(live.table.tags)
    differing = {key: value for key, value in before.items() if found.get(key) != value}
    release = (steps.release(live.arn, found.keys() - before.keys()),) if found.keys() - before.keys() else ()
    return (*release, steps.give_back(live.arn, differing)) if differing else release


def _tagged(desired: Desired, marks: Mapping[str, str]) -> Table:
    """The table with its tags of ownership, and the tag of the declared settings where that is asked for."""
    told = {ownership.DECLARED: declared.told(desired.table.settings)} if desired.claim.declare else {}
    return replace(desired.table, tags={**desired.table.tags, **marks, **told})


def _as_created(new: Table) -> LiveTable:
    """The table as CreateTable leaves it: without what only later calls can set."""
    settings = replace(
        new.settings, deletion_protection=False, recovery_days=None, time_to_live=None, contributor_insights=False
    )
    return LiveTable(table=replace(new, settings=settings), status="ACTIVE", arn="", table_id="", created_at=0)


def _refuse_unsafe(desired: Table, live: LiveTable) -> None:
    name = shown(desired.name)
    if live.status in LOST_STATES:
        raise UnsafeChange(f"Table {name} is {live.status}. Make its KMS key usable again, then repeat the operation.")
    _refuse_keys(desired.schema, live)
    for attribute in desired.schema.attributes():
        found = live.attribute_types.get(attribute.name, attribute.type)
        if found != attribute.type:
            raise UnsafeChange(
                f"Attribute {attribute.name!r} of table {name} is a key of type {found}, the schema needs {attribute.type}, "
                "and DynamoDB cannot change it in place. Use another TableName."
            )
    wanted, expiry = desired.settings.time_to_live, live.table.settings.time_to_live
    if wanted and expiry and wanted != expiry:
        raise UnsafeChange(
            f"Table {name} expires records by attribute {shown(expiry)}, not {wanted!r}, and DynamoDB does not change that "
            "in one step. Turn time to live off on the table first."
        )


def _refuse_keys(schema: TableSchema, live: LiveTable) -> None:
    if schema.keys == live.table.schema.keys:
        return
    raise UnsafeChange(
        f"Table {shown(schema.table_name)} has the key {_spelled(live.table.schema.keys)}, the schema needs "
        f"{_spelled(schema.keys)}, and DynamoDB cannot change it in place. Use another TableName."
    )


def _spelled(keys: tuple[KeyAttribute, ...]) -> str:
    return shown(", ".join(f"{key.name} ({key.type})" for key in keys))


def _changes(desired: Desired, wanted: Table, live: LiveTable) -> Iterator[Step]:
    """Ownership first, so that nothing else is changed on a table that is not held; deletion protection last."""
    yield from _tag_changes(desired, wanted.tags, live)
    yield from _setting_changes(desired, live)
    yield from _stream_changes(wanted.name, wanted.settings, live.table.settings)
    yield from _policy_changes(wanted.settings, live)
    yield from _index_changes(wanted, live)
    yield from _expiry_changes(wanted, live.table.settings)
    if wanted.settings.deletion_protection != live.table.settings.deletion_protection:
        yield steps.protect(wanted.name, enabled=wanted.settings.deletion_protection)


def _tag_changes(desired: Desired, wanted: Mapping[str, str], live: LiveTable) -> Iterator[Step]:
    """What goes makes room for what comes, for a table has 50 tags at most; but nothing goes before the table is held."""
    found = live.table.tags
    differing = {key: value for key, value in wanted.items() if found.get(key) != value}
    held = ownership.hold(desired.claim.owner, found) is not Hold.NOT
    if differing and not held:
        yield steps.adopt(live.arn, differing)
    if forgotten := desired.forgotten_tags & found.keys():
        yield steps.untag(live.arn, forgotten, "the template no longer names these tags")
    if differing and held:
        yield steps.tag(live.arn, differing)


def _setting_changes(desired: Desired, live: LiveTable) -> Iterator[Step]:
    wanted = desired.table
    name, want, have = wanted.name, wanted.settings, live.table.settings
    if want.recovery_days != have.recovery_days:
        yield steps.recover(name, want.recovery_days)
    if wanted.schema.billing_mode != live.table.schema.billing_mode:
        yield steps.bill_on_demand(name)
    if not _encrypted_alike(desired, live):
        yield steps.encrypt(name, want.encryption)
    if want.table_class != have.table_class:
        yield steps.set_table_class(name, want.table_class)
    if (want.max_read_units, want.max_write_units) != (have.max_read_units, have.max_write_units):
        yield steps.limit_throughput(name, want)
    if want.contributor_insights != have.contributor_insights:
        yield steps.observe(name, enabled=want.contributor_insights)


def _encrypted_alike(desired: Desired, live: LiveTable) -> bool:
    """Where the AWS managed key cannot be told from others, any key passes for it but the one that was wanted before."""
    want, have = desired.table.settings.encryption, live.table.settings.encryption
    if live.key_unknown and want.kms and want.key is None:
        return have.kms and not (desired.former_key and desired.former_key in (have.key or ""))
    return want == have


def _stream_changes(name: str, want: Settings, have: Settings) -> Iterator[Step]:
    if want.stream == have.stream:
        return
    if have.stream:
        yield steps.stop_stream(name, f"the stream is {have.stream}")
    if want.stream:
        yield steps.start_stream(name, want.stream)


def _policy_changes(want: Settings, live: LiveTable) -> Iterator[Step]:
    if want.policy == live.table.settings.policy:
        return
    policy = want.policy_as_written or want.policy
    yield steps.put_policy(live.arn, policy) if policy else steps.delete_policy(live.arn)


def _index_changes(wanted: Table, live: LiveTable) -> Iterator[Step]:
    """One index at a time; one that differs has to go before it can come again. Those of others are left alone."""
    standing = {index.index_name: index for index in live.table.schema.global_secondary_indexes}
    for index in wanted.schema.global_secondary_indexes:
        yield from _index_change(wanted.name, index, standing.get(index.index_name))


def _index_change(name: str, index: GlobalSecondaryIndex, found: GlobalSecondaryIndex | None) -> Iterator[Step]:
    if found == index:
        return
    if found:
        yield steps.delete_index(name, index.index_name, f"index {index.index_name} has other keys or another projection")
    yield steps.create_index(name, index, f"index {index.index_name} is missing")


def _expiry_changes(wanted: Table, have: Settings) -> Iterator[Step]:
    want = wanted.settings.time_to_live
    if want == have.time_to_live:
        return
    attribute = want or have.time_to_live or wanted.schema.ttl_attribute
    yield steps.expire(wanted.name, attribute, enabled=want is not None)
