"""Every message is short, plain, and ends with what to do, whatever it is about."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from sentinel_tables import errors
from sentinel_tables.errors import NotNow, OutOfTime, SentinelTableError, bounded, shown
from sentinel_tables.goals.ending import Removed
from sentinel_tables.goals.moves import Trail
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, LiveTable, Motion, Owner, Settings, Table, TableSchema
from sentinel_tables.request.event import parse
from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables.request.readers import anything, integer, list_of, policy
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.rules.plan import plan, plan_removal
from sentinel_tables.rules.removal import delete_of_own_id
from sentinel_tables.schemas import resolve
from tests.aws.test_refusals import refused

LONG = "sentinel-" + "x" * 246
WORDS = ["x" * 5000, "\u2603" * 300, "\n\x00\x1b\"'\\" * 80, " " * 300, "", "9" * 5000]
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/" + "s" * 128 + "/1", "L" * 255)
OTHER = {"sentinel:stack-id": "a/" + "s" * 250, "sentinel:logical-id": "l" * 256}
SCHEMA = resolve("session").named(LONG)


def live(**changes: Any) -> LiveTable:
    table = Table(changes.pop("schema", SCHEMA), changes.pop("settings", Settings()), changes.pop("tags", OTHER))
    told: dict[str, Any] = {"status": "ACTIVE", "arn": "arn", "table_id": "1", "created_at": 1.0} | changes
    return LiveTable(table=table, **told)


def desired(**claim: Any) -> Desired:
    return Desired(Table(SCHEMA), Claim(OWNER, "session", **claim))


def event(**changes: Any) -> dict[str, Any]:
    told = {"RequestType": "Create", "StackId": OWNER.stack_id, "LogicalResourceId": "Records", "ResourceProperties": {}}
    return told | changes


def planned(adopt: bool = True, **changes: Any) -> Callable[[], object]:
    return lambda: plan(desired(adopt=adopt), live(**changes))


def properties(**told: Any) -> Callable[[], object]:
    return lambda: parse(event(ResourceProperties=told), "sentinel-" + "p" * 200)


def read(reader: Any, value: object) -> Callable[[], object]:
    return lambda: reader("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", value)


def validated(*indexes: GlobalSecondaryIndex, name: str = LONG, key: str = "id") -> Callable[[], object]:
    return lambda: TableSchema(name, KeyAttribute(key), None, indexes).validate()


def index(name: str, key: str = "k" * 255, kind: str = "S") -> GlobalSecondaryIndex:
    return GlobalSecondaryIndex(name, KeyAttribute(key, kind))


def next_move(goal: Any, live_table: LiveTable | None, **memory: Any) -> Callable[[], object]:
    return lambda: goal.next_move(live_table, Memory(**memory), Trail(now=1_000.0))


def sources() -> Iterator[Callable[[], object]]:
    """Everything that makes the package raise, with the longest and strangest that it can be about."""
    keys = replace(SCHEMA, partition_key=KeyAttribute("k" * 255, "B"), sort_key=KeyAttribute("s" * 255))
    yield planned(adopt=False)
    yield planned(adopt=False, tags={})
    yield planned(adopt=False, tags=OTHER | {"sentinel:stack-id": "no slash " * 28})
    yield planned(tags=OTHER | {"sentinel:schema": "z" * 256})
    yield planned(status="INACCESSIBLE_ENCRYPTION_CREDENTIALS")
    yield planned(schema=keys)
    yield planned(attribute_types={"server_instance_id": "N"})
    yield planned(settings=Settings(time_to_live="e" * 255))
    yield lambda: plan_removal(OWNER, live(tags=owned(), settings=Settings(deletion_protection=True)))
    yield next_move(Standing(desired()), None, table_id="1")
    yield next_move(Standing(desired()), None, made_at=1.0)
    yield next_move(Standing(desired(adopt=True)), live(table_id="2"), table_id="1")
    yield next_move(
        Removed(LONG, OWNER, delete_of_own_id(LONG)), live(tags=owned(), settings=Settings(deletion_protection=True))
    )
    yield validated(name="\u2603" * 300)
    yield validated(index("i" * 256))
    yield validated(index("gsi-a"), index("gsi-a"))
    yield validated(*(index(f"gsi-{number}") for number in range(21)))
    yield validated(key="")
    yield validated(index("gsi-a", kind="X" * 300))
    yield validated(index("gsi-a"), index("gsi-b", kind="N"))
    for word in WORDS:
        yield partial(resolve, word)
        yield partial(parse, event(RequestType=word), "sentinel-")
        yield partial(parse, event(StackId=word + "\n"), "sentinel-")
        yield partial(parse, event(LogicalResourceId=word + "/"), "sentinel-")
        yield properties(Schema="session", **{f"?{word}": 1})
        yield from (properties(**{"Schema": "session", name: [word]}) for name in PROPERTIES if name != "ServiceToken")
        yield properties(Schema="session", Tags=[{"Key": f";{word}", "Value": word}])
        yield properties(Schema="session", ResourcePolicy={"PolicyDocument": {"Statement": [{}], f"?{word}": 1}})
    yield properties(Schema="session", TableName=LONG)
    yield properties(Schema="session", Tags=[{"Key": "k" * 128, "Value": ""}] * 2, TableName="sentinel-" + "p" * 210)
    yield properties()
    yield read(integer(1, 10**18, also=-1), "9" * 5000)
    yield read(list_of(anything, 40), [0] * 10**5)
    yield read(policy, {"Statement": [{"Sid": "x" * 10**5}]})


def owned() -> dict[str, str]:
    return {"sentinel:stack-id": OWNER.stack_id, "sentinel:logical-id": OWNER.logical_id, "sentinel:origin": "created"}


REMEDIES = ("Use ", "Choose ", "Give ", "Turn ", "Make ", "Find ", "Take ", "It takes ", "Add ", "Remove ", "Did you mean ",
            "Send ", "Name ", "Shorten ", "A policy has ")  # fmt: skip
SOURCES = list(sources())


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_a_message_is_short_and_plain_and_ends_with_what_to_do(source: Callable[[], object]) -> None:
    with pytest.raises(SentinelTableError) as raised:
        source()
    message = str(raised.value)
    assert len(message) <= 240
    assert message.isascii()
    assert message.isprintable()
    last_sentence = message.replace(" . ", " ").rpartition(". ")[2]
    assert last_sentence.startswith(REMEDIES), message


ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_of_one_kind_and_bounded(error: type[Exception]) -> None:
    assert issubclass(error, SentinelTableError)
    told = str(error("x" * 500 + "\u2603. Do this."))
    assert len(told) <= 240
    assert told.isascii()
    assert told.endswith("Do this.")


@pytest.mark.parametrize("code", ["AccessDeniedException", "C" * 300])
@pytest.mark.parametrize("text", WORDS)
def test_what_aws_refuses_is_told_in_short_with_what_to_do(code: str, text: str) -> None:
    told = str(refused(code, text))
    assert len(told) <= 240
    assert told.isascii()
    assert told.isprintable()
    assert told.endswith("Fix the cause above, then retry.")


VALUES = [*WORDS, None, True, 1.5, 10**4000, 10**5000, [WORDS], {"a": WORDS}, {1: 2}, object(), b"x", {7}]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("limit", [16, 48, 130])
def test_a_value_from_outside_is_shown_plain_and_bounded(value: object, limit: int) -> None:
    told = shown(value, limit)
    assert len(told) <= limit
    assert told.isascii()
    assert told.isprintable()


def test_a_value_of_endless_depth_is_shown() -> None:
    value: object = "x"
    for _ in range(5000):
        value = [value]
    assert len(shown(value)) <= 48


@pytest.mark.parametrize("limit", [64, 240, 256])
def test_what_is_too_long_loses_its_middle_and_keeps_its_remedy(limit: int) -> None:
    told = bounded("Begins here" + "." * 500 + "Do this.", limit)
    assert len(told) == limit
    assert told.startswith("Begins here")
    assert told.endswith("Do this.")
    assert bounded("short", limit) == "short"


def test_a_wait_is_told_with_what_is_pending_at_any_length() -> None:
    motions = tuple(Motion(f"index {'i' * 48} is still being built", f"{number}") for number in range(20))
    move = next_move(Standing(desired(adopt=True)), live(motions=motions))()
    assert len(str(OutOfTime(str(move)))) <= 240
    assert NotNow("x").back_off is False
