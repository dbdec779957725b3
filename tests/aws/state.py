"""What all parts of the control plane share: tables, clock, chance, work under way, and the record of changes."""

from __future__ import annotations

import heapq
import itertools
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .durations import REAL, Durations, Range
from .keys import Keys
from .refusals import limit

if TYPE_CHECKING:
    from .clock import VirtualClock
    from .tables import Json, Table

Arguments = Mapping[str, Any]
OWNER_TAGS = ("sentinel:stack-id", "sentinel:logical-id")


@dataclass(frozen=True, slots=True)
class Limits:
    """The account's and each table's; https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html."""

    tables: int = 2_500
    in_change: int = 500
    indexes: int = 20
    tags: int = 50
    encryption_changes: int = 4
    class_changes: int = 2
    on_demand_days: int = 1
    """The billing mode may become PAY_PER_REQUEST once in so many days."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Where documents and measurements disagree. The defaults are the measurements, or what is harder to get right."""

    delete_twice_is_refused: bool = True
    """DeleteTable on a table that is being deleted: measured ResourceInUseException, documented as no error."""
    create_twice_says_being_created: bool = True
    """CreateTable while CREATING: measured `Table is being created`, documented `Table already exists`."""
    create_over_delete_says_being_deleted: bool = False
    """CreateTable while DELETING: measured `Table already exists`; older reports say `Table is being deleted`."""
    protection_needs_active: bool = False
    """Deletion protection while UPDATING: measured as accepted, though the service has a text that refuses it."""
    cleared_cap_is_shown: bool = False
    """A cap on on-demand throughput set to -1: left out by DescribeTable, or shown as -1."""
    all_index_keys_defined: bool = True
    """An added index's keys: documented as all to be defined in the call, measured as only those new to the table."""
    adding_a_replica_refuses_all: bool = True
    """While a replica is added: refused is every change, as reported, or UpdateTable and DeleteTable only, as measured."""
    shuffled: bool = True
    """Lists in any order, as documented, or as they were given."""


@dataclass(frozen=True, slots=True)
class Change:
    """One effective change of one table: who owned it just before, and what was done to it."""

    time: float
    api: str
    table: str
    table_id: str
    tags: Mapping[str, str]
    """All tags of the table before the change; empty for CreateTable."""
    what: str
    environment: str

    @property
    def owner(self) -> tuple[str | None, str | None]:
        """Stack id and logical id, from the tags before the change."""
        return self.tags.get(OWNER_TAGS[0]), self.tags.get(OWNER_TAGS[1])


@dataclass(frozen=True, slots=True)
class LostRecord:
    """A record whose table was deleted."""

    time: float
    table: str
    table_id: str
    record: Json


@dataclass(slots=True)
class State:
    """The service's memory. Effects that are due are carried out by `settle`, before anything looks."""

    clock: VirtualClock
    seed: int = 0
    account: str = "123456789012"
    region: str = "eu-central-1"
    durations: Durations = REAL
    limits: Limits = Limits()
    switches: Switches = Switches()
    tag_page: int = 10
    tables: dict[str, Table] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    lost_records: list[LostRecord] = field(default_factory=list)
    expired_records: list[LostRecord] = field(default_factory=list)
    lost_windows: list[Change] = field(default_factory=list)
    """Each turning off of point-in-time recovery: what could be recovered until then no longer can."""
    system_backups: list[tuple[float, str, str]] = field(default_factory=list)
    """Time, name and id of each deleted table that had point-in-time recovery: kept for 35 days, the last safety net."""
    unknown_principals: dict[str, float] = field(default_factory=dict)
    """By ARN: until when IAM does not know a principal that a resource policy may name."""
    at_work: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the service had something to do in its own time; seconds since the epoch."""
    current_api: str = ""
    environment: str = ""
    chance: random.Random = field(init=False)
    keys: Keys = field(init=False)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _moment: float | None = None
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - the same run again is the point
        self.keys = Keys(self.account, self.region)

    @property
    def now(self) -> float:
        """Epoch seconds: the present, or the moment at which an effect was due that is carried out only now."""
        return self.clock.now() if self._moment is None else self._moment

    def draw(self, duration: Range) -> float:
        """Seconds within the range."""
        return self.chance.uniform(*duration)

    def after(self, seconds: float, effect: Callable[[], None]) -> None:
        """Carry out `effect` when `seconds` have passed; at once where there is nothing to wait for."""
        if seconds <= 0:
            effect()
        else:
            self.at_work.append((self.now, self.now + seconds))
            heapq.heappush(self._due, (self.now + seconds, next(self._order), effect))

    def settle(self) -> None:
        """Carry out everything that is due by now, in order."""
        while self._due and self._due[0][0] <= self.clock.now():
            self._moment, _, effect = heapq.heappop(self._due)
            effect()
            self.note_descriptions()
        self._moment = None

    def note_descriptions(self) -> None:
        """Keep how each table looks from now on, for a DescribeTable that lags."""
        if self.durations.describe_lag[1] <= 0:
            return
        for table in self.tables.values():
            description = table.describe(self.now)
            if not table.seen or table.seen[-1][1] != description:
                table.seen.append((self.now, description))

    def new_id(self) -> str:
        """A UUID of the seeded generator."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def table_arn(self, name: str) -> str:
        """The same for every table that ever had the name."""
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{name}"

    def changed(self, table: Table, what: str, *, made: bool = False) -> Change:
        """Note a change, before it is made."""
        tags = {} if made else dict(table.tags.current)
        change = Change(self.now, self.current_api, table.name, table.table_id, tags, what, self.environment)
        self.changes.append(change)
        return change

    def room_for_change(self, table: Table | None = None) -> None:
        """Refuse to have more tables in change at once than the account may."""
        if table is not None and table.in_change:
            return
        if sum(other.in_change for other in self.tables.values()) >= self.limits.in_change:
            raise limit(f"Only {self.limits.in_change} tables can be created, updated, or deleted simultaneously")

    def shuffle(self, items: list[Any]) -> None:
        """In place, where the service promises no order."""
        if self.switches.shuffled:
            self.chance.shuffle(items)


def bare_name(name: str) -> str:
    """A table's name from its name or ARN."""
    return name.rpartition(":table/")[2] if name.startswith("arn:") else name
