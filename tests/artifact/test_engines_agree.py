"""What the product makes of DynamoDB's answers, on two engines that share no code: Amazon's DynamoDB Local, and roto.

The calls are the product's own steps, as far as DynamoDB Local has them, and some that it never sends. After each of them
is compared what the product sees: how it sorts the refusal, and the table and its time to live as it reads them. States take
no time here: what is refused while an index is at work is for `tests/aws/test_model_against_local.py`.

Where the two are known to differ, the row says how, and the test fails when they no longer do.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sentinel_tables.aws.normalise import live_table, time_to_live
from sentinel_tables.aws.refusals import sort
from sentinel_tables.model import Encryption, LiveTable, Settings, Table, TableSchema
from sentinel_tables.rules import steps
from sentinel_tables.schemas import SCHEMAS, breakglass_table_schema

from .engines import LOCAL_ACCOUNT, OUR_ACCOUNT
from .events import REGION
from .machines import dynamodb_local
from .roto import Roto
from .schemas import attributes, index, table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.java, pytest.mark.roto, pytest.mark.timeout(300)]
"""The first test of each worker starts the engines."""

Seeing = TypeVar("Seeing")
REST_SECONDS = 120.0
NAME = "sentinel-breakglass"
PLAIN = Table(breakglass_table_schema(NAME))
STATUS = next(each for each in PLAIN.schema.global_secondary_indexes if each.index_name == "gsi-status")
OWNED_KEY = Settings(encryption=Encryption(kms=False))
"""The settings that both engines keep: DynamoDB Local has no KMS."""
ACCEPTED, WORDS = "accepted", "words"
OF_EACH = frozenset({"table", "table_id", "created_at", "attribute_types"})
"""What no two tables have in common, and the attributes that no key uses: roto keeps those of an index that went."""
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


@dataclass(frozen=True, slots=True)
class Row:
    """One call, and what the product makes of DynamoDB Local's answer; `differs` says what roto does otherwise."""

    api: str
    arguments: Mapping[str, object]
    outcome: str = ACCEPTED
    differs: str = ""

    def is_sorted(self, outcome: str, roto: str = "") -> "Row":
        return replace(self, outcome=outcome, differs=roto)


def row(step: steps.Step) -> Row:
    return Row(step.api, step.arguments)


def update(*index_updates: Mapping[str, object], defines: str = "", **more: object) -> Row:
    """An UpdateTable that the product never sends, for its refusal."""
    indexes = {"GlobalSecondaryIndexUpdates": list(index_updates)} if index_updates else {}
    defined = {"AttributeDefinitions": attributes(*defines)} if defines else {}
    return Row("update_table", {"TableName": NAME, **indexes, **defined, **more})


def made(schema: TableSchema = PLAIN.schema, **settings: Any) -> Row:
    return row(steps.create_table(Table(schema, replace(OWNED_KEY, **settings))))


def by_hand(**arguments: Any) -> Row:
    """A table that somebody else made, to be adopted."""
    return Row("create_table", table(NAME, **arguments))


def add(*names: str) -> dict[str, Any]:
    return {"Create": index(f"gsi-{names[0]}", (names[0], names[1]))}


def drop(name: str) -> dict[str, Any]:
    return {"Delete": {"IndexName": name}}


GONE, PROTECTED = row(steps.delete_table(NAME)), row(steps.protect(NAME, enabled=True))
UNPROTECTED = row(steps.protect(NAME, enabled=False))
EXPIRES, STAYS = (row(steps.expire(NAME, "ttl", enabled=enabled)) for enabled in (True, False))
OTHER_EXPIRES = row(steps.expire(NAME, "other", enabled=True))
NO_STATUS, WITH_STATUS = row(steps.delete_index(NAME, "gsi-status", "")), row(steps.create_index(NAME, STATUS, ""))
IMAGES, KEYS = (row(steps.start_stream(NAME, view)) for view in ("NEW_IMAGE", "KEYS_ONLY"))
NO_STREAM, ON_DEMAND = row(steps.stop_stream(NAME, "")), row(steps.bill_on_demand(NAME))
KMS, CLASS = row(steps.encrypt(NAME, Encryption())), row(steps.set_table_class(NAME, "STANDARD_INFREQUENT_ACCESS"))

