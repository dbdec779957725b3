"""Tables whose key in KMS cannot be used any more: inaccessible after a while, archived after a week.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .refusals import validation
from .state import bare_name

if TYPE_CHECKING:
    from .keys import Key
    from .state import Arguments, State
    from .tables import Table

ARCHIVED_AFTER_SECONDS = 7 * 86_400.0
REASON = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
NEED_THE_KEY = frozenset({"update_time_to_live", "update_contributor_insights"})
"""Beside changes of the encryption."""


def lose(state: State, key: Key, how: str = "Disabled") -> None:
    """The key is `Disabled`, or `PendingDeletion`; its tables notice it later, each on its own."""
    state.keys.by_id[key.key_id] = replace(key, state=how)
    for table in _of(state, key):
        state.after(state.draw(state.durations.key_loss_noticed), lambda table=table: _notice(state, table, key))  # type: ignore[misc]


def regain(state: State, key: Key) -> None:
    """The key can be used again; what is archived by then stays archived."""
    state.keys.by_id[key.key_id] = replace(key, state="Enabled")
    for table in _of(state, key):
        state.after(state.draw(state.durations.key_return_noticed), lambda table=table: _return(table))  # type: ignore[misc]


def lose_at_once(state: State, table: Table) -> None:
    """The table's key is disabled, and the table has noticed it."""
    assert table.encryption is not None, "a table without a key cannot lose it"
    key = state.keys.find(table.encryption.key_arn)
    assert key is not None
    state.keys.by_id[key.key_id] = replace(key, state="Disabled")
    make_inaccessible(state, table)


def _of(state: State, key: Key) -> list[Table]:
    return [table for table in state.tables.values() if table.encryption and table.encryption.key_arn == key.arn]


def _notice(state: State, table: Table, key: Key) -> None:
    if state.keys.by_id[key.key_id].state == "Enabled":
        return
    make_inaccessible(state, table)


def make_inaccessible(state: State, table: Table) -> None:
    """TableStatus says so; the settings stay readable."""
    since = table.inaccessible_at = state.now
    if table.status == "ACTIVE":
        table.status = table.status_at_rest
    state.after(ARCHIVED_AFTER_SECONDS, lambda: archive(state, table) if table.inaccessible_at == since else None)


def _return(table: Table) -> None:
    if table.inaccessible_at is not None and table.archival is None:
        table.inaccessible_at = None
        if table.status == REASON:
            table.status = table.status_at_rest


def archive(state: State, table: Table) -> None:
    """For good: all that is left is a backup, which is restored under the name once the table is deleted."""
    backup = f"{table.arn}/backup/{int(state.now * 1000)}-{table.table_id[:8]}"
    table.archival = {"ArchivalDateTime": state.now, "ArchivalReason": REASON, "ArchivalBackupArn": backup}
    table.status = "ARCHIVED"
    table.records = []


def refuse_without_key(state: State, api: str, arguments: Arguments) -> None:
    """Refuse what needs the key, and on an archived table every change but its deletion.

    How an archived table words it nobody has published.
    """
    table = state.tables.get(bare_name(str(arguments.get("TableName") or arguments.get("ResourceArn"))))
    if table is None or api == "delete_table":
        return
    if table.archival is not None:
        raise validation(f"The table is in ARCHIVED state: {table.name}")
    if table.inaccessible_at is not None and (api in NEED_THE_KEY or "SSESpecification" in arguments):
        assert table.encryption is not None
        state.keys.usable(table.encryption.key_arn)
