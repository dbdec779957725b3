"""Indexes of a standing table: one is added or deleted at a time, and a new one takes minutes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .lifecycle import new_index, units_of
from .refusals import in_use, invalid, limit, no_index, validation
from .validation import check_index

if TYPE_CHECKING:
    from .state import Arguments, State
    from .tables import Index, Table

Apply = Callable[[], None]
ONE_ONLINE = "Only 1 online index can be created or deleted simultaneously per table"


def index_updates(state: State, table: Table, arguments: Arguments) -> Apply:
    """Every entry of `GlobalSecondaryIndexUpdates`, checked; what is returned carries them out."""
    updates = arguments["GlobalSecondaryIndexUpdates"]
    if not updates:
        raise invalid("List of GlobalSecondaryIndexUpdates is empty")
    _refuse_shape(updates)
    online = [update for update in updates if "Update" not in update]
    if len(online) > 1:
        raise limit(ONE_ONLINE)
    if arguments.get("BillingMode") == "PROVISIONED":
        return lambda: None
    applies = [_rule(state, table, update, arguments) for update in updates]

    def apply() -> None:
        for change in applies:
            change()

    return apply


def _refuse_shape(updates: Sequence[Mapping[str, Any]]) -> None:
    for update in updates:
        if not update:
            raise invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(update) > 1:
            raise invalid("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object")
    names = [next(iter(update.values()))["IndexName"] for update in updates]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise invalid(f"Only one global secondary index update per index is allowed simultaneously. Index: {doubled}")


def _rule(state: State, table: Table, update: Mapping[str, Any], arguments: Arguments) -> Apply:
    if "Create" in update:
        return _create(state, table, update["Create"], arguments)
    if "Delete" in update:
        return _delete(state, table, update["Delete"]["IndexName"])
    return _throughput(state, table, update["Update"])


def units_for_all(table: Table, arguments: Arguments) -> dict[str, tuple[int, int]]:
    """The throughput of every index, which a switch to PROVISIONED has to name."""
    found: dict[str, tuple[int, int]] = {}
    for update in arguments.get("GlobalSecondaryIndexUpdates", ()):
        units = units_of(update.get("Update", {}))
        if units:
            found[update["Update"]["IndexName"]] = units
    for name in table.indexes:
        if name not in found:
            raise invalid(f"ProvisionedThroughput must be specified for index: {name}")
    return found


def _refuse_busy(table: Table) -> None:
    if table.index_in_change:
        raise limit(ONE_ONLINE)
    texts = {
        "stream": "when stream status is being updated",
        "table class": "when a table class update is in progress",
        "IOPS": "while table IOPS are being updated",
    }
    if table.work:
        raise in_use(f"Can't create or delete index {texts.get(table.work, '')}. Table: {table.name}")


def _create(state: State, table: Table, index: Mapping[str, Any], arguments: Arguments) -> Apply:
    name = index["IndexName"]
    check_index(index)
    defined = _definitions(state, table, index, arguments)
    _refuse_existing(table, name)
    _refuse_busy(table)
    _refuse_units(table, index)
    if len(table.indexes) >= state.limits.indexes:
        raise limit(f"Number of global secondary indexes exceeds per-table limit of {state.limits.indexes}")

    def apply() -> None:
        state.changed(table, f"index {name} added")
        table.attributes |= defined
        _build(state, table, new_index(table.arn, index))

    return apply


def _refuse_existing(table: Table, name: str) -> None:
    if name not in table.indexes:
        return
    if table.indexes[name].status == "ACTIVE":
        raise validation("Attempting to create an index which already exists")
    what = table.indexes[name].status.lower().removesuffix("ing") + "ed"
    raise in_use(f"Index is being {what}. Table: {table.name} Index: {name}")


def _definitions(state: State, table: Table, index: Mapping[str, Any], arguments: Arguments) -> dict[str, str]:
    """The types of the index's keys. The call has to define them; what else it defines is ignored."""
    given = {entry["AttributeName"]: entry["AttributeType"] for entry in arguments.get("AttributeDefinitions", ())}
    if not given:
        raise invalid(f"AttributeDefinitions is not specified for index: {index['IndexName']}")
    names = [key["AttributeName"] for key in index["KeySchema"]]
    known = set() if state.switches.all_index_keys_defined else set(table.attributes)
    if not set(names) <= set(given) | known:
        raise invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(given)}]"
        )
    for name in names:
        if name in table.attributes and given.get(name, table.attributes[name]) != table.attributes[name]:
            raise validation("invalid attribute, SchemaElement redefined should be of same type as previously defined")
    return {name: given.get(name, table.attributes.get(name, "")) for name in names}


