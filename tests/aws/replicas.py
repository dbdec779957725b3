"""Replicas of a global table (version 2019.11.21), as somebody else adds and removes them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refusals import Refused, invalid, validation
from .state import bare_name
from .tables import Replica

if TYPE_CHECKING:
    from .state import Arguments, State
    from .tables import Table

HOUR = 3_600.0
UNUSABLE_SECONDS = 20 * HOUR
"""After so long a replica becomes a plain table of its own."""
SOURCE_SECONDS = 24 * HOUR
UNUSABLE = frozenset({"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED", "REGION_DISABLED"})
IN_MOTION = frozenset({"CREATING", "UPDATING", "DELETING"})
VIEW = "NEW_AND_OLD_IMAGES"


def add(state: State, table: Table, region: str) -> None:
    """Begin to add a replica. DescribeTable shows it some seconds later; the stream turns itself on."""
    replica = Replica(region, "CREATING", shown_from=state.now + state.draw(state.durations.replica_shown))
    table.replicas[region], table.sourced_at = replica, state.now
    if table.stream.view is None:
        table.stream.view, table.stream.label = VIEW, state.clock.stamp().removesuffix("Z")
    state.after(state.draw(state.durations.replica_add), lambda: _set(replica, "ACTIVE"))


def remove(state: State, table: Table, region: str) -> None:
    """Begin to remove a replica; it is listed until it is gone."""
    table.replicas[region].status = "DELETING"
    state.after(state.draw(state.durations.replica_remove), lambda: _gone(table, region))


def become(state: State, table: Table, region: str, status: str) -> None:
    """Give a replica a status; one in which nobody can use it makes it a plain table of its own after 20 hours."""
    replica = table.replicas[region]
    replica.status = status
    if status in UNUSABLE:
        state.after(UNUSABLE_SECONDS, lambda: _gone(table, region) if replica.status == status else None)


def _set(replica: Replica, status: str) -> None:
    replica.status = status


def _gone(table: Table, region: str) -> None:
    """The stream stays on."""
    table.replicas.pop(region, None)


def refuse_while_in_motion(state: State, api: str, arguments: Arguments) -> None:
    """Refuse what cannot be done while a replica is added, changed or removed: UpdateTable and DeleteTable in any case."""
    table = state.tables.get(bare_name(str(arguments.get("TableName") or arguments.get("ResourceArn"))))
    moving = {replica.status for replica in table.replicas.values()} & IN_MOTION if table else set()
    if table is None or not moving or _stops_stream(arguments):
        return
    adding = "CREATING" in moving and state.switches.adding_a_replica_refuses_all
    if api in {"update_table", "delete_table"} or adding:
        raise Refused("ResourceInUseException", "The resource which you are attempting to change is in use.")


def _stops_stream(arguments: Arguments) -> bool:
    return arguments.get("StreamSpecification", {}).get("StreamEnabled") is False


def refuse_stream(table: Table, specification: dict[str, Any]) -> None:
    """The stream that replicas live on is frozen, as long as there is one replica."""
    if table.replicas and not specification["StreamEnabled"]:
        raise validation("Disabling Stream is not allowed for a Global Table replica.")


def refuse_key(state: State, table: Table, key_arn: str | None) -> None:
    """A customer's key changes in each Region on its own, and not by SSESpecification."""
    before = table.encryption.key_arn if table.encryption else None
    arns = {key.arn for key in state.keys.by_id.values() if key.manager == "CUSTOMER"}
    if table.replicas and arns & {key_arn, before}:
        raise invalid("KMSMasterKeyId of a Global Table replica can only be changed through ReplicaUpdates")


def refuse_delete(state: State, table: Table) -> None:
    """A protected copy has words of its own, and one that others were made from stays for a day."""
    if not table.replicas:
        return
    if table.protected:
        raise validation(
            f"Cannot delete table {table.name} in region {state.region} because it has deletion protection enabled. "
            "Disable deletion protection first."
        )
    if state.now < table.sourced_at + SOURCE_SECONDS:
        raise validation(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the "
            "table in the last 24 hours."
        )
