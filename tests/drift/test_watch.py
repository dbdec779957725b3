"""The drift watch against the model of AWS: drift made by hand is told by its kind, and nothing is ever written."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from handler import watch
from handler.watch import Watch
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.drift.declaration import read
from sentinel_tables.drift.judgement import KINDS
from sentinel_tables.errors import RefusedByAws
from tests import worlds
from tests.aws import Client, Fault, Faults, Invocation, KeyService, Kind
from tests.aws.client import check_arguments
from tests.worlds import INDEXES, Scene, standing

Json = dict[str, Any]
NAME = "sentinel-requests"
DECLARED = "sentinel:declared"
EVIDENCE: Json = {"DeletionProtectionEnabled": "true", "TimeToLiveSpecification": {"Enabled": "false"}}
EVERYTHING: Json = {
    "PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": "7"},
    "SSESpecification": {"KMSMasterKeyId": "alias/records"},
    "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
    "OnDemandThroughput": {"MaxReadRequestUnits": "5"},
    "ContributorInsightsSpecification": {"Enabled": "true"},
    "ResourcePolicy": {
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "dynamodb:GetItem",
                "Resource": "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-requests",
            },
        }
    },
}


class Listing(Client):
    """The model's client, with the one call that only the watch makes, two names a page."""

    def list_tables(self, **arguments: Any) -> Json:
        check_arguments("dynamodb", "list_tables", arguments)
        self._wire.send("list_tables", arguments, dict)
        names = sorted(self._plane.tables)
        names = [name for name in names if name > arguments.get("ExclusiveStartTableName", "")]
        more = {"LastEvaluatedTableName": names[1]} if len(names) > 2 else {}
        return {"TableNames": names[:2], **more}


@dataclass
class Metrics:
    """`boto3.client("cloudwatch")`, `put_metric_data` of it."""

    points: list[Json] = field(default_factory=list)

    def put_metric_data(self, **arguments: Any) -> Json:
        check_arguments("cloudwatch", "put_metric_data", arguments)
        assert arguments["Namespace"] == "SentinelTables"
        self.points += arguments["MetricData"]
        return {}

    def told(self) -> dict[str, float]:
        """Value by kind; that of all tables under `all`."""
        assert {point["MetricName"] for point in self.points} == {"DriftedTables"}
        dimensions = [{one["Name"]: one["Value"] for one in point["Dimensions"]} for point in self.points]
        assert {one["Provider"] for one in dimensions} == {"sentinel-tables"}
        pairs = zip(dimensions, self.points, strict=True)
        return {one.get("Kind", "all"): point["Value"] for one, point in pairs}


