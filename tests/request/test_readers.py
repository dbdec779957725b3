"""Each kind of reader: what it takes, what that means, and what it says of anything else."""

import json
import re
from collections.abc import Callable
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

STATEMENT = {"Effect": "Deny"}
Make = Callable[[], Reader]
"""Makes a reader, when its test runs."""


def days() -> Reader:
    return integer(1, 35)


def units() -> Reader:
    return integer(1, 10**18, also=-1)


def letters() -> Reader:
    return text(re.compile("[a-z]+"), "letters")


def pair() -> Reader:
    return structure({"Key": letters(), "Days": days()}, "Key")


def of_keys(count: int) -> Make:
    return lambda: structure({f"Name{number}": days() for number in range(count)})


def two() -> Reader:
    return list_of(days(), 2)


def words(*choices: str) -> Make:
    return lambda: choice(*choices)


def a_boolean() -> Reader:
    return boolean


def a_policy() -> Reader:
    return policy


READ: list[tuple[Make, object, object]] = [
    (days, 1, 1),
    (days, "1", 1),
    (days, "35", 35),
    (days, 35, 35),
    (units, "-1", -1),
    (units, 10**18, 10**18),
    (units, "9" * 18, int("9" * 18)),
    (words("Fail", "Adopt"), "Fail", "Fail"),
    (words("Fail", "Adopt"), "Adopt", "Adopt"),
    (letters, "abc", "abc"),
    (a_boolean, True, True),
    (a_boolean, False, False),
    (a_boolean, "true", True),
    (a_boolean, "TRUE", True),
    (a_boolean, "False", False),
    (lambda: anything, ["x"], ["x"]),
    (pair, {"Key": "a", "Days": "7"}, {"Key": "a", "Days": 7}),
    (pair, {"Key": "a"}, {"Key": "a"}),
    (two, [], []),
    (two, ["1", 2], [1, 2]),
    (a_policy, {"Statement": STATEMENT}, {"Statement": STATEMENT}),
    (a_policy, {"Statement": [STATEMENT, STATEMENT]}, {"Statement": [STATEMENT, STATEMENT]}),
    (a_policy, json.dumps({"Version": "2012-10-17", "Id": "x", "Statement": STATEMENT}),
     {"Version": "2012-10-17", "Id": "x", "Statement": STATEMENT}),
]  # fmt: skip