TTL_WORDS = "it says that time to live is enabled already, whatever the attribute"
TTL_ANY = "it turns time to live off, whatever the attribute"
STREAMS = "it takes a stream that is as it was, and makes it another one at once"
INDEX_WORDS = "it says in words of its own that the index exists"
INDEXES = "it makes and drops several indexes at once"
KEYLESS = "it makes an index whose keys are not all defined"
NOTHING = "it takes a call that changes nothing"
MORE = "it has what DynamoDB Local has not"

SCRIPTS: dict[str, list[Row]] = {
    "every schema": [made(schema.named(schema.default_table_name)) for schema in SCHEMAS.values()],
    "no table": [
        each.is_sorted("ABSENT")
        for each in (GONE, PROTECTED, EXPIRES, STAYS, NO_STATUS, WITH_STATUS, IMAGES, NO_STREAM, ON_DEMAND)
    ],
    "a table comes and goes": [made(), made().is_sorted("WAIT"), GONE, GONE.is_sorted("ABSENT"), made()],
    "protection": [made(), PROTECTED, PROTECTED, GONE.is_sorted("PROTECTED"), UNPROTECTED, UNPROTECTED, GONE],
    "time to live": [made(), STAYS.is_sorted("DONE"), EXPIRES, EXPIRES.is_sorted("DONE"), STAYS, STAYS.is_sorted("DONE")],
    "time to live on another attribute": [
        made(),
        OTHER_EXPIRES,
        EXPIRES.is_sorted("FAIL", roto=TTL_WORDS),
        STAYS.is_sorted("FAIL", roto=TTL_ANY),
    ],
    "a stream": [made(), IMAGES, NO_STREAM, KEYS],
    "a stream from the beginning": [made(stream="NEW_AND_OLD_IMAGES"), IMAGES.is_sorted("DONE", roto=STREAMS)],
    "a stream twice": [
        made(),
        NO_STREAM.is_sorted("DONE", roto=STREAMS),
        IMAGES,
        IMAGES.is_sorted("DONE", roto=STREAMS),
    ],
    "an index goes and comes": [
        made(),
        NO_STATUS,
        NO_STATUS.is_sorted("ABSENT"),
        WITH_STATUS,
        WITH_STATUS.is_sorted("DONE", roto=INDEX_WORDS),
    ],
    "a table with other indexes": [
        by_hand(indexes=[("gsi-status", ("profile", "id")), ("audit", ("status", "id"))]),
        WITH_STATUS.is_sorted("DONE", roto=INDEX_WORDS),
        NO_STATUS,
        WITH_STATUS,
    ],
    "no such index": [made(), update(drop("gsi-none")).is_sorted("ABSENT")],
    "an index without a key": [made(), update(add("a", "b"), defines="a").is_sorted("FAIL", roto=KEYLESS)],
    "an index without its keys": [made(), update(add("a", "b")).is_sorted("FAIL", roto=KEYLESS)],
    "two indexes go": [made(), update(drop("gsi-status"), drop("gsi-profile")).is_sorted("WAIT", roto=INDEXES)],
    "two indexes come": [made(), update(add("a", "b"), add("b", "c"), defines="abc").is_sorted("WAIT", roto=INDEXES)],
    "one goes and one comes": [
        made(),
        update(drop("gsi-status"), add("a", "b"), defines="ab").is_sorted("WAIT", roto=INDEXES),
    ],
    "an index and protection": [made(), update(drop("gsi-status"), DeletionProtectionEnabled=True)],
    "nothing to update": [made(), update().is_sorted("FAIL", roto=NOTHING)],
    "a provisioned table": [by_hand(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS), ON_DEMAND, ON_DEMAND],
    "encryption": [made(), KMS.is_sorted("FAIL", roto=MORE)],
    "a table class": [made(), CLASS.is_sorted("FAIL", roto=MORE)],
}
"""By what they are about."""


