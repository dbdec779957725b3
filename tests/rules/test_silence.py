"""What saying nothing makes of a table: new or standing, a setting unsaid or taken back, with replicas or without."""

from dataclasses import replace

import pytest

from sentinel_tables.model import Encryption, LiveTable, Owner, Replica, Settings, Table
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.silence import is_new, left, settled
from sentinel_tables.schemas import approval_table_schema

NAME, SENT = "sentinel-requests", 1_790_000_000.0
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
CREATED = {
    "sentinel:stack-id": OWNER.stack_id,
    "sentinel:logical-id": OWNER.logical_id,
    "sentinel:schema": "approval",
    "sentinel:origin": "created",
}
ADOPTED = CREATED | {"sentinel:origin": "adopted"}
SCHEMA = approval_table_schema(NAME)
FOUND = Settings(
    deletion_protection=True,
    recovery_days=7,
    encryption=Encryption(key="arn:aws:kms:eu-central-1:123456789012:key/1b2c"),
    time_to_live=None,
    stream="NEW_IMAGE",
    table_class="STANDARD_INFREQUENT_ACCESS",
    max_read_units=7,
    max_write_units=8,
    contributor_insights=True,
    policy="{}",
)
"""No setting as it is by default."""
STANDS = LiveTable(table=Table(SCHEMA, FOUND, CREATED), status="ACTIVE", arn="arn", table_id="id", created_at=SENT - 86_400)
REPLICAS = (Replica("eu-west-1", "ACTIVE"),)
FROZEN = ("stream", "encryption")


def desired(settings: Settings | None = None, **more: object) -> Desired:
    wanted = Desired(Table(SCHEMA, settings or Settings()), Claim(OWNER, "approval", sent_at=SENT), said=frozenset())
    return replace(wanted, **more)  # type: ignore[arg-type] # rows


@pytest.mark.parametrize(
    ("origin", "age", "new"),
    [
        (Origin.CREATE, 0.0, True),
        (Origin.CREATE, 120.0, True),
        (Origin.CREATE, 120.5, False),
        (Origin.REPLACEMENT, 120.0, True),
        (Origin.REPLACEMENT, 120.5, False),
        (Origin.OWN_TABLE, 0.0, True),
        (Origin.OWN_TABLE, 0.5, False),
    ],
)
def test_a_table_is_new_if_it_is_created_and_no_older_than_the_event(origin: Origin, age: float, new: bool) -> None:
    asked = desired(claim=Claim(OWNER, "approval", origin=origin, sent_at=SENT))
    live = replace(STANDS, created_at=SENT - age)
    assert is_new(asked, live) is new
    assert not is_new(asked, replace(live, table=replace(live.table, tags=ADOPTED)))
    assert not is_new(asked, replace(live, table=replace(live.table, tags={})))
    assert not is_new(replace(asked, claim=replace(asked.claim, sent_at=None)), live)
    assert is_new(replace(asked, made_here=True), replace(STANDS, created_at=0.0)), "whatever the clocks say"


UNSAID_BECOMES_DEFAULT = {"recovery_days"}
STAYS_IF_TAKEN_BACK = {"deletion_protection", "time_to_live"}
SETTINGS = (
    "deletion_protection", "recovery_days", "encryption", "time_to_live", "stream", "table_class", "max_read_units",
    "max_write_units", "contributor_insights", "policy",
)  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_unsaid_stays_and_one_that_is_taken_back_goes_to_its_default(name: str) -> None:
    default, found = getattr(Settings(), name), getattr(FOUND, name)
    assert default != found
    unsaid = getattr(settled(desired(), STANDS), name)
    assert unsaid == (default if name in UNSAID_BECOMES_DEFAULT else found)
    taken_back = getattr(settled(desired(taken_back=frozenset({name})), STANDS), name)
    assert taken_back == (found if name in STAYS_IF_TAKEN_BACK else default)
    others = frozenset(SETTINGS) - {name}
    assert getattr(settled(desired(taken_back=others), STANDS), name) == unsaid, "the others were taken back"
    assert getattr(settled(desired(said=frozenset({name})), STANDS), name) == default, "that is what was said"
    assert getattr(settled(desired(made_here=True), STANDS), name) == default, "a new table has its defaults"


def test_the_key_that_dynamodb_owns_does_not_stay_unless_it_is_said() -> None:
    live = replace(STANDS, table=replace(STANDS.table, settings=Settings(encryption=Encryption(kms=False))))
    assert settled(desired(), live).encryption == Encryption()
    owned = desired(Settings(encryption=Encryption(kms=False)), said=frozenset({"encryption"}))
    assert settled(owned, live).encryption == Encryption(kms=False)


@pytest.mark.parametrize("made_here", [False, True])
@pytest.mark.parametrize("taken_back", [frozenset(), frozenset(SETTINGS)])
def test_what_replicas_live_on_is_left_by_silence_on_any_table(made_here: bool, taken_back: frozenset[str]) -> None:
    replicated = replace(STANDS, replicas=REPLICAS)
    asked = desired(made_here=made_here, taken_back=taken_back)
    for name in SETTINGS:
        kept = getattr(FOUND, name) if name in FROZEN else getattr(settled(asked, STANDS), name)
        assert getattr(settled(asked, replicated), name) == kept
        said = replace(asked, said=frozenset({name}))
        assert getattr(settled(said, replicated), name) == getattr(Settings(), name)


KEPT_POLICY = "The table has a resource policy that the template does not say. It is left as it is."
POLICY_ALONE = Settings(policy="{}")


def words(asked: Desired, settings: Settings, live: LiveTable = STANDS) -> list[str]:
    return list(left(asked, replace(live, table=replace(live.table, settings=settings))))


def test_a_policy_that_nobody_says_is_reported_and_no_other_setting() -> None:
    assert words(desired(), FOUND) == [KEPT_POLICY]
    assert words(desired(), POLICY_ALONE) == [KEPT_POLICY]
    assert words(desired(), Settings()) == []
    assert words(desired(taken_back=frozenset({"policy"})), POLICY_ALONE) == [], "it goes"
    for policy in (None, '{"Version":"2012-10-17"}'):
        said = desired(Settings(policy=policy), said=frozenset({"policy"}))
        assert words(said, POLICY_ALONE) == [], "the template says what becomes of it"
        assert words(said, Settings()) == [], "it comes"
    assert words(desired(made_here=True), FOUND) == [], "a new table keeps nothing"


def test_what_is_taken_back_from_replicas_and_stays_is_reported() -> None:
    replicated = replace(STANDS, replicas=REPLICAS)
    both = desired(taken_back=frozenset(FROZEN))
    found = replace(FOUND, policy=None)
    reports = [f"The {name} is left as it is, because the table has replicas." for name in FROZEN]
    assert words(both, found, replicated) == reports
    assert words(desired(taken_back=frozenset({"encryption"})), found, replicated) == reports[1:]
    assert words(desired(), found, replicated) == [], "unsaid is not taken back"
    assert words(both, Settings(), replicated) == [], "it is at its default already"
    assert words(both, found) == [], "without replicas it goes"
