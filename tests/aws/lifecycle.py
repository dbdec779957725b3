"""CreateTable, DescribeTable, DeleteTable.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from . import policies, replicas
from .refusals import in_use, limit, no_table, validation
from .state import Arguments, LostRecord, State, bare_name
from .tables import Encryption, Index, Json, Stream, Table, tag_dict
from .validation import check_create, checked_name

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_table(state: State, arguments: Arguments) -> Json:
    """A new table, CREATING together with all its indexes."""
    name = checked_name(arguments)
    check_create(arguments, state.limits)
    _refuse_taken(state, name)
    if len(state.tables) >= state.limits.tables:
        raise limit(f"There is a limit of {state.limits.tables} tables per subscriber")
    state.room_for_change()
    table = _new_table(state, name, arguments)
    if "ResourcePolicy" in arguments:
        policies.put_at_creation(state, table, arguments["ResourcePolicy"])
    state.changed(table, "created", made=True)
    state.tables[name] = table
    answer = described(state, table)
    _start(state, table)
    return {"TableDescription": answer}


def _refuse_taken(state: State, name: str) -> None:
    table = state.tables.get(name)
    if table is None:
        return
    if table.status == "CREATING" and state.switches.create_twice_says_being_created:
        raise in_use(f"Table is being created: {name}")
    if table.status == "DELETING" and state.switches.create_over_delete_says_being_deleted:
        raise in_use(f"Table is being deleted: {name}")
    refusal = in_use("")
    refusal.message = f"Table already exists: {name}"
    raise refusal


def _new_table(state: State, name: str, arguments: Arguments) -> Table:
    arn = state.table_arn(name)
    table = Table(
        name=name,
        table_id=state.new_id(),
        arn=arn,
        created_at=state.now,
        keys=[dict(key) for key in arguments["KeySchema"]],
        attributes={entry["AttributeName"]: entry["AttributeType"] for entry in arguments["AttributeDefinitions"]},
        on_demand=arguments.get("BillingMode") == "PAY_PER_REQUEST",
        units=units_of(arguments),
        cap=dict(arguments.get("OnDemandThroughput", {})) or None,
        table_class=arguments.get("TableClass"),
        protected=bool(arguments.get("DeletionProtectionEnabled")),
        stream=_new_stream(state, arguments.get("StreamSpecification")),
        encryption=_new_encryption(state, arguments.get("SSESpecification")),
    )
    for index in arguments.get("GlobalSecondaryIndexes", ()):
        table.indexes[index["IndexName"]] = new_index(arn, index)
    table.tags.current = tag_dict(arguments.get("Tags", ()))
    return table


def units_of(arguments: Mapping[str, Any]) -> tuple[int, int] | None:
    """Read and write capacity units, where throughput is provisioned."""
    units = arguments.get("ProvisionedThroughput")
    return (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) if units else None


def new_index(table_arn: str, index: Mapping[str, Any]) -> Index:
    """An index that is being made."""
    return Index(
        name=index["IndexName"],
        arn=f"{table_arn}/index/{index['IndexName']}",
        keys=[dict(key) for key in index["KeySchema"]],
        projection=dict(index["Projection"]),
        status="CREATING",
        units=units_of(index),
        cap=dict(index.get("OnDemandThroughput", {})) or None,
    )


def _new_stream(state: State, specification: Mapping[str, Any] | None) -> Stream:
    if specification is None or not specification["StreamEnabled"]:
        return Stream()
    return Stream(specification["StreamViewType"], state.clock.stamp().removesuffix("Z"))


def _new_encryption(state: State, specification: Mapping[str, Any] | None) -> Encryption | None:
    if not wants_key(specification):
        return None
    key = state.keys.usable((specification or {}).get("KMSMasterKeyId"))
    return Encryption(key.arn, key.arn, "ENABLING")


def wants_key(specification: Mapping[str, Any] | None) -> bool:
    """Whether an `SSESpecification` asks for a key in KMS; `{SSEType: KMS}` alone does."""
    if not specification:
        return False
    return bool(specification.get("Enabled", "SSEType" in specification))


def _start(state: State, table: Table) -> None:
    spans = state.durations
    seconds = state.draw(spans.create_with_indexes if table.indexes else spans.create)
    table.visible_from = state.now + min(state.draw(spans.describe_after_create), seconds)
    table.parts_from = state.now + min(state.draw(spans.parts_after_create), seconds)
    state.after(seconds, lambda: _created(state, table))


def _created(state: State, table: Table) -> None:
    table.status = "ACTIVE"
    for index in table.indexes.values():
        index.status = "ACTIVE"
    if table.encryption:
        table.encryption.status = "ENABLED"
    state.after(state.draw(state.durations.tag_lag_after_active), lambda: _show_first_tags(table))
    state.after(state.draw(state.durations.recovery_after_active), lambda: _recoverable(table))


def _show_first_tags(table: Table) -> None:
    if not table.tags.in_flight:
        table.tags.shown = dict(table.tags.current)


def _recoverable(table: Table) -> None:
    table.recovery.available = True


def describe_table(state: State, arguments: Arguments) -> Json:
    """The table as it is now."""
    name = bare_name(arguments["TableName"])
    table = existing(state, checked_name(arguments))
    if state.now < table.visible_from:
        raise no_table(name)
    lag = state.draw(state.durations.describe_lag) if state.durations.describe_lag[1] > 0 else 0.0
    return {"Table": described(state, table, lag)}


def described(state: State, table: Table, lag: float = 0.0) -> Json:
    """A `TableDescription` as of `lag` seconds ago, with its lists in any order; of a table that is younger, the first."""
    shown = table.describe(state.now)
    if lag > 0 and table.seen:
        before = [seen for moment, seen in table.seen if moment <= state.now - lag]
        shown = copy.deepcopy(before[-1] if before else table.seen[0][1])
    for member in ("AttributeDefinitions", "GlobalSecondaryIndexes", "Replicas"):
        if member in shown:
            state.shuffle(shown[member])
    return shown


def existing(state: State, name: str) -> Table:
    """The table of that name, whatever its status."""
    table = state.tables.get(name)
    if table is None:
        raise no_table(name)
    return table


def delete_table(state: State, arguments: Arguments) -> Json:
    """Begin to delete a table that is at rest, with all its records."""
    table = existing(state, checked_name(arguments))
    if table.status == "DELETING" and not state.switches.delete_twice_is_refused:
        return {"TableDescription": _short(table)}
    _refuse_delete(state, table)
    state.room_for_change(table)
    state.changed(table, "deleted")
    table.status = "DELETING"
    seconds = state.draw(state.durations.delete)
    table.parts_until = state.now + min(state.draw(state.durations.parts_after_delete), seconds)
    answer = _short(table)
    state.after(seconds, lambda: _deleted(state, table))
    return {"TableDescription": answer}


def _refuse_delete(state: State, table: Table) -> None:
    if table.status in {"DELETING", "CREATING"}:
        raise in_use(f"Table is being {'deleted' if table.status == 'DELETING' else 'created'}: {table.name}")
    replicas.refuse_delete(state, table)
    if table.protected:
        raise validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
        )
    if table.index_in_change:
        raise in_use("Cannot delete table while indexes are being created, updated, or deleted.")
    if table.work == "stream":
        raise in_use("Cannot delete table while stream is being enabled/disabled.")
    if table.status == "UPDATING":
        raise in_use(f"Table: {table.name} is in the process of being updated.")
    _refuse_unsettled(state, table)


def _refuse_unsettled(state: State, table: Table) -> None:
    """An ACTIVE table is not at rest."""
    if table.encryption_busy:
        raise in_use("Server-Side Encryption is still being updated")
    if state.now < table.tags.locked_until:
        raise in_use(f"Table tags are being updated: {table.name}")
    if state.now < table.policy.pending_until:
        raise in_use(f"Table: {table.name} has a pending resource-based policy update.")


def _short(table: Table) -> Json:
    """DeleteTable's description leaves keys, attributes and indexes out."""
    shown = table.describe()
    for member in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "CreationDateTime"):
        shown.pop(member, None)
    return shown


def _deleted(state: State, table: Table) -> None:
    state.lost_records += [LostRecord(state.now, table.name, table.table_id, record) for record in table.records]
    table.records = []
    if table.recovery.days is not None:
        state.system_backups.append((state.now, table.name, table.table_id))
    del state.tables[table.name]
