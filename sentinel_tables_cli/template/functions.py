"""CloudFormation's functions on arguments whose own functions are worked out already. Pure.

Each takes the values that it is called with and returns its value: an `Unknown` if an argument is one. It raises `Misuse` if
no deployment can work it out.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import json
from collections.abc import Callable, Mapping
from enum import Enum

from sentinel_tables.errors import shown
from sentinel_tables_cli.template.values import Omitted, Unknown, unknown_in

LIST_FOR_STRING = "Join it with Fn::Join, or pick from it with Fn::Select."
MOST_CONDITIONS = 10
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html"""


class Misuse(Exception):
    """A call that CloudFormation refuses: what is wrong and the remedy, after the function's name."""


def unknown_of(values: list[object], *more: object) -> Unknown | None:
    """An unknown value made of these, if one of them is. It has no branches: an inner `Fn::If` decides only a part."""
    unknown = unknown_in(values)
    return Unknown(unknown.why, wrong=unknown.wrong, of=[values, *more], linted=unknown.linted) if unknown else None


def string(value: object, what: str = "") -> str | Unknown:
    """The value, if it is a string or not known. Raises Misuse for anything else, also as a branch of an `Fn::If`."""
    if isinstance(value, Unknown):
        for _, branch in value.branches:
            string(branch, what)
    if isinstance(value, str | Unknown):
        return value
    if value is Omitted.NO_VALUE:
        return Unknown("AWS::NoValue in place of a string")
    kind = "a list" if isinstance(value, list) else "a mapping" if isinstance(value, Mapping) else "null"
    kind = "a condition" if isinstance(value, bool) else kind
    remedy = LIST_FOR_STRING if isinstance(value, list) else "Write a string."
    raise Misuse(f"has {kind} where it takes a string{what}. {remedy}")


def _list(value: object, misuse: str) -> list[object] | Unknown:
    """The value, if it is a list or not known. Raises Misuse for anything else, also as a branch of an `Fn::If`."""
    if isinstance(value, Unknown):
        for _, branch in value.branches:
            _list(branch, misuse)
    elif not isinstance(value, list):
        raise Misuse(misuse)
    return value


def literal(value: object) -> str:
    """A separator, which has to be written out. Raises Misuse."""
    if isinstance(value, str):
        return value
    raise Misuse("takes a separator that is written out: no function may stand there. Write the characters themselves.")


def join(separator: str, items: object) -> object:
    """The items with the separator between them."""
    items = _list(items, "takes a list after its separator. Put brackets around what it joins.")
    if isinstance(items, Unknown):
        return unknown_of([items], separator)
    texts = [string(item) for item in items]
    return unknown_of([*texts], separator) or separator.join(map(str, texts))


def split(separator: str, text: object) -> object:
    """The parts of the text between the separators."""
    if not separator:
        raise Misuse("takes a separator of at least one character. Write one.")
    text = string(text)
    return unknown_of([text], separator) or str(text).split(separator)


def select(index: object, items: object) -> object:
    """The item at an index, counted from 0."""
    index, items = string(index), _list(items, "takes a list after its index. Split a string with Fn::Split first.")
    if isinstance(index, Unknown) or isinstance(items, Unknown):
        return unknown_of([index, items])
    if not index.lstrip("-").isdecimal():
        raise Misuse(f"takes a whole number for its index, and has {shown(index)}. Write a number.")
    position = int(index)
    if not 0 <= position < len(items):
        there = f"it takes 0 to {len(items) - 1}" if items else "the list is empty"
        raise Misuse(f"has the index {position}, and {there}. Correct it, or the list.")
    if gone := next((item for item in items[:position] if isinstance(item, Unknown) and item.optional), None):
        return unknown_of([gone], index, items)
    return items[position]


def length(items: object) -> object:
    """The number of items, which is known although they may not be."""
    items = _list(items, "takes a list. Split a string with Fn::Split first.")
    if isinstance(items, Unknown):
        return unknown_of([items])
    optional: list[object] = [item for item in items if isinstance(item, Unknown) and (item.optional or item.wrong)]
    return unknown_of(optional, items) or str(len(items))


def in_base64(text: object) -> object:
    """The text in Base64."""
    text = string(text)
    return unknown_of([text], "Fn::Base64") or base64.b64encode(str(text).encode()).decode()


