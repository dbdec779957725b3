"""The limits of the account, and what the model keeps for tests to look at."""

from __future__ import annotations

from tests.aws import Rate
from tests.aws.bench import PROTECT, Bench, add, new, tags


def test_500_tables_may_be_in_change_at_once(bench: Bench) -> None:
    for number in range(500):
        bench.call("create_table", **new(f"table-{number}"))
    refusal = bench.refusal("create_table", **new())
    assert refusal.code == "LimitExceededException"
    assert refusal.message.endswith("Only 500 tables can be created, updated, or deleted simultaneously")
    bench.clock.sleep(6)
    bench.call("create_table", **new())


def test_2500_tables_are_all() -> None:
    bench = Bench()
    for number in range(2_500):
        bench.plane.given_table(f"table-{number}")
    refusal = bench.refusal("create_table", **new())
    assert (refusal.code, "limit of 2500 tables" in refusal.message) == ("LimitExceededException", True)


def test_a_bucket_of_tokens_throttles_changes_and_spares_reads() -> None:
    bench = Bench(rate=Rate(per_second=2.0, burst=3))
    for number in range(3):
        bench.call("create_table", **new(f"table-{number}"))
    refusal = bench.refusal("create_table", **new())
    assert (refusal.code, refusal.message) == (
        "ThrottlingException",
        "The rate of control plane requests made by this account is too high",
    )
    bench.clock.sleep(1)
    for _ in range(20):
        bench.call("describe_table", TableName="table-0")
    bench.call("create_table", **new())


def test_every_change_names_the_owner_that_the_table_had_before_it(bench: Bench) -> None:
    owner = {"sentinel:stack-id": "stack", "sentinel:logical-id": "A"}
    bench.made(Tags=tags(**owner))
    bench.on("tag_resource", Tags=tags(**{"sentinel:logical-id": "B"}))
    bench.on("update_table", **PROTECT)
    assert [(change.api, change.owner) for change in bench.plane.changes] == [
        ("create_table", (None, None)),
        ("tag_resource", ("stack", "A")),
        ("update_table", ("stack", "B")),
    ]


def test_history_keeps_every_call_with_its_outcome(bench: Bench) -> None:
    bench.call("create_table", **new())
    bench.refusal("update_table")
    assert [(call.api, call.outcome) for call in bench.plane.history] == [
        ("create_table", "ok"),
        ("update_table", "ValidationException"),
    ]
    assert [call.api for call in bench.plane.writes()] == ["create_table", "update_table"]


def test_the_same_seed_is_the_same_world() -> None:
    truths = []
    for seed in (1, 1, 2):
        bench = Bench(seed=seed).made()
        bench.on("update_table", **add("a"))
        truths.append((bench.seconds(lambda bench=bench: bench.status() == "ACTIVE"), bench.describe()["TableId"]))  # type: ignore[misc]
    assert truths[0] == truths[1] != truths[2]