Seen = Mapping[str, object]
"""What the product sees of a call, and of the table after it, by name."""


@dataclass(frozen=True, slots=True)
class Stage:
    client: "DynamoDBClient"

    def play(self, script: list[Row]) -> Iterator[Seen]:
        for each in script:
            name = str(each.arguments["TableName"])
            outcome, words = told(partial(self.accepts, each))
            expiry, _ = told(partial(self.expiry, name))
            yield {"outcome": outcome, "expiry": expiry, **self.at_rest(name), WORDS: words}

    def accepts(self, each: Row) -> str:
        getattr(self.client, each.api)(**each.arguments)
        return ACCEPTED

    def at_rest(self, name: str) -> Seen:
        """The table when nothing about it is under way any more, but for what no two tables have in common."""
        ends_at = time.monotonic() + REST_SECONDS
        while True:
            live, _ = told(partial(self.live, name))
            if isinstance(live, str):
                return {"table": live}
            if live.status == "ACTIVE" and not live.motions:
                return shown(live)
            assert time.monotonic() < ends_at, live
            time.sleep(0.02)

    def live(self, name: str) -> LiveTable:
        return live_table(self.client.describe_table(TableName=name)["Table"])

    def expiry(self, name: str) -> object:
        return time_to_live(self.client.describe_time_to_live(TableName=name)["TimeToLiveDescription"])


def shown(live: LiveTable) -> Seen:
    """What the product reads of a table, by name."""
    values = {each.name: getattr(live, each.name) for each in fields(live) if each.name not in OF_EACH}
    schema = live.table.schema
    indexes = {each.index_name: each for each in schema.global_secondary_indexes}
    settings = {each.name: getattr(live.table.settings, each.name) for each in fields(Settings)}
    values |= {"schema": replace(schema, global_secondary_indexes=()), "indexes": indexes, **settings}
    stream = live.stream_arn.rpartition("/")[0] if live.stream_arn else None
    return values | {"arn": _common(live.arn), "stream_arn": _common(stream or "")}


def unlike(ours: Seen, theirs: Seen) -> dict[str, tuple[object, object]]:
    """What the product sees otherwise on the one than on the other; the words are for whoever reads a failure."""
    names = [name for name in {**ours, **theirs} if name != WORDS and ours.get(name) != theirs.get(name)]
    return {name: (ours.get(name), theirs.get(name)) for name in (*names, *([WORDS] if names else []))}


def told(call: Callable[[], Seeing]) -> tuple[Seeing | str, str]:
    """What a call answers, or what the product makes of its refusal; and the refusal's words."""
    try:
        return call(), ""
    except ClientError as error:
        given = error.response["Error"]
        verdict = sort(given["Code"], given["Message"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        return verdict.name, f"{given['Code']}: {given['Message']}"


def _common(arn: str) -> str:
    return arn.replace(LOCAL_ACCOUNT, OUR_ACCOUNT)


@pytest.fixture(scope="module")
def local_at_once() -> Iterator[int]:
    """DynamoDB Local with states that take no time."""
    with dynamodb_local(delays=False) as port:
        yield port


@pytest.fixture
def local(local_at_once: int) -> Iterator["DynamoDBClient"]:
    """A client of DynamoDB Local, without a table."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{local_at_once}",
        region_name=REGION,
        aws_access_key_id=uuid.uuid4().hex,
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


@pytest.fixture
def roto() -> Iterator["DynamoDBClient"]:
    """A client of roto, without a table."""
    server = Roto()
    yield server.dynamodb
    server.close()


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_product_sees_the_same(script: list[Row], local: "DynamoDBClient", roto: "DynamoDBClient") -> None:
    rows = list(zip(script, Stage(local).play(script), Stage(roto).play(script), strict=True))
    assert [ours["outcome"] for _, ours, _ in rows] == [each.outcome for each in script]
    wrong = [f"call {number}, {each.api}: {found}" for number, (each, ours, theirs) in enumerate(rows)
             if bool(found := unlike(ours, theirs)) != bool(each.differs)]  # fmt: skip
    assert not wrong, "\n".join(wrong)
