"""Reading values that CloudFormation sends, where every scalar is a string: one reader for each kind of value.

A reader takes a value's place in the template and the value, and gives what it means, or raises InvalidRequest, which names
both, and what may stand there.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sentinel_tables.errors import InvalidRequest, shown
from sentinel_tables.values import Value

LONGEST_POLICY = 20_480
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html"""
POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
ENDLESS = 10**18


class Reader(Protocol):
    """Reads one kind of value."""

    @property
    def takes(self) -> str:
        """The values that it accepts, in words."""

    def __call__(self, place: str, value: object) -> Any:
        """Returns the meaning of the value. Raises InvalidRequest."""


def wrong(place: str, value: object, takes: str) -> InvalidRequest:
    """The error that says so."""
    return InvalidRequest(f"{_named(place)} is {shown(value)}. It takes {takes}.")


class Scalar(Value):
    """The reader of a value without parts: `meaning` raises ValueError for one that it does not take."""

    takes: str
    meaning: Callable[[object], Any]

    def __call__(self, place: str, value: object) -> Any:
        """Raises InvalidRequest."""
        try:
            return self.meaning(value)
        except ValueError:
            raise wrong(place, value, self.takes) from None


def integer(low: int, high: int, *, also: int | None = None) -> Reader:
    """A whole number of a range, or one other."""
    takes = f"a whole number, {low} or more" if high >= ENDLESS else f"a whole number from {low} to {high}"

    def meaning(value: object) -> int:
        number = _whole(value)
        if not low <= number <= high and number != also:
            raise ValueError
        return number

    return Scalar(takes if also is None else f"{takes}, or {also} for no limit", meaning)


def choice(*choices: str) -> Reader:
    """One of some words, to the letter."""

    def meaning(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ValueError

    return Scalar(" or ".join(filter(None, (", ".join(choices[:-1]), choices[-1]))), meaning)


def text(pattern: re.Pattern[str], takes: str) -> Reader:
    """A string of a pattern."""

    def meaning(value: object) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise ValueError

    return Scalar(takes, meaning)


def _boolean(value: object) -> bool:
    if isinstance(value, bool | str) and (word := str(value).lower()) in ("true", "false"):
        return word == "true"
    raise ValueError


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and INTEGER.fullmatch(value):
        return int(value)
    raise ValueError


boolean = Scalar("true or false", _boolean)
"""`true` or `false`, as a string or as itself."""
anything = Scalar("whatever CloudFormation lets pass", lambda value: value)
"""Of what CloudFormation itself sees to."""


class Structure(Value):
    """The reader of a mapping of known keys, each with a reader of its own; read into a dict of those that are there."""

    readers: Mapping[str, Reader]
    required: tuple[str, ...] = ()

    @property
    def takes(self) -> str:
        """The keys by name."""
        return f"a mapping with {', '.join(self.readers)}"

    def __call__(self, place: str, value: object) -> dict[str, Any]:
        """Raises InvalidRequest for the first thing that is wrong: a key too many, a key too few, a value."""
        if not isinstance(value, Mapping):
            raise wrong(place, value, self.takes)
        dot = f"{place}." if place else ""
        for key in value:
            if key not in self.readers:
                raise InvalidRequest(f"Property {dot}{_key(key)} is not known. {_remedy(key, tuple(self.readers))}")
        for key in self.required:
            if key not in value:
                raise InvalidRequest(f"Property {dot}{key} is missing. It takes {self.readers[key].takes}.")
        return {key: self.readers[key](f"{dot}{key}", item) for key, item in value.items()}


class ListOf(Value):
    """The reader of a list, each of whose items has one reader."""

    reader: Reader
    most: int
    takes: str = "a list"

    def __call__(self, place: str, value: object) -> list[Any]:
        """Raises InvalidRequest for a list that is none or too long, or for the first item that is wrong."""
        if not isinstance(value, list):
            raise wrong(place, value, self.takes)
        if len(value) > self.most:
            raise InvalidRequest(f"Property {place} has {len(value)} items. It takes at most {self.most}.")
        return [self.reader(f"{place}[{position}]", item) for position, item in enumerate(value)]


def structure(readers: Mapping[str, Reader], *required: str) -> Reader:
    """A mapping of known keys."""
    return Structure(readers, required)


def list_of(reader: Reader, most: int) -> Reader:
    """A list of at most so many items of one kind."""
    return ListOf(reader, most)


class Policy(Value):
    """The reader of a policy document, which may be its JSON."""

    takes: str = "a policy document with Version and Statement"

    def __call__(self, place: str, value: object) -> dict[str, Any]:
        """Raises InvalidRequest; what the statements say is for IAM to judge."""
        document = _parsed(value)
        if not isinstance(document, dict) or not document.keys() & POLICY_KEYS:
            raise wrong(place, value, self.takes)
        if unknown := document.keys() - POLICY_KEYS:
            raise InvalidRequest(
                f"Property {place}.{_key(min(map(str, unknown)))} is not known. A policy has Version, Id and Statement."
            )
        if not _is_statement(document.get("Statement")):
            raise wrong(place, value, self.takes)
        if len(json.dumps(document, separators=(",", ":"))) > LONGEST_POLICY:
            raise InvalidRequest(f"Property {place} is over {LONGEST_POLICY} characters. Shorten the policy.")
        return document


policy = Policy()


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _is_statement(value: object) -> bool:
    statements = value if isinstance(value, list) else [value]
    return bool(statements) and all(isinstance(statement, dict) and statement for statement in statements)


def _named(place: str) -> str:
    return f"Property {place}" if place else "ResourceProperties of the event"


def _key(key: object) -> str:
    """A key as it stands, where it is a word like a property's; else quoted."""
    word = str(key)
    return (
        word if len(word) <= len("PointInTimeRecoverySpecification") and word.isascii() and word.isalnum() else shown(word)
    )


def _remedy(key: object, known: tuple[str, ...]) -> str:
    import difflib  # noqa: PLC0415 - for this rare case alone, and not on every cold start

    close = difflib.get_close_matches(str(key)[:64].lower(), [name.lower() for name in known])
    if close:
        return f"Did you mean {next(name for name in known if name.lower() == close[0])}?"
    return "Take it out." if len(known) > 6 else f"It takes {', '.join(known)}."  # noqa: PLR2004 - a readable few
