"""What is not done to a table that stands: each term of each refusal has its row, and the row beside it that passes."""

from dataclasses import replace

import pytest

from sentinel_tables.errors import UnsafeChange
from sentinel_tables.model import Encryption, GlobalSecondaryIndex, KeyAttribute, LiveTable, Owner, Replica, Settings, Table
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.rules.refused import refuse_too_many_tags, refuse_unsafe
from sentinel_tables.schemas import approval_table_schema

NAME = "sentinel-requests"
SCHEMA = approval_table_schema(NAME)
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
BACKUP = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{NAME}/backup/01234567890123-abcdef01"
TABLE = f'Table "{NAME}"'
LIVE = LiveTable(table=Table(SCHEMA), status="ACTIVE", arn="arn", table_id="id", created_at=0.0)
CUSTOMER, OWNED = Encryption(key=KEY), Encryption(kms=False)
REPLICAS = (Replica("us-east-1", "ACTIVE"), Replica("eu-west-1", "ACTIVE"))


def desired(settings: Settings | None = None, **more: object) -> Desired:
    wanted = Desired(Table(SCHEMA, settings or Settings()), Claim(OWNER, "approval"))
    return replace(wanted, **more)  # type: ignore[arg-type] # rows


def live(settings: Settings | None = None, **more: object) -> LiveTable:
    found = replace(LIVE, table=replace(LIVE.table, settings=settings or Settings()))
    return replace(found, **more)  # type: ignore[arg-type] # rows


def refusal(asked: Desired, found: LiveTable, wanted: Table | None = None) -> str:
    """Why it is not done; empty if it is."""
    try:
        refuse_unsafe(asked, wanted or asked.table, found)
    except UnsafeChange as error:
        return str(error)
    return ""


def test_nothing_is_in_the_way_of_a_table_as_it_should_be() -> None:
    assert refusal(desired(), LIVE) == ""


@pytest.mark.parametrize("status", ["ARCHIVING", "ARCHIVED"])
@pytest.mark.parametrize(
    ("backup", "kept"),
    [
        ("", ""),
        (BACKUP, f'DynamoDB keeps backup "{BACKUP}" of it. '),
        ("b" * 108, f'DynamoDB keeps backup "{"b" * 108}" of it. '),
        ("b" * 109, f'DynamoDB keeps backup "{"b" * 105}..." of it. '),
    ],
)
def test_an_archived_table_is_left(status: str, backup: str, kept: str) -> None:
    why = f"{TABLE} is {status}. {kept}Delete the table, then restore the backup under its name."
    assert refusal(desired(), live(status=status, archival_backup=backup)) == why


@pytest.mark.parametrize(
    ("key", "named"),
    [("", "its KMS key"), (KEY, f'its KMS key "{KEY}"'), (KEY + "0" * 50, f'its KMS key "{(KEY + "0" * 50)[:85]}..."')],
)
def test_a_table_that_is_lost_to_its_key_is_left(key: str, named: str) -> None:
    expected = f'DynamoDB cannot use {named} for table "{NAME}". Make the key usable again, then retry.'
    assert refusal(desired(), live(status="INACCESSIBLE_ENCRYPTION_CREDENTIALS", lost_key=key)) == expected
    assert refusal(desired(), live(lost_key=key)) == "", "DynamoDB said so of a time that has passed"


def test_other_keys_of_the_table_need_another_table() -> None:
    keys = {"partition_key": KeyAttribute("key", "N"), "sort_key": KeyAttribute("at")}
    found = live(table=Table(replace(SCHEMA, **keys)))  # type: ignore[arg-type] # two keys
    assert refusal(desired(), found) == (
        f'{TABLE} has the key "key (N), at (S)", the schema needs "id (S)", and DynamoDB cannot change it in place. '
        "Use another TableName."
    )


def test_another_type_of_a_key_attribute_needs_another_table() -> None:
    assert refusal(desired(), live(attribute_types={"id": "S", "status": "S", "mine": "N"})) == ""
    assert refusal(desired(), live(attribute_types={"status": "N"})) == (
        f"Attribute 'status' of table \"{NAME}\" is a key of type N, the schema needs S, and DynamoDB cannot change it in "
        "place. Use another TableName."
    )


@pytest.mark.parametrize(
    ("wanted", "said", "found", "refused"),
    [
        ("ttl", True, "expires", True),
        ("ttl", False, "expires", True),
        (None, True, "expires", False),
        (None, False, "expires", True),
        ("ttl", True, "ttl", False),
        ("ttl", True, None, False),
    ],
)
def test_expiry_by_another_attribute_is_turned_off_first(
    wanted: str | None, said: bool, found: str | None, refused: bool
) -> None:
    asked = desired(Settings(time_to_live=wanted), said=frozenset({"time_to_live"} if said else ()))
    why = (
        f"{TABLE} expires records by attribute \"{found}\", not 'ttl', and DynamoDB does not change that in one step. "
        "Turn time to live off on the table first."
    )
    assert refusal(asked, live(Settings(time_to_live=found))) == (why if refused else "")


