"""The same scripts on the model and on Amazon's own DynamoDB Local, their answers held against each other.

What is compared for each call: whether it was accepted, the error's code, the text where both are known to use the
service's own, and after it the description of the table at rest, normalised. Where the two are known to differ, the
difference is in the script with its reason, and the test fails when it is no longer there.

DynamoDB Local is found through DYNAMODB_LOCAL_HOME, or in the folder that `python tools/engines.py` fills. Without it
these tests are skipped; in CI (CI=true) they fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.aws import Client, ControlPlane, Durations, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.timeout(300)  # the first test plays all scripts in real time: an index takes half a minute

Json = dict[str, Any]
HOME = Path(os.environ.get("DYNAMODB_LOCAL_HOME", Path(__file__).parents[2] / ".engines" / "dynamodb-local"))
SAME_TEXTS = (
    "TimeToLive is already enabled",
    "TimeToLive is active on a different AttributeName",
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    "Table already has an enabled stream",
    "Attempting to create an index which already exists",
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    "invalid attribute, SchemaElement redefined should be of same type as previously defined",
)
UNLIKE = frozenset(
    {
        *("TableArn", "TableId", "CreationDateTime", "IndexArn", "LatestStreamArn", "LatestStreamLabel"),
        *("LastUpdateToPayPerRequestDateTime", "LastIncreaseDateTime", "LastDecreaseDateTime"),
        *("WarmThroughput", "NumberOfDecreasesToday", "ItemCount", "IndexSizeBytes"),
    }
)
"""What is of each run, and what DynamoDB Local leaves out, always or of an index that is being made."""
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
POLLS = 1200
LOOKS_AT_A_START = 3000
"""How often to look at a table that is not at rest: every half second in real time, every 15 seconds in virtual."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the script's table.

    `rest` waits until no work is under way and compares the tables; without it the indexes are compared as they are
    just after the call. `differs` says what DynamoDB Local does otherwise than the service.
    """

    api: str
    arguments: Json = field(default_factory=dict)
    rest: bool = True
    differs: str = ""


def keys(*names: str) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def strings(*names: str) -> list[Json]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def an_index(name: str, *names: str, **more: Any) -> Json:
    return {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": "ALL"}} | more


def create(**more: Any) -> Step:
    usual = {"KeySchema": keys("id"), "AttributeDefinitions": strings("id"), "BillingMode": "PAY_PER_REQUEST"}
    return Step("create_table", usual | more)


def create_indexed(**more: Any) -> Step:
    indexes = [an_index("by-a", "a", "t"), an_index("by-b", "b")]
    return create(AttributeDefinitions=strings("id", "a", "t", "b"), GlobalSecondaryIndexes=indexes, **more)


def update(**more: Any) -> Step:
    return Step("update_table", more)


def add(*names: str, rest: bool = True, **more: Any) -> Step:
    updates = [{"Create": an_index(f"by-{names[0]}", *names, **more)}]
    arguments = {"AttributeDefinitions": strings(*names), "GlobalSecondaryIndexUpdates": updates}
    return Step("update_table", arguments, rest)


def drop(name: str, rest: bool = True) -> Step:
    return Step("update_table", {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": f"by-{name}"}}]}, rest)


def ttl(enabled: bool, attribute: str = "ttl") -> Step:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return Step("update_time_to_live", {"TimeToLiveSpecification": specification})


def stream(view: str | None) -> Step:
    specification: Json = {"StreamEnabled": True, "StreamViewType": view} if view else {"StreamEnabled": False}
    return update(StreamSpecification=specification)


def otherwise(step: Step, why: str) -> Step:
    return Step(step.api, step.arguments, step.rest, why)


DESCRIBE, DESCRIBE_TTL, DELETE = Step("describe_table"), Step("describe_time_to_live"), Step("delete_table")
SCRIPTS: dict[str, list[Step]] = {
    "a table comes and goes": [
        DESCRIBE,
        DELETE,
        update(DeletionProtectionEnabled=True),
        ttl(True),
        DESCRIBE_TTL,
        create(),
        create(),
        DESCRIBE,
        DESCRIBE_TTL,
        DELETE,
        DESCRIBE,
        create_indexed(),
        DESCRIBE,
    ],
    "what create_table refuses": [
        create(AttributeDefinitions=strings("id", "x")),
        create(AttributeDefinitions=strings("x")),
        create(AttributeDefinitions=strings("id", "id")),
        create(GlobalSecondaryIndexes=[an_index("by-a", "a")]),
        create(GlobalSecondaryIndexes=[]),
        create(AttributeDefinitions=strings("id", "a"), GlobalSecondaryIndexes=[an_index("by-a", "a")] * 2),
        create(
            AttributeDefinitions=strings("id", "a"),
            GlobalSecondaryIndexes=[an_index(f"by-{number}", "a") for number in range(21)],
        ),
        create(AttributeDefinitions=strings("id", "a"), GlobalSecondaryIndexes=[an_index("by-a", "a", Projection={})]),
        create(BillingMode="PROVISIONED"),
        create_indexed(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS),
        create(KeySchema=[{"AttributeName": "id", "KeyType": "RANGE"}]),
        create(KeySchema=keys("id", "id")),
        create(StreamSpecification={"StreamEnabled": True}),
        DESCRIBE,
    ],
    "names": [create(TableName="ab"), create(TableName="a b"), create(TableName="a" * 256)],
    "deletion protection": [
        create(DeletionProtectionEnabled=True),
        DELETE,
        update(DeletionProtectionEnabled=False),
        update(DeletionProtectionEnabled=False),
        update(DeletionProtectionEnabled=True),
        update(DeletionProtectionEnabled=True),
        DELETE,
        DESCRIBE,
    ],
    "time to live": [
        create(),
        DESCRIBE_TTL,
        ttl(False),
        ttl(True),
        DESCRIBE_TTL,
        ttl(True),
        ttl(True, "other"),
        ttl(False, "other"),
        ttl(False),
        DESCRIBE_TTL,
        ttl(True, "other"),
        DESCRIBE_TTL,
    ],
    "streams": [
        create(),
        stream(None),
        stream("NEW_IMAGE"),
        DESCRIBE,
        stream("NEW_IMAGE"),
        stream("KEYS_ONLY"),
        stream(None),
        DESCRIBE,
        stream("KEYS_ONLY"),
        DESCRIBE,
        update(StreamSpecification={"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}),
    ],
    "a stream from the beginning": [
        create(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}),
        DESCRIBE,
        stream("NEW_IMAGE"),
    ],
    "nothing to update": [
        create(),
        update(),
        update(AttributeDefinitions=strings("id")),
        update(GlobalSecondaryIndexUpdates=[]),
    ],
    "an index is added": [
        create(),
        add("a", "t", rest=False),
        add("b", rest=False),
        drop("a", rest=False),
        add("a", rest=False),
        Step("update_table", {"DeletionProtectionEnabled": True}, rest=False),
        DESCRIBE,
        add("a"),
        DESCRIBE,
    ],
    "an index is deleted": [
        create_indexed(),
        drop("a", rest=False),
        drop("b", rest=False),
        add("c", rest=False),
        drop("a"),
        DESCRIBE,
        drop("a"),
    ],
    "what an index update refuses": [
        create_indexed(),
        Step("update_table", {"GlobalSecondaryIndexUpdates": [{"Create": an_index("by-c", "c")}]}),
        Step(
            "update_table",
            {"AttributeDefinitions": strings("id"), "GlobalSecondaryIndexUpdates": [{"Create": an_index("by-c", "c")}]},
        ),
        Step(
            "update_table",
            {
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
                "GlobalSecondaryIndexUpdates": [{"Create": an_index("by-c", "id")}],
            },
        ),
        add("b"),
        drop("none"),
        update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": f"by-{name}"}} for name in ("a", "a")]),
        update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": f"by-{name}"}} for name in ("a", "b")]),
        update(
            AttributeDefinitions=strings("c", "d"),
            GlobalSecondaryIndexUpdates=[{"Create": an_index(f"by-{name}", name)} for name in ("c", "d")],
        ),
        update(
            AttributeDefinitions=strings("c"),
            GlobalSecondaryIndexUpdates=[{"Create": an_index("by-c", "c")}, {"Delete": {"IndexName": "by-a"}}],
        ),
        DESCRIBE,
    ],
    "a provisioned table": [
        create(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS),
        DESCRIBE,
        update(ProvisionedThroughput=UNITS),
        otherwise(add("a"), "an index without throughput is an InternalFailure"),
        update(BillingMode="PAY_PER_REQUEST"),
        DESCRIBE,
        update(BillingMode="PAY_PER_REQUEST"),
        otherwise(update(ProvisionedThroughput=UNITS), "throughput of an on-demand table is accepted, without effect"),
        update(BillingMode="PROVISIONED"),
        update(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS),
        DESCRIBE,
    ],
    "a provisioned table with indexes": [
        create(
            BillingMode="PROVISIONED",
            ProvisionedThroughput=UNITS,
            AttributeDefinitions=strings("id", "a"),
            GlobalSecondaryIndexes=[an_index("by-a", "a", ProvisionedThroughput=UNITS)],
        ),
        otherwise(update(BillingMode="PAY_PER_REQUEST"), "the indexes keep their throughput"),
        otherwise(
            update(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS), "the indexes' throughput need not be given"
        ),
    ],
    "two changes in one call": [
        create_indexed(),
        otherwise(update(DeletionProtectionEnabled=True, **drop("a").arguments), "deletion protection may come with others"),
    ],
    "throughput for an on-demand table": [
        otherwise(create(ProvisionedThroughput=UNITS), "it is accepted, and ignored"),
    ],
    "throughput for an index of an on-demand table": [
        create(),
        otherwise(add("a", rest=False, ProvisionedThroughput=UNITS), "it is accepted, and ignored"),
    ],
    "definitions that no index uses": [
        create(),
        otherwise(
            Step("update_table", add("a").arguments | {"AttributeDefinitions": strings("a", "unused")}, rest=False),
            "they are kept",
        ),
    ],
    "a stream, and deleting the table, while an index is made": [
        create(),
        add("a", rest=False),
        otherwise(Step("update_table", stream("NEW_IMAGE").arguments, rest=False), "a stream is accepted"),
        otherwise(Step("delete_table", rest=False), "deleting is accepted, and the table is gone at once"),
    ],
    "encryption, class and caps": [
        create(),
        otherwise(update(SSESpecification={"Enabled": True, "SSEType": "KMS"}), "not supported: Nothing to update"),
        otherwise(update(TableClass="STANDARD_INFREQUENT_ACCESS"), "not supported: Nothing to update"),
        otherwise(update(OnDemandThroughput={"MaxReadRequestUnits": 5}), "not supported: Nothing to update"),
    ],
}
"""By the sentence of what they show."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a step: the error's code or `ok`, its text, and the table, or its indexes, afterwards."""

    outcome: str
    text: str
    answer: Json
    after: Any


