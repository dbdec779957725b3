"""The difference between the table that is wanted and the table that stands, as steps. Pure: values in, values out.

An empty plan is the only meaning of success. `refused` has what cannot or must not be done, before the first step.

What takes something away goes last, so that an update which AWS refuses half-way, for a limit say, has cost nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sentinel_tables.errors import ProtectedTable, UnsafeChange, shown
from sentinel_tables.model import GlobalSecondaryIndex, LiveTable, Owner, Settings, Table
from sentinel_tables.rules import ownership, silence, steps
from sentinel_tables.rules.desired import Desired
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.ownership import Hold
from sentinel_tables.rules.refused import refuse_too_many_tags, refuse_unsafe
from sentinel_tables.rules.steps import Step

ON_NEW: Mapping[Kind, int] = {Kind.EXPIRY: 1, Kind.INSIGHTS: 2, Kind.RECOVERY: 3, Kind.PROTECTION: 4}
"""The order of changes to a new table. All others come before these."""


def plan(desired: Desired, live: LiveTable | None) -> tuple[Step, ...]:
    """The steps that turn the live table, or none, into the desired one, in the order they have to be taken.

    Raises NotOwned or UnsafeChange if nothing may be done.
    """
    if live is None:
        new = _new(desired)
        refuse_too_many_tags(new, len(new.tags))
        return (steps.create_table(new), *_in_order_for_new(_changes(desired, new, just_created(desired))))
    new_here = silence.is_new(desired, live)
    marks = ownership.tags_of_held(desired.claim, live, new=new_here)
    wanted = _tagged(desired, marks, silence.settled(desired, live))
    refuse_unsafe(desired, wanted, live)
    changes = _changes(desired, wanted, live)
    return _in_order_for_new(changes) if new_here else tuple(changes)


def plan_removal(owner: Owner, live: LiveTable, *, unprotect: bool = False) -> tuple[Step, ...]:
    """Plans the end of a table: delete it, release it, or do nothing.

    An index that is being backfilled is deleted first, because it keeps its table from being deleted for as long as it
    takes. Raises ProtectedTable, unless the table is to lose its protection first; UnsafeChange if it has replicas.
    """
    held = ownership.hold(owner, live.table.tags)
    if held is Hold.NOT:
        return ()
    if held is Hold.ADOPTED:
        return (steps.release(live.arn, ownership.marks(live.table.tags)),)
    _refuse_removal(live, unprotect=unprotect)
    name = live.table.name
    if live.table.settings.deletion_protection:
        return (steps.protect(name, enabled=False),)
    backfills = [
        steps.delete_index(name, motion.index, "its backfill keeps the table from being deleted")
        for motion in live.motions
        if motion.index and motion.backfilling
    ]
    return (*backfills, steps.delete_table(name))


def _refuse_removal(live: LiveTable, *, unprotect: bool) -> None:
    name = shown(live.table.name)
    if live.table.settings.deletion_protection and not unprotect:
        raise ProtectedTable(
            f"Table {name} is protected against deletion. "
            "Turn DeletionProtectionEnabled off in an update first, or keep the table with DeletionPolicy: Retain."
        )
    if live.replicas:
        regions = ", ".join(sorted(replica.region for replica in live.replicas))
        raise UnsafeChange(
            f"Table {name} has replicas in {shown(regions, 80)}, and is not deleted with them. "
            "Remove the replicas first, or keep the table with DeletionPolicy: Retain."
        )


def plan_return(live: LiveTable, before: Mapping[str, str]) -> tuple[Step, ...]:
    """Plans the return of an adopted table: the tags of ownership become what they were `before`.

    What they did not have goes first: the new owner's name never stands beside the word that the old one had created it.
    """
    found = ownership.marks(live.table.tags)
    differing = {key: value for key, value in before.items() if found.get(key) != value}
    release = (steps.release(live.arn, found.keys() - before.keys()),) if found.keys() - before.keys() else ()
    return (*release, steps.give_back(live.arn, differing)) if differing else release


def after_creation(settings: Settings) -> Settings:
    """The settings of a table as CreateTable leaves it: without what only later calls can set."""
    return replace(settings, deletion_protection=False, recovery_days=None, time_to_live=None, contributor_insights=False)


def just_created(desired: Desired, table_id: str = "") -> LiveTable:
    """The desired table as CreateTable leaves it, as far as that is known without a look."""
    new = _new(desired)
    table = replace(new, settings=after_creation(new.settings))
    return LiveTable(table=table, status="CREATING", arn="", table_id=table_id, created_at=0, recovery_ready=False)


def _new(desired: Desired) -> Table:
    return _tagged(desired, ownership.tags_of_new(desired.claim), desired.table.settings)


def _tagged(desired: Desired, marks: Mapping[str, str], settings: Settings) -> Table:
    """The table with its settings, the stack's tags below the template's own, and the tags of ownership."""
    tags = {**(desired.stack_tags or {}), **desired.table.tags, **marks, **_declared(desired)}
    return replace(desired.table, settings=settings, tags=tags)


def _declared(desired: Desired) -> dict[str, str]:
    """The tag that the drift watch reads, if there is one."""
    if not desired.claim.declare:
        return {}
    from sentinel_tables.rules.declared import as_tag  # noqa: PLC0415 - no cold start waits for it without the drift watch

    return {ownership.DECLARED: as_tag(desired)}


def _in_order_for_new(changes: Iterator[Step]) -> tuple[Step, ...]:
    """The changes to a new table, which has no records that time to live could delete.

    First what settles in its own time; then recovery, which DynamoDB refuses for some seconds; protection last, so that a
    Create that fails half-way can be rolled back.
    """
    return tuple(sorted(changes, key=lambda step: ON_NEW.get(step.kind, 0)))


def _changes(desired: Desired, wanted: Table, live: LiveTable) -> Iterator[Step]:
    """All changes, in their order. Ownership comes first, so that nothing is changed on a table that is not held.

    Then time to live off, because it deletes records as long as it is on; then what takes nothing away, in the order of
    what AWS refuses for hours; then what takes something away, and protection off at the very end.
    """
    want, have = wanted.settings, live.table.settings
    yield from _tag_changes(desired, wanted.tags, live)
    yield from _expiry_changes(wanted, have, enabled=False)
    yield from _storage_changes(desired, wanted, live)
    yield from _recovery_changes(wanted, have, longer=True)
    yield from _index_changes(desired, wanted, live)
    if want.stream and not have.stream:
        yield steps.start_stream(wanted.name, want.stream)
    if want.policy and want.policy != have.policy:
        yield steps.put_policy(live.arn, want.policy_as_written or want.policy)
    if want.contributor_insights != have.contributor_insights:
        yield steps.observe(wanted.name, enabled=want.contributor_insights)
    if want.deletion_protection and not have.deletion_protection:
        yield steps.protect(wanted.name, enabled=True)
    yield from _takings(wanted, live)


def _takings(wanted: Table, live: LiveTable) -> Iterator[Step]:
    """The steps that take something away from a table that stands."""
    want, have = wanted.settings, live.table.settings
    if have.stream and want.stream != have.stream:
        yield steps.stop_stream(wanted.name, f"the stream is {have.stream}")
        if want.stream:
            yield steps.start_stream(wanted.name, want.stream)
    if have.policy and not want.policy:
        yield steps.delete_policy(live.arn)
    yield from _expiry_changes(wanted, have, enabled=True)
    yield from _recovery_changes(wanted, have, longer=False)
    if have.deletion_protection and not want.deletion_protection:
        yield steps.protect(wanted.name, enabled=False)


def _tag_changes(desired: Desired, wanted: Mapping[str, str], live: LiveTable) -> Iterator[Step]:
    """Old tags go before new ones come, because a table has 50 at most; but none goes before the table is held."""
    found = live.table.tags
    differing = {key: value for key, value in wanted.items() if found.get(key) != value}
    held = ownership.hold(desired.claim.owner, found) is not Hold.NOT
    if differing and not held:
        yield steps.adopt(live.arn, differing)
    if forgotten := (desired.forgotten_tags - wanted.keys()) & found.keys():
        yield steps.untag(live.arn, forgotten, "the template no longer names these tags")
    if differing and held:
        yield steps.tag(live.arn, differing)


def _storage_changes(desired: Desired, wanted: Table, live: LiveTable) -> Iterator[Step]:
    name, want, have = wanted.name, wanted.settings, live.table.settings
    if wanted.schema.billing_mode != live.table.schema.billing_mode:
        yield steps.bill_on_demand(name)
    if want.table_class != have.table_class:
        yield steps.set_table_class(name, want.table_class)
    if not _encrypted_alike(desired, want, live):
        yield steps.encrypt(name, want.encryption)
    if (want.max_read_units, want.max_write_units) != (have.max_read_units, have.max_write_units):
        yield steps.limit_throughput(name, want)


def _encrypted_alike(desired: Desired, wanted: Settings, live: LiveTable) -> bool:
    """If nobody can tell the AWS managed key from others, any key passes for it but the one that was wanted before."""
    want, have = wanted.encryption, live.table.settings.encryption
    if live.key_unknown and want.kms and want.key is None:
        return have.kms and not (desired.former_key and desired.former_key in (have.key or ""))
    return want == have


def _recovery_changes(wanted: Table, have: Settings, *, longer: bool) -> Iterator[Step]:
    want, found = wanted.settings.recovery_days, have.recovery_days
    if want != found and longer == ((want or 0) > (found or 0)):
        yield steps.recover(wanted.name, want)


def _index_changes(desired: Desired, wanted: Table, live: LiveTable) -> Iterator[Step]:
    """One index at a time; one that differs has to go before it can come again. Those of others are left alone."""
    standing = {index.index_name: index for index in live.table.schema.global_secondary_indexes}
    for index in wanted.schema.global_secondary_indexes:
        yield from _index_change(wanted.name, index, standing.get(index.index_name))
    for name in sorted(desired.forgotten_indexes & standing.keys()):
        yield steps.delete_index(wanted.name, name, f"the template no longer lists index {name}")


def _index_change(name: str, index: GlobalSecondaryIndex, found: GlobalSecondaryIndex | None) -> Iterator[Step]:
    if found == index:
        return
    if found:
        yield steps.delete_index(name, index.index_name, f"index {index.index_name} has other keys or another projection")
    yield steps.create_index(name, index, f"index {index.index_name} is missing")


def _expiry_changes(wanted: Table, have: Settings, *, enabled: bool) -> Iterator[Step]:
    want = wanted.settings.time_to_live
    if want != have.time_to_live and enabled == (want is not None):
        yield steps.expire(wanted.name, want or have.time_to_live or wanted.schema.ttl_attribute, enabled=enabled)
