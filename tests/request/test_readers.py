"""Each kind of reader: what it takes, what that means, and what it says of anything else."""

import json
import re
from typing import Any

import pytest

from sentinel_tables.errors import InvalidRequest
from sentinel_tables.request.readers import (
    LONGEST_POLICY,
    Reader,
    anything,
    boolean,
    choice,
    integer,
    list_of,
    policy,
    structure,
    text,
)

DAYS = integer(1, 35)
UNITS = integer(1, 10**18, also=-1)
PAIR = structure({"Key": text(re.compile("[a-z]+"), "letters"), "Days": DAYS}, "Key")
MANY = structure({f"Name{number}": DAYS for number in range(7)})
STATEMENT = {"Effect": "Deny"}
READ: list[tuple[Reader, object, object]] = [
    (DAYS, 1, 1),
    (DAYS, "1", 1),
    (DAYS, "35", 35),
    (DAYS, 35, 35),
    (UNITS, "-1", -1),
    (UNITS, 10**18, 10**18),
    (UNITS, "9" * 18, int("9" * 18)),
    (choice("Fail", "Adopt"), "Fail", "Fail"),
    (choice("Fail", "Adopt"), "Adopt", "Adopt"),
    (text(re.compile("[a-z]+"), "letters"), "abc", "abc"),
    (boolean, True, True),
    (boolean, False, False),
    (boolean, "true", True),
    (boolean, "TRUE", True),
    (boolean, "False", False),
    (anything, ["x"], ["x"]),
    (PAIR, {"Key": "a", "Days": "7"}, {"Key": "a", "Days": 7}),
    (PAIR, {"Key": "a"}, {"Key": "a"}),
    (list_of(DAYS, 2), [], []),
    (list_of(DAYS, 2), ["1", 2], [1, 2]),
    (policy, {"Statement": STATEMENT}, {"Statement": STATEMENT}),
    (policy, {"Statement": [STATEMENT, STATEMENT]}, {"Statement": [STATEMENT, STATEMENT]}),
    (policy, json.dumps({"Version": "2012-10-17", "Id": "x", "Statement": STATEMENT}),
     {"Version": "2012-10-17", "Id": "x", "Statement": STATEMENT}),
]  # fmt: skip

IS_WRONG: list[tuple[Reader, object, str]] = [
    (DAYS, 0, "is 0. It takes a whole number from 1 to 35."),
    (DAYS, "36", 'is "36". It takes a whole number from 1 to 35.'),
    (DAYS, True, "is true. It takes a whole number from 1 to 35."),
    (DAYS, "1" * 19, f'is "{"1" * 19}". It takes a whole number from 1 to 35.'),
    (DAYS, -1, "is -1. It takes a whole number from 1 to 35."),
    (UNITS, "0", 'is "0". It takes a whole number, 1 or more, or -1 for no limit.'),
    (UNITS, -2, "is -2. It takes a whole number, 1 or more, or -1 for no limit."),
    (UNITS, 10**18 + 1, f"is {10**18 + 1}. It takes a whole number, 1 or more, or -1 for no limit."),
    (integer(1, 10**18 - 1), 0, f"is 0. It takes a whole number from 1 to {10**18 - 1}."),
    (choice("KMS"), "AES256", 'is "AES256". It takes KMS.'),
    (choice("Fail", "Adopt"), "adopt", 'is "adopt". It takes Fail or Adopt.'),
    (choice("a", "b", "c"), ["a"], 'is ["a"]. It takes a, b or c.'),
    (text(re.compile("[a-z]+"), "letters"), "abc1", 'is "abc1". It takes letters.'),
    (text(re.compile("[a-z]+"), "letters"), None, "is null. It takes letters."),
    (boolean, 1, "is 1. It takes true or false."),
    (boolean, "yes", 'is "yes". It takes true or false.'),
    (PAIR, "x", 'is "x". It takes a mapping with Key, Days.'),
    (list_of(DAYS, 2), {}, "is {}. It takes a list."),
    (policy, {}, "is {}. It takes a policy document with Version and Statement."),
    (policy, "[", 'is "[". It takes a policy document with Version and Statement.'),
    (policy, {"Version": "x"}, 'is {"Version": "x"}. It takes a policy document with Version and Statement.'),
    (policy, {"Statement": [STATEMENT, {}]},
     'is {"Statement": [{"Effect": "Deny"}, {}]}. It takes a policy document with Version and Statement.'),
    (policy, {"Statement": [STATEMENT, "x"]},
     'is {"Statement": [{"Effect": "Deny"}, "x"]}. It takes a policy document with Version and Statement.'),
]  # fmt: skip
WRONG_WITHIN: list[tuple[Reader, object, str]] = [
    (PAIR, {"Key": "a", "key": "b"}, "Property Place.key is not known. Did you mean Key?"),
    (PAIR, {"Key": "a", "Colour": "b"}, "Property Place.Colour is not known. It takes Key, Days."),
    (PAIR, {"Key": "a", "a b": "b"}, 'Property Place."a b" is not known. It takes Key, Days.'),
    (PAIR, {"Key": "a", "\u00fc": "b"}, 'Property Place."\\u00fc" is not known. It takes Key, Days.'),
    (PAIR, {"Key": "a", "P" * 32: "b"}, f"Property Place.{'P' * 32} is not known. It takes Key, Days."),
    (PAIR, {"Key": "a", "P" * 33: "b"}, f'Property Place."{"P" * 33}" is not known. It takes Key, Days.'),
    (MANY, {"Colour": "b"}, "Property Place.Colour is not known. Take it out."),
    (structure({f"Name{number}": DAYS for number in range(6)}), {"Colour": "b"},
     "Property Place.Colour is not known. It takes Name0, Name1, Name2, Name3, Name4, Name5."),
    (PAIR, {"Days": "7"}, "Property Place.Key is missing. It takes letters."),
    (PAIR, {"Key": "a", "Days": "0"}, 'Property Place.Days is "0". It takes a whole number from 1 to 35.'),
    (list_of(DAYS, 2), [1, 2, 3], "Property Place has 3 items. It takes at most 2."),
    (list_of(DAYS, 2), [1, 0], "Property Place[1] is 0. It takes a whole number from 1 to 35."),
    (policy, {"Statement": STATEMENT, "b": 1, "a": 2},
     "Property Place.a is not known. A policy has Version, Id and Statement."),
    (policy, {"Statement": {"Sid": "x" * LONGEST_POLICY}},
     "Property Place is over 20480 characters. Shorten the policy."),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "value", "meaning"), READ)