ALIAS: dict[str, object] = {"taken_back": frozenset({"encryption"}), "former_key": "alias/mine"}
UNKNOWN_KEY: list[tuple[str, dict[str, object], LiveTable, Settings, bool]] = [
    ("nobody can say", ALIAS, live(Settings(encryption=CUSTOMER), key_unknown=True), Settings(), True),
    ("somebody can", ALIAS, live(Settings(encryption=CUSTOMER)), Settings(), False),
    ("the table has no key", ALIAS, live(Settings(encryption=OWNED), key_unknown=True), Settings(), False),
    ("another key is wanted", ALIAS, live(key_unknown=True), Settings(encryption=CUSTOMER), False),
    ("it was named by its id", ALIAS | {"former_key": KEY}, live(key_unknown=True), Settings(), False),
    ("it was not named", ALIAS | {"former_key": None}, live(key_unknown=True), Settings(), False),
    ("it is not taken back", ALIAS | {"taken_back": frozenset()}, live(key_unknown=True), Settings(), False),
    ("another setting is", ALIAS | {"taken_back": frozenset({"stream"})}, live(key_unknown=True), Settings(), False),
]  # fmt: skip


@pytest.mark.parametrize("row", UNKNOWN_KEY, ids=lambda row: row[0])
def test_a_key_taken_back_by_its_alias_is_refused_if_nobody_can_say_that_it_is_gone(
    row: tuple[str, dict[str, object], LiveTable, Settings, bool],
) -> None:
    """With KMS denied or answering 5xx, an Update said SUCCESS and left the wrong key."""
    _, more, found, wanted, refused = row
    why = (
        f'Nobody can say whether table "{NAME}" still has key "alias/mine", which the template takes back. '
        "Allow kms:DescribeKey for alias/aws/dynamodb, then retry."
    )
    assert refusal(desired(wanted, **more), found) == (why if refused else "")


STREAM = Settings(stream="NEW_AND_OLD_IMAGES")


def test_the_stream_that_replicas_live_on_is_changed_by_hand_alone() -> None:
    found = live(STREAM, replicas=REPLICAS)
    assert refusal(desired(STREAM), found) == ""
    assert refusal(desired(), live(STREAM)) == "", "a table without replicas"
    assert refusal(desired(), found) == (
        f'{TABLE} has replicas in "eu-west-1, us-east-1", which live on its NEW_AND_OLD_IMAGES stream. '
        "Take StreamSpecification out, or ask for that view."
    )


@pytest.mark.parametrize(
    ("wanted", "found", "unknown", "refused"),
    [
        (CUSTOMER, CUSTOMER, False, False),
        (CUSTOMER, Encryption(), False, True),
        (Encryption(), CUSTOMER, False, True),
        (Encryption(), CUSTOMER, True, False),
        (CUSTOMER, Encryption(), True, True),
        (OWNED, CUSTOMER, True, True),
        (Encryption(), OWNED, True, True),
        (Encryption(), OWNED, False, True),
    ],
)
def test_the_key_of_a_table_with_replicas_is_changed_by_hand_alone(
    wanted: Encryption, found: Encryption, unknown: bool, refused: bool
) -> None:
    stands = live(Settings(encryption=found), replicas=REPLICAS, key_unknown=unknown)
    why = (
        f'{TABLE} has replicas in "eu-west-1, us-east-1", and its key changes only by hand, in each Region. '
        "Take SSESpecification out."
    )
    assert refusal(desired(Settings(encryption=wanted)), stands) == (why if refused else "")


def test_the_regions_of_many_replicas_are_shown_as_far_as_there_is_room() -> None:
    replicas = tuple(Replica(f"eu-west-{number}", "ACTIVE") for number in range(1, 9))
    regions = ", ".join(replica.region for replica in replicas)
    assert f'has replicas in "{regions[:55]}...", and' in refusal(
        desired(Settings(encryption=CUSTOMER)), live(replicas=replicas)
    )


def test_a_table_has_twenty_indexes_at_most_those_of_others_among_them() -> None:
    def with_others(count: int) -> LiveTable:
        own = tuple(GlobalSecondaryIndex(f"gsi-mine-{number}", KeyAttribute("id")) for number in range(count))
        indexes = (*SCHEMA.global_secondary_indexes, *own)
        return live(table=Table(replace(SCHEMA, global_secondary_indexes=indexes)))

    assert refusal(desired(), with_others(17)) == ""
    forgotten = frozenset({"gsi-mine-0"})
    assert refusal(desired(forgotten_indexes=forgotten), with_others(18)) == "", "one goes"
    assert refusal(desired(), with_others(18)) == (
        f"{TABLE} would have 21 indexes, and may have 20. Delete some of its own."
    )


def test_a_table_has_fifty_tags_at_most_those_of_others_among_them() -> None:
    others = {f"k{number}": "v" for number in range(49)}
    found = live(table=Table(SCHEMA, tags=others | {"mine": "old"}))
    asked = desired(forgotten_tags=frozenset({"mine", "k0"}))
    wanted = Table(SCHEMA, tags={"mine": "new", "yours": "1"})
    assert refusal(asked, found, wanted) == "", "one goes, one comes, one stays because it is wanted again"
    assert refusal(desired(forgotten_tags=frozenset({"mine"})), found, wanted) == (
        f"{TABLE} would have 51 tags, and may have 50. Take some of its own off, shorten Tags, or say StackTags: Ignore."
    )
    refuse_too_many_tags(wanted, 50)
    with pytest.raises(UnsafeChange, match="would have 51 tags"):
        refuse_too_many_tags(wanted, 51)
