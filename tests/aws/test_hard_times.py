"""Restored, archived and inaccessible tables, limits that pass only with days, principals that IAM does not know yet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws import REAL, TRIED_AGAIN_BY_SDKS, Client, Fault, Faults, Kind
from tests.aws.bench import CLASS, NAME, SSE, UNITS, Bench, new, pitr, tags, ttl

Json = dict[str, Any]
DAY = 86_400.0
ROLE = "arn:aws:iam::123456789012:role/reader"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "dynamodb:GetItem", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
ON_DEMAND: Json = {"BillingMode": "PAY_PER_REQUEST"}
PROVISIONED: Json = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}


def given(**more: Any) -> Bench:
    bench = Bench()
    if "key" in more:
        bench.plane.keys.add(more["key"])
    bench.plane.given_table(NAME, **more)
    return bench


# Restored


def test_a_restored_table_has_its_records_and_nothing_else() -> None:
    bench = given(restored=True, records=[{"id": "r-1"}])
    assert bench.describe()["RestoreSummary"]["RestoreInProgress"] is False
    assert bench.tags() == {}
    assert bench.on("describe_time_to_live")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    assert "StreamSpecification" not in bench.describe()
    assert bench.plane.records(NAME) == [{"id": "r-1"}]


@pytest.mark.parametrize("setting", [{"ttl": "ttl"}, {"recovery_days": 35}, {"protected": True}, {"stream": "KEYS_ONLY"}])
def test_a_test_cannot_give_a_restored_table_what_no_restore_brings(setting: Json) -> None:
    with pytest.raises(AssertionError, match="brings none"):
        given(restored=True, **setting)


def test_aws_backup_may_bring_tags() -> None:
    assert given(restored=True, tags={"sentinel:origin": "created"}).tags() == {"sentinel:origin": "created"}


# The key is lost


def test_a_lost_key_is_noticed_later_and_comes_back() -> None:
    bench = given(key="alias/records", ttl="ttl")
    key = bench.plane.keys.find("alias/records")
    assert key is not None
    bench.plane.lose_key(key)
    inaccessible = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    assert 700 < bench.seconds(lambda: bench.status() == inaccessible) < 4_600
    encryption = bench.describe()["SSEDescription"]
    assert (encryption["Status"], encryption["KMSMasterKeyArn"]) == ("ENABLED", key.arn)
    assert "InaccessibleEncryptionDateTime" in encryption
    bench.plane.regain_key(bench.plane.keys.by_id[key.key_id])
    assert bench.seconds(lambda: bench.status() == "ACTIVE") < 601
    bench.clock.sleep(8 * DAY)
    assert bench.status() == "ACTIVE"


def test_an_inaccessible_table_takes_what_needs_no_key() -> None:
    bench = given(key="alias/records", inaccessible=True)
    bench.on("update_table", **CLASS)
    assert bench.status() == "UPDATING"
    bench.clock.sleep(10)
    assert bench.status() == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    bench.on("tag_resource", Tags=tags(a="b"))
    needs: list[tuple[str, Json]] = [("update_table", SSE), ("update_time_to_live", ttl(True))]
    for api, change in needs:
        refusal = bench.refusal(api, **change)
        assert (refusal.code, "KMS key disabled error" in refusal.message) == ("ValidationException", True)
    bench.clock.sleep(10)
    bench.on("delete_table")


def test_an_inaccessible_table_is_archived_after_a_week_and_never_comes_back() -> None:
    bench = given(key="alias/records", inaccessible=True, records=[{"id": "r-1"}])
    bench.clock.sleep(7 * DAY + 1)
    shown = bench.describe()
    assert shown["TableStatus"] == "ARCHIVED"
    assert shown["ArchivalSummary"]["ArchivalReason"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    assert f":table/{NAME}/backup/" in shown["ArchivalSummary"]["ArchivalBackupArn"]
    bench.plane.regain_key(next(iter(key for key in bench.plane.keys.by_id.values() if key.manager == "CUSTOMER")))
    bench.clock.sleep(DAY)
    assert bench.status() == "ARCHIVED"


@pytest.mark.parametrize(
    ("api", "change"),
    [("update_table", CLASS), ("tag_resource", {"Tags": tags(a="b")}), ("update_continuous_backups", pitr(True))],
)
def test_an_archived_table_can_only_be_deleted(api: str, change: Json) -> None:
    bench = given(key="alias/records", archived=True)
    assert "ARCHIVED" in bench.refusal(api, **change).message
    bench.on("delete_table")


# Limits by day


def test_the_billing_mode_becomes_on_demand_once_in_a_day() -> None:
    bench = given(provisioned=(5, 5), on_demand_ago=3_600.0)
    refusal = bench.refusal("update_table", **ON_DEMAND)
    assert refusal.code == "LimitExceededException"
    assert refusal.message == (
        "Subscriber limit exceeded: Update to PayPerRequest mode are limited to once in 1 day(s). "
        "Last update at Mon Sep 21 13:13:20 UTC 2026. Next update can be made at Tue Sep 22 13:13:20 UTC 2026"
    )
    bench.clock.sleep(DAY)
    bench.on("update_table", **ON_DEMAND)


def test_a_table_that_was_made_on_demand_today_does_not_get_back_to_it_today() -> None:
    bench = Bench()
    bench.call("create_table", **new())
    bench.clock.sleep(60)
    bench.on("update_table", **PROVISIONED)
    bench.clock.sleep(200)
    assert bench.refusal("update_table", **ON_DEMAND).code == "LimitExceededException"


def test_a_test_may_say_how_much_of_a_limit_is_used_up() -> None:
    bench = given(encryptions=4, classes=2)
    assert "limited in the 24h window" in bench.refusal("update_table", **SSE).message
    assert "2 times in 30 day(s)" in bench.refusal("update_table", **CLASS).message
    bench.clock.sleep(DAY)
    bench.on("update_table", **SSE)


# Principals


@pytest.mark.parametrize("create", [True, False])
def test_a_principal_that_iam_does_not_know_yet_is_refused_until_it_does(create: bool) -> None:
    bench = Bench() if create else Bench().made()
    bench.plane.unknown_principal(ROLE, 20.0)

    def put() -> None:
        if create:
            bench.call("create_table", **new(ResourcePolicy=POLICY))
        else:
            bench.on("put_resource_policy", Policy=POLICY)

    with pytest.raises(Exception, match=r"^ValidationException: One or more .* Invalid principal in policy document\.$"):
        put()
    bench.clock.sleep(21)
    put()


# Codes, and lags


@pytest.mark.parametrize(("kind", "code", "status"), TRIED_AGAIN_BY_SDKS)
def test_a_fault_may_have_any_code_that_the_sdks_try_again(kind: Kind, code: str, status: int) -> None:
    bench = Bench()
    client = Client(bench.plane, faults=Faults(Fault(kind, 1, code=code, status=status)))
    with pytest.raises(ClientError) as caught:
        client.create_table(**new())
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert (NAME in bench.plane.tables) is (kind is Kind.INTERNAL_ERROR_AFTER)


def test_describe_table_may_be_late_each_time_anew() -> None:
    bench = Bench(durations=replace(REAL.lagging(), create=(6.0, 6.0), describe_after_create=(2.0, 2.0)))
    bench.call("create_table", **new())
    assert bench.refusal("describe_table").code == "ResourceNotFoundException"
    bench.clock.sleep(6.5)
    seen = []
    for _ in range(40):
        seen.append(bench.status())
        bench.clock.sleep(0.1)
    assert set(seen) == {"CREATING", "ACTIVE"}
    assert seen != sorted(seen, reverse=True), "it goes to and fro"
    assert seen[-5:] == ["ACTIVE"] * 5


def test_lags_are_scaled_with_the_rest() -> None:
    assert REAL.lagging(5.0).scaled(0.1).describe_lag == (0.0, 0.5)
    assert REAL.describe_lag == (0.0, 0.0)
