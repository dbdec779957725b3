"""The values that everything else speaks in. No behaviour beyond `TableSchema.validate`.

Desired and live tables are one type, `Table`, so that they compare with `==`, setting by setting. `LiveTable` is a table
that stands, with what only a standing table has.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from enum import StrEnum
from types import MappingProxyType

from sentinel_tables.errors import InvalidSchema, shown
from sentinel_tables.values import Value

KEY_TYPES = ("S", "N", "B")
PROJECTIONS = ("ALL", "KEYS_ONLY")
MAX_INDEXES = 20
MAX_TAGS_OF_TABLE = 50
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html"""
LONGEST_KEY = 255
NO_LIMIT = -1
TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}", re.ASCII)
"""DynamoDB's rule for the names of tables and indexes.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""


class TableStatus(StrEnum):
    """DynamoDB's TableStatus, and its IndexStatus as far as the words are the same.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    """

    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    ACTIVE = "ACTIVE"
    KEY_LOST = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    ARCHIVING = "ARCHIVING"
    ARCHIVED = "ARCHIVED"


class Facet(StrEnum):
    """A part of a table that has a describing call of its own. `TABLE` is what DescribeTable says."""

    TABLE = "table"
    TAGS = "tags"
    TIME_TO_LIVE = "time to live"
    BACKUPS = "backups"
    INSIGHTS = "contributor insights"
    POLICY = "resource policy"


class KeyAttribute(Value):
    """An attribute that is part of a key; `type` is `S`, `N` or `B`."""

    name: str
    type: str = "S"


class GlobalSecondaryIndex(Value):
    """An index with keys of its own; `projection` is DynamoDB's ProjectionType."""

    index_name: str
    partition_key: KeyAttribute
    sort_key: KeyAttribute | None = None
    projection: str = "ALL"

    @property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """The partition key, then the sort key where there is one."""
        return (self.partition_key,) if self.sort_key is None else (self.partition_key, self.sort_key)


class TableSchema(Value):
    """The parts of a table that Sentinel's code relies on: keys, indexes, the attribute of expiry, and the billing mode."""

    table_name: str
    partition_key: KeyAttribute
    sort_key: KeyAttribute | None = None
    global_secondary_indexes: tuple[GlobalSecondaryIndex, ...] = ()
    ttl_attribute: str = "ttl"
    billing_mode: str = "PAY_PER_REQUEST"

    @property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """The partition key, then the sort key where there is one."""
        return (self.partition_key,) if self.sort_key is None else (self.partition_key, self.sort_key)

    def gsi_names(self) -> tuple[str, ...]:
        """The names of the indexes, in the schema's order."""
        return tuple(index.index_name for index in self.global_secondary_indexes)

    def attributes(self) -> Iterator[KeyAttribute]:
        """Every key attribute of the table and of its indexes, as often as it is used."""
        yield from self.keys
        for index in self.global_secondary_indexes:
            yield from index.keys

    def validate(self) -> None:
        """Raises InvalidSchema for what DynamoDB would refuse.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
        """
        for kind, name in (("Table", self.table_name), *(("Index", name) for name in self.gsi_names())):
            if not TABLE_NAME.fullmatch(name):
                raise InvalidSchema(f"{kind} name {shown(name)} is not valid. Use 3 to 255 of a-z A-Z 0-9 _ . -")
        if len(set(self.gsi_names())) != len(self.gsi_names()):
            raise InvalidSchema(f"Two indexes of table {shown(self.table_name)} have one name. Give each its own.")
        if len(self.global_secondary_indexes) > MAX_INDEXES:
            raise InvalidSchema(f"Table {shown(self.table_name)} has over {MAX_INDEXES} indexes. Remove some.")
        for index in self.global_secondary_indexes:
            if index.projection not in PROJECTIONS:
                projection = f"Index {shown(index.index_name)} has the projection {shown(index.projection)}"
                raise InvalidSchema(f"{projection}. Use {' or '.join(PROJECTIONS)}.")
        self._validate_attributes()

    def _validate_attributes(self) -> None:
        types: dict[str, str] = {}
        for attribute in self.attributes():
            if not 0 < len(attribute.name) <= LONGEST_KEY:
                raise InvalidSchema(
                    f"Table {shown(self.table_name)} has the key attribute {shown(attribute.name)}. "
                    f"Give it a name of 1 to {LONGEST_KEY} characters."
                )
            if attribute.type not in KEY_TYPES:
                raise InvalidSchema(
                    f"Attribute {shown(attribute.name)} has key type {shown(attribute.type)}. Use S, N or B."
                )
            if types.setdefault(attribute.name, attribute.type) != attribute.type:
                raise InvalidSchema(f"Attribute {shown(attribute.name)} has two types. Use one in every key.")
        for keys in (self.keys, *(index.keys for index in self.global_secondary_indexes)):
            if len({key.name for key in keys}) < len(keys):
                raise InvalidSchema(f"Attribute {shown(keys[0].name)} is partition key and sort key. Use two.")


