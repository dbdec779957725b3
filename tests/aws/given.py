"""Tables that were there before: made in the past, at rest now, and whatever a test needs them to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from . import lost_keys, replicas
from .policies import put_at_creation
from .tables import Encryption, Index, Json, Recovery, Replica, Stream, Table, Tags, TimeToLive

if TYPE_CHECKING:
    from .state import State

Keys = Iterable[tuple[str, str]]
DAY = 86_400.0


class Given(TypedDict, total=False):
    """What `given_table` takes, beside the name."""

    keys: tuple[str, str | None]
    """Partition and sort key; `("id", None)` if not given."""
    indexes: Mapping[str, tuple[str, str | None]]
    projections: Mapping[str, Json]
    """By index; `{"ProjectionType": "ALL"}` where not given."""
    types: Mapping[str, str]
    """Attribute types; S where not given."""
    ttl: str | None
    recovery_days: int | None
    provisioned: tuple[int, int] | None
    cap: Mapping[str, int] | None
    tags: Mapping[str, str]
    protected: bool
    table_class: str | None
    key: str | None
    """A key's id, ARN or alias for encryption; none is the key that AWS owns."""
    stream: str | None
    insights: bool
    policy: str | None
    records: Iterable[Json]
    age: float
    replicas: Mapping[str, str]
    """`ReplicaStatus` by Region. With replicas the stream is on, `NEW_AND_OLD_IMAGES` if none is given."""
    sourced: float
    """How many seconds ago the last replica was made from this copy; longer than a day if not given."""
    restored: bool
    """From a backup: no expiry, recovery, stream, protection, policy, class or insights; tags only with AWS Backup."""
    archived: bool
    inaccessible: bool
    """Its key, which has to be given, cannot be used."""
    on_demand_ago: float
    """How many seconds ago its billing became PAY_PER_REQUEST, whatever it is now."""
    encryptions: int
    """How many changes of the encryption there were in the last minutes."""
    classes: int
    """How many changes of the table class there were in the last days."""


def given_table(state: State, name: str, given: Given) -> Table:
    """Put an ACTIVE table there, `age` seconds old, with no change counted and no cooldown open."""
    born = state.now - given.get("age", 30 * DAY)
    partition, sort = given.get("keys", ("id", None))
    provisioned = given.get("provisioned")
    table = Table(
        name=name,
        table_id=state.new_id(),
        arn=state.table_arn(name),
        created_at=born,
        keys=key_schema(partition, sort),
        attributes={},
        status="ACTIVE",
        on_demand=provisioned is None,
        units=provisioned,
        cap=dict(given.get("cap") or {}) or None,
        protected=given.get("protected", False),
        table_class=given.get("table_class"),
        records=[dict(record) for record in given.get("records", ())],
    )
    _indexes(table, given)
    _extras(state, table, given, born)
    _past(state, table, given)
    _others(state, table, given)
    state.tables[name] = table
    return table


NOT_RESTORED = ("ttl", "recovery_days", "stream", "protected", "policy", "table_class", "insights")


def _past(state: State, table: Table, given: Given) -> None:
    """What was changed a while ago."""
    if "on_demand_ago" in given:
        table.on_demand_since = state.now - given["on_demand_ago"]
    table.encryption_changes = [state.now - 60.0 * ago for ago in range(given.get("encryptions", 0), 0, -1)]
    table.class_changes = [state.now - DAY * ago for ago in range(given.get("classes", 0), 0, -1)]


def _others(state: State, table: Table, given: Given) -> None:
    """Replicas, where it was restored from, and what became of its key."""
    for region, status in given.get("replicas", {}).items():
        table.replicas[region] = Replica(region)
        replicas.become(state, table, region, status)
    if table.replicas:
        table.sourced_at = state.now - given.get("sourced", 7 * DAY)
        stamp = state.clock.stamp(table.sourced_at - state.now).removesuffix("Z")
        table.stream = table.stream if table.stream.view else Stream(replicas.VIEW, stamp)
    if given.get("restored"):
        assert not [setting for setting in NOT_RESTORED if given.get(setting)], "a restore brings none of these"
        source = f"{table.arn}-before"
        moment = table.created_at
        table.restore = {"SourceTableArn": source, "RestoreDateTime": moment, "RestoreInProgress": False}
    if given.get("inaccessible") or given.get("archived"):
        lost_keys.lose_at_once(state, table)
    if given.get("archived"):
        lost_keys.archive(state, table)


def key_schema(partition: str, sort: str | None) -> list[dict[str, str]]:
    """A `KeySchema`."""
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": sort, "KeyType": "RANGE"}] if sort else [])


def _indexes(table: Table, given: Given) -> None:
    projections: Mapping[str, Any] = given.get("projections", {})
    for name, keys in given.get("indexes", {}).items():
        projection = projections.get(name, {"ProjectionType": "ALL"})
        index = Index(name, f"{table.arn}/index/{name}", key_schema(*keys), dict(projection), units=table.units)
        table.indexes[name] = index
    types = given.get("types", {})
    table.attributes = {attribute: types.get(attribute, "S") for attribute in sorted(table.used_attributes)}


def _extras(state: State, table: Table, given: Given, born: float) -> None:
    tags = dict(given.get("tags", {}))
    table.tags = Tags(tags, dict(tags))
    ttl = given.get("ttl")
    table.ttl = TimeToLive(ttl, "ENABLED" if ttl else "DISABLED")
    days = given.get("recovery_days")
    table.recovery = Recovery(available=True, days=days, since=max(born, state.now - (days or 0) * DAY))
    if given.get("insights"):
        table.insights, table.insights_changed_at = "ENABLED", born
    view = given.get("stream")
    table.stream = Stream(view, state.clock.stamp(born - state.now).removesuffix("Z")) if view else Stream()
    key = given.get("key")
    if key:
        arn = state.keys.usable(key).arn
        table.encryption = Encryption(arn, arn)
    policy = given.get("policy")
    if policy:
        put_at_creation(state, table, policy)
