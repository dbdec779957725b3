"""UpdateTable on everything but indexes: encryption, stream, class, billing, and what goes together with what."""

from __future__ import annotations

import pytest

from tests.aws import Switches
from tests.aws.bench import CAP, CLASS, NAME, PROTECT, SSE, STREAM, UNITS, Bench, Json, add, an_index, strings


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


def test_a_provisioned_table_goes_on_demand_with_its_indexes(bench: Bench) -> None:
    bench.plane.given_table(NAME, provisioned=(5, 5), indexes={"by-a": ("a", None)})
    bench.on("update_table", BillingMode="PAY_PER_REQUEST")
    refusal = bench.refusal("update_table", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    assert "Table IOPS are currently being updated" in refusal.message
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
