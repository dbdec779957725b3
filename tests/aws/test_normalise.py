"""What DynamoDB tells, with defaults left out and lists in any order, read into the values that plans compare."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from sentinel_tables.aws import normalise
from sentinel_tables.model import (
    Encryption,
    Facet,
    GlobalSecondaryIndex,
    KeyAttribute,
    LiveTable,
    Motion,
    Replica,
    Settings,
    Table,
    TableSchema,
)
from sentinel_tables.schemas import SCHEMAS
from tests.worlds import INDEXES, Json

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-requests"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"


def keys(partition_key: str, sort_key: str | None = None) -> list[dict[str, str]]:
    kinds = [(partition_key, "HASH")] + ([(sort_key, "RANGE")] if sort_key else [])
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


def types(**kinds: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]


BARE: Json = {
    "TableName": "sentinel-requests",
    "TableStatus": "ACTIVE",
    "TableArn": ARN,
    "TableId": "1",
    "CreationDateTime": datetime(2026, 9, 22, tzinfo=UTC),
    "KeySchema": keys("id"),
    "AttributeDefinitions": types(id="S"),
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
}
"""As little as DescribeTable tells."""
OFF = Settings(recovery_days=None, time_to_live=None, encryption=Encryption(kms=False))


def told(**more: Any) -> LiveTable:
    return normalise.live_table(BARE | more)


def index(name: str, *names: str, status: str = "ACTIVE", kind: str = "ALL", **more: Any) -> Json:
    return {
        "IndexName": name,
        "KeySchema": keys(*names),
        "IndexStatus": status,
        "Projection": {"ProjectionType": kind},
    } | more


SETTINGS: list[tuple[Json, Settings]] = [
    ({}, OFF),
    ({"DeletionProtectionEnabled": False}, OFF),
    ({"DeletionProtectionEnabled": True}, Settings(True, None, OFF.encryption, None)),
    ({"TableClassSummary": {"TableClass": "STANDARD"}}, OFF),
    ({"TableClassSummary": {}}, OFF),
    ({"SSEDescription": {"Status": "DISABLED"}}, OFF),
    ({"SSEDescription": {"Status": "DISABLED", "KMSMasterKeyArn": KEY}}, OFF),
    ({"SSEDescription": {"Status": "DISABLING", "KMSMasterKeyArn": KEY}}, OFF),
    *(
        ({"SSEDescription": {"Status": status, "SSEType": "KMS", "KMSMasterKeyArn": KEY}},
         Settings(False, None, Encryption(key=KEY), None))
        for status in ("ENABLED", "ENABLING", "UPDATING")
    ),
    ({"StreamSpecification": {"StreamEnabled": False}}, OFF),
    ({"StreamSpecification": {}}, OFF),
    ({"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}}, OFF),
    ({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}},
     Settings(False, None, OFF.encryption, None, "KEYS_ONLY")),
    ({"OnDemandThroughput": {}}, OFF),
    ({"OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}}, OFF),
    ({"OnDemandThroughput": {"MaxReadRequestUnits": 5}}, Settings(False, None, OFF.encryption, None, max_read_units=5)),
]  # fmt: skip


@pytest.mark.parametrize(("more", "settings"), SETTINGS)
def test_a_default_is_the_same_said_or_left_out(more: Json, settings: Settings) -> None:
    assert told(**more).table.settings == settings


@pytest.mark.parametrize(
    ("more", "billing_mode"),
    [
        ({}, "PAY_PER_REQUEST"),
        ({"BillingModeSummary": {"BillingMode": "PROVISIONED"}}, "PROVISIONED"),
        ({"BillingModeSummary": {}}, "PROVISIONED"),
    ],
)
def test_a_table_that_tells_no_billing_mode_is_provisioned(more: Json, billing_mode: str) -> None:
    assert told(**more).table.schema.billing_mode == billing_mode
    unsaid = {key: value for key, value in BARE.items() if key != "BillingModeSummary"}
    assert normalise.live_table(unsaid).table.schema.billing_mode == "PROVISIONED"


@pytest.mark.parametrize("schema", SCHEMAS)
def test_lists_in_any_order_tell_the_same_table(schema: str) -> None:
    wanted = SCHEMAS[schema].named("sentinel-requests")
    indexes = [index(name, *(key for key in pair if key)) for name, pair in INDEXES[schema].items()]
    definitions = types(**{attribute.name: attribute.type for attribute in wanted.attributes()})
    for shuffled in itertools.permutations(indexes):
        key_schema = keys(wanted.partition_key.name)
        described = {"GlobalSecondaryIndexes": list(shuffled), "AttributeDefinitions": definitions[::-1]}
        found = told(**described, KeySchema=key_schema).table.schema
        assert sorted(found.global_secondary_indexes, key=str) == sorted(wanted.global_secondary_indexes, key=str)
        assert found.keys == wanted.keys
        assert found.billing_mode == wanted.billing_mode


def test_keys_in_any_order_tell_the_same_index() -> None:
    turned = index("gsi-a", "a", "b") | {"KeySchema": keys("a", "b")[::-1]}
    (found,) = told(
        GlobalSecondaryIndexes=[turned], AttributeDefinitions=types(a="S", b="N")
    ).table.schema.global_secondary_indexes
    assert found.keys == (KeyAttribute("a"), KeyAttribute("b", "N"))


def test_an_index_of_many_keys_equals_none_of_a_schema() -> None:
    many = index("gsi-status", "status", "created_at")
    many["KeySchema"] = keys("status", "created_at") + keys("more")
    (found,) = told(
        GlobalSecondaryIndexes=[many], AttributeDefinitions=types(status="S", created_at="S", more="S")
    ).table.schema.global_secondary_indexes
    assert found.partition_key == KeyAttribute("status,more", "")
    assert found not in SCHEMAS["approval"].named("x").global_secondary_indexes


@pytest.mark.parametrize(
    ("more", "motions"),
    [
        ({}, []),
        ({"TableStatus": "UPDATING"}, ["table sentinel-requests is UPDATING"]),
        ({"TableStatus": "CREATING"}, ["table sentinel-requests is CREATING"]),
        ({"SSEDescription": {"Status": "ENABLED"}}, []),
        ({"SSEDescription": {"Status": "UPDATING"}}, ["the encryption is being changed"]),
        ({"GlobalSecondaryIndexes": [index("gsi-a", "id")]}, []),
        ({"GlobalSecondaryIndexes": [index("gsi-a", "id", status="CREATING")]}, ["index gsi-a is still being built"]),
        ({"GlobalSecondaryIndexes": [index("gsi-a", "id", status="DELETING")]}, ["index gsi-a is still being deleted"]),
        ({"GlobalSecondaryIndexes": [index("gsi-a", "id", status="UPDATING")]}, ["index gsi-a is still being updated"]),
    ],
)
def test_an_active_table_is_at_rest_only_where_all_of_it_is(more: Json, motions: list[str]) -> None:
    assert [motion.what for motion in told(**more).motions] == motions


@pytest.mark.parametrize(
    ("more", "backfilling"), [({}, False), ({"Backfilling": False}, False), ({"Backfilling": True}, True)]
)
def test_a_backfill_is_told_from_the_allocation_before_it(more: Json, backfilling: bool) -> None:
    (motion,) = told(GlobalSecondaryIndexes=[index("gsi-a", "id", status="CREATING", **more)]).motions
    assert motion.index == "gsi-a"
    assert motion.backfilling is backfilling


@pytest.mark.parametrize(
    ("description", "attribute", "moving"),
    [
        ({}, None, False),
        ({"TimeToLiveStatus": "DISABLED"}, None, False),
        ({"TimeToLiveStatus": "DISABLING", "AttributeName": "ttl"}, None, True),
        ({"TimeToLiveStatus": "ENABLING", "AttributeName": "ttl"}, "ttl", True),
        ({"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}, "expires", False),
    ],
)
def test_time_to_live_counts_as_what_it_is_becoming(description: Json, attribute: str | None, moving: bool) -> None:
    found, motions = normalise.time_to_live(description)
    assert found == attribute
    assert [motion.brief for motion in motions] == [True] * moving


@pytest.mark.parametrize(
    ("description", "days"),
    [
        ({}, None),
        ({"ContinuousBackupsStatus": "ENABLED"}, None),
        (
            {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
            },
            None,
        ),
        ({"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}, 35),
        ({"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 7}}, 7),
    ],
)
def test_recovery_reaches_35_days_where_nothing_else_is_told(description: Json, days: int | None) -> None:
    assert normalise.recovery_days(description) == days


@pytest.mark.parametrize(
    ("status", "enabled", "moving"),
    [
        ("ENABLED", True, False),
        ("ENABLING", True, True),
        ("DISABLING", False, True),
        ("DISABLED", False, False),
        ("FAILED", False, False),
    ],
)
def test_insights_count_as_what_they_are_becoming(status: str, enabled: bool, moving: bool) -> None:
    found, motions = normalise.contributor_insights({"ContributorInsightsStatus": status})
    assert found is enabled
    assert bool(motions) is moving
    assert normalise.contributor_insights({}) == (False, ())


def test_what_a_standing_table_has_is_told_with_it() -> None:
    stream = {
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        "LatestStreamArn": f"{ARN}/stream/1",
    }
    live = told(**stream)
    assert (live.status, live.arn, live.table_id, live.stream_arn) == ("ACTIVE", ARN, "1", f"{ARN}/stream/1")
    assert live.created_at == datetime(2026, 9, 22, tzinfo=UTC).timestamp()
    assert live.facets == {Facet.TABLE}
    assert told(LatestStreamArn=f"{ARN}/stream/1").stream_arn is None, "the stream of before is no stream"


def test_a_table_with_everything_is_read_to_the_last_word() -> None:
    described: Json = {
        "TableStatus": "UPDATING",
        "KeySchema": keys("id", "at"),
        "AttributeDefinitions": types(id="S", at="N", status="B"),
        "DeletionProtectionEnabled": True,
        "SSEDescription": {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "LatestStreamArn": f"{ARN}/stream/1",
        "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        "OnDemandThroughput": {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6},
        "GlobalSecondaryIndexes": [
            index("gsi-a", "status", "id", kind="KEYS_ONLY"),
            index("gsi-b", "status", status="CREATING", Backfilling=True),
        ],
        "Replicas": [{"RegionName": "eu-west-1", "ReplicaStatus": "CREATING"}, {"RegionName": "us-east-1"}],
        "ArchivalSummary": {"ArchivalBackupArn": f"{ARN}/backup/1"},
    }
    status, partition_key = KeyAttribute("status", "B"), KeyAttribute("id")
    assert told(**described) == LiveTable(
        table=Table(
            TableSchema(
                "sentinel-requests",
                partition_key,
                KeyAttribute("at", "N"),
                (
                    GlobalSecondaryIndex("gsi-a", status, partition_key, "KEYS_ONLY"),
                    GlobalSecondaryIndex("gsi-b", status, None, "ALL"),
                ),
            ),
            Settings(
                deletion_protection=True,
                recovery_days=None,
                encryption=Encryption(key=KEY),
                time_to_live=None,
                stream="NEW_IMAGE",
                table_class="STANDARD_INFREQUENT_ACCESS",
                max_read_units=5,
                max_write_units=6,
            ),
        ),
        status="UPDATING",
        arn=ARN,
        table_id="1",
        created_at=datetime(2026, 9, 22, tzinfo=UTC).timestamp(),
        stream_arn=f"{ARN}/stream/1",
        attribute_types={"id": "S", "at": "N", "status": "B"},
        motions=(
            Motion("the replica in eu-west-1 is being added", replica=True),
            Motion("table sentinel-requests is UPDATING"),
            Motion("the encryption is being changed"),
            Motion("index gsi-b is still being built", "gsi-b", backfilling=True),
        ),
        replicas=(Replica("eu-west-1", "CREATING"), Replica("us-east-1", "ACTIVE")),
        archival_backup=f"{ARN}/backup/1",
        facets=frozenset({Facet.TABLE}),
    )


def test_a_table_of_which_dynamodb_says_next_to_nothing_has_nothing() -> None:
    """DescribeTable leaves out what a table that is being deleted, or is lost, has not any more."""
    assert normalise.live_table({"TableName": "x", "TableStatus": "DELETING"}) == LiveTable(
        table=Table(TableSchema("x", KeyAttribute("", ""), billing_mode="PROVISIONED"), OFF),
        status="DELETING",
        arn="",
        table_id="",
        created_at=0.0,
        facets=frozenset({Facet.TABLE}),
    )


def test_an_index_of_which_dynamodb_says_next_to_nothing_is_at_rest_and_equals_none_of_a_schema() -> None:
    live = told(GlobalSecondaryIndexes=[{"IndexName": "gsi-a", "KeySchema": keys("a", "b")}])
    untyped = GlobalSecondaryIndex("gsi-a", KeyAttribute("a", ""), KeyAttribute("b", ""), "")
    assert (live.table.schema.global_secondary_indexes, live.motions) == ((untyped,), ())
    projected = told(GlobalSecondaryIndexes=[{"IndexName": "gsi-a", "KeySchema": keys("a"), "Projection": {}}])
    assert [one.projection for one in projected.table.schema.global_secondary_indexes] == [""]


@pytest.mark.parametrize(
    ("more", "lost_key"),
    [
        ({"TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS"}, ""),
        ({"TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "SSEDescription": {"KMSMasterKeyArn": KEY}}, KEY),
        ({"SSEDescription": {"KMSMasterKeyArn": KEY, "InaccessibleEncryptionDateTime": 0}}, KEY),
        ({"SSEDescription": {"KMSMasterKeyArn": KEY}}, ""),
        ({"SSEDescription": {"InaccessibleEncryptionDateTime": 0}}, ""),
    ],
)
def test_a_key_is_lost_if_dynamodb_says_that_it_cannot_use_it(more: Json, lost_key: str) -> None:
    assert told(**more).lost_key == lost_key


@pytest.mark.parametrize("status", ["DISABLING", "ENABLING", "UPDATING"])
def test_encryption_moves_whichever_way_it_goes(status: str) -> None:
    assert [motion.what for motion in told(SSEDescription={"Status": status}).motions] == ["the encryption is being changed"]


def test_a_motion_says_what_moves_and_where_it_shows() -> None:
    status, archiving = "ENABLING", index("gsi-a", "id", status="ARCHIVING")
    _, time_to_live = normalise.time_to_live({"TimeToLiveStatus": status})
    _, insights = normalise.contributor_insights({"ContributorInsightsStatus": status})
    assert time_to_live == (Motion("time to live is ENABLING", facet=Facet.TIME_TO_LIVE),)
    assert insights == (Motion("contributor insights is ENABLING", facet=Facet.INSIGHTS),)
    assert told(GlobalSecondaryIndexes=[archiving]).motions == (Motion("index gsi-a is still being ARCHIVING", "gsi-a"),), (
        "a status that nobody foresaw is waited for"
    )


@pytest.mark.parametrize(
    ("status", "motion"),
    [
        ("CREATING", "the replica in eu-west-1 is being added"),
        ("DELETING", "the replica in eu-west-1 is being removed"),
        ("UPDATING", "the replica in eu-west-1 is being updated"),
        ("ACTIVE", None),
        ("REGION_DISABLED", None),
    ],
)
def test_a_replica_moves_while_it_is_added_removed_or_updated(status: str, motion: str | None) -> None:
    live = told(Replicas=[{"RegionName": "eu-west-1", "ReplicaStatus": status}])
    assert live.replicas == (Replica("eu-west-1", status),)
    assert live.motions == ((Motion(motion, replica=True),) if motion else ())


def test_long_names_are_told_as_far_as_there_is_room() -> None:
    long = told(
        TableName="t" * 49, TableStatus="UPDATING", GlobalSecondaryIndexes=[index("i" * 49, "id", status="DELETING")]
    )
    assert [motion.what for motion in long.motions] == [
        f"table {'t' * 48} is UPDATING",
        f"index {'i' * 48} is still being deleted",
    ]
    assert long.motions[1].index == "i" * 49


@pytest.mark.parametrize(
    ("description", "ready"),
    [({"ContinuousBackupsStatus": "ENABLED"}, True), ({"ContinuousBackupsStatus": "DISABLED"}, False), ({}, True)],
)
def test_recovery_can_be_set_unless_backups_are_off(description: Json, ready: bool) -> None:
    assert normalise.recovery_ready(description) is ready


def test_motions_of_indexes_come_in_the_order_of_their_names_however_dynamodb_lists_them() -> None:
    live = told(GlobalSecondaryIndexes=[index(name, "id", status="CREATING") for name in ("gsi-b", "gsi-c", "gsi-a")])
    assert [motion.index for motion in live.motions] == ["gsi-a", "gsi-b", "gsi-c"]