def test_what_a_reader_takes_has_its_meaning(reader: Reader, value: object, meaning: object) -> None:
    read = reader("Place", value)
    assert (read, type(read)) == (meaning, type(meaning))


def said(reader: Reader, value: object, place: str = "Place") -> str:
    with pytest.raises(InvalidRequest) as error:
        reader(place, value)
    return str(error.value)


@pytest.mark.parametrize(("reader", "value", "message"), IS_WRONG)
def test_what_a_reader_does_not_take_is_shown_with_its_place_and_what_would_do(
    reader: Reader, value: object, message: str
) -> None:
    assert said(reader, value) == f"Property Place {message}"


@pytest.mark.parametrize(("reader", "value", "message"), WRONG_WITHIN)
def test_what_is_wrong_within_a_value_is_named_by_its_own_place(reader: Reader, value: object, message: str) -> None:
    assert said(reader, value) == message


def test_at_the_top_a_property_s_place_is_its_name() -> None:
    assert said(PAIR, {"Key": "a", "Days": 0}, "").startswith("Property Days is 0.")
    assert said(PAIR, {"key": "a"}, "") == "Property key is not known. Did you mean Key?"
    assert said(PAIR, {}, "") == "Property Key is missing. It takes letters."
    assert said(PAIR, 7, "") == "ResourceProperties of the event is 7. It takes a mapping with Key, Days."


def test_a_policy_is_measured_as_dynamodb_measures_it_without_spaces() -> None:
    def of_length(length: int) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [{"Sid": ""}]}
        room = length - len(json.dumps(document, separators=(",", ":")))
        return document | {"Statement": [{"Sid": "x" * room}]}

    assert policy("Place", of_length(LONGEST_POLICY))
    assert said(policy, of_length(LONGEST_POLICY + 1)) == "Property Place is over 20480 characters. Shorten the policy."


def test_a_reader_says_what_it_takes() -> None:
    readers = (DAYS, UNITS, choice("a", "b"), PAIR, list_of(DAYS, 2), policy, boolean)
    assert [reader.takes for reader in readers] == [
        "a whole number from 1 to 35",
        "a whole number, 1 or more, or -1 for no limit",
        "a or b",
        "a mapping with Key, Days",
        "a list",
        "a policy document with Version and Statement",
        "true or false",
    ]
