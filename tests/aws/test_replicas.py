"""Replicas that somebody else adds and removes, and what the table refuses because of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws import Durations, Switches
from tests.aws.bench import CLASS, NAME, PROTECT, SSE, STREAM, Bench, add, pitr, tags, ttl

Json = dict[str, Any]
HERE, THERE, FURTHER = "eu-central-1", "eu-west-1", "us-east-1"
NO_STREAM = {"StreamSpecification": {"StreamEnabled": False}}
IN_USE = "The resource which you are attempting to change is in use."
SOURCE = (
    "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in the "
    "last 24 hours."
)


def given(**more: Any) -> Bench:
    bench = Bench(**{name: more.pop(name) for name in ("switches", "durations") if name in more})
    bench.plane.given_table(NAME, **{"replicas": {THERE: "ACTIVE"}} | more)
    return bench


def replicas(bench: Bench) -> dict[str, str]:
    return {each["RegionName"]: each["ReplicaStatus"] for each in bench.describe().get("Replicas", ())}


def test_a_table_lists_its_replicas_and_never_itself() -> None:
    bench = given(replicas={THERE: "ACTIVE", FURTHER: "REGION_DISABLED"})
    assert replicas(bench) == {THERE: "ACTIVE", FURTHER: "REGION_DISABLED"}
    assert bench.describe()["GlobalTableVersion"] == "2019.11.21"
    assert bench.status() == "ACTIVE"
    assert "Replicas" not in Bench().made().describe()


def test_a_replica_that_is_added_is_listed_after_some_seconds_and_takes_its_time() -> None:
    bench = Bench().made()
    bench.plane.add_replica(NAME, THERE)
    assert replicas(bench) == {}
    assert 5 <= bench.seconds(lambda: bool(replicas(bench))) <= 7.1
    assert (replicas(bench), bench.status()) == ({THERE: "CREATING"}, "ACTIVE")
    assert bench.describe()["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert 7 <= bench.seconds(lambda: replicas(bench) == {THERE: "ACTIVE"}) <= 44


def test_a_replica_that_is_removed_is_listed_until_it_is_gone_and_the_stream_stays() -> None:
    bench = given()
    bench.plane.remove_replica(NAME, THERE)
    assert replicas(bench) == {THERE: "DELETING"}
    assert 97 <= bench.seconds(lambda: not replicas(bench)) <= 245
    assert "StreamSpecification" in bench.describe()


@pytest.mark.parametrize("status", ["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED", "REGION_DISABLED"])
def test_a_replica_that_nobody_can_use_becomes_a_plain_table_after_20_hours(status: str) -> None:
    bench = given()
    bench.plane.change_replica(NAME, THERE, status)
    bench.clock.sleep(19 * 3_600)
    assert replicas(bench) == {THERE: status}
    bench.clock.sleep(3_601)
    assert replicas(bench) == {}


def test_a_replica_that_can_be_used_again_stays() -> None:
    bench = given(replicas={THERE: "REPLICATION_NOT_AUTHORIZED"})
    bench.plane.change_replica(NAME, THERE, "ACTIVE")
    bench.clock.sleep(2 * 86_400)
    assert replicas(bench) == {THERE: "ACTIVE"}


def test_the_stream_is_frozen() -> None:
    bench = given()
    refusal = bench.refusal("update_table", **NO_STREAM)
    text = "Disabling Stream is not allowed for a Global Table replica."
    assert (refusal.code, refusal.message) == ("ValidationException", text)
    assert "already has an enabled stream" in bench.refusal("update_table", **STREAM).message
    bench.plane.add_replica(NAME, FURTHER)
    assert bench.refusal("update_table", **NO_STREAM).message == text


def test_a_customers_key_is_not_changed_by_the_table_and_the_type_is() -> None:
    bench = given()
    key = bench.plane.keys.add("alias/records")
    wanted = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}}
    refusal = bench.refusal("update_table", **wanted)
    assert refusal.code == "ValidationException"
    assert "can only be changed through ReplicaUpdates" in refusal.message
    bench.on("update_table", **SSE)


def test_a_customers_key_is_not_left_either() -> None:
    bench = Bench()
    bench.plane.keys.add("alias/records")
    bench.plane.given_table(NAME, key="alias/records", replicas={THERE: "ACTIVE"})
    for wanted in (SSE, {"SSESpecification": {"Enabled": False}}):
        assert "can only be changed through ReplicaUpdates" in bench.refusal("update_table", **wanted).message


def test_a_table_that_was_a_source_a_while_ago_is_not_deleted_until_a_day_has_passed() -> None:
    bench = given(sourced=3_600.0)
    refusal = bench.refusal("delete_table")
    assert (refusal.code, refusal.message) == ("ValidationException", SOURCE)
    bench.clock.sleep(86_400)
    bench.on("delete_table")


def test_a_source_whose_replicas_are_gone_can_be_deleted() -> None:
    bench = given(sourced=3_600.0)
    bench.plane.remove_replica(NAME, THERE)
    assert bench.refusal("delete_table").code == "ResourceInUseException"
    bench.clock.sleep(250)
    bench.on("delete_table")


def test_a_protected_copy_is_not_deleted_and_says_so_in_words_of_its_own() -> None:
    bench = given(protected=True)
    text = f"Cannot delete table {NAME} in region {HERE} because it has deletion protection enabled."
    assert bench.refusal("delete_table").message.startswith(text)


def test_protection_keeps_a_table_with_replicas_updating() -> None:
    bench = given()
    bench.on("update_table", **PROTECT)
    assert bench.status() == "UPDATING"
    assert 34 <= bench.seconds(lambda: bench.status() == "ACTIVE") <= 39.1


CHANGES: list[tuple[str, Json]] = [
    ("update_table", PROTECT),
    ("update_table", CLASS),
    ("update_table", add("a")),
    ("delete_table", {}),
]
PARTS: list[tuple[str, Json]] = [
    ("tag_resource", {"Tags": tags(a="b")}),
    ("update_time_to_live", ttl(True)),
    ("update_continuous_backups", pitr(True)),
    ("update_contributor_insights", {"ContributorInsightsAction": "ENABLE"}),
]


@pytest.mark.parametrize(("api", "change"), CHANGES + PARTS)
def test_while_a_replica_is_added_changes_are_refused(api: str, change: Json) -> None:
    bench = given(sourced=7 * 86_400.0)
    bench.plane.add_replica(NAME, FURTHER)
    refusal = bench.refusal(api, **change)
    assert (refusal.code, refusal.message) == ("ResourceInUseException", IN_USE)
    bench.seconds(lambda: replicas(bench).get(FURTHER) == "ACTIVE")
    if api != "delete_table":
        bench.on(api, **change)


@pytest.mark.parametrize(("api", "change"), PARTS)
def test_as_measured_only_the_table_itself_is_closed_meanwhile(api: str, change: Json) -> None:
    bench = given(switches=Switches(adding_a_replica_refuses_all=False))
    bench.plane.add_replica(NAME, FURTHER)
    bench.on(api, **change)


def test_while_one_is_removed_tags_and_the_like_are_open() -> None:
    bench = given()
    bench.plane.remove_replica(NAME, THERE)
    bench.on("tag_resource", Tags=tags(a="b"))
    assert bench.refusal("update_table", **CLASS).message == IN_USE


def test_reads_are_open_all_the_time() -> None:
    bench = given(durations=Durations())
    bench.plane.add_replica(NAME, FURTHER)
    for api in ("describe_table", "list_tags_of_resource", "describe_time_to_live", "describe_continuous_backups"):
        bench.on(api)
