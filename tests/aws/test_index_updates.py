"""UpdateTable on indexes: one at a time, with a backfill that goes on in a table that is ACTIVE."""

from __future__ import annotations

import pytest

from tests.aws import Refused, Switches
from tests.aws.bench import NAME, UNITS, Bench, add, an_index, drop, strings


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
