"""DynamoDB's control plane in one object, on virtual time.

`ControlPlane.call` answers what the service would answer and raises `Refused` where it would refuse. Time passes only
when a test lets it pass; work that is under way is carried out as soon as somebody looks after it was due.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

from . import expiry, insights, lifecycle, lost_keys, policies, recovery, replicas, tagging, updates
from .durations import REAL, Durations
from .expiry import expire
from .given import Given, given_table
from .refusals import Refused
from .state import Arguments, Change, Limits, LostRecord, State, Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .clock import VirtualClock
    from .keys import Key, Keys
    from .rate import Rate
    from .tables import Json, Table

APIS: Mapping[str, Callable[[State, Arguments], Json]] = {
    "create_table": lifecycle.create_table,
    "describe_table": lifecycle.describe_table,
    "update_table": updates.update_table,
    "delete_table": lifecycle.delete_table,
    "list_tags_of_resource": tagging.list_tags_of_resource,
    "tag_resource": tagging.tag_resource,
    "untag_resource": tagging.untag_resource,
    "describe_time_to_live": expiry.describe_time_to_live,
    "update_time_to_live": expiry.update_time_to_live,
    "describe_continuous_backups": recovery.describe_continuous_backups,
    "update_continuous_backups": recovery.update_continuous_backups,
    "describe_contributor_insights": insights.describe_contributor_insights,
    "update_contributor_insights": insights.update_contributor_insights,
    "get_resource_policy": policies.get_resource_policy,
    "put_resource_policy": policies.put_resource_policy,
    "delete_resource_policy": policies.delete_resource_policy,
}
WRITES = frozenset(api for api in APIS if not api.startswith(("describe_", "get_", "list_")))
CHANGES_A_TABLE = WRITES - {"create_table"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it reached the service."""

    time: float
    api: str
    arguments: Json
    outcome: str
    """`ok`, or the code of the refusal."""
    environment: str