def json_string(value: object) -> object:
    """A mapping or a list as JSON without spaces. Numbers and booleans have to be as they are written."""
    if isinstance(value, str) or value is None:
        raise Misuse("takes a mapping or a list. Write one.")
    return unknown_of([value], "Fn::ToJsonString") or json.dumps(value, separators=(",", ":"))


def equals(left: object, right: object) -> object:
    """True if both are the same."""
    values = [Unknown("AWS::NoValue in a condition") if one is Omitted.NO_VALUE else one for one in (left, right)]
    return unknown_of(values) or values[0] == values[1]


def negate(truth: object) -> object:
    """The opposite of a condition."""
    (truth,) = _truths([truth])
    return unknown_of([truth], "Fn::Not") or not truth


def every(*truths: object) -> object:
    """True if all conditions are."""
    return _decided(_truths([*truths]), "Fn::And", by=False)


def some(*truths: object) -> object:
    """True if one condition is."""
    return _decided(_truths([*truths]), "Fn::Or", by=True)


def _decided(truths: list[object], name: str, *, by: bool) -> object:
    """One condition may decide, whatever the others are, but for one that is wrong."""
    unknown = unknown_of(truths, name)
    if unknown and (unknown.wrong or by not in truths):
        return unknown
    return by if by in truths else not by


def _truths(values: list[object]) -> list[object]:
    for value in values:
        if not isinstance(value, bool | Unknown):
            raise Misuse(f"takes conditions, and has {shown(value)}. Write Condition: and its name.")
    return values


class Missing(Enum):
    """The result of a look-up in the mappings that finds nothing."""

    SURELY = "the mapping is there, and the key is not"
    PERHAPS = "the mapping is not there, or its keys are no text"


def in_mappings(mappings: object, keys: list[object]) -> object:
    """The value in the mappings. Raises Misuse if it is neither a string nor a list."""
    for depth, key in enumerate(keys):
        there = {str(one): value for one, value in mappings.items()} if isinstance(mappings, Mapping) else {}
        if key not in there:
            text = isinstance(mappings, Mapping) and all(isinstance(one, str) for one in mappings)
            return Missing.SURELY if depth and text else Missing.PERHAPS
        mappings = there[str(key)]
    if isinstance(mappings, Mapping):
        raise Misuse("finds a mapping, and takes a string or a list. Correct the mapping.")
    return mappings


def arguments(name: str, argument: object) -> list[object]:
    """The arguments of a call, as they are written. Raises Misuse if there are too few or too many."""
    low, high, takes = TAKES[name]
    if not isinstance(argument, list) or not low <= len(argument) <= high:
        raise Misuse(f"takes {takes}. Correct its arguments.")
    return argument


TAKES: Mapping[str, tuple[int, int, str]] = {
    "Fn::And": (2, MOST_CONDITIONS, "a list of 2 to 10 conditions"),
    "Fn::Equals": (2, 2, "a list of two values"),
    "Fn::FindInMap": (3, 4, "a list of a mapping's name and two keys"),
    "Fn::If": (3, 3, "a list of a condition's name and two values"),
    "Fn::Join": (2, 2, "a list of a separator and a list"),
    "Fn::Not": (1, 1, "a list of one condition"),
    "Fn::Or": (2, MOST_CONDITIONS, "a list of 2 to 10 conditions"),
    "Fn::Select": (2, 2, "a list of an index and a list"),
    "Fn::Split": (2, 2, "a list of a separator and a string"),
    "Fn::Sub": (2, 2, "a string, or a list of a string and a mapping"),
}
"""The number of arguments that each function takes, and their description."""

VALUES: Mapping[str, Callable[..., object]] = {
    "Fn::And": every,
    "Fn::Equals": equals,
    "Fn::Not": negate,
    "Fn::Or": some,
    "Fn::Select": select,
}
"""Functions of a list of values."""
SINGLES: Mapping[str, Callable[[object], object]] = {"Fn::Base64": in_base64, "Fn::Length": length}
"""Functions of one value."""
SEPARATING: Mapping[str, Callable[[str, object], object]] = {"Fn::Join": join, "Fn::Split": split}
"""Functions of a separator, which is written out, and a value."""
