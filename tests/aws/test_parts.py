"""What is called by other APIs than the table's own: time to live, recovery, insights, resource policy, tags."""

from __future__ import annotations

import json

from tests.aws import Client, Durations
from tests.aws.bench import (
    ARN,
    GONE,
    NAME,
    NO_BACKUP,
    OTHER_POLICY,
    POLICY,
    PROTECT,
    STREAM,
    Bench,
    Json,
    new,
    pitr,
    tags,
    ttl,
)


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
