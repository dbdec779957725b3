"""The model of the control plane, held against what is known of the real one: each fact is a row or a test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from tests.aws import (
    APIS,
    Client,
    ControlPlane,
    Durations,
    KeyService,
    Limits,
    Rate,
    Refused,
    Switches,
    VirtualClock,
)
from tests.aws.client import operation, with_moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]
NAME = "records"
ARN = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{NAME}"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*"}]})
OTHER_POLICY = POLICY.replace("Deny", "Allow")


def keys(*names: str) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def strings(*names: str) -> list[Json]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def an_index(name: str, *names: str, **more: Any) -> Json:
    return {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": "ALL"}} | more


def new(name: str = NAME, **more: Any) -> Json:
    """The arguments of a CreateTable that nobody refuses, and more."""
    return {
        "TableName": name,
        "KeySchema": keys("id"),
        "AttributeDefinitions": strings("id"),
        "BillingMode": "PAY_PER_REQUEST",
    } | more


def with_indexes(*names: str) -> Json:
    indexes = [an_index(f"by-{name}", name) for name in names]
    return new(AttributeDefinitions=strings("id", *names), GlobalSecondaryIndexes=indexes)


def add(name: str, **more: Any) -> Json:
    """The arguments of an UpdateTable that adds an index on an attribute of that name."""
    updates = [{"Create": an_index(f"by-{name}", name, **more)}]
    return {"AttributeDefinitions": strings(name), "GlobalSecondaryIndexUpdates": updates}


def drop(name: str) -> Json:
    return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": f"by-{name}"}}]}


def ttl(enabled: bool, attribute: str = "ttl") -> Json:
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def pitr(enabled: bool, **more: Any) -> Json:
    return {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled} | more}


def tags(**pairs: str) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


@dataclass
class Bench:
    """A control plane, its clock, and short words for what the tests do with them."""

    durations: Durations = field(default_factory=Durations)
    limits: Limits = field(default_factory=Limits)
    switches: Switches = field(default_factory=Switches)
    rate: Rate | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.plane = ControlPlane(
            self.clock,
            seed=self.seed,
            durations=self.durations,
            limits=self.limits,
            switches=self.switches,
            rate=self.rate,
        )

    def call(self, api: str, **arguments: Any) -> Json:
        return self.plane.call(api, arguments)

    def on(self, api: str, **arguments: Any) -> Json:
        """A call on the table of the tests."""
        by_arn = {"list_tags_of_resource", "tag_resource", "untag_resource"}
        resource = {"ResourceArn": ARN} if api in by_arn or "policy" in api else {"TableName": NAME}
        return self.plane.call(api, resource | arguments)

    def refusal(self, api: str, **arguments: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.on(api, **arguments)
        return caught.value

    def describe(self) -> Json:
        table: Json = self.on("describe_table")["Table"]
        return table

    def status(self) -> str:
        return str(self.describe()["TableStatus"])

    def index(self, name: str) -> Json | None:
        indexes: Iterable[Json] = self.describe().get("GlobalSecondaryIndexes", ())
        return next((index for index in indexes if index["IndexName"] == f"by-{name}"), None)

    def tags(self) -> Json:
        return {tag["Key"]: tag["Value"] for tag in self.on("list_tags_of_resource")["Tags"]}

    def seconds(self, condition: Callable[[], bool], most: float = 7_200.0) -> float:
        """How long it takes until the condition holds."""
        began = self.clock.now()
        while not condition():
            assert self.clock.now() < began + most, "it never came"
            self.clock.sleep(0.05)
        return self.clock.now() - began

    def rest(self) -> None:
        self.seconds(self.plane.at_rest)

    def made(self, **more: Any) -> Bench:
        """With the table, a day after it was made."""
        self.on("create_table", **new(**more))
        self.clock.sleep(86_400)
        return self


@pytest.fixture
def bench() -> Bench:
    return Bench()


# Time


@pytest.mark.parametrize("seed", range(5))
def test_a_table_takes_2_to_6_seconds(seed: int) -> None:
    bench = Bench(seed=seed)
    assert bench.call("create_table", **new())["TableDescription"]["TableStatus"] == "CREATING"
    bench.clock.sleep(0.1)
    assert 1.9 <= bench.seconds(lambda: bench.status() == "ACTIVE") <= 6.0


@pytest.mark.parametrize("seed", range(5))
def test_a_table_with_its_indexes_takes_14_to_22_seconds_and_all_are_active_together(seed: int) -> None:
    bench = Bench(seed=seed)
    bench.call("create_table", **with_indexes("a", "b"))
    bench.clock.sleep(0.1)
    for _ in range(1000):
        table = bench.describe()
        assert {index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]} == {table["TableStatus"]}
        if table["TableStatus"] == "ACTIVE":
            break
        bench.clock.sleep(0.05)
    assert 13.9 <= bench.clock.now() - table["CreationDateTime"] <= 22.1


@pytest.mark.parametrize("seed", range(5))
def test_a_deletion_takes_4_to_6_seconds(seed: int) -> None:
    bench = Bench(seed=seed).made()
    assert bench.on("delete_table")["TableDescription"]["TableStatus"] == "DELETING"
    assert 4.0 <= bench.seconds(lambda: NAME not in bench.plane.tables) <= 6.1
    assert bench.refusal("describe_table").code == "ResourceNotFoundException"


@pytest.mark.parametrize("seed", range(5))
def test_an_added_index_is_24_to_56_seconds_updating_and_then_8_to_17_minutes_in_an_active_table(seed: int) -> None:
    bench = Bench(seed=seed).made()
    bench.on("update_table", **add("a"))
    assert (bench.status(), bench.index("a"))[0] == "UPDATING"
    first = bench.index("a")
    assert first is not None
    assert (first["IndexStatus"], first["Backfilling"]) == ("CREATING", False)
    allocated = bench.seconds(lambda: bench.status() == "ACTIVE")
    assert 24.0 <= allocated <= 56.1
    second = bench.index("a")
    assert second is not None
    assert (second["IndexStatus"], second["Backfilling"]) == ("CREATING", True)
    backfilled = bench.seconds(lambda: bool((bench.index("a") or {})["IndexStatus"] == "ACTIVE"))
    assert 480.0 <= allocated + backfilled <= 1020.2
    assert "Backfilling" not in (bench.index("a") or {})
    assert bench.describe()["AttributeDefinitions"] in (strings("id", "a"), strings("a", "id"))


@pytest.mark.parametrize("seed", range(3))
def test_an_index_is_gone_in_3_to_5_seconds_and_its_attributes_with_it(seed: int) -> None:
    bench = Bench(seed=seed)
    bench.plane.given_table(NAME, indexes={"by-a": ("a", "t"), "by-b": ("b", "t")})
    bench.on("update_table", **drop("a"))
    assert bench.status() == "UPDATING"
    assert (bench.index("a") or {})["IndexStatus"] == "DELETING"
    assert 3.0 <= bench.seconds(lambda: bench.index("a") is None) <= 5.1
    assert bench.status() == "ACTIVE"
    assert {entry["AttributeName"] for entry in bench.describe()["AttributeDefinitions"]} == {"id", "b", "t"}


def test_an_encryption_takes_22_seconds_in_an_active_table_and_shows_the_old_key_first(bench: Bench) -> None:
    key = bench.plane.keys.add("alias/own")
    bench.plane.given_table(NAME, key="alias/aws/dynamodb")
    old = bench.describe()["SSEDescription"]["KMSMasterKeyArn"]
    bench.on("update_table", SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/own"})
    shown = bench.describe()["SSEDescription"]
    assert (bench.status(), shown["Status"], shown["KMSMasterKeyArn"]) == ("ACTIVE", "UPDATING", old)
    assert 8.0 <= bench.seconds(lambda: bool(bench.describe()["SSEDescription"]["KMSMasterKeyArn"] == key.arn)) <= 9.1
    assert bench.describe()["SSEDescription"]["Status"] == "UPDATING"
    assert 12.0 <= bench.seconds(lambda: bool(bench.describe()["SSEDescription"]["Status"] == "ENABLED")) <= 15.4


def test_encryption_with_the_key_that_aws_owns_is_no_description(bench: Bench) -> None:
    bench.plane.given_table(NAME, key="alias/aws/dynamodb")
    bench.on("update_table", SSESpecification={"Enabled": False})
    assert 21.0 <= bench.seconds(lambda: "SSEDescription" not in bench.describe()) <= 23.4


def test_a_stream_takes_4_to_5_seconds_and_shows_at_once(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    answer = bench.on("update_table", StreamSpecification=view)["TableDescription"]
    assert ("StreamSpecification" in answer, answer["TableStatus"]) == (False, "UPDATING")
    assert bench.describe()["StreamSpecification"] == view
    assert 4.0 <= bench.seconds(lambda: bench.status() == "ACTIVE") <= 5.2


def test_a_stream_made_again_has_another_arn_and_the_old_one_lingers_meanwhile(bench: Bench) -> None:
    bench.plane.given_table(NAME, stream="NEW_IMAGE")
    first = bench.describe()["LatestStreamArn"]
    bench.on("update_table", StreamSpecification={"StreamEnabled": False})
    bench.rest()
    assert "StreamSpecification" not in bench.describe()
    assert bench.describe()["LatestStreamArn"] == first
    bench.on("update_table", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    assert bench.describe()["LatestStreamArn"] != first


def test_a_table_class_takes_4_to_6_seconds_and_shows_in_the_end(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert (bench.status(), "TableClassSummary" in bench.describe()) == ("UPDATING", False)
    assert 3.6 <= bench.seconds(lambda: bench.status() == "ACTIVE") <= 6.2
    assert bench.describe()["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}


def test_ttl_settles_in_2_seconds_and_its_next_change_is_refused_for_31_to_60_minutes(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_time_to_live", **ttl(True))
    shown = bench.on("describe_time_to_live")["TimeToLiveDescription"]
    assert shown == {"TimeToLiveStatus": "ENABLING", "AttributeName": "ttl"}
    settled = {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    assert bench.seconds(lambda: bool(bench.on("describe_time_to_live")["TimeToLiveDescription"] == settled)) <= 2.2
    for _ in range(185):
        refusal = bench.refusal("update_time_to_live", **ttl(False))
        assert refusal.message == "Time to live has been modified multiple times within a fixed interval"
        bench.clock.sleep(10)
    bench.clock.sleep(1_750)
    bench.on("update_time_to_live", **ttl(False))
    bench.clock.sleep(3)
    assert bench.on("describe_time_to_live")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_a_table_may_be_unknown_to_describe_just_after_it_was_created() -> None:
    bench = Bench(durations=Durations(describe_after_create=(1.0, 1.0)))
    bench.call("create_table", **new())
    assert bench.refusal("describe_table").code == "ResourceNotFoundException"
    bench.clock.sleep(1.0)
    assert bench.status() == "CREATING"


# Answers


def test_create_table_takes_everything_but_ttl_recovery_and_insights_at_once(bench: Bench) -> None:
    bench.made(
        AttributeDefinitions=strings("id", "a"),
        GlobalSecondaryIndexes=[an_index("by-a", "a")],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        Tags=tags(owner="me"),
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6},
        ResourcePolicy=POLICY,
    )
    table = bench.describe()
    assert table["SSEDescription"]["KMSMasterKeyArn"] == bench.plane.keys.managed.arn
    assert table["DeletionProtectionEnabled"] is True
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert table["LatestStreamArn"].startswith(f"{ARN}/stream/")
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6}
    assert bench.tags() == {"owner": "me"}
    assert json.loads(bench.on("get_resource_policy")["Policy"])["Statement"][0]["Effect"] == "Deny"
    assert bench.on("describe_time_to_live")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_describe_table_leaves_defaults_out(bench: Bench) -> None:
    bench.made(TableClass="STANDARD", SSESpecification={"Enabled": False})
    table = bench.describe()
    absent = {"SSEDescription", "StreamSpecification", "LatestStreamArn", "GlobalSecondaryIndexes", "OnDemandThroughput"}
    assert not absent & set(table)
    assert table["DeletionProtectionEnabled"] is False
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_provisioned_table_has_no_billing_summary(bench: Bench) -> None:
    bench.plane.given_table(NAME, provisioned=(5, 5), indexes={"by-a": ("a", None)})
    assert "BillingModeSummary" not in bench.describe()
    assert (bench.index("a") or {})["ProvisionedThroughput"]["ReadCapacityUnits"] == 5


def test_lists_come_in_any_order(bench: Bench) -> None:
    bench.plane.given_table(NAME, indexes={f"by-{name}": (name, None) for name in "abcdef"})
    orders = {tuple(index["IndexName"] for index in bench.describe()["GlobalSecondaryIndexes"]) for _ in range(20)}
    assert len(orders) > 1


CHANGES: list[tuple[str, Json]] = [
    ("DeletionProtectionEnabled", {"DeletionProtectionEnabled": True}),
    ("TableClassSummary", {"TableClass": "STANDARD_INFREQUENT_ACCESS"}),
    ("StreamSpecification", {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}),
    ("SSEDescription", {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}),
    ("GlobalSecondaryIndexes", add("a")),
    ("OnDemandThroughput", {"OnDemandThroughput": {"MaxReadRequestUnits": 5}}),
]


@pytest.mark.parametrize(("member", "change"), CHANGES, ids=[row[0] for row in CHANGES])
def test_the_answer_to_a_change_shows_the_state_before_it(bench: Bench, member: str, change: Json) -> None:
    bench.plane.given_table(NAME)
    answer = bench.on("update_table", **change)["TableDescription"]
    assert not answer.get(member)
    bench.seconds(lambda: bool(bench.describe().get(member)))


def test_a_table_made_again_has_the_same_arn_another_id_and_nothing_of_the_old_one(bench: Bench) -> None:
    bench.made(Tags=tags(a="1"))
    bench.on("update_time_to_live", **ttl(True))
    before = bench.describe()
    bench.plane.put_record(NAME, {"id": "1"})
    bench.on("delete_table")
    bench.clock.sleep(6)
    bench.made()
    after = bench.describe()
    assert (after["TableArn"], after["TableId"] == before["TableId"]) == (before["TableArn"], False)
    assert bench.tags() == {}
    bench.on("update_time_to_live", **ttl(True))
    assert bench.plane.records(NAME) == []


def test_every_answer_has_the_shape_that_botocore_knows() -> None:
    bench = Bench()
    bench.plane.given_table(
        NAME,
        indexes={"by-a": ("a", "b")},
        stream="KEYS_ONLY",
        key="alias/aws/dynamodb",
        policy=POLICY,
        ttl="ttl",
        recovery_days=35,
        insights=True,
        tags={"a": "1"},
        cap={"MaxReadRequestUnits": 4},
    )
    arguments: dict[str, Json] = {
        "create_table": new(name="another"),
        "update_table": {"DeletionProtectionEnabled": False},
        "tag_resource": {"Tags": tags(b="2")},
        "untag_resource": {"TagKeys": ["c"]},
        "update_time_to_live": ttl(False),
        "update_continuous_backups": pitr(True),
        "update_contributor_insights": {"ContributorInsightsAction": "DISABLE"},
        "put_resource_policy": {"Policy": POLICY},
    }
    for api in sorted(APIS, key=lambda api: api == "delete_table"):
        bench.clock.sleep(20)
        shape = operation("dynamodb", api).output_shape
        answer = with_moments(bench.on(api, **arguments.get(api, {})))
        if shape is not None:
            report = ParamValidator().validate(answer, shape).generate_report().splitlines()
            # The model of the answer has the limits of the request; the service shows 0 where nothing is provisioned.
            assert [line for line in report if "value: 0, valid min value: 1" not in line] == [], api
            assert set(answer) <= set(shape.members), api


# Refusals of a request, whatever the table


BAD_CREATES: list[tuple[str, Json, str]] = [
    ("name too short", {"TableName": "ab"}, "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy"),
    ("name too long", {"TableName": "a" * 256}, "1 validation error detected: Value 'aaa"),
    ("name malformed", {"TableName": "a b c"}, "1 validation error detected: Value 'a b c'"),
    (
        "attribute not used",
        {"AttributeDefinitions": strings("id", "x")},
        "One or more parameter values were invalid: Some AttributeDefinitions are not used.",
    ),
    (
        "key not defined",
        {"AttributeDefinitions": strings("x")},
        "One or more parameter values were invalid: Some key attributes are not defined",
    ),
    (
        "index key not defined",
        {"GlobalSecondaryIndexes": [an_index("by-a", "a")]},
        "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions.",
    ),
    ("attribute twice", {"AttributeDefinitions": strings("id", "id")}, "Attribute Name is duplicated: id"),
    (
        "no index in the list",
        {"GlobalSecondaryIndexes": []},
        "One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty",
    ),
    (
        "index twice",
        {"AttributeDefinitions": strings("id", "a"), "GlobalSecondaryIndexes": [an_index("by-a", "a")] * 2},
        "One or more parameter values were invalid: Duplicate index name: by-a",
    ),
    (
        "21 indexes",
        with_indexes(*[f"a{number}" for number in range(21)]),
        "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (
        "no projection type",
        {"AttributeDefinitions": strings("id", "a"), "GlobalSecondaryIndexes": [an_index("by-a", "a", Projection={})]},
        "One or more parameter values were invalid: Unknown ProjectionType: null",
    ),
    (
        "throughput on demand",
        {"ProvisionedThroughput": UNITS},
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits",
    ),
    (
        "provisioned without throughput",
        {"BillingMode": "PROVISIONED"},
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified",
    ),
    (
        "index of a provisioned table without throughput",
        with_indexes("a") | {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
        "One or more parameter values were invalid: ProvisionedThroughput is not specified for index: by-a",
    ),
    ("sort key first", {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]}, "Invalid KeySchema: The first"),
    (
        "stream without view",
        {"StreamSpecification": {"StreamEnabled": True}},
        "One or more parameter values were invalid: Table is being created with a stream enabled",
    ),
    ("no table class", {"TableClass": "GLACIER"}, "Invalid table-class parameter provided."),
    (
        "no limit at creation",
        {"OnDemandThroughput": {"MaxReadRequestUnits": -1}},
        "One or more parameter values were invalid: Requested MaxReadRequestUnits for OnDemandThroughput",
    ),
    (
        "key without type",
        {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/x"}},
        "One or more parameter values were invalid: SSEType KMS is required if KMSMasterKeyId is specified",
    ),
    (
        "no such key",
        {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"}},
        "KMS validation error: com.amazonaws.services.kms.model.NotFoundException: Alias alias/x is not found.",
    ),
    ("tag of AWS", {"Tags": tags(**{"aws:x": "1"})}, "Tag Key cannot be prefixed with aws:"),
    ("tag twice", {"Tags": tags(a="1") + tags(a="2")}, "Duplicate Tag Keys provided as input"),
    ("tag value malformed", {"Tags": tags(a="#")}, "The Tag Value provided is invalid"),
    ("51 tags", {"Tags": tags(**{f"k{number}": "v" for number in range(51)})}, "Number of Tags exceed the current limit"),
    ("no policy", {"ResourcePolicy": "{"}, "One or more parameter values were invalid: Invalid policy document"),
]


@pytest.mark.parametrize(("more", "text"), [row[1:] for row in BAD_CREATES], ids=[row[0] for row in BAD_CREATES])
def test_create_table_refuses(bench: Bench, more: Json, text: str) -> None:
    with pytest.raises(Refused) as caught:
        bench.call("create_table", **new() | more)
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)
    assert caught.value.message.startswith(text)
    assert not bench.plane.tables
    assert not bench.plane.changes


STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
SSE = {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}
PROTECT = {"DeletionProtectionEnabled": True}
CLASS = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
CAP = {"OnDemandThroughput": {"MaxReadRequestUnits": 5}}
ALONE = "must be the only operation in the request"
COMBINED: list[tuple[str, Json, str]] = [
    ("nothing", {}, "At least one of ProvisionedThroughput, BillingMode"),
    ("attributes alone", {"AttributeDefinitions": strings("id")}, "At least one of ProvisionedThroughput"),
    ("protection and index", PROTECT | add("a"), f"DeletionProtection modification {ALONE}"),
    ("protection and encryption", PROTECT | SSE, f"Server-Side Encryption modification {ALONE}"),
    ("protection and class", PROTECT | CLASS, f"TableClass modification {ALONE}"),
    ("protection and stream", PROTECT | STREAM, f"DeletionProtection modification {ALONE}"),
    ("encryption and stream", SSE | STREAM, f"Server-Side Encryption modification {ALONE}"),
    ("class and index", CLASS | add("a"), f"TableClass modification {ALONE}"),
    ("cap and stream", CAP | STREAM, "OnDemandThroughput can only be combined with BillingMode"),
    ("index and stream", add("a") | STREAM, "You cannot create or delete index while changing stream status"),
    ("no update in the list", {"GlobalSecondaryIndexUpdates": []}, "List of GlobalSecondaryIndexUpdates is empty"),
    (
        "index without definitions",
        {"GlobalSecondaryIndexUpdates": [{"Create": an_index("by-a", "a")}]},
        "AttributeDefinitions is not specified for index: by-a",
    ),
    (
        "index with others' definitions",
        add("a") | {"AttributeDefinitions": strings("id")},
        "Some index key attributes are not defined",
    ),
    (
        "index with throughput",
        add("a", ProvisionedThroughput=UNITS),
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: by-a",
    ),
    (
        "key of another type",
        add("id") | {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]},
        "invalid attribute, SchemaElement redefined",
    ),
    ("existing index", add("x"), "Attempting to create an index which already exists"),
    ("throughput on demand", {"ProvisionedThroughput": UNITS}, "Neither ReadCapacityUnits nor WriteCapacityUnits"),
    (
        "provisioned without all units",
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
        "ProvisionedThroughput must be specified for index: by-x",
    ),
    ("encryption as it is by default", {"SSESpecification": {"Enabled": False}}, "Table is already encrypted by default"),
    ("no stream to turn off", {"StreamSpecification": {"StreamEnabled": False}}, "Table has no stream to disable"),
]


@pytest.mark.parametrize(("change", "text"), [row[1:] for row in COMBINED], ids=[row[0] for row in COMBINED])
def test_update_table_refuses_and_changes_nothing(bench: Bench, change: Json, text: str) -> None:
    bench.plane.given_table(NAME, indexes={"by-x": ("x", None)})
    before = bench.plane.truth(NAME)
    refusal = bench.refusal("update_table", **change)
    assert refusal.code == "ValidationException"
    assert text in refusal.message
    assert bench.plane.truth(NAME) == before


def test_a_request_is_checked_before_the_table_is_looked_for(bench: Bench) -> None:
    assert bench.refusal("update_table").code == "ValidationException"


# One index at a time


def test_two_index_changes_in_one_call_are_refused(bench: Bench) -> None:
    bench.plane.given_table(NAME, indexes={"by-x": ("x", None), "by-y": ("y", None)})
    for updates in (
        add("a")["GlobalSecondaryIndexUpdates"] + add("b")["GlobalSecondaryIndexUpdates"],
        add("a")["GlobalSecondaryIndexUpdates"] + drop("x")["GlobalSecondaryIndexUpdates"],
        drop("y")["GlobalSecondaryIndexUpdates"] + drop("x")["GlobalSecondaryIndexUpdates"],
    ):
        refusal = bench.refusal("update_table", AttributeDefinitions=strings("a", "b"), GlobalSecondaryIndexUpdates=updates)
        assert refusal.code == "LimitExceededException"
        assert "Only 1 online index can be created or deleted simultaneously per table" in refusal.message


@pytest.mark.parametrize("phase", ["allocation", "backfill", "deletion"])
def test_while_an_index_is_made_or_deleted_no_other_one_is(bench: Bench, phase: str) -> None:
    bench.plane.given_table(NAME, indexes={"by-x": ("x", None), "by-y": ("y", None)})
    bench.on("update_table", **(drop("y") if phase == "deletion" else add("a")))
    if phase == "backfill":
        bench.clock.sleep(60)
    for change in (add("b"), drop("x")):
        refusal = bench.refusal("update_table", **change)
        assert (refusal.code, "Only 1 online index" in refusal.message) == ("LimitExceededException", True)


def test_an_index_can_be_deleted_only_when_its_backfill_has_begun(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", **add("a"))
    refusal = bench.refusal("update_table", **drop("a"))
    assert refusal.code == "ResourceInUseException"
    assert "Index creation is in resource allocation phase. Retry deletion during backfilling phase" in refusal.message
    bench.seconds(lambda: bool((bench.index("a") or {}).get("Backfilling")))
    bench.on("update_table", **drop("a"))
    assert bench.seconds(lambda: bench.index("a") is None) <= 5.1
    bench.clock.sleep(2_000)
    assert (bench.status(), bench.index("a")) == ("ACTIVE", None)


def test_an_unknown_index_is_not_found(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    refusal = bench.refusal("update_table", **drop("a"))
    assert refusal.code == "ResourceNotFoundException"
    assert refusal.message == f"Requested resource not found: Index by-a for table {NAME}"


def test_a_21st_index_is_a_limit_for_update_table(bench: Bench) -> None:
    bench.plane.given_table(NAME, indexes={f"by-{number}": (f"a{number}", None) for number in range(20)})
    refusal = bench.refusal("update_table", **add("b"))
    assert refusal.code == "LimitExceededException"
    assert refusal.message.endswith("Number of global secondary indexes exceeds per-table limit of 20")


def test_an_index_of_a_provisioned_table_needs_throughput(bench: Bench) -> None:
    bench.plane.given_table(NAME, provisioned=(5, 5))
    assert "ProvisionedThroughput must be specified for index" in bench.refusal("update_table", **add("a")).message
    bench.on("update_table", **add("a", ProvisionedThroughput=UNITS))


def test_measured_only_the_new_keys_of_an_index_have_to_be_defined() -> None:
    bench = Bench(switches=Switches(all_index_keys_defined=False))
    bench.plane.given_table(NAME)
    updates = [{"Create": an_index("by-a", "a", "id")}]
    bench.on("update_table", AttributeDefinitions=strings("a"), GlobalSecondaryIndexUpdates=updates)


def test_a_query_on_an_index_that_is_not_active_is_refused(bench: Bench) -> None:
    bench.plane.given_table(NAME, records=[{"id": "1", "a": "x"}, {"id": "2"}])
    bench.on("update_table", **add("a"))
    with pytest.raises(Refused):
        bench.plane.query(NAME, "by-a", "x")
    bench.rest()
    assert bench.plane.query(NAME, "by-a", "x") == [{"id": "1", "a": "x"}]
    assert bench.plane.query(NAME, None, "2") == [{"id": "2"}]


# States


WORK: dict[str, Json] = {
    "stream": STREAM,
    "table class": CLASS,
    "index": add("a"),
    "billing": {"BillingMode": "PAY_PER_REQUEST"},
}


@pytest.mark.parametrize("work", WORK)
def test_deletion_is_refused_while_updating(bench: Bench, work: str) -> None:
    bench.plane.given_table(NAME, provisioned=(5, 5) if work == "billing" else None)
    bench.on("update_table", **WORK[work])
    assert bench.status() == "UPDATING"
    refusal = bench.refusal("delete_table")
    assert refusal.code == "ResourceInUseException"
    assert refusal.message.startswith("Attempt to change a resource which is still in use: ")
    bench.rest()
    bench.on("delete_table")


def test_deletion_is_refused_all_through_a_backfill_though_the_table_is_active(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", **add("a"))
    bench.clock.sleep(60)
    assert bench.status() == "ACTIVE"
    refusal = bench.refusal("delete_table")
    assert refusal.code == "ResourceInUseException"
    assert "Cannot delete table while indexes are being created, updated, or deleted." in refusal.message


def test_deletion_is_refused_while_encryption_tags_or_policy_settle(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("put_resource_policy", Policy=POLICY)
    assert "pending resource-based policy update" in bench.refusal("delete_table").message
    bench.clock.sleep(3)
    bench.on("tag_resource", Tags=tags(a="1"))
    assert "Table tags are being updated" in bench.refusal("delete_table").message
    bench.clock.sleep(3)
    bench.on("update_table", **SSE)
    assert "Server-Side Encryption is still being updated" in bench.refusal("delete_table").message
    bench.clock.sleep(24)
    bench.on("delete_table")


def test_while_creating_everything_is_refused(bench: Bench) -> None:
    bench.call("create_table", **new())
    bench.clock.sleep(0.1)
    for api, arguments in (("update_table", PROTECT), ("update_table", add("a")), ("delete_table", {})):
        refusal = bench.refusal(api, **arguments)
        assert refusal.code == "ResourceInUseException"
        assert refusal.message.endswith(f"Table is being created: {NAME}")


def test_while_creating_the_other_services_do_not_know_the_table_yet_and_then_refuse() -> None:
    bench = Bench(durations=Durations(create=(6.0, 6.0), parts_after_create=(3.0, 3.0)))
    bench.call("create_table", **new(Tags=tags(a="1")))
    for api, arguments, code, _ in PARTS:
        assert bench.refusal(api, **arguments).code == code, api
    bench.clock.sleep(3.5)
    for api, arguments, _, later in PARTS:
        if later:
            assert later in f"{(refusal := bench.refusal(api, **arguments)).code} {refusal.message}", api
        else:
            bench.on(api, **arguments)
    assert bench.tags() == {}


GONE, NO_BACKUP = "ResourceNotFoundException", "TableNotFoundException"
PARTS: list[tuple[str, Json, str, str]] = [
    (
        "update_time_to_live",
        ttl(True),
        GONE,
        (f"ResourceInUseException Attempt to change a resource which is still in use: Table {NAME} is being created"),
    ),
    (
        "describe_time_to_live",
        {},
        "ValidationException",
        "ValidationException Cannot describe time to live while table is in CREATING state",
    ),
    ("describe_continuous_backups", {}, NO_BACKUP, ""),
    ("update_continuous_backups", pitr(True), NO_BACKUP, "ContinuousBackupsUnavailableException Backups are being enabled"),
    ("describe_contributor_insights", {}, GONE, ""),
    ("update_contributor_insights", {"ContributorInsightsAction": "ENABLE"}, GONE, "TableStatus must be ACTIVE"),
    ("list_tags_of_resource", {}, GONE, ""),
    ("tag_resource", {"Tags": tags(b="2")}, GONE, "ResourceInUseException"),
    ("get_resource_policy", {}, GONE, "PolicyNotFoundException"),
    ("put_resource_policy", {"Policy": POLICY}, GONE, "ResourceInUseException"),
]


def test_a_table_that_is_not_there(bench: Bench) -> None:
    for api, arguments, code, _ in PARTS:
        expected = GONE if api == "describe_time_to_live" else code
        refusal = bench.refusal(api, **arguments)
        assert (refusal.code, refusal.status) == (expected, 400), api
    for api in ("describe_table", "delete_table"):
        assert bench.refusal(api).message == f"Requested resource not found: Table: {NAME} not found"
    assert bench.refusal("tag_resource", Tags=tags(a="1")).message.endswith(f"ResourceArn: {ARN} not found")


def test_while_deleting(bench: Bench) -> None:
    bench.made()
    bench.on("delete_table")
    for api, arguments in (("update_table", PROTECT), ("delete_table", {})):
        assert bench.refusal(api, **arguments).message.endswith(f"Table is being deleted: {NAME}")
    assert "DELETING state" in bench.refusal("describe_time_to_live").message
    bench.on("update_continuous_backups", **pitr(True))
    bench.clock.sleep(1.7)
    assert bench.status() == "DELETING"
    assert bench.refusal("list_tags_of_resource").code == GONE
    assert bench.refusal("describe_continuous_backups").code == NO_BACKUP


def test_documented_a_second_deletion_is_no_error() -> None:
    bench = Bench(switches=Switches(delete_twice_is_refused=False)).made()
    bench.on("delete_table")
    assert bench.on("delete_table")["TableDescription"]["TableStatus"] == "DELETING"


def test_a_name_that_is_taken(bench: Bench) -> None:
    bench.call("create_table", **new())
    assert bench.refusal("create_table", **new()).message.endswith(f"Table is being created: {NAME}")
    bench.clock.sleep(6)
    refusal = bench.refusal("create_table", **new())
    assert (refusal.code, refusal.message) == ("ResourceInUseException", f"Table already exists: {NAME}")
    bench.on("delete_table")
    assert bench.refusal("create_table", **new()).message == f"Table already exists: {NAME}"
    bench.clock.sleep(6)
    bench.call("create_table", **new())


def test_documented_texts_for_a_name_that_is_taken() -> None:
    bench = Bench(switches=Switches(create_twice_says_being_created=False, create_over_delete_says_being_deleted=True))
    bench.call("create_table", **new())
    assert bench.refusal("create_table", **new()).message == f"Table already exists: {NAME}"
    bench.clock.sleep(6)
    bench.on("delete_table")
    assert bench.refusal("create_table", **new()).message.endswith(f"Table is being deleted: {NAME}")


# Deletion protection


def test_protection_holds_at_once_and_the_same_value_is_accepted(bench: Bench) -> None:
    bench.made()
    bench.on("update_table", **PROTECT)
    bench.on("update_table", **PROTECT)
    refusal = bench.refusal("delete_table")
    assert refusal.code == "ValidationException"
    assert refusal.message.startswith("Resource cannot be deleted as it is currently protected against deletion")


def test_protection_toggled_within_15_seconds_is_throttled(bench: Bench) -> None:
    bench.made()
    bench.on("update_table", **PROTECT)
    bench.clock.sleep(14)
    refusal = bench.refusal("update_table", DeletionProtectionEnabled=False)
    assert refusal.code == "ThrottlingException"
    assert f"Deletion protection setting for table {NAME} modified within the previous 15000 milliseconds" in refusal.message
    bench.clock.sleep(1)
    bench.on("update_table", DeletionProtectionEnabled=False)
    bench.on("delete_table")


def test_protection_is_measured_as_accepted_while_updating_and_can_be_refused() -> None:
    for strict in (False, True):
        bench = Bench(switches=Switches(protection_needs_active=strict)).made()
        bench.on("update_table", **STREAM)
        if strict:
            assert bench.refusal("update_table", **PROTECT).code == "ResourceInUseException"
        else:
            bench.on("update_table", **PROTECT)
            assert (bench.status(), bench.describe()["DeletionProtectionEnabled"]) == ("UPDATING", True)


# Encryption, class, stream


@pytest.mark.parametrize("same", ["alias/aws/dynamodb", "key id", None])
def test_the_same_encryption_again_is_a_new_encryption(bench: Bench, same: str | None) -> None:
    bench.plane.given_table(NAME, key="alias/aws/dynamodb")
    name = bench.plane.keys.managed.key_id if same == "key id" else same
    specification = {"Enabled": True, "SSEType": "KMS"} | ({"KMSMasterKeyId": name} if name else {})
    bench.on("update_table", SSESpecification=specification)
    assert bench.describe()["SSEDescription"]["Status"] == "UPDATING"
    assert len(bench.plane.changes) == 1


def test_the_arn_of_the_present_key_is_refused(bench: Bench) -> None:
    bench.plane.given_table(NAME, key="alias/aws/dynamodb")
    same = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": bench.plane.keys.managed.arn}
    assert (
        "Table is already encrypted with given KMSMasterKeyId"
        in bench.refusal("update_table", SSESpecification=same).message
    )


def test_a_fifth_encryption_change_in_24_hours_waits_until_6_hours_after_the_fourth(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    for _ in range(4):
        bench.on("update_table", **SSE)
        assert "still being updated" in bench.refusal("update_table", **SSE).message
        bench.clock.sleep(60)
    refusal = bench.refusal("update_table", **SSE)
    assert refusal.code == "LimitExceededException"
    assert "Encryption mode changes are limited in the 24h window" in refusal.message
    bench.clock.sleep(21_600)
    bench.on("update_table", **SSE)


BAD_KEYS = [
    ({"state": "Disabled"}, "ValidationException", 400),
    ({"state": "PendingDeletion"}, "ValidationException", 400),
    ({"spec": "RSA_2048"}, "InternalServerError", 500),
]


@pytest.mark.parametrize(("key", "code", "status"), BAD_KEYS)
def test_a_key_that_cannot_be_used(bench: Bench, key: Json, code: str, status: int) -> None:
    bench.plane.given_table(NAME)
    arn = bench.plane.keys.add(**key).arn
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}
    for _ in range(2):
        refusal = bench.refusal("update_table", SSESpecification=specification)
        assert (refusal.code, refusal.status) == (code, status)


def test_a_third_class_change_in_30_days_is_a_limit(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", TableClass="STANDARD")
    assert not bench.plane.changes
    for name in ("STANDARD_INFREQUENT_ACCESS", "STANDARD"):
        bench.on("update_table", TableClass=name)
        assert "table class update is in progress" in bench.refusal("update_table", TableClass=name).message
        bench.clock.sleep(60)
    refusal = bench.refusal("update_table", **CLASS)
    assert refusal.code == "LimitExceededException"
    assert refusal.message.endswith("Updates to TableClass are limited to 2 times in 30 day(s).")
    bench.clock.sleep(31 * 86_400)
    bench.on("update_table", **CLASS)


def test_a_stream_view_changes_only_by_turning_it_off_first(bench: Bench) -> None:
    bench.plane.given_table(NAME, stream="KEYS_ONLY")
    for view in ("KEYS_ONLY", "NEW_IMAGE"):
        wanted = {"StreamEnabled": True, "StreamViewType": view}
        refusal = bench.refusal("update_table", StreamSpecification=wanted)
        assert refusal.code == "ValidationException"
        assert refusal.message == f"Table already has an enabled stream: TableName: {NAME}"
    bench.on("update_table", StreamSpecification={"StreamEnabled": False})
    assert "A stream status change is currently in progress" in bench.refusal("update_table", **STREAM).message
    bench.rest()
    bench.on("update_table", **STREAM)


BUSY: list[tuple[str, Json, Json, str]] = [
    ("stream, then class", STREAM, CLASS, "Can't update table class when stream status is being updated"),
    ("stream, then index", STREAM, add("a"), "Can't create or delete index when stream status is being updated"),
    ("stream, then encryption", STREAM, SSE, "is in the process of being updated"),
    ("stream, then cap", STREAM, CAP, "OnDemandThroughput cannot be updated while stream status update is in progress"),
    ("class, then stream", CLASS, STREAM, "when a table class update is in progress"),
    ("class, then index", CLASS, add("a"), "when a table class update is in progress"),
    ("index, then stream", add("a"), STREAM, "Can't change stream status when an index is being created"),
    ("index, then class", add("a"), CLASS, "when an index is being created"),
]


@pytest.mark.parametrize(("first", "second", "text"), [row[1:] for row in BUSY], ids=[row[0] for row in BUSY])
def test_one_change_waits_for_the_other(bench: Bench, first: Json, second: Json, text: str) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", **first)
    refusal = bench.refusal("update_table", **second)
    assert refusal.code == "ResourceInUseException"
    assert text in refusal.message
    bench.rest()
    bench.on("update_table", **second)


# Billing


def test_a_provisioned_table_goes_on_demand_with_its_indexes(bench: Bench) -> None:
    bench.plane.given_table(NAME, provisioned=(5, 5), indexes={"by-a": ("a", None)})
    bench.on("update_table", BillingMode="PAY_PER_REQUEST")
    assert (
        "Table IOPS are currently being updated"
        in bench.refusal("update_table", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS).message
        if bench.describe().get("BillingModeSummary")
        else True
    )
    assert bench.seconds(lambda: bench.status() == "ACTIVE") <= 130.1
    assert bench.describe()["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert (bench.index("a") or {})["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    bench.on("update_table", BillingMode="PAY_PER_REQUEST")
    assert len(bench.plane.changes) == 1


def test_a_cap_holds_at_once_and_minus_one_clears_it(bench: Bench) -> None:
    bench.plane.given_table(NAME, cap={"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6})
    bench.on("update_table", OnDemandThroughput={"MaxReadRequestUnits": 9})
    assert bench.describe()["OnDemandThroughput"] == {"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 6}
    bench.on("update_table", OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    assert "OnDemandThroughput" not in bench.describe()
    assert bench.status() == "ACTIVE"


def test_a_cleared_cap_can_be_shown_too() -> None:
    bench = Bench(switches=Switches(cleared_cap_is_shown=True))
    bench.plane.given_table(NAME)
    bench.on("update_table", OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert bench.describe()["OnDemandThroughput"] == {"MaxReadRequestUnits": -1}


def test_an_empty_cap_is_a_server_error_each_time(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    for _ in range(2):
        assert bench.refusal("update_table", OnDemandThroughput={}).status == 500


# Time to live


def test_ttl_that_is_there_already_is_refused_before_its_cooldown(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    assert bench.refusal("update_time_to_live", **ttl(False)).message == "TimeToLive is already disabled"
    bench.on("update_time_to_live", **ttl(True))
    assert bench.refusal("update_time_to_live", **ttl(True)).message == "TimeToLive is already enabled"
    for enabled in (True, False):
        refusal = bench.refusal("update_time_to_live", **ttl(enabled, "other"))
        text = "TimeToLive is active on a different AttributeName: current AttributeName is ttl"
        assert (refusal.code, refusal.message) == ("ValidationException", text)


def test_ttl_is_accepted_while_updating(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    bench.on("update_table", **STREAM)
    bench.on("update_time_to_live", **ttl(True))


def test_records_expire_within_two_days_of_their_ttl_where_ttl_is_on(bench: Bench) -> None:
    bench.plane.given_table(NAME, ttl="ttl", records=[{"id": "1", "ttl": bench.clock.now() + 10}, {"id": "2"}])
    bench.plane.given_table("kept", records=[{"id": "1", "ttl": bench.clock.now() + 10}])
    assert len(bench.plane.records(NAME)) == 2
    bench.clock.sleep(172_900)
    assert [record["id"] for record in bench.plane.records(NAME)] == ["2"]
    assert len(bench.plane.records("kept")) == 1
    assert [lost.record["id"] for lost in bench.plane.expired_records] == ["1"]


# Recovery


def test_recovery_is_unavailable_for_1_to_6_seconds_after_active(bench: Bench) -> None:
    bench.call("create_table", **new())
    bench.seconds(lambda: bool(bench.plane.tables[NAME].status == "ACTIVE"))
    backups = bench.on("describe_continuous_backups")["ContinuousBackupsDescription"]
    assert backups["ContinuousBackupsStatus"] == "DISABLED"
    refusal = bench.refusal("update_continuous_backups", **pitr(True))
    assert refusal.code == "ContinuousBackupsUnavailableException"
    bench.clock.sleep(6)
    answer = bench.on("update_continuous_backups", **pitr(True))["ContinuousBackupsDescription"]
    assert answer["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 35
    assert answer["ContinuousBackupsStatus"] == "ENABLED"


def test_a_recovery_period_with_disabling_is_refused(bench: Bench) -> None:
    bench.plane.given_table(NAME, recovery_days=35)
    refusal = bench.refusal("update_continuous_backups", **pitr(False, RecoveryPeriodInDays=7))
    assert refusal.message.startswith("Invalid Request: Cannot specify RecoveryPeriodInDays when disabling")
    assert bench.refusal("update_continuous_backups", **pitr(True, RecoveryPeriodInDays=36)).code == "ValidationException"


def test_recovery_off_and_on_loses_the_window_and_a_new_period_does_not(bench: Bench) -> None:
    bench.plane.given_table(NAME, recovery_days=35)

    def earliest() -> float:
        backups = bench.on("describe_continuous_backups")["ContinuousBackupsDescription"]
        return float(backups["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"])

    before = earliest()
    bench.on("update_continuous_backups", **pitr(True, RecoveryPeriodInDays=7))
    assert (earliest(), bench.plane.lost_windows) == (before, [])
    bench.on("update_continuous_backups", **pitr(False))
    bench.on("update_continuous_backups", **pitr(True))
    assert earliest() == bench.clock.now()
    assert len(bench.plane.lost_windows) == 1


# Contributor insights


def test_insights_take_1_to_16_seconds_and_the_same_again_is_accepted(bench: Bench) -> None:
    bench.plane.given_table(NAME)

    def status() -> str:
        return str(bench.on("describe_contributor_insights")["ContributorInsightsStatus"])

    assert bench.on("describe_contributor_insights") == {"TableName": NAME, "ContributorInsightsStatus": "DISABLED"}
    bench.on("update_contributor_insights", ContributorInsightsAction="DISABLE")
    assert not bench.plane.changes
    bench.on("update_contributor_insights", ContributorInsightsAction="ENABLE")
    assert status() == "ENABLING"
    assert 1.0 <= bench.seconds(lambda: status() == "ENABLED") <= 16.3
    bench.on("update_contributor_insights", ContributorInsightsAction="ENABLE")
    bench.on("update_contributor_insights", ContributorInsightsAction="DISABLE")
    assert status() == "DISABLING"
    assert bench.seconds(lambda: status() == "DISABLED") <= 2.2


# Resource policy


def test_no_policy_is_not_found_and_removing_none_is_accepted(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    assert bench.refusal("get_resource_policy").code == "PolicyNotFoundException"
    assert bench.on("delete_resource_policy") == {}


def test_a_policy_is_read_later_and_changed_once_in_15_seconds(bench: Bench) -> None:
    bench.plane.given_table(NAME)
    revision = bench.on("put_resource_policy", Policy=POLICY)["RevisionId"]
    assert bench.refusal("get_resource_policy").code == "PolicyNotFoundException"
    assert bench.on("put_resource_policy", Policy=f" {POLICY} ")["RevisionId"] == revision
    assert bench.refusal("put_resource_policy", Policy=OTHER_POLICY).code == "ResourceInUseException"
    bench.clock.sleep(3)
    assert bench.on("get_resource_policy")["RevisionId"] == revision
    refusal = bench.refusal("delete_resource_policy")
    assert refusal.code == "ThrottlingException"
    assert f"Resource-based policy for table {NAME} modified within the previous 15000 milliseconds" in refusal.message
    bench.clock.sleep(12.1)
    bench.on("delete_resource_policy")
    assert bench.on("get_resource_policy")["RevisionId"] == revision
    bench.clock.sleep(3)
    assert bench.refusal("get_resource_policy").code == "PolicyNotFoundException"


def test_a_policy_is_read_in_canonical_form(bench: Bench) -> None:
    statement = {"Action": ["dynamodb:GetItem"], "Effect": "Deny", "Principal": {"AWS": ["123456789012"]}, "Resource": [ARN]}
    bench.plane.given_table(NAME, policy=json.dumps({"Statement": statement, "Version": "2012-10-17"}))
    assert bench.on("get_resource_policy")["Policy"] == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:root"},'
        f'"Action":"dynamodb:GetItem","Resource":"{ARN}"}}]}}'
    )


# Tags


def test_tags_of_create_table_come_with_the_active_table_or_a_little_later() -> None:
    lags = []
    for seed in range(10):
        bench = Bench(seed=seed)
        bench.call("create_table", **new(Tags=tags(a="1")))
        bench.seconds(lambda bench=bench: bool(bench.plane.tables[NAME].status == "ACTIVE"))  # type: ignore[misc]
        lags.append(bench.seconds(lambda bench=bench: bool(bench.tags())))  # type: ignore[misc]
    assert min(lags) < 1.0 < max(lags) <= 3.1


def test_tag_reads_lag_1_to_3_seconds(bench: Bench) -> None:
    bench.plane.given_table(NAME, tags={"a": "1"})
    bench.on("tag_resource", Tags=tags(a="2", b="3"))
    assert bench.tags() == {"a": "1"}
    assert 1.3 <= bench.seconds(lambda: bool(bench.tags() == {"a": "2", "b": "3"})) <= 3.1
    bench.on("untag_resource", TagKeys=["a"])
    assert bench.tags() == {"a": "2", "b": "3"}
    assert 1.3 <= bench.seconds(lambda: bool(bench.tags() == {"b": "3"})) <= 3.1


def test_an_effective_tag_write_locks_the_tags_for_a_moment(bench: Bench) -> None:
    bench.plane.given_table(NAME, tags={"a": "1"})
    bench.on("tag_resource", Tags=tags(b="2"))
    bench.on("tag_resource", Tags=tags(b="2"))
    for api, arguments in (("untag_resource", {"TagKeys": ["a"]}), ("tag_resource", {"Tags": tags(c="3")})):
        refusal = bench.refusal(api, **arguments)
        assert refusal.code == "LimitExceededException"
        assert refusal.message == f"Subscriber limit exceeded: Table tags are being updated: {NAME}"
    bench.clock.sleep(1.85)
    bench.on("untag_resource", TagKeys=["a"])


def test_a_tag_write_without_effect_locks_nothing(bench: Bench) -> None:
    bench.plane.given_table(NAME, tags={"a": "1"})
    bench.on("tag_resource", Tags=tags(a="1"))
    bench.on("untag_resource", TagKeys=["b"])
    bench.on("tag_resource", Tags=tags(c="1"))
    assert len(bench.plane.changes) == 1


def test_tags_come_in_pages(bench: Bench) -> None:
    bench.plane.given_table(NAME, tags={f"k{number:02}": "v" for number in range(25)})
    pages = list(Client(bench.plane).get_paginator("list_tags_of_resource").paginate(ResourceArn=ARN))
    assert [len(page["Tags"]) for page in pages] == [10, 10, 5]
    assert len({tag["Key"] for page in pages for tag in page["Tags"]}) == 25


def test_at_most_50_tags_and_none_of_aws(bench: Bench) -> None:
    bench.plane.given_table(NAME, tags={f"k{number}": "v" for number in range(50)})
    assert bench.refusal("tag_resource", Tags=tags(a="1")).code == "ValidationException"
    assert "cannot be prefixed" in bench.refusal("tag_resource", Tags=tags(**{"aws:a": "1"})).message


def test_the_arn_of_a_stack_is_a_tag_value(bench: Bench) -> None:
    arn = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/d816f729-c223-524a-842b-51fd4446e436"
    bench.made(Tags=tags(**{"sentinel:stack-id": arn}))
    assert bench.tags() == {"sentinel:stack-id": arn}


# Limits of the account


def test_500_tables_may_be_in_change_at_once(bench: Bench) -> None:
    for number in range(500):
        bench.call("create_table", **new(f"table-{number}"))
    refusal = bench.refusal("create_table", **new())
    assert refusal.code == "LimitExceededException"
    assert refusal.message.endswith("Only 500 tables can be created, updated, or deleted simultaneously")
    bench.clock.sleep(6)
    bench.call("create_table", **new())


def test_2500_tables_are_all() -> None:
    bench = Bench()
    for number in range(2_500):
        bench.plane.given_table(f"table-{number}")
    refusal = bench.refusal("create_table", **new())
    assert (refusal.code, "limit of 2500 tables" in refusal.message) == ("LimitExceededException", True)


def test_a_bucket_of_tokens_throttles_changes_and_spares_reads() -> None:
    bench = Bench(rate=Rate(per_second=2.0, burst=3))
    for number in range(3):
        bench.call("create_table", **new(f"table-{number}"))
    refusal = bench.refusal("create_table", **new())
    assert (refusal.code, refusal.message) == (
        "ThrottlingException",
        "The rate of control plane requests made by this account is too high",
    )
    bench.clock.sleep(1)
    for _ in range(20):
        bench.call("describe_table", TableName="table-0")
    bench.call("create_table", **new())


# What tests look at


def test_a_deleted_tables_records_are_remembered_as_lost(bench: Bench) -> None:
    bench.made()
    bench.plane.put_record(NAME, {"id": "1"})
    bench.on("delete_table")
    bench.clock.sleep(6)
    assert [(lost.table, lost.record) for lost in bench.plane.lost_records] == [(NAME, {"id": "1"})]


def test_deleting_a_table_with_recovery_leaves_a_system_backup(bench: Bench) -> None:
    for name, days in (("with", 35), ("without", None)):
        bench.plane.given_table(name, recovery_days=days)
        bench.call("delete_table", TableName=name)
    bench.clock.sleep(7)
    assert [name for _, name, _ in bench.plane.system_backups] == ["with"]


def test_every_change_names_the_owner_that_the_table_had_before_it(bench: Bench) -> None:
    owner = {"sentinel:stack-id": "stack", "sentinel:logical-id": "A"}
    bench.made(Tags=tags(**owner))
    bench.on("tag_resource", Tags=tags(**{"sentinel:logical-id": "B"}))
    bench.on("update_table", **PROTECT)
    assert [(change.api, change.owner) for change in bench.plane.changes] == [
        ("create_table", (None, None)),
        ("tag_resource", ("stack", "A")),
        ("update_table", ("stack", "B")),
    ]


def test_history_keeps_every_call_with_its_outcome(bench: Bench) -> None:
    bench.call("create_table", **new())
    bench.refusal("update_table")
    assert [(call.api, call.outcome) for call in bench.plane.history] == [
        ("create_table", "ok"),
        ("update_table", "ValidationException"),
    ]
    assert [call.api for call in bench.plane.writes()] == ["create_table", "update_table"]


def test_the_same_seed_is_the_same_world() -> None:
    truths = []
    for seed in (1, 1, 2):
        bench = Bench(seed=seed).made()
        bench.on("update_table", **add("a"))
        truths.append((bench.seconds(lambda bench=bench: bench.status() == "ACTIVE"), bench.describe()["TableId"]))  # type: ignore[misc]
    assert truths[0] == truths[1] != truths[2]


# The clients


def test_the_client_checks_arguments_as_botocore_does(bench: Bench) -> None:
    client = Client(bench.plane)
    for arguments in ({}, {"TableName": 5}, {"TableName": NAME, "Colour": "red"}):
        with pytest.raises(ParamValidationError):
            client.describe_table(**arguments)
    assert not bench.plane.history
    with pytest.raises(AttributeError):
        client.list_tables  # noqa: B018 - the model does not know it


def test_the_client_raises_modelled_errors_with_their_status(bench: Bench) -> None:
    client = Client(bench.plane)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_table(TableName=NAME)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.operation_name == "DescribeTable"


def test_a_call_takes_its_latency_and_moments_are_datetimes(bench: Bench) -> None:
    bench.plane.given_table(NAME, age=100)
    began = bench.clock.now()
    table = Client(bench.plane, latency=0.02).describe_table(TableName=NAME)["Table"]
    assert bench.clock.now() == pytest.approx(began + 0.02)
    assert table["CreationDateTime"].timestamp() == began - 100


def test_kms_knows_the_managed_key_and_given_ones(bench: Bench) -> None:
    own = bench.plane.keys.add("alias/own")
    kms = KeyService(bench.plane)
    managed = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert (managed["KeyManager"], managed["Arn"]) == ("AWS", bench.plane.keys.managed.arn)
    for name in ("alias/own", own.key_id, own.arn, "arn:aws:kms:eu-central-1:123456789012:alias/own"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == own.arn
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="alias/none")