IS_WRONG: list[tuple[Make, object, str]] = [
    (days, 0, "is 0. It takes a whole number from 1 to 35."),
    (days, "36", 'is "36". It takes a whole number from 1 to 35.'),
    (days, True, "is true. It takes a whole number from 1 to 35."),
    (days, "1" * 19, f'is "{"1" * 19}". It takes a whole number from 1 to 35.'),
    (days, -1, "is -1. It takes a whole number from 1 to 35."),
    (units, "0", 'is "0". It takes a whole number, 1 or more, or -1 for no limit.'),
    (units, -2, "is -2. It takes a whole number, 1 or more, or -1 for no limit."),
    (units, 10**18 + 1, f"is {10**18 + 1}. It takes a whole number, 1 or more, or -1 for no limit."),
    (lambda: integer(1, 10**18 - 1), 0, f"is 0. It takes a whole number from 1 to {10**18 - 1}."),
    (words("KMS"), "AES256", 'is "AES256". It takes KMS.'),
    (words("Fail", "Adopt"), "adopt", 'is "adopt". It takes Fail or Adopt.'),
    (words("a", "b", "c"), ["a"], 'is ["a"]. It takes a, b or c.'),
    (letters, "abc1", 'is "abc1". It takes letters.'),
    (letters, None, "is null. It takes letters."),
    (a_boolean, 1, "is 1. It takes true or false."),
    (a_boolean, ["true"], 'is ["true"]. It takes true or false.'),
    (a_boolean, "yes", 'is "yes". It takes true or false.'),
    (pair, "x", 'is "x". It takes a mapping with Key, Days.'),
    (two, {}, "is {}. It takes a list."),
    (a_policy, {}, "is {}. It takes a policy document with Version and Statement."),
    (a_policy, {"a": 1}, 'is {"a": 1}. It takes a policy document with Version and Statement.'),
    (a_policy, "[", 'is "[". It takes a policy document with Version and Statement.'),
    (a_policy, {"Version": "x"}, 'is {"Version": "x"}. It takes a policy document with Version and Statement.'),
    (a_policy, {"Statement": [STATEMENT, {}]},
     'is {"Statement": [{"Effect": "Deny"}, {}]}. It takes a policy document with Version and Statement.'),
    (a_policy, {"Statement": [STATEMENT, "x"]},
     'is {"Statement": [{"Effect": "Deny"}, "x"]}. It takes a policy document with Version and Statement.'),
]  # fmt: skip
WRONG_WITHIN: list[tuple[Make, object, str]] = [
    (pair, {"Key": "a", "key": "b"}, "Property Place.key is not known. Did you mean Key?"),
    (pair, {"Key": "a", "Colour": "b"}, "Property Place.Colour is not known. It takes Key, Days."),
    (pair, {"Key": "a", "a b": "b"}, 'Property Place."a b" is not known. It takes Key, Days.'),
    (pair, {"Key": "a", "\u00fc": "b"}, 'Property Place."\\u00fc" is not known. It takes Key, Days.'),
    (pair, {"Key": "a", "P" * 32: "b"}, f"Property Place.{'P' * 32} is not known. It takes Key, Days."),
    (pair, {"Key": "a", "P" * 33: "b"}, f'Property Place."{"P" * 33}" is not known. It takes Key, Days.'),
    (of_keys(7), {"Colour": "b"}, "Property Place.Colour is not known. Take it out."),
    (of_keys(6), {"Colour": "b"},
     "Property Place.Colour is not known. It takes Name0, Name1, Name2, Name3, Name4, Name5."),
    (pair, {"Days": "7"}, "Property Place.Key is missing. It takes letters."),
    (pair, {"Key": "a", "Days": "0"}, 'Property Place.Days is "0". It takes a whole number from 1 to 35.'),
    (two, [1, 2, 3], "Property Place has 3 items. It takes at most 2."),
    (two, [1, 0], "Property Place[1] is 0. It takes a whole number from 1 to 35."),
    (a_policy, {"Statement": STATEMENT, "b": 1, "a": 2},
     "Property Place.a is not known. A policy has Version, Id and Statement."),
    (a_policy, {"Statement": {"Sid": "x" * LONGEST_POLICY}},
     "Property Place is over 20480 characters. Shorten the policy."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "value", "meaning"), READ)
def test_what_a_reader_takes_has_its_meaning(make: Make, value: object, meaning: object) -> None:
    read = make()("Place", value)
    assert (read, type(read)) == (meaning, type(meaning))


def said(reader: Reader, value: object, place: str = "Place") -> str:
    with pytest.raises(InvalidRequest) as error:
        reader(place, value)
    return str(error.value)


@pytest.mark.parametrize(("make", "value", "message"), IS_WRONG)
def test_what_a_reader_does_not_take_is_shown_with_its_place_and_what_would_do(
    make: Make, value: object, message: str
) -> None:
    assert said(make(), value) == f"Property Place {message}"


@pytest.mark.parametrize(("make", "value", "message"), WRONG_WITHIN)
def test_what_is_wrong_within_a_value_is_named_by_its_own_place(make: Make, value: object, message: str) -> None:
    assert said(make(), value) == message


def test_at_the_top_a_property_s_place_is_its_name() -> None:
    assert said(pair(), {"Key": "a", "Days": 0}, "").startswith("Property Days is 0.")
    assert said(pair(), {"key": "a"}, "") == "Property key is not known. Did you mean Key?"
    assert said(pair(), {}, "") == "Property Key is missing. It takes letters."
    assert said(pair(), 7, "") == "ResourceProperties of the event is 7. It takes a mapping with Key, Days."


def test_a_policy_is_measured_as_dynamodb_measures_it_without_spaces() -> None:
    def of_length(length: int) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [{"Sid": ""}]}
        room = length - len(json.dumps(document, separators=(",", ":")))
        return document | {"Statement": [{"Sid": "x" * room}]}

    assert policy("Place", of_length(LONGEST_POLICY))
    assert said(policy, of_length(LONGEST_POLICY + 1)) == "Property Place is over 20480 characters. Shorten the policy."
