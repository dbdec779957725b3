"""A table as the service keeps it: more than DescribeTable shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]
NEVER = float("-inf")


@dataclass(slots=True)
class Index:
    """A global secondary index."""

    name: str
    arn: str
    keys: list[dict[str, str]]
    projection: Json
    status: str = "ACTIVE"
    backfilling: bool | None = None
    units: tuple[int, int] | None = None
    cap: dict[str, int] | None = None

    def describe(self) -> Json:
        """One entry of `GlobalSecondaryIndexes`."""
        shown: Json = {
            "IndexName": self.name,
            "KeySchema": [dict(key) for key in self.keys],
            "Projection": {key: list(value) if isinstance(value, list) else value for key, value in self.projection.items()},
            "IndexStatus": self.status,
            "ProvisionedThroughput": throughput(self.units),
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": self.arn,
            "WarmThroughput": warm(self.units),
        }
        if self.backfilling is not None:
            shown["Backfilling"] = self.backfilling
        if self.cap:
            shown["OnDemandThroughput"] = dict(self.cap)
        return shown


@dataclass(slots=True)
class Encryption:
    """With a key in KMS; no `Encryption` at all is the key that AWS owns."""

    key_arn: str
    shown_arn: str
    status: str = "ENABLED"


@dataclass(slots=True)
class TimeToLive:
    """Expiry of records."""

    attribute: str | None = None
    status: str = "DISABLED"
    closed_until: float = NEVER

    @property
    def on(self) -> bool:
        """What was last asked for."""
        return self.attribute is not None


@dataclass(slots=True)
class Recovery:
    """Continuous backups and point-in-time recovery."""

    available: bool = False
    days: int | None = None
    since: float = 0.0


@dataclass(slots=True)
class Policy:
    """The resource policy, and the one that a read shows meanwhile."""

    document: str | None = None
    revision: str | None = None
    shown: tuple[str, str] | None = None
    changed_at: float = NEVER
    pending_until: float = NEVER


@dataclass(slots=True)
class Tags:
    """The tags, those that a read shows meanwhile, and the lock of a write under way."""

    current: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    locked_until: float = NEVER
    in_flight: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stream:
    """The stream: its view type while there is one, and the label of the newest."""

    view: str | None = None
    label: str | None = None


@dataclass(slots=True)
class Replica:
    """The table's copy in another Region, as this Region lists it."""

    region: str
    status: str = "ACTIVE"
    shown_from: float = NEVER