def normal(value: Any) -> Any:
    """Without what cannot be alike, and lists in a fixed order."""
    if isinstance(value, dict):
        return {name: normal(entry) for name, entry in value.items() if name not in UNLIKE}
    if isinstance(value, list):
        return sorted((normal(entry) for entry in value), key=repr)
    return value


@dataclass(slots=True)
class Stage:
    """One of the two, with a table for the script, and how it waits."""

    client: Any
    name: str
    sleep: Callable[[float], None]
    pause: float

    def play(self, script: list[Step]) -> list[Seen]:
        return [self.step(step) for step in script]

    def step(self, step: Step) -> Seen:
        outcome, text, answer = "ok", "", {}
        try:
            answer = getattr(self.client, step.api)(**{"TableName": self.name} | step.arguments)
        except ClientError as error:
            outcome, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
        told = normal(answer.get("TimeToLiveDescription") or answer.get("TimeToLiveSpecification") or {})
        return Seen(outcome, text, told, self.at_rest() if step.rest else self.indexes())

    def indexes(self) -> Any:
        """The indexes as they are now, and the attributes; None where there is no table."""
        try:
            table = self.client.describe_table(TableName=self.name)["Table"]
        except ClientError:
            return None
        return normal([table.get("GlobalSecondaryIndexes", []), table["AttributeDefinitions"]])

    def at_rest(self) -> Json | None:
        """The table, when nothing about it is under way any more; None where there is none."""
        for _ in range(POLLS):
            try:
                table = self.client.describe_table(TableName=self.name)["Table"]
            except ClientError:
                return None
            statuses = {table["TableStatus"], *(index["IndexStatus"] for index in table.get("GlobalSecondaryIndexes", ()))}
            if statuses == {"ACTIVE"}:
                shown: Json = normal(table)
                return shown
            self.sleep(self.pause)
        raise TimeoutError(self.name)


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Its endpoint, for as long as it runs. It listens on all interfaces, so it is stopped again soon."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["java", f"-Djava.library.path={HOME / 'DynamoDBLocal_lib'}", "-jar", str(HOME / "DynamoDBLocal.jar")]
    command += ["-inMemory", "-delayTransientStatuses", "-disableTelemetry", "-port", str(port)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - fixed
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


class OneAtATime:
    """A client that takes turns with others: DynamoDB Local now and then fails when two calls come at once."""

    def __init__(self, client: Any, turn: Lock) -> None:
        self._client = client
        self._turn = turn

    def __getattr__(self, api: str) -> Callable[..., Json]:
        def call(**arguments: Any) -> Json:
            with self._turn:
                answer: Json = getattr(self._client, api)(**arguments)
                return answer

        return call


def local_client(endpoint: str, account: str) -> Any:
    """A client that does not try again by itself.

    DynamoDB Local keeps the tables of an access key apart, and adds indexes to five of them at once.
    """
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id=account,
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )


def until_it_answers(endpoint: str) -> None:
    client = local_client(endpoint, "local")
    for _ in range(LOOKS_AT_A_START):
        try:
            client.list_tables()
        except EndpointConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(endpoint)


def missing() -> str:
    """What is not there to run DynamoDB Local with, if anything."""
    if not (HOME / "DynamoDBLocal.jar").is_file():
        return f"there is no DynamoDB Local in {HOME}: run `python tools/engines.py`, or set DYNAMODB_LOCAL_HOME"
    return "" if shutil.which("java") else "DynamoDB Local needs Java 17 or newer, and there is no `java`"


@pytest.fixture(scope="module")
def on_local() -> dict[str, list[Seen]]:
    """All scripts, side by side: an index takes DynamoDB Local half a minute, too."""
    problem = missing()
    if problem and os.environ.get("CI") == "true":
        pytest.fail(problem)
    if problem:
        pytest.skip(problem)
    with dynamodb_local() as endpoint, ThreadPoolExecutor(len(SCRIPTS)) as pool:
        until_it_answers(endpoint)
        turn = Lock()
        clients = [OneAtATime(local_client(endpoint, f"script{number}"), turn) for number in range(len(SCRIPTS))]
        played = pool.map(partial(play_on, sleep=time.sleep, pause=0.5), clients, enumerate(SCRIPTS.values()))
        return dict(zip(SCRIPTS, played, strict=True))