def _refuse_units(table: Table, index: Mapping[str, Any]) -> None:
    name, units = index["IndexName"], units_of(index)
    if table.on_demand and units:
        raise invalid(
            f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not table.on_demand and not units:
        raise invalid(f"ProvisionedThroughput must be specified for index: {name}")


def _build(state: State, table: Table, index: Index) -> None:
    """Resources first, with the table UPDATING; then the backfill, with the table ACTIVE."""
    index.backfilling = False
    table.indexes[index.name] = index
    table.status, table.work = "UPDATING", "index"

    def allocated() -> None:
        table.status, table.work = "ACTIVE", None
        index.backfilling = True
        state.after(state.draw(state.durations.index_backfill), built)

    def built() -> None:
        if index.status == "CREATING":
            index.status, index.backfilling = "ACTIVE", None

    state.after(state.draw(state.durations.index_allocation), allocated)


def _delete(state: State, table: Table, name: str) -> Apply:
    index = _existing(table, name)
    _refuse_delete(table, index)

    def apply() -> None:
        state.changed(table, f"index {name} deleted")
        index.status, index.backfilling = "DELETING", None
        table.prune()
        table.status, table.work = "UPDATING", "index"
        state.after(state.draw(state.durations.index_delete), lambda: _gone(table, index))

    return apply


def _refuse_delete(table: Table, index: Index) -> None:
    if index.status == "CREATING" and not index.backfilling:
        raise in_use(
            "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
            f"index is active. Table: {table.name} Index: {index.name}"
        )
    if index.status == "DELETING":
        raise in_use(f"Index is being deleted. Table: {table.name} Index: {index.name}")
    if table.index_in_change is not None and table.index_in_change is not index:
        raise limit(ONE_ONLINE)
    if index.status == "ACTIVE":
        _refuse_busy(table)


def _gone(table: Table, index: Index) -> None:
    del table.indexes[index.name]
    table.status, table.work = "ACTIVE", None


def _existing(table: Table, name: str) -> Index:
    if name not in table.indexes:
        raise no_index(name, table.name)
    return table.indexes[name]


def _throughput(state: State, table: Table, update: Mapping[str, Any]) -> Apply:
    """New throughput or caps: the index is UPDATING for a moment, the table stays ACTIVE."""
    index = _existing(table, update["IndexName"])
    if index.status != "ACTIVE":
        what = index.status.lower().removesuffix("ing") + "ed"
        raise in_use(f"Index is being {what}. Table: {table.name} Index: {index.name}")
    units = units_of(update)
    if units and table.on_demand:
        raise invalid(
            f"The only Updates for index: {index.name} when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput"
        )
    if units and units == index.units:
        raise validation(
            f"The provisioned throughput for the index {index.name} will not change. "
            "The requested value equals the current value."
        )

    def apply() -> None:
        state.changed(table, f"index {index.name} throughput")
        index.status = "UPDATING"
        state.after(state.draw(state.durations.throughput), lambda: _updated(index, units, update))

    return apply


def _updated(index: Index, units: tuple[int, int] | None, update: Mapping[str, Any]) -> None:
    index.status = "ACTIVE"
    index.units = units or index.units
    index.cap = dict(update.get("OnDemandThroughput", {})) or index.cap
