"""Time to live.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parts import known
from .refusals import in_use, no_table, validation
from .state import LostRecord
from .validation import checked_name

if TYPE_CHECKING:
    from .state import Arguments, State
    from .tables import Json, Table


def describe_time_to_live(state: State, arguments: Arguments) -> Json:
    """The status; the attribute is named for as long as TTL is not DISABLED."""
    name = checked_name(arguments)
    table = state.tables.get(name)
    if table is None:
        raise no_table(name)
    if table.status in {"CREATING", "DELETING"}:
        raise validation(
            f"Cannot describe time to live while table is in {table.status} state: Current table state is {table.status}"
        )
    shown: Json = {"TimeToLiveStatus": table.ttl.status}
    if table.ttl.attribute and table.ttl.status != "DISABLED":
        shown["AttributeName"] = table.ttl.attribute
    return {"TimeToLiveDescription": shown}


def update_time_to_live(state: State, arguments: Arguments) -> Json:
    """Turn expiry on or off; what is the case already is refused before the cooldown is looked at."""
    table = known(state, checked_name(arguments), no_table(checked_name(arguments)))
    if table.status == "CREATING":
        raise in_use(f"Table {table.name} is being created")
    wanted = arguments["TimeToLiveSpecification"]
    _refuse(table, wanted)
    if state.now < table.ttl.closed_until:
        raise validation("Time to live has been modified multiple times within a fixed interval")
    state.changed(table, f"TTL {wanted['AttributeName']} {wanted['Enabled']}")
    _change(state, table, wanted["AttributeName"], enabled=wanted["Enabled"])
    return {"TimeToLiveSpecification": dict(wanted)}


def _refuse(table: Table, wanted: Json) -> None:
    on = table.ttl.status in {"ENABLED", "ENABLING"}
    if on and wanted["AttributeName"] != table.ttl.attribute:
        raise validation(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {table.ttl.attribute}"
        )
    if on and wanted["Enabled"]:
        raise validation("TimeToLive is already enabled")
    if not on and not wanted["Enabled"]:
        raise validation("TimeToLive is already disabled")


def _change(state: State, table: Table, attribute: str, *, enabled: bool) -> None:
    ttl = table.ttl
    ttl.closed_until = state.now + state.draw(state.durations.ttl_cooldown)
    ttl.attribute = attribute
    ttl.status = "ENABLING" if enabled else "DISABLING"

    def settled() -> None:
        ttl.status = "ENABLED" if enabled else "DISABLED"
        ttl.attribute = attribute if enabled else None

    state.after(state.draw(state.durations.ttl_settles), settled)


def expire(state: State, table: Table) -> None:
    """Remove what is long enough past its `ttl`: within two days of it, not at once."""
    if table.ttl.status != "ENABLED" or table.ttl.attribute is None:
        return
    late = state.now - state.durations.ttl_expiry[1]
    over = [record for record in table.records if _moment(record.get(table.ttl.attribute)) <= late]
    state.expired_records += [LostRecord(state.now, table.name, table.table_id, record) for record in over]
    table.records = [record for record in table.records if record not in over]


def _moment(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("inf")
