"""Each step: its kind of work, where its change shows, what it means for ownership, why it is taken, and what is asked."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sentinel_tables.model import Encryption, Facet, GlobalSecondaryIndex, KeyAttribute, Settings, Table, TableSchema
from sentinel_tables.rules import steps
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.steps import Effect, Step

NAME, ARN = "sentinel-requests", "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-requests"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1b2c"
ID, SIZE = KeyAttribute("id"), KeyAttribute("size", "N")
INDEX = GlobalSecondaryIndex("gsi-size", SIZE, ID, "KEYS_ONLY")
AS_SENT = {
    "IndexName": "gsi-size",
    "KeySchema": [{"AttributeName": "size", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
DEFINITIONS = [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "size", "AttributeType": "N"}]
Row = tuple[Callable[[], Step], Kind, Facet, Effect, str, dict[str, Any]]


def table(change: str, value: object) -> dict[str, Any]:
    return {"TableName": NAME, change: value}


def tags(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"ResourceArn": ARN, "Tags": [{"Key": key, "Value": value} for key, value in pairs]}


TABLE, CHANGES, REMOVES = Facet.TABLE, Effect.CHANGES, Effect.REMOVES
UPDATES: list[Row] = [
    (
        lambda: steps.create_index(NAME, INDEX, "it is missing"),
        Kind.INDEX,
        TABLE,
        CHANGES,
        "it is missing",
        table("GlobalSecondaryIndexUpdates", [{"Create": AS_SENT}]) | {"AttributeDefinitions": DEFINITIONS},
    ),
    (
        lambda: steps.delete_index(NAME, "gsi-size", "it differs"),
        Kind.INDEX_REMOVAL,
        TABLE,
        CHANGES,
        "it differs",
        table("GlobalSecondaryIndexUpdates", [{"Delete": {"IndexName": "gsi-size"}}]),
    ),
    (
        lambda: steps.bill_on_demand(NAME),
        Kind.BILLING,
        TABLE,
        CHANGES,
        "the table is billed by provisioned capacity",
        table("BillingMode", "PAY_PER_REQUEST"),
    ),
    (
        lambda: steps.encrypt(NAME, Encryption(key=KEY)),
        Kind.ENCRYPTION,
        TABLE,
        CHANGES,
        "the encryption key differs",
        table("SSESpecification", {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}),
    ),
    (
        lambda: steps.encrypt(NAME, Encryption()),
        Kind.ENCRYPTION,
        TABLE,
        CHANGES,
        "the encryption key differs",
        table("SSESpecification", {"Enabled": True, "SSEType": "KMS"}),
    ),
    (
        lambda: steps.encrypt(NAME, Encryption(kms=False)),
        Kind.ENCRYPTION,
        TABLE,
        CHANGES,
        "the encryption key differs",
        table("SSESpecification", {"Enabled": False}),
    ),
    (
        lambda: steps.set_table_class(NAME, "STANDARD"),
        Kind.TABLE_CLASS,
        TABLE,
        CHANGES,
        "the table class is not STANDARD",
        table("TableClass", "STANDARD"),
    ),
    (
        lambda: steps.limit_throughput(NAME, Settings(max_read_units=7)),
        Kind.THROUGHPUT,
        TABLE,
        CHANGES,
        "the throughput limits differ",
        table("OnDemandThroughput", {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": -1}),
    ),
    (
        lambda: steps.start_stream(NAME, "NEW_IMAGE"),
        Kind.STREAM,
        TABLE,
        CHANGES,
        "there is no NEW_IMAGE stream",
        table("StreamSpecification", {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}),
    ),
    (
        lambda: steps.stop_stream(NAME, "it goes"),
        Kind.STREAM,
        TABLE,
        CHANGES,
        "it goes",
        table("StreamSpecification", {"StreamEnabled": False}),
    ),
    (
        lambda: steps.protect(NAME, enabled=True),
        Kind.PROTECTION,
        TABLE,
        CHANGES,
        "deletion protection is off",
        table("DeletionProtectionEnabled", True),
    ),
    (
        lambda: steps.protect(NAME, enabled=False),
        Kind.PROTECTION,
        TABLE,
        CHANGES,
        "deletion protection is on",
        table("DeletionProtectionEnabled", False),
    ),
]
OTHERS: dict[str, list[Row]] = {
    "update_table": UPDATES,
    "delete_table": [
        (lambda: steps.delete_table(NAME), Kind.REMOVAL, TABLE, REMOVES, "the resource is deleted", {"TableName": NAME}),
    ],
    "update_time_to_live": [
        (
            partial(steps.expire, NAME, "ttl", enabled=enabled),
            Kind.EXPIRY,
            Facet.TIME_TO_LIVE,
            CHANGES,
            f"time to live is {found}",
            table("TimeToLiveSpecification", {"Enabled": enabled, "AttributeName": "ttl"}),
        )
        for enabled, found in ((True, "off"), (False, "on"))
    ],
    "update_continuous_backups": [
        (
            lambda: steps.recover(NAME, 7),
            Kind.RECOVERY,
            Facet.BACKUPS,
            CHANGES,
            "point-in-time recovery is not 7 days",
            table("PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}),
        ),
        (
            lambda: steps.recover(NAME, None),
            Kind.RECOVERY,
            Facet.BACKUPS,
            CHANGES,
            "point-in-time recovery is not off",
            table("PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}),
        ),
    ],
    "update_contributor_insights": [
        (
            partial(steps.observe, NAME, enabled=enabled),
            Kind.INSIGHTS,
            Facet.INSIGHTS,
            CHANGES,
            f"contributor insights are {found}",
            table("ContributorInsightsAction", action),
        )
        for enabled, found, action in ((True, "off", "ENABLE"), (False, "on", "DISABLE"))
    ],
    "put_resource_policy": [
        (
            lambda: steps.put_policy(ARN, "{}"),
            Kind.POLICY,
            Facet.POLICY,
            CHANGES,
            "the resource policy differs",
            {"ResourceArn": ARN, "Policy": "{}"},
        ),
    ],
    "delete_resource_policy": [
        (
            lambda: steps.delete_policy(ARN),
            Kind.POLICY,
            Facet.POLICY,
            CHANGES,
            "there is a resource policy",
            {"ResourceArn": ARN},
        ),
    ],
    "tag_resource": [
        (
            lambda: steps.tag(ARN, {"a": "1", "b": "2"}),
            Kind.TAGS,
            Facet.TAGS,
            CHANGES,
            "tags differ",
            tags(("a", "1"), ("b", "2")),
        ),
        (
            lambda: steps.adopt(ARN, {"a": "1"}),
            Kind.TAGS,
            Facet.TAGS,
            Effect.ADOPTS,
            "the table is adopted",
            tags(("a", "1")),
        ),
        (
            lambda: steps.give_back(ARN, {"a": "1"}),
            Kind.TAGS,
            Facet.TAGS,
            REMOVES,
            "the adoption is undone",
            tags(("a", "1")),
        ),
    ],
    "untag_resource": [
        (
            lambda: steps.untag(ARN, {"b", "a"}, "they go"),
            Kind.TAGS,
            Facet.TAGS,
            CHANGES,
            "they go",
            {"ResourceArn": ARN, "TagKeys": ["a", "b"]},
        ),
        (
            lambda: steps.release(ARN, {"b", "a"}),
            Kind.TAGS,
            Facet.TAGS,
            REMOVES,
            "an adopted table is released, not deleted",
            {"ResourceArn": ARN, "TagKeys": ["a", "b"]},
        ),
    ],
}
ROWS = [(api, row) for api, rows in OTHERS.items() for row in rows]


@pytest.mark.parametrize(("api", "row"), ROWS, ids=[f"{api}: {row[4]}" for api, row in ROWS])
def test_a_step_says_its_kind_its_facet_its_effect_its_reason_and_what_it_asks(api: str, row: Row) -> None:
    make, kind, facet, effect, reason, arguments = row
    step = make()
    assert (step.api, step.kind, step.facet, step.effect, step.reason) == (api, kind, facet, effect, reason)
    assert step.arguments == arguments


def test_a_table_with_indexes_is_another_kind_of_work_than_one_without() -> None:
    bare = steps.create_table(Table(TableSchema(NAME, ID, SIZE)))
    with_index = steps.create_table(Table(TableSchema(NAME, ID, global_secondary_indexes=(INDEX,))))
    assert [step.kind for step in (bare, with_index)] == [Kind.TABLE, Kind.TABLE_WITH_INDEXES]
    for step in (bare, with_index):
        assert (step.api, step.facet, step.effect) == ("create_table", Facet.TABLE, Effect.CREATES)
        assert step.reason == "the table does not exist"
    assert "GlobalSecondaryIndexes" not in bare.arguments
    assert with_index.arguments["GlobalSecondaryIndexes"] == [AS_SENT]
    assert bare.arguments["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "size", "KeyType": "RANGE"},
    ]
    assert with_index.arguments["AttributeDefinitions"] == bare.arguments["AttributeDefinitions"] == DEFINITIONS


def test_a_policy_is_sent_in_the_words_of_the_template_if_they_are_known() -> None:
    schema = TableSchema(NAME, ID)
    for settings in (Settings(policy="{}"), Settings(policy="{}", policy_as_written="{ }")):
        sent = steps.create_table(Table(schema, settings)).arguments["ResourcePolicy"]
        assert sent == (settings.policy_as_written or "{}")
