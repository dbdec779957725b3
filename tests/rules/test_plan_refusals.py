"""What cannot or must not be done to a table is refused before anything is written, with what to do instead."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import NotOwned, ProtectedTable, RefusedByAws, SentinelTableError, UnsafeChange
from sentinel_tables.model import Encryption, Settings
from sentinel_tables.rules.plan import plan, plan_removal
from tests.aws import INSTANT
from tests.aws.given import Given
from tests.rules.test_plan import INDEXES, OTHER, OWNER, Row, owned
from tests.worlds import standing

UNTAGGED: dict[str, str] = {}
ANOTHER_NAME = "Use another TableName."
ADOPT = "Choose another TableName, or take it over with ExistingTable: Adopt."
A_NEW_NAME = "Give the table a new TableName."

Refusal = tuple[str, type[SentinelTableError], str, Given, Settings, bool]
OWN = owned()
REFUSALS: list[Refusal] = [
    (name, error, remedy, live, settings, adopt)
    for name, error, remedy, live, settings in [
        ("another partition key", UnsafeChange, ANOTHER_NAME, standing(tags=OWN, keys=("key", None)), Settings()),
        ("a sort key", UnsafeChange, ANOTHER_NAME, standing(tags=OWN, keys=("id", "created_at")), Settings()),
        ("keys the other way round", UnsafeChange, ANOTHER_NAME, standing(tags=OWN, keys=("created_at", "id")), Settings()),
        ("a key that is a number", UnsafeChange, ANOTHER_NAME, standing(tags=OWN, types={"id": "N"}), Settings()),
        (
            "an attribute that is a number",
            UnsafeChange,
            ANOTHER_NAME,
            standing(tags=OWN, types={"created_at": "N"}),
            Settings(),
        ),
        (
            "an attribute of an index of others",
            UnsafeChange,
            ANOTHER_NAME,
            standing(tags=OWN, indexes={"gsi-mine": ("status", None)}, types={"status": "B"}),
            Settings(),
        ),
        (
            "expiry by another attribute",
            UnsafeChange,
            "Turn time to live off on the table first.",
            standing(tags=OWN, ttl="expires"),
            Settings(),
        ),
        ("another schema", UnsafeChange, A_NEW_NAME, standing(tags=owned(schema="session")), Settings()),
        ("a schema that nobody knows", UnsafeChange, A_NEW_NAME, standing(tags=owned(schema="x" * 256)), Settings()),
        (
            "a key that there is not",
            RefusedByAws,
            "then retry.",
            standing(tags=OWN),
            Settings(encryption=Encryption(key="alias/nothing")),
        ),
    ]
    for adopt in (False, True)
] + [
    ("another owner", NotOwned, ADOPT, standing(tags=owned(OTHER)), Settings(), False),
    (
        "another resource of the same stack",
        NotOwned,
        ADOPT,
        standing(tags=owned(replace(OWNER, logical_id="Others"))),
        Settings(),
        False,
    ),
    (
        "the same resource of another stack",
        NotOwned,
        ADOPT,
        standing(tags=owned(replace(OWNER, stack_id=OTHER.stack_id))),
        Settings(),
        False,
    ),
    ("no owner", NotOwned, ADOPT, standing(tags={"cost": "7"}), Settings(), False),
    ("a stack and no resource", NotOwned, ADOPT, standing(tags={"sentinel:stack-id": OWNER.stack_id}), Settings(), False),
    (
        "a resource and no stack",
        NotOwned,
        ADOPT,
        standing(tags={"sentinel:logical-id": OWNER.logical_id}),
        Settings(),
        False,
    ),
    (
        "an owner in other case",
        NotOwned,
        ADOPT,
        standing(tags=owned(replace(OWNER, logical_id="records"))),
        Settings(),
        False,
    ),
    ("another owner and another schema", NotOwned, ADOPT, standing(tags=owned(OTHER, schema="session")), Settings(), False),
    (
        "another owner's other schema",
        UnsafeChange,
        A_NEW_NAME,
        standing(tags=owned(OTHER, schema="session")),
        Settings(),
        True,
    ),
]


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row[0]}{', adopting' if row[-1] else ''}")
def test_it_is_refused_before_any_write(row: Refusal) -> None:
    name, error, remedy, live, settings, adopt = row
    case = Row(name, [], live=live, settings=settings, tags={"team": "red"}, adopt=adopt)
    bench = case.bench(INSTANT)
    with pytest.raises(error) as refusal:
        bench.converge(case.desired())
    assert str(refusal.value).endswith(remedy)
    assert len(str(refusal.value)) <= 240
    assert bench.plane.writes() == []


@pytest.mark.parametrize("status", ["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"])
def test_a_table_that_is_lost_to_its_key_is_left(status: str) -> None:
    row = Row("lost", [])
    bench = row.bench(INSTANT)
    bench.plane.tables["sentinel-requests"].status = status
    with pytest.raises(
        UnsafeChange,
        match=r"(Make the key usable again, then retry|Delete the table, then restore the backup under its name)\.$",
    ):
        bench.converge(row.desired())
    assert bench.plane.writes() == []


@pytest.mark.parametrize("by_arn", [False, True])
def test_an_asymmetric_key_is_refused_before_any_write(by_arn: bool) -> None:
    bench = Row("asymmetric", [], live=None).bench(INSTANT)
    key = bench.plane.keys.add("alias/pair", spec="RSA_2048")
    encryption = Encryption(key=key.arn if by_arn else "alias/pair")
    row = Row("asymmetric", [], settings=Settings(encryption=encryption), live=None)
    with pytest.raises(RefusedByAws, match=r"Name a symmetric KMS key\.$"):
        bench.converge(row.desired())
    assert bench.plane.writes() == []


@pytest.mark.parametrize(("former", "refused"), [("alias/records", True), (None, False)])
def test_a_key_taken_back_by_its_alias_is_not_passed_over_if_nobody_can_say_which_key_there_is(
    former: str | None, refused: bool
) -> None:
    """Else the table was reported complete, and was lost with the key that its stack deleted next."""
    row = Row("key", [])
    live = row.bench(INSTANT).live("sentinel-requests")
    assert live is not None
    kept = Encryption(key="arn:aws:kms:eu-central-1:123456789012:key/of-somebody")
    settings = replace(live.table.settings, encryption=kept)
    live = replace(live, key_unknown=True, table=replace(live.table, settings=settings))
    taken_back = frozenset({"encryption"}) if former else frozenset()
    desired = replace(row.desired(), said=frozenset(), taken_back=taken_back, former_key=former)
    if refused:
        with pytest.raises(UnsafeChange, match=r"Allow kms:DescribeKey .*, then retry\.$"):
            plan(desired, live)
    else:
        assert "encryption" not in {step.kind for step in plan(desired, live)}


KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/1b2c"


@pytest.mark.parametrize(
    ("wanted", "found", "unknown", "former", "changed"),
    [
        (Encryption(), Encryption(key=KEY_ARN), False, None, True),
        (Encryption(), Encryption(key=KEY_ARN), True, None, False),
        (Encryption(), Encryption(key=KEY_ARN), True, "key/another", False),
        (Encryption(), Encryption(key=KEY_ARN), True, KEY_ARN, True),
        (Encryption(), Encryption(key=KEY_ARN), True, "1b2c", True),
        (Encryption(), Encryption(), True, "1b2c", False),
        (Encryption(), Encryption(), True, "XX", False),
        (Encryption(), Encryption(kms=False), True, None, True),
        (Encryption(key=KEY_ARN), Encryption(key=KEY_ARN), True, None, False),
        (Encryption(key=KEY_ARN), Encryption(), True, None, True),
        (Encryption(kms=False), Encryption(key=KEY_ARN), True, None, True),
    ],
)
def test_if_nobody_can_tell_the_managed_key_any_passes_for_it_but_the_one_that_was_wanted_before(
    wanted: Encryption, found: Encryption, unknown: bool, former: str | None, changed: bool
) -> None:
    row = Row("key", [], settings=Settings(encryption=wanted))
    live = row.bench(INSTANT).live("sentinel-requests")
    assert live is not None
    settings = replace(live.table.settings, encryption=found)
    live = replace(live, key_unknown=unknown, table=replace(live.table, settings=settings))
    kinds = [step.kind for step in plan(replace(row.desired(), former_key=former), live)]
    assert kinds == (["encryption"] if changed else [])


def test_a_protected_table_is_not_deleted() -> None:
    row = Row("protected", [], live=standing(tags=OWN, protected=True))
    live = row.bench(INSTANT).live("sentinel-requests")
    assert live is not None
    with pytest.raises(ProtectedTable, match="Turn DeletionProtectionEnabled off in an update first"):
        plan_removal(OWNER, live)


@pytest.mark.parametrize("tags", [UNTAGGED, owned(OTHER), {"sentinel:origin": "created"}])
def test_a_table_of_somebody_else_or_nobody_is_left_by_a_removal(tags: dict[str, str]) -> None:
    live = Row("others", [], live=standing(tags=tags, protected=True)).bench(INSTANT).live("sentinel-requests")
    assert live is not None
    assert plan_removal(OWNER, live) == ()


def test_the_indexes_of_every_row_are_those_of_its_schema() -> None:
    assert set(INDEXES) == {"gsi-requester", "gsi-status", "gsi-profile"}
