"""What a value in a template may be beside a string: known only at deployment, or absent; and what is known of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sentinel_tables_cli.template.references import Names

Path = tuple[str | int, ...]


class Absent(Enum):
    """What `AWS::NoValue` stands for."""

    NO_VALUE = "AWS::NoValue"


class Items(list[object]):
    """A list without what `AWS::NoValue` takes out of it; `places` are where its items are written."""

    def __init__(self, placed: Iterable[tuple[int, object]]) -> None:
        placed = list(placed)
        super().__init__(item for _, item in placed)
        self.places = [position for position, _ in placed]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is known only at deployment; `branches` are what an `Fn::If` may make of it, each with its path."""

    why: str
    branches: tuple[tuple[Path, object], ...] = ()
    wrong: str = ""
    """Why no deployment will know it either: the end of a sentence, and the remedy."""
    of: object = field(default=None, repr=False)
    """What it is made of, as far as that is known: with it, two that are not the same are not taken for the same."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known: the values of parameters and pseudo parameters, the template's mappings, conditions and names."""

    values: Mapping[str, object] = field(default_factory=dict)
    mappings: Mapping[str, object] = field(default_factory=dict)
    conditions: Mapping[str, object] = field(default_factory=dict)
    names: Names = field(default_factory=Names)


def unknown_in(value: object) -> Unknown | None:
    """The first unknown value at any depth, or before it the first that is wrong."""
    return next(iter(sorted(_unknowns_in(value), key=lambda unknown: not unknown.wrong)), None)


def _unknowns_in(value: object) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        yield from _unknowns_in(item)