def play_on(client: Any, numbered: tuple[int, list[Step]], sleep: Callable[[float], None], pause: float) -> list[Seen]:
    number, script = numbered
    return Stage(client, f"script-{number}", sleep, pause).play(script)


def on_model(number: int, script: list[Step]) -> list[Seen]:
    """With the durations that DynamoDB Local does not have at nothing."""
    clock = VirtualClock()
    durations = Durations(describe_after_create=(0, 0), ttl_settles=(0, 0), ttl_cooldown=(0, 0), protection_cooldown=(0, 0))
    client = Client(ControlPlane(clock, durations=durations))
    return play_on(client, (number, script), clock.sleep, 15.0)


@pytest.mark.parametrize("title", SCRIPTS)
def test_the_model_and_dynamodb_local_agree(title: str, on_local: dict[str, list[Seen]]) -> None:
    script = SCRIPTS[title]
    ours = on_model(list(SCRIPTS).index(title), script)
    rows = zip(script, ours, on_local[title], strict=True)
    wrong = [(number, step, *seen) for number, (step, *seen) in enumerate(rows) if alike(*seen) == bool(step.differs)]
    assert not wrong, "\n".join(f"{title}, step {number}: {seen}" for number, *seen in wrong)


def alike(model: Seen, local: Seen) -> bool:
    """Whether both say the same, in the same words where both are known to have the service's."""
    same_texts = all(model.text.startswith(text) == local.text.startswith(text) for text in SAME_TEXTS)
    return same_texts and (model.outcome, model.answer, model.after) == (local.outcome, local.answer, local.after)