class ControlPlane:
    """The tables of one account and Region."""

    def __init__(  # noqa: PLR0913 - what a test may choose, each by its name
        self,
        clock: VirtualClock,
        *,
        seed: int = 0,
        account: str = "123456789012",
        region: str = "eu-central-1",
        durations: Durations = REAL,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        switches: Switches = Switches(),  # noqa: B008 - frozen
        rate: Rate | None = None,
    ) -> None:
        self.clock = clock
        self.state = State(clock, seed, account, region, durations, limits, switches)
        self.rate = rate
        self.history: list[Call] = []

    @property
    def endpoint_url(self) -> str:
        """A model that takes the service's time goes by the service's name; a faster one is something local."""
        mine = self.state.durations
        real = mine.create_with_indexes >= REAL.create_with_indexes and mine.ttl_settles >= REAL.ttl_settles
        return f"https://dynamodb.{self.state.region}.amazonaws.com" if real else "http://127.0.0.1:8000"

    def call(self, api: str, arguments: Mapping[str, Any], environment: str = "") -> Json:
        """Carry out one API call, by its boto3 method name; raises `Refused`."""
        state = self.state
        state.settle()
        state.current_api, state.environment = api, environment
        try:
            if self.rate is not None:
                self.rate.take(state, api, write=api in WRITES)
            if api in CHANGES_A_TABLE:
                replicas.refuse_while_in_motion(state, api, arguments)
                lost_keys.refuse_without_key(state, api, arguments)
            answer = APIS[api](state, arguments)
            state.note_descriptions()
        except Refused as refusal:
            self._note(api, arguments, refusal.code, environment)
            raise
        self._note(api, arguments, "ok", environment)
        return answer

    def _note(self, api: str, arguments: Mapping[str, Any], outcome: str, environment: str) -> None:
        self.history.append(Call(self.clock.now(), api, copy.deepcopy(dict(arguments)), outcome, environment))

    def given_table(self, name: str, **given: Unpack[Given]) -> Table:
        """A table that was there before, at rest."""
        self.state.settle()
        table = given_table(self.state, name, given)
        self.state.note_descriptions()
        return table

    def add_replica(self, name: str, region: str) -> None:
        """Somebody else begins to add a replica."""
        replicas.add(self.state, self.tables[name], region)
        self.state.note_descriptions()

    def remove_replica(self, name: str, region: str) -> None:
        """Somebody else begins to remove a replica."""
        replicas.remove(self.state, self.tables[name], region)
        self.state.note_descriptions()

    def change_replica(self, name: str, region: str, status: str) -> None:
        """A replica takes on a `ReplicaStatus`; some of them make it a plain table after 20 hours."""
        replicas.become(self.state, self.tables[name], region, status)
        self.state.note_descriptions()

    def lose_key(self, key: Key, how: str = "Disabled") -> None:
        """Somebody disables a key, or schedules its deletion (`PendingDeletion`)."""
        self.state.settle()
        lost_keys.lose(self.state, key, how)

    def regain_key(self, key: Key) -> None:
        """Somebody enables the key again."""
        self.state.settle()
        lost_keys.regain(self.state, key)

    def unknown_principal(self, arn: str, seconds: float = float("inf")) -> None:
        """IAM does not know this principal yet, for so long: a role that was made a moment ago."""
        self.state.unknown_principals[arn] = self.clock.now() + seconds

    @property
    def keys(self) -> Keys:
        """The account's keys in KMS."""
        return self.state.keys

    @property
    def tables(self) -> Mapping[str, Table]:
        """What stands now, as the service knows it; tests look, and do not touch."""
        self.state.settle()
        return self.state.tables

    @property
    def changes(self) -> list[Change]:
        """Every effective change, with the owner that the table had just before."""
        return self.state.changes

    @property
    def lost_records(self) -> list[LostRecord]:
        """The records of deleted tables."""
        self.state.settle()
        return self.state.lost_records

    @property
    def lost_windows(self) -> list[Change]:
        """Each turning off of point-in-time recovery."""
        return self.state.lost_windows

    @property
    def system_backups(self) -> list[tuple[float, str, str]]:
        """Time, name and id of each deleted table that had point-in-time recovery."""
        self.state.settle()
        return self.state.system_backups

    def writes(self) -> list[Call]:
        """The calls that would change something, refused or not."""
        return [call for call in self.history if call.api in WRITES]

    def put_record(self, name: str, record: Json) -> None:
        """Write a record; the data plane knows a table that is ACTIVE or UPDATING."""
        self._open(name).records.append(dict(record))

    def records(self, name: str) -> list[Json]:
        """All records of a table that have not expired."""
        table = self._open(name)
        expire(self.state, table)
        return [dict(record) for record in table.records]

    @property
    def expired_records(self) -> list[LostRecord]:
        """The records that time to live has removed; it is seen when somebody looks."""
        for table in self.tables.values():
            expire(self.state, table)
        return self.state.expired_records

    def query(self, name: str, index: str | None, value: str) -> list[Json]:
        """The records with this partition key, of the table or of one of its ACTIVE indexes."""
        table = self._open(name)
        expire(self.state, table)
        if index is not None and (index not in table.indexes or table.indexes[index].status != "ACTIVE"):
            text = f"The table does not have the specified index: {index}"
            raise Refused("ValidationException", text)
        keys = table.keys if index is None else table.indexes[index].keys
        names = [key["AttributeName"] for key in keys]
        return [dict(record) for record in table.records if record.get(names[0]) == value and set(names) <= set(record)]

    def _open(self, name: str) -> Table:
        table = self.tables.get(name)
        if table is None or table.status in {"CREATING", "DELETING"}:
            raise Refused("ResourceNotFoundException", "Requested resource not found")
        return table

    def at_rest(self, *names: str) -> bool:
        """Whether no work is under way on these tables, or on any."""
        tables = [table for name, table in self.tables.items() if name in (names or self.tables)]
        return not any(table.in_change or table.encryption_busy for table in tables)

    def truth(self, name: str) -> Json | None:
        """All that a table is, without lags and in a fixed order; None where there is no table."""
        table = self.tables.get(name)
        if table is None:
            return None
        shown = table.describe()
        for member, key in (("AttributeDefinitions", "AttributeName"), ("GlobalSecondaryIndexes", "IndexName")):
            if member in shown:
                shown[member].sort(key=lambda entry, key=key: entry[key])
        return shown | {
            "Tags": dict(sorted(table.tags.current.items())),
            "TimeToLive": table.ttl.attribute if table.ttl.status in {"ENABLED", "ENABLING"} else None,
            "RecoveryPeriodInDays": table.recovery.days,
            "ContributorInsights": table.insights,
            "ResourcePolicy": table.policy.document,
        }

    def snapshot(self, names: Iterable[str] | None = None) -> dict[str, Json | None]:
        """`truth` of these tables, or of all."""
        return {name: self.truth(name) for name in (self.tables if names is None else names)}
