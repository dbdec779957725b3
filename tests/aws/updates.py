"""UpdateTable: one logical change for each call, in the states that allow it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import index_updates, replicas
from .lifecycle import described, existing, units_of, wants_key
from .refusals import Refused, in_use, invalid, limit, throttled, validation
from .tables import Encryption, Json, Table
from .validation import CAP_ON_PROVISIONED, check_update, checked_name

if TYPE_CHECKING:
    from .durations import Range
    from .state import Arguments, State

DAY = 86_400.0
Apply = Callable[[], None]


def update_table(state: State, arguments: Arguments) -> Json:
    """Check everything first, then answer with the state before and begin the change.

    A call that is refused has changed nothing, whatever else it asked for.
    """
    name = checked_name(arguments)
    check_update(arguments)
    table = existing(state, name)
    _refuse_state(table)
    applies = [rule(state, table, arguments) for member, rule in RULES if member in arguments]
    state.room_for_change(table)
    answer = described(state, table)
    for apply in applies:
        apply()
    answer["TableStatus"] = table.status
    return {"TableDescription": answer}


def _refuse_state(table: Table) -> None:
    if table.status == "CREATING":
        raise in_use(f"Table is being created: {table.name}")
    if table.status == "DELETING":
        raise in_use(f"Table is being deleted: {table.name}")


def _nothing() -> None:
    """A change to what is the case already."""


def _updating(state: State, table: Table, work: str, span: Range, done: Apply) -> None:
    """UPDATING for as long as the work takes, then `done` and ACTIVE."""
    table.status, table.work = "UPDATING", work

    def finish() -> None:
        done()
        table.status, table.work = table.status_at_rest, None

    state.after(state.draw(span), finish)


def _protection(state: State, table: Table, arguments: Arguments) -> Apply:
    wanted = arguments["DeletionProtectionEnabled"]
    if state.switches.protection_needs_active and table.status != "ACTIVE":
        refusal = in_use("")
        refusal.message = "Table needs to be in ACTIVE status to modify deletion protection setting."
        raise refusal
    if wanted == table.protected:
        return _nothing
    again = table.protection_changed_at + state.draw(state.durations.protection_cooldown)
    if state.now < again:
        raise throttled(
            f"Deletion protection setting for table {table.name} modified within the previous 15000 milliseconds. "
            f"Please try again after {state.clock.stamp(again - state.now)}"
        )

    def apply() -> None:
        state.changed(table, f"deletion protection {wanted}")
        table.protected, table.protection_changed_at = wanted, state.now
        if table.replicas:
            _updating(state, table, "replicas", state.durations.replica_protection, _nothing)

    return apply


def _encryption(state: State, table: Table, arguments: Arguments) -> Apply:
    if table.encryption_busy:
        raise in_use("Server-Side Encryption is still being updated")
    if table.status == "UPDATING":
        raise in_use(f"Table: {table.name} is in the process of being updated.")
    key_arn = _wanted_key(state, table, arguments["SSESpecification"])
    replicas.refuse_key(state, table, key_arn)
    _refuse_encryptions(state, table)

    def apply() -> None:
        state.changed(table, f"encryption {key_arn}")
        table.encryption_changes.append(state.now)
        _encrypt(state, table, key_arn)

    return apply


def _wanted_key(state: State, table: Table, specification: Mapping[str, Any]) -> str | None:
    """The ARN to encrypt with. Only the exact ARN is seen to be the present one; an alias or key id is not."""
    if not wants_key(specification):
        if table.encryption is None:
            raise invalid("Table is already encrypted by default")
        return None
    given = specification.get("KMSMasterKeyId")
    if table.encryption and given == table.encryption.key_arn:
        raise invalid(
            "Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )
    return state.keys.usable(given).arn


def _refuse_encryptions(state: State, table: Table) -> None:
    """Four changes in 24 hours, then one in six hours."""
    recent = [moment for moment in table.encryption_changes if moment > state.now - DAY]
    if len(recent) < state.limits.encryption_changes or recent[-1] <= state.now - DAY / 4:
        return
    last, ends, again = (_iso(moment) for moment in (recent[-1], recent[0] + DAY, recent[-1] + DAY / 4))
    raise limit(
        f"Encryption mode changes are limited in the 24h window ending at {ends}. After the first "
        f"{state.limits.encryption_changes} change, each subsequent change in the same window can be performed at "
        f"most once every 21600 seconds. Number of updates today: {len(recent)}. Last change at {last}. "
        f"Next changes can be made at {again}."
    )


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _encrypt(state: State, table: Table, key_arn: str | None) -> None:
    """TableStatus stays ACTIVE; the old key is shown for a while, and is still in use."""
    old = table.encryption
    shown = old.shown_arn if old else key_arn
    busy = Encryption(key_arn or str(shown), str(shown), "UPDATING")
    table.encryption, table.encryption_busy = busy, True

    def show() -> None:
        busy.shown_arn = busy.key_arn

    def finish() -> None:
        table.encryption = Encryption(key_arn, key_arn) if key_arn else None
        table.encryption_busy = False

    seconds = state.draw(state.durations.encryption)
    state.after(min(state.draw(state.durations.encryption_key_shown), seconds), show)
    state.after(seconds, finish)


def _stream(state: State, table: Table, arguments: Arguments) -> Apply:
    wanted = arguments["StreamSpecification"]
    view = wanted.get("StreamViewType")
    replicas.refuse_stream(table, wanted)
    _refuse_stream_shape(enabled=wanted["StreamEnabled"], view=view)
    _refuse_busy_for_stream(table, enabled=wanted["StreamEnabled"])
    if wanted["StreamEnabled"] and table.stream.view:
        raise validation(f"Table already has an enabled stream: TableName: {table.name}")
    if not wanted["StreamEnabled"] and not table.stream.view:
        raise validation(f"Table has no stream to disable: TableName: {table.name}")

    def apply() -> None:
        state.changed(table, f"stream {view}")
        table.stream.view = view
        if view:
            table.stream.label = state.clock.stamp().removesuffix("Z")
        _updating(state, table, "stream", state.durations.stream, _nothing)

    return apply


def _refuse_stream_shape(*, enabled: bool, view: str | None) -> None:
    if enabled and not view:
        raise invalid("If stream is being enabled then UpdateViewType is required")
    if not enabled and view:
        raise invalid("If stream is being disabled, then UpdateViewType must not be specified")


def _refuse_busy_for_stream(table: Table, *, enabled: bool) -> None:
    if table.work == "stream":
        operation = "ENABLE" if enabled else "DISABLE"
        raise in_use(
            f"A stream status change is currently in progress. Table: {table.name} "
            f"Stream: {table.stream.label} Operation: {operation}"
        )
    if table.index_in_change:
        raise in_use(
            f"Can't change stream status when an index is being created. Table: {table.name} "
            f"Indexes: [{table.index_in_change.name}]"
        )
    if table.work == "table class":
        raise in_use(f"Can't enable or disable stream when a table class update is in progress. Table: {table.name}")
    if table.work:
        raise in_use(f"Can't enable or disable stream while table IOPS are being updated. Table: {table.name}")


def _table_class(state: State, table: Table, arguments: Arguments) -> Apply:
    wanted = arguments["TableClass"]
    _refuse_busy_for_class(table)
    if table.table_class is None and wanted == "STANDARD":
        return _nothing
    month = [moment for moment in table.class_changes if moment > state.now - 30 * DAY]
    if len(month) >= state.limits.class_changes:
        raise limit(f"Updates to TableClass are limited to {state.limits.class_changes} times in 30 day(s).")
    if table.table_class == wanted:
        return _nothing

    def apply() -> None:
        state.changed(table, f"table class {wanted}")
        table.class_changes.append(state.now)
        table.next_class = wanted
        _updating(state, table, "table class", state.durations.table_class, lambda: _classed(table, wanted))

    return apply


def _classed(table: Table, name: str) -> None:
    table.table_class, table.next_class = name, None


def _refuse_busy_for_class(table: Table) -> None:
    if table.work == "table class":
        raise in_use(
            "Can't update table class when a table class update is in progress. "
            f"Table: {table.name} TableClassUpdateInProgress: {table.next_class}"
        )
    if table.work == "stream":
        raise in_use(
            f"Can't update table class when stream status is being updated. Table: {table.name} Stream: {table.stream.label}"
        )
    if table.index_in_change:
        raise in_use(
            f"Can't update table class when an index is being created. Table: {table.name} "
            f"Indexes: [{table.index_in_change.name}]"
        )
    if table.work:
        raise in_use(f"Table: {table.name} is in the process of being updated.")


def _cap(state: State, table: Table, arguments: Arguments) -> Apply:
    """Caps on on-demand throughput hold at once. An empty structure is a server error, each time again."""
    wanted = arguments["OnDemandThroughput"]
    if not wanted:
        raise Refused("InternalFailure", "", 500)
    if arguments.get("BillingMode", "PAY_PER_REQUEST" if table.on_demand else "") != "PAY_PER_REQUEST":
        raise invalid(CAP_ON_PROVISIONED)
    if table.work:
        texts = {"stream": "stream status update", "table class": "TableClass update", "index": "index deletion"}
        what = texts.get(table.work, "BillingMode update")
        raise in_use(f"OnDemandThroughput cannot be updated while {what} is in progress. Table: {table.name}")

    def apply() -> None:
        caps = (table.cap or {}) | wanted
        kept = {name: units for name, units in caps.items() if state.switches.cleared_cap_is_shown or units != -1}
        if kept != (table.cap or {}):
            state.changed(table, f"on-demand throughput {wanted}")
        table.cap = kept or None

    return apply


def _refuse_busy_for_iops(table: Table) -> None:
    if table.work == "IOPS":
        raise in_use(f"Table IOPS are currently being updated. Table: {table.name}")
    if table.work == "stream":
        raise in_use(
            "Can't change table IOPS when stream status is being updated. "
            f"Table: {table.name} Stream: {table.stream.label} Operation: ENABLE"
        )
    index = table.index_in_change
    if table.work == "index" and index:
        what = "created" if index.status == "CREATING" else "deleted"
        raise in_use(f"Can't change table IOPS when an index is being {what}. Table: {table.name} Indexes: [{index.name}]")
    if table.work:
        raise in_use(f"Table: {table.name} is in the process of being updated.")


def _billing(state: State, table: Table, arguments: Arguments) -> Apply:
    on_demand = arguments["BillingMode"] == "PAY_PER_REQUEST"
    if on_demand and "ProvisionedThroughput" in arguments:
        text = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        raise invalid(text)
    if on_demand == table.on_demand:
        return _nothing
    _refuse_busy_for_iops(table)
    if on_demand:
        _refuse_on_demand(state, table)
    index_units = index_updates.units_for_all(table, arguments) if not on_demand else {}
    if not on_demand and "ProvisionedThroughput" not in arguments:
        raise invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")

    def apply() -> None:
        state.changed(table, f"billing {arguments['BillingMode']}")
        done = lambda: _billed(state, table, units_of(arguments), index_units)  # noqa: E731 - one expression, run later
        _updating(state, table, "IOPS", state.durations.billing, done)

    return apply


def _refuse_on_demand(state: State, table: Table) -> None:
    """Once in a day."""
    again = table.last_on_demand + state.limits.on_demand_days * DAY
    if state.now < again:
        last, next_one = (
            datetime.fromtimestamp(moment, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
            for moment in (table.last_on_demand, again)
        )
        raise limit(
            f"Update to PayPerRequest mode are limited to once in {state.limits.on_demand_days} day(s). "
            f"Last update at {last}. Next update can be made at {next_one}"
        )


def _billed(state: State, table: Table, units: tuple[int, int] | None, index_units: Mapping[str, tuple[int, int]]) -> None:
    """A switch drops the caps of the table and of its indexes."""
    if table.on_demand and table.on_demand_since is None:
        table.on_demand_since = table.created_at
    table.on_demand, table.units, table.cap = units is None, units, None
    if table.on_demand:
        table.on_demand_since = state.now
    for index in table.indexes.values():
        index.units, index.cap = index_units.get(index.name), None


def _units(state: State, table: Table, arguments: Arguments) -> Apply:
    if "BillingMode" in arguments and table.on_demand:
        return _nothing
    if table.on_demand:
        text = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        raise invalid(text)
    _refuse_busy_for_iops(table)
    wanted = units_of(arguments)
    if wanted == table.units:
        raise validation(
            "The provisioned throughput for the table will not change. The requested value equals the current value. "
            f"Current ReadCapacityUnits provisioned for the table: {table.units and table.units[0]}."
        )

    def apply() -> None:
        state.changed(table, f"throughput {wanted}")
        _updating(state, table, "IOPS", state.durations.throughput, lambda: setattr(table, "units", wanted))

    return apply


RULES: tuple[tuple[str, Callable[[State, Table, Arguments], Apply]], ...] = (
    ("DeletionProtectionEnabled", _protection),
    ("SSESpecification", _encryption),
    ("TableClass", _table_class),
    ("StreamSpecification", _stream),
    ("BillingMode", _billing),
    ("ProvisionedThroughput", _units),
    ("OnDemandThroughput", _cap),
    ("GlobalSecondaryIndexUpdates", index_updates.index_updates),
)