@dataclass(slots=True)
class Table:
    """One incarnation of a table; made again under the same name it is another one."""

    name: str
    table_id: str
    arn: str
    created_at: float
    keys: list[dict[str, str]]
    attributes: dict[str, str]
    status: str = "CREATING"
    work: str | None = None
    """What an UPDATING table is busy with: stream, table class, IOPS, index."""
    visible_from: float = 0.0
    parts_from: float = 0.0
    """From when TTL, tags, recovery, insights and policy know the table."""
    parts_until: float = float("inf")
    indexes: dict[str, Index] = field(default_factory=dict)
    on_demand: bool = True
    on_demand_since: float | None = None
    units: tuple[int, int] | None = None
    cap: dict[str, int] | None = None
    stream: Stream = field(default_factory=Stream)
    encryption: Encryption | None = None
    encryption_busy: bool = False
    encryption_changes: list[float] = field(default_factory=list)
    table_class: str | None = None
    next_class: str | None = None
    class_changes: list[float] = field(default_factory=list)
    protected: bool = False
    protection_changed_at: float = NEVER
    tags: Tags = field(default_factory=Tags)
    ttl: TimeToLive = field(default_factory=TimeToLive)
    recovery: Recovery = field(default_factory=Recovery)
    insights: str = "DISABLED"
    insights_changed_at: float | None = None
    policy: Policy = field(default_factory=Policy)
    records: list[Json] = field(default_factory=list)
    replicas: dict[str, Replica] = field(default_factory=dict)
    """By Region; never the table's own."""
    sourced_at: float = NEVER
    """When a replica was last made from this copy."""
    restore: Json | None = None
    """The `RestoreSummary` of a table that was restored."""
    archival: Json | None = None
    """The `ArchivalSummary` of a table that is archived."""
    inaccessible_at: float | None = None
    """Since when its key in KMS is known to be unusable."""
    seen: list[tuple[float, Json]] = field(default_factory=list)
    """Its descriptions, each with the moment from which it held; kept only if DescribeTable lags."""

    @property
    def status_at_rest(self) -> str:
        """The status to which a change returns."""
        return "ACTIVE" if self.inaccessible_at is None else "INACCESSIBLE_ENCRYPTION_CREDENTIALS"

    @property
    def last_on_demand(self) -> float:
        """When its billing last became PAY_PER_REQUEST."""
        if self.on_demand_since is not None:
            return self.on_demand_since
        return self.created_at if self.on_demand else NEVER

    @property
    def in_change(self) -> bool:
        """Counted among the tables that an account may have in change at once."""
        return self.status in {"CREATING", "UPDATING", "DELETING"} or self.index_in_change is not None

    @property
    def index_in_change(self) -> Index | None:
        """The one index that is being made or deleted."""
        return next((index for index in self.indexes.values() if index.status != "ACTIVE"), None)

    @property
    def used_attributes(self) -> set[str]:
        """The attributes that some key uses, of the table or of an index that stays."""
        staying = [index.keys for index in self.indexes.values() if index.status != "DELETING"]
        return {key["AttributeName"] for keys in (self.keys, *staying) for key in keys}

    def prune(self) -> None:
        """Forget the definitions that no key uses any more."""
        used = self.used_attributes
        self.attributes = {name: kind for name, kind in self.attributes.items() if name in used}

    def describe(self, now: float = float("inf")) -> Json:
        """A `TableDescription`; what has its default value is left out, and so is a replica that is too new."""
        return self._always() | self._billing() | self._extras() | self._others(now)

    def _others(self, now: float) -> Json:
        """Its copies elsewhere, where it was restored from, and why it is archived."""
        replicas = [replica for replica in self.replicas.values() if replica.shown_from <= now]
        listed = [{"RegionName": replica.region, "ReplicaStatus": replica.status} for replica in replicas]
        shown: Json = {"Replicas": listed, "GlobalTableVersion": "2019.11.21"} if listed else {}
        shown |= {"RestoreSummary": dict(self.restore)} if self.restore else {}
        return shown | ({"ArchivalSummary": dict(self.archival)} if self.archival else {})

    def _always(self) -> Json:
        return {
            "TableName": self.name,
            "TableStatus": self.status,
            "TableArn": self.arn,
            "TableId": self.table_id,
            "CreationDateTime": self.created_at,
            "KeySchema": [dict(key) for key in self.keys],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in self.attributes.items()
            ],
            "TableSizeBytes": 0,
            "ItemCount": 0,
            "DeletionProtectionEnabled": self.protected,
        }

    def _billing(self) -> Json:
        shown: Json = {"ProvisionedThroughput": throughput(self.units), "WarmThroughput": warm(self.units)}
        if self.on_demand:
            since = self.created_at if self.on_demand_since is None else self.on_demand_since
            shown["BillingModeSummary"] = {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": since,
            }
        elif self.on_demand_since is not None:
            shown["BillingModeSummary"] = {
                "BillingMode": "PROVISIONED",
                "LastUpdateToPayPerRequestDateTime": self.on_demand_since,
            }
        if self.cap:
            shown["OnDemandThroughput"] = dict(self.cap)
        return shown

    def _extras(self) -> Json:
        shown: Json = {}
        if self.indexes:
            shown["GlobalSecondaryIndexes"] = [index.describe() for index in self.indexes.values()]
        if self.stream.view:
            shown["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": self.stream.view}
        if self.stream.label:
            shown["LatestStreamLabel"] = self.stream.label
            shown["LatestStreamArn"] = f"{self.arn}/stream/{self.stream.label}"
        if self.encryption:
            shown["SSEDescription"] = {
                "Status": self.encryption.status,
                "SSEType": "KMS",
                "KMSMasterKeyArn": self.encryption.shown_arn,
            }
            if self.inaccessible_at is not None:
                shown["SSEDescription"]["InaccessibleEncryptionDateTime"] = self.inaccessible_at
        if self.table_class:
            shown["TableClassSummary"] = {"TableClass": self.table_class}
        return shown


def throughput(units: tuple[int, int] | None) -> Json:
    """A `ProvisionedThroughputDescription`; on-demand tables show zeros."""
    read, write = units or (0, 0)
    return {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": read, "WriteCapacityUnits": write}


def warm(units: tuple[int, int] | None) -> Json:
    """A `WarmThroughput` that nobody asked for; DescribeTable always shows one."""
    read, write = units or (12_000, 4_000)
    return {"ReadUnitsPerSecond": read, "WriteUnitsPerSecond": write, "Status": "ACTIVE"}


def tag_dict(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """A list of `{Key, Value}` as a dictionary."""
    return {tag["Key"]: tag["Value"] for tag in tags}
