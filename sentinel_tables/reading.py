"""Reading values that CloudFormation sends, where every scalar is a string: one reader for each kind of value.

A reader takes the value's place in the template and the value, and gives what it means, or raises InvalidRequest, which
names the place, what stands there, and what may stand there.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sentinel_tables.errors import InvalidRequest, shown

Reader = Callable[[str, object], Any]
LONGEST_POLICY = 20_480
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html"""
POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def wrong(place: str, value: object, takes: str) -> InvalidRequest:
    """The error that says so."""
    return InvalidRequest(f"Property {place} is {shown(value)}. It takes {takes}.")


def boolean(place: str, value: object) -> bool:
    """`true` or `false`, as a string or as itself."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise wrong(place, value, "true or false")


def integer(low: int, high: int, *, also: int | None = None) -> Reader:
    """A whole number of a range, or one other."""
    takes = f"a whole number, {low} or more" if high >= 10**18 else f"a whole number from {low} to {high}"
    takes += "" if also is None else f", or {also} for no limit"

    def read(place: str, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if abs(value) < 10**18 else ""
        if isinstance(value, str) and INTEGER.fullmatch(value):
            number = int(value)
            if low <= number <= high or number == also:
                return number
        raise wrong(place, value, takes)

    return read


def choice(*choices: str) -> Reader:
    """One of some words, to the letter."""

    def read(place: str, value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise wrong(place, value, " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1]))))

    return read


def text(pattern: re.Pattern[str], takes: str) -> Reader:
    """A string of a pattern."""

    def read(place: str, value: object) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise wrong(place, value, takes)

    return read


def anything(_place: str, value: object) -> object:
    """Whatever stands there; CloudFormation itself sees to it."""
    return value


@dataclass(frozen=True, slots=True)
class Structure:
    """The reader of a mapping of known keys, each with a reader of its own; read into a dict of those that are there."""

    readers: Mapping[str, Reader]
    required: tuple[str, ...] = ()

    def __call__(self, place: str, value: object) -> dict[str, Any]:
        """Raises InvalidRequest for the first thing that is wrong: a key too many, a key too few, a value."""
        if not isinstance(value, Mapping):
            raise wrong(place, value, f"a mapping with {', '.join(self.readers)}")
        dot = f"{place}." if place else ""
        for key in value:
            if key not in self.readers:
                raise InvalidRequest(f"Property {dot}{_key(key)} is not known. {_remedy(key, tuple(self.readers))}")
        for key in self.required:
            if key not in value:
                raise InvalidRequest(f"Property {dot}{key} is missing. Add it to the resource's Properties.")
        return {key: self.readers[key](f"{dot}{key}", item) for key, item in value.items()}


@dataclass(frozen=True, slots=True)
class ListOf:
    """The reader of a list, each of whose items has one reader."""

    reader: Reader
    most: int

    def __call__(self, place: str, value: object) -> list[Any]:
        """Raises InvalidRequest for a list that is none or too long, or for the first item that is wrong."""
        if not isinstance(value, list):
            raise wrong(place, value, "a list")
        if len(value) > self.most:
            raise InvalidRequest(f"Property {place} has {len(value)} items. It takes at most {self.most}.")
        return [self.reader(f"{place}[{position}]", item) for position, item in enumerate(value)]


def structure(readers: Mapping[str, Reader], *required: str) -> Reader:
    """A mapping of known keys."""
    return Structure(readers, required)


def list_of(reader: Reader, most: int) -> Reader:
    """A list of at most so many items of one kind."""
    return ListOf(reader, most)


def policy(place: str, value: object) -> dict[str, Any]:
    """A policy document, as a mapping or as its JSON."""
    if isinstance(value, str) and len(value) <= LONGEST_POLICY:
        try:
            value = json.loads(value)
        except ValueError:
            raise wrong(place, value, "a policy document with Version and Statement") from None
    if not isinstance(value, dict) or not value.get("Statement") or not isinstance(value["Statement"], list | dict):
        raise wrong(place, value, "a policy document with Version and Statement")
    if unknown := value.keys() - POLICY_KEYS:
        raise InvalidRequest(
            f"Property {place}.{_key(min(map(str, unknown)))} is not known. A policy has Version, Id and Statement."
        )
    if len(json.dumps(value)) > LONGEST_POLICY:
        raise InvalidRequest(f"Property {place} is over {LONGEST_POLICY} characters. Shorten the policy.")
    return value


def _key(key: object) -> str:
    """A key as it stands, where it is a word like a property's; else quoted."""
    word = str(key)
    return (
        word if len(word) <= len("PointInTimeRecoverySpecification") and word.isascii() and word.isalnum() else shown(word)
    )


def _remedy(key: object, known: tuple[str, ...]) -> str:
    import difflib  # noqa: PLC0415 - for this rare case alone, and not on every cold start

    close = difflib.get_close_matches(str(key)[:64].lower(), [name.lower() for name in known], n=1)
    if close:
        return f"Did you mean {next(name for name in known if name.lower() == close[0])}?"
    return "Take it out." if len(known) > 6 else f"It takes {', '.join(known)}."  # noqa: PLR2004 - a readable few