class Encryption(Value):
    """Encryption at rest.

    `kms` is false for the AWS owned key. `key` is what names the customer managed key (an ARN wherever a table stands),
    and None for the AWS managed key `alias/aws/dynamodb`.
    """

    kms: bool = True
    key: str | None = None


class Settings(Value):
    """The settings that can be changed on a standing table. One that a template leaves out has the value given here."""

    deletion_protection: bool = False
    recovery_days: int | None = 35
    """Days that point-in-time recovery reaches back; None where it is off."""
    encryption: Encryption = Encryption()
    time_to_live: str | None = "ttl"
    """The attribute that holds the moment of expiry; None where expiry is off."""
    stream: str | None = None
    """The StreamViewType; None where there is no stream."""
    table_class: str = "STANDARD"
    max_read_units: int = NO_LIMIT
    max_write_units: int = NO_LIMIT
    contributor_insights: bool = False
    policy: str | None = None
    """The resource policy as canonical JSON; None where there is none."""
    policy_as_written: str | None = field(default=None, compare=False)
    """The same in the words of the template: what DynamoDB is sent."""


SETTINGS = frozenset(setting.name for setting in fields(Settings) if setting.compare)
"""The names of all settings."""


class Table(Value):
    """A table, wanted or standing: its schema, its settings and its tags."""

    schema: TableSchema
    settings: Settings = Settings()
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """The table's name, which is its physical id in CloudFormation."""
        return self.schema.table_name


class Motion(Value):
    """Something about a standing table that has not come to rest."""

    what: str
    """As a template's author would say it: `index gsi-status is being built`."""
    index: str | None = None
    backfilling: bool = False
    facet: Facet = Facet.TABLE
    """Where it shows."""
    replica: bool = False
    """True if it is a replica that moves: success does not wait for it, but most steps have to."""

    @property
    def brief(self) -> bool:
        """True if DynamoDB has accepted it for good: worth a short wait, not the whole of one's patience."""
        return self.facet is not Facet.TABLE


class Replica(Value):
    """A copy of the table in another Region, which somebody else added; `status` is DynamoDB's ReplicaStatus."""

    region: str
    status: str


class LiveTable(Value):
    """A table that stands, as the describing calls report it."""

    table: Table
    status: str
    """DynamoDB's TableStatus."""
    arn: str
    table_id: str
    """Another one for each table that ever had the name."""
    created_at: float
    """Seconds since the epoch; 0 if DynamoDB does not say it."""
    stream_arn: str | None = None
    attribute_types: Mapping[str, str] = field(default_factory=dict)
    motions: tuple[Motion, ...] = ()
    replicas: tuple[Replica, ...] = ()
    lost_key: str = ""
    """The ARN of the key that the table is encrypted with, if DynamoDB says that it cannot use it."""
    archival_backup: str = ""
    """The ARN of the backup that DynamoDB keeps of an archived table."""
    recovery_ready: bool = True
    """False if DynamoDB says that point-in-time recovery cannot be set yet: the table is seconds old."""
    key_unknown: bool = False
    """True if nobody can say whether the table's KMS key is the AWS managed one."""
    facets: frozenset[Facet] = frozenset(Facet)
    """The facets that were read. All others have the values of a table that was just made."""


class Owner(Value):
    """A resource of a stack: the full id of the stack, and the resource's logical id in it."""

    stack_id: str
    logical_id: str
