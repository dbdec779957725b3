"""DeleteTable and deletion protection: when a deletion is taken, and what goes with the table."""

from __future__ import annotations

import pytest

from tests.aws import Switches
from tests.aws.bench import CLASS, NAME, POLICY, PROTECT, SSE, STREAM, Bench, Json, add, tags


@pytest.mark.parametrize("seed", range(5))
def test_a_deletion_takes_4_to_6_seconds(seed: int) -> None:
    bench = Bench(seed=seed).made()
    assert bench.on("delete_table")["TableDescription"]["TableStatus"] == "DELETING"
    assert 4.0 <= bench.seconds(lambda: NAME not in bench.plane.tables) <= 6.1
    assert bench.refusal("describe_table").code == "ResourceNotFoundException"


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


def test_documented_a_second_deletion_is_no_error() -> None:
    bench = Bench(switches=Switches(delete_twice_is_refused=False)).made()
    bench.on("delete_table")
    assert bench.on("delete_table")["TableDescription"]["TableStatus"] == "DELETING"


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