class Place(Scene):
    """A stack whose provider declares settings, and the watch over its tables."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.declares = True
        self.left = 300.0
        self.functions.handle = self._handle
        self.plane.keys.add("alias/records")

    def _handle(self, event: Json, invocation: Invocation) -> None:
        worlds.handle(event, invocation, declare=self.declares)

    def made(self, **properties: object) -> None:
        """The table, an hour after it was made."""
        answer = self.create(**properties)
        assert answer["Status"] == "SUCCESS", answer["Reason"]
        self.clock.sleep(3600)

    def tag(self) -> str | None:
        return self.plane.tables[NAME].tags.current.get(DECLARED)

    def by_hand(self, api: str, **arguments: Any) -> None:
        self.plane.call(api, arguments)
        self.clock.sleep(24 * 3600)

    def watch(self, *faults: Fault) -> dict[str, float]:
        """What one look tells, of the kinds that are not zero; nothing is written."""
        wire, metrics, written = Faults(*faults), Metrics(), len(self.plane.writes())
        client = Listing(self.plane, faults=wire)
        tables = DynamoTables(client, lambda: KeyService(self.plane, faults=wire))
        Watch(client, tables, metrics, "sentinel-", "sentinel-tables", lambda: self.left).run()
        assert len(self.plane.writes()) == written
        told = metrics.told()
        assert set(told) == {"all", *KINDS}
        return {kind: value for kind, value in told.items() if value}


def update(**change: Any) -> Callable[[Place], None]:
    return lambda place: place.by_hand("update_table", TableName=NAME, **change)


def expiry(*, enabled: bool) -> Callable[[Place], None]:
    specification = {"Enabled": enabled, "AttributeName": "ttl"}
    return lambda place: place.by_hand("update_time_to_live", TableName=NAME, TimeToLiveSpecification=specification)


OTHER_KEY = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/records"}
RECOVERY_OFF = {"PointInTimeRecoveryEnabled": False}
EXPIRES = {"TimeToLiveSpecification": {"Enabled": "true"}}
SAID: Json = {
    **EXPIRES,
    "DeletionProtectionEnabled": "false",
    "SSESpecification": {"SSEEnabled": "true"},
    "TableClass": "STANDARD",
    "OnDemandThroughput": {"MaxReadRequestUnits": "-1", "MaxWriteRequestUnits": "-1"},
    "ContributorInsightsSpecification": {"Enabled": "false"},
}
"""A template that says the defaults."""
ROWS: dict[str, tuple[Json, Callable[[Place], None], str]] = {
    "an index less": (
        {}, update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "gsi-status"}}]), "index"
    ),
    "expiry off": (SAID, expiry(enabled=False), "expiry"),
    "expiry on, of evidence": (EVIDENCE, expiry(enabled=True), "expiry"),
    "protection off, of evidence": (EVIDENCE, update(DeletionProtectionEnabled=False), "protection"),
    "protection on": (SAID, update(DeletionProtectionEnabled=True), "protection"),
    "recovery off": (
        {},
        lambda place: place.by_hand(
            "update_continuous_backups", TableName=NAME, PointInTimeRecoverySpecification=RECOVERY_OFF
        ),
        "recovery",
    ),
    "another key": (SAID, update(SSESpecification=OTHER_KEY), "encryption"),
    "no key of one's own": (EVERYTHING, update(SSESpecification={"Enabled": False}), "encryption"),
    "a stream less": (EVERYTHING, update(StreamSpecification={"StreamEnabled": False}), "stream"),
    "another class": (SAID, update(TableClass="STANDARD_INFREQUENT_ACCESS"), "table_class"),
    "limits": (SAID, update(OnDemandThroughput={"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 9}), "throughput"),
    "insights": (
        SAID,
        lambda place: place.by_hand("update_contributor_insights", TableName=NAME, ContributorInsightsAction="ENABLE"),
        "insights",
    ),
    "a policy less": (
        EVERYTHING,
        lambda place: place.by_hand("delete_resource_policy", ResourceArn=place.plane.tables[NAME].arn),
        "policy",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "drifts", "kind"), ROWS.values(), ids=ROWS)
def test_drift_is_told_by_its_kind_and_a_deployment_repairs_it(
    properties: Json, drifts: Callable[[Place], None], kind: str
) -> None:
    place = Place()
    place.made(**properties)
    assert place.watch() == {"none": 1}
    drifts(place)
    assert place.watch() == {kind: 1, "all": 1}
    assert place.update(NAME, **properties)["Status"] == "SUCCESS"
    place.clock.sleep(3600)
    assert place.watch() == {"none": 1}


def put_policy(place: Place) -> None:
    place.by_hand("put_resource_policy", ResourceArn=place.plane.tables[NAME].arn, Policy=POLICY)


POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"dynamodb:*","Resource":"*"}]}'
BY_HAND: dict[str, tuple[Callable[[Place], None], str]] = {
    "expiry off": (expiry(enabled=False), "none"),
    "protection on": (update(DeletionProtectionEnabled=True), "none"),
    "another key": (update(SSESpecification=OTHER_KEY), "none"),
    "a stream": (update(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}), "none"),
    "another class": (update(TableClass="STANDARD_INFREQUENT_ACCESS"), "none"),
    "limits": (update(OnDemandThroughput={"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 9}), "none"),
    "the key that DynamoDB owns": (update(SSESpecification={"Enabled": False}), "encryption"),
    "a policy": (put_policy, "policy"),
}


@pytest.mark.parametrize(("changes", "kind"), BY_HAND.values(), ids=BY_HAND)
def test_what_no_template_says_is_no_drift_but_for_what_somebody_has_to_know(
    changes: Callable[[Place], None], kind: str
) -> None:
    place = Place()
    place.made()
    changes(place)
    assert place.watch() == ({"none": 1} if kind == "none" else {kind: 1, "all": 1})
    before = place.plane.truth(NAME)
    assert place.update(NAME)["Status"] == "SUCCESS"
    assert (place.plane.truth(NAME) == before) is (kind != "encryption"), "silence takes nothing away"


@pytest.mark.parametrize("status", ["ACTIVE", "CREATING", "REPLICATION_NOT_AUTHORIZED"])
def test_a_replica_that_is_not_active_is_a_drift_of_its_own(status: str) -> None:
    place = Place()
    place.made()
    place.plane.given_table(NAME, **standing(tags=place.tags(), stream="NEW_AND_OLD_IMAGES", replicas={"eu-west-1": status}))
    assert place.watch() == ({"none": 1} if status == "ACTIVE" else {"replica": 1, "all": 1})


def test_drifts_of_several_kinds_are_one_drifted_table() -> None:
    place = Place()
    place.made(**EVIDENCE)
    expiry(enabled=True)(place)
    update(DeletionProtectionEnabled=False)(place)
    assert place.watch() == {"expiry": 1, "protection": 1, "all": 1}


def test_an_index_or_a_tag_of_somebody_else_is_no_drift() -> None:
    place = Place()
    place.plane.given_table(
        NAME, **standing(tags=place.tags() | {"team": "audit"}, indexes=INDEXES["approval"] | {"mine": ("x", None)})
    )
    assert place.watch() == {"none": 1}


def test_what_was_not_declared_is_taken_as_it_stands() -> None:
    place = Place()
    place.plane.given_table(NAME, **standing(tags=place.tags(), protected=True, ttl=None, recovery_days=7))
    assert place.watch() == {"none": 1}


@pytest.mark.parametrize("tag", ["v9 whatever", "v1 protection=perhaps"])
def test_of_a_version_that_it_does_not_know_the_watch_judges_the_schema_alone(tag: str) -> None:
    place = Place()
    place.plane.given_table(NAME, **standing(tags=place.tags() | {DECLARED: tag}, protected=True, provisioned=(5, 5)))
    assert place.watch() == {"billing": 1, "all": 1}


def test_tables_of_others_are_not_told_and_those_of_an_unknown_schema_are_broken() -> None:
    place = Place()
    place.plane.given_table("sentinel-other")
    place.plane.given_table("elsewhere", **standing(tags=place.tags()))
    place.plane.given_table("sentinel-ledger", **standing(tags=place.tags(schema="ledger")))
    place.plane.given_table("sentinel-keys", **standing(tags=place.tags(), keys=("pk", None)))
    assert place.watch() == {"broken": 2, "all": 2}


def test_a_table_without_the_tag_of_its_schema_cannot_be_compared_and_the_reason_says_what_puts_it_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = Place()
    place.plane.given_table(NAME, **standing(tags=place.tags(schema="")))
    with caplog.at_level(logging.INFO):
        assert place.watch() == {"broken": 1, "all": 1}
    (reason,) = [record.__dict__["reason"] for record in caplog.records if record.message == "drift"]
    assert "Update the resource, which puts it back" in reason


def test_a_table_in_change_is_busy_and_nobody_is_alarmed() -> None:
    place = Place()
    place.made()
    place.plane.call(
        "update_table", {"TableName": NAME, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    )
    assert place.watch() == {"busy": 1}


def test_a_table_that_cannot_be_read_is_told_and_the_rest_is_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    place = Place()
    for name in ("sentinel-a", "sentinel-b", "sentinel-c"):
        place.plane.given_table(name, **standing(tags=place.tags()))
    with caplog.at_level(logging.INFO):
        assert place.watch(Fault(Kind.ACCESS_DENIED, 2, "describe_continuous_backups")) == {"none": 2, "unread": 1, "all": 1}
    told = {record.__dict__["table"]: record.__dict__ for record in caplog.records if record.message == "drift"}
    assert {name: line["kinds"] for name, line in told.items()} == {
        "sentinel-a": "none", "sentinel-b": "unread", "sentinel-c": "none",
    }  # fmt: skip
    assert "dynamodb:DescribeContinuousBackups" in told["sentinel-b"]["reason"]
    assert told["sentinel-a"]["stackId"] == place.stack_id


def test_tables_that_there_is_no_time_for_are_told() -> None:
    place = Place()
    place.plane.given_table(NAME, **standing(tags=place.tags()))
    place.left = 1.0
    assert place.watch() == {"unread": 1, "all": 1}


def test_where_tables_cannot_be_listed_the_watch_fails() -> None:
    place = Place()
    with pytest.raises(RefusedByAws):
        place.watch(Fault(Kind.ACCESS_DENIED, 1, "list_tables"))


def test_a_line_is_one_object_with_owner_and_kinds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, metrics = Place(), Metrics()
    place.plane.given_table(NAME, **standing(tags=place.tags(), provisioned=(5, 5)))
    clients = {"dynamodb": Listing(place.plane), "kms": KeyService(place.plane), "cloudwatch": metrics}
    monkeypatch.setattr("handler.clients.client", lambda service, **_: clients[service])
    lines = logging.StreamHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [lines])
    context = type("Context", (), {"aws_request_id": "7", "get_remaining_time_in_millis": lambda _self: 300_000})
    assert watch.handler({}, context()) == {"billing": 1}
    (line,) = [json.loads(text) for text in capsys.readouterr().err.splitlines() if text]
    assert {key: line[key] for key in ("message", "table", "logicalResourceId", "drift", "kinds", "awsRequestId")} == {
        "message": "drift", "table": NAME, "logicalResourceId": "Records", "drift": "drifted", "kinds": "billing",
        "awsRequestId": "7",
    }  # fmt: skip


class TestTheTag:
    """`sentinel:declared`, which the provider writes where the watch is on."""

    def test_off_there_is_none_and_one_that_stands_is_left_alone(self) -> None:
        place = Place()
        place.declares = False
        place.made(**EVIDENCE)
        assert place.plane.tables[NAME].tags.current == place.tags()
        place.plane.given_table("sentinel-x", **standing(tags=place.tags() | {DECLARED: "v1 expiry=off"}))
        writes = len(place.plane.writes())
        assert place.update("sentinel-x", TableName="sentinel-x")["Status"] == "SUCCESS"
        assert len(place.plane.writes()) == writes

    def test_it_is_set_in_the_call_that_makes_the_table(self) -> None:
        place = Place()
        place.made(**EVIDENCE)
        assert [call.api for call in place.plane.writes()][:1] == ["create_table"]
        assert "tag_resource" not in {call.api for call in place.plane.writes()}
        assert place.tag() == "v1 protection=on expiry=off"

    def test_it_names_the_key_as_the_table_does(self) -> None:
        place = Place()
        place.made(**EVERYTHING)
        found = read(place.tag() or "")
        assert found is not None
        assert found.settings["encryption"].key.startswith("arn:aws:kms:")
        writes = len(place.plane.writes())
        assert place.update(NAME, **EVERYTHING)["Status"] == "SUCCESS"
        assert len(place.plane.writes()) == writes

    def test_it_follows_the_template_and_comes_with_the_first_update_that_declares(self) -> None:
        place = Place()
        place.declares = False
        place.made()
        place.declares = True
        for properties, told in (({}, "v1"), (EVIDENCE, "v1 protection=on expiry=off")):
            assert place.update(NAME, **properties)["Status"] == "SUCCESS"
            assert place.tag() == told

    def test_it_goes_when_an_adopted_table_is_released(self) -> None:
        place = Place()
        place.plane.given_table(NAME, **standing(tags={"team": "audit"}))
        place.made(ExistingTable="Adopt")
        assert place.tag() == "v1"
        assert place.delete(NAME)["Status"] == "SUCCESS"
        assert place.plane.tables[NAME].tags.current == {"team": "audit"}

    def test_what_a_failed_replacement_adopted_is_given_back_with_its_own(self) -> None:
        place = Place(faults=(Fault(Kind.ACCESS_DENIED, 2, "update_time_to_live"),))
        place.made()
        before = place.tags(stack_id="arn:aws:cloudformation:eu-central-1:123456789012:stack/other/1") | {DECLARED: "v1 x"}
        place.plane.given_table("sentinel-x", **standing(tags=before, ttl=None))
        answer = place.update(NAME, old={"Schema": "approval"}, TableName="sentinel-x", ExistingTable="Adopt", **EXPIRES)
        assert answer["Status"] == "FAILED"
        assert place.plane.tables["sentinel-x"].tags.current == before
        assert {DECLARED, "sentinel:stack-id"} <= {
            tag["Key"] for call in place.plane.writes() if call.api == "tag_resource" for tag in call.arguments["Tags"]
        }
