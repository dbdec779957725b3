"""Point-in-time recovery.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parts import known
from .refusals import Refused, constraint, no_backup_table, validation
from .validation import checked_name

if TYPE_CHECKING:
    from .state import Arguments, State
    from .tables import Json, Table

LONGEST_DAYS = 35
LATEST_SECONDS = 300.0


def describe_continuous_backups(state: State, arguments: Arguments) -> Json:
    """`ContinuousBackupsStatus` is not the flag of point-in-time recovery: it is ENABLED soon after ACTIVE."""
    table = known(state, checked_name(arguments), no_backup_table(checked_name(arguments)))
    return {"ContinuousBackupsDescription": _described(state, table)}


def _described(state: State, table: Table) -> Json:
    recovery = table.recovery
    shown: Json = {"PointInTimeRecoveryStatus": "DISABLED"}
    if recovery.days is not None:
        shown = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": recovery.days,
            "EarliestRestorableDateTime": recovery.since,
            "LatestRestorableDateTime": max(recovery.since, state.now - LATEST_SECONDS),
        }
    status = "ENABLED" if recovery.available else "DISABLED"
    return {"ContinuousBackupsStatus": status, "PointInTimeRecoveryDescription": shown}


def update_continuous_backups(state: State, arguments: Arguments) -> Json:
    """Holds at once. Turning it off loses the window, and turning it on begins a new one of 35 days."""
    wanted = arguments["PointInTimeRecoverySpecification"]
    enabled, days = wanted["PointInTimeRecoveryEnabled"], wanted.get("RecoveryPeriodInDays")
    _refuse(enabled=enabled, days=days)
    table = known(state, checked_name(arguments), no_backup_table(checked_name(arguments)))
    if not table.recovery.available:
        text = f"Backups are being enabled for the table: {table.name}. Please retry later"
        raise Refused("ContinuousBackupsUnavailableException", text)
    _change(state, table, (days or LONGEST_DAYS) if enabled else None)
    return {"ContinuousBackupsDescription": _described(state, table)}


def _refuse(*, enabled: bool, days: int | None) -> None:
    field = "pointInTimeRecoverySpecification.recoveryPeriodInDays"
    if days is not None and days > LONGEST_DAYS:
        raise constraint(days, field, f"Member must have value less than or equal to {LONGEST_DAYS}")
    if days is not None and days < 1:
        raise constraint(days, field, "Member must have value greater than or equal to 1")
    if not enabled and days is not None:
        raise validation("Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")


def _change(state: State, table: Table, days: int | None) -> None:
    recovery = table.recovery
    if days == recovery.days:
        return
    change = state.changed(table, f"recovery {days} days")
    if days is None:
        state.lost_windows.append(change)
    elif recovery.days is None:
        recovery.since = state.now
    recovery.days = days
