"""CreateTable and DescribeTable: what is taken, what is refused, how long it takes, and what an answer leaves out."""

from __future__ import annotations

import json

import pytest

from tests.aws import Durations, Refused, Switches
from tests.aws.bench import (
    ARN,
    NAME,
    POLICY,
    PROTECT,
    UNITS,
    Bench,
    Json,
    add,
    an_index,
    new,
    strings,
    tags,
    ttl,
    with_indexes,
)


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


def test_a_table_may_be_unknown_to_describe_just_after_it_was_created() -> None:
    bench = Bench(durations=Durations(describe_after_create=(1.0, 1.0)))
    bench.call("create_table", **new())
    assert bench.refusal("describe_table").code == "ResourceNotFoundException"
    bench.clock.sleep(1.0)
    assert bench.status() == "CREATING"


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


def test_while_creating_everything_is_refused(bench: Bench) -> None:
    bench.call("create_table", **new())
    bench.clock.sleep(0.1)
    for api, arguments in (("update_table", PROTECT), ("update_table", add("a")), ("delete_table", {})):
        refusal = bench.refusal(api, **arguments)
        assert refusal.code == "ResourceInUseException"
        assert refusal.message.endswith(f"Table is being created: {NAME}")


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
