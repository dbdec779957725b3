"""Values besides text: not known yet, or absent; and the scope in which values are worked out. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from sentinel_tables_cli.template.references import KnownNames

Path = tuple[str | int, ...]


class Omitted(Enum):
    """The value of `AWS::NoValue`."""

    NO_VALUE = "AWS::NoValue"


class Items(list[object]):
    """A list without the items that `AWS::NoValue` takes out of it; `places` are where the others are written."""

    def __init__(self, placed: Iterable[tuple[int, object]]) -> None:
        placed = list(placed)
        super().__init__(item for _, item in placed)
        self.places = [position for position, _ in placed]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is known only at deployment."""

    why: str
    branches: tuple[tuple[Path, object], ...] = ()
    """The values that an `Fn::If` chooses from, each with its path."""
    wrong: str = ""
    """If no deployment can know the value either: the reason and the remedy, as the end of a sentence."""
    of: object = field(default=None, repr=False)
    """Its parts, as far as they are known. Two unknown values are equal only if these are."""
    linted: bool = True
    """True if cfn-lint reports by itself what is wrong."""
    optional: bool = False
    """True if it may turn out to be `AWS::NoValue`."""


class Open(dict[str, object]):
    """A mapping that has more keys than its text shows: a macro, or a loop over an unknown list, adds them."""

    def __init__(self, known: Mapping[str, object], hidden: Unknown) -> None:
        super().__init__(known)
        self.hidden = hidden


Exports = Callable[[], Mapping[str, str] | None]
"""Reads the exports of the account and Region; None if they cannot be read."""


def no_exports() -> None:
    """Reads no exports."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that is known while values are worked out."""

    values: Mapping[str, object] = field(default_factory=dict)
    """Of parameters and pseudo parameters."""
    mappings: Mapping[str, object] = field(default_factory=dict)
    conditions: Mapping[str, object] = field(default_factory=dict)
    names: KnownNames = field(default_factory=KnownNames)
    own: str = ""
    """The logical id of the resource whose values are worked out."""
    exports: Exports = field(default=no_exports, compare=False)
    worked_out: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """The value of each condition that was asked for, so that none is worked out twice."""

    def refusal(self, name: str) -> str:
        """The reason why no resource may refer to that name; empty if it may."""
        name = name.partition(".")[0]
        if self.own and name == self.own:
            return f"resource {self.own} refers to itself. Take the reference out."
        return self.names.refusal(name)

    def within(self, logical_id: str) -> "Scope":
        """The same, for the values of one resource."""
        return replace(self, own=logical_id)

    def within_conditions(self) -> "Scope":
        """The same, for a condition, which may refer to parameters alone."""
        return replace(self, names=self.names.of_parameters(), own="")

    def without_values(self) -> "Scope":
        """The names alone: what is wrong in this scope is wrong whatever the values are."""
        return replace(self, values={}, mappings={}, names=self.names.without_maps(), own="", worked_out={})


def unknown_in(value: object) -> Unknown | None:
    """The first unknown value at any depth; one that is wrong comes first."""
    return next(iter(sorted(_unknowns_in(value), key=lambda unknown: not unknown.wrong)), None)


def wrong_in(value: object) -> str:
    """The reason of the first value that no deployment can know; empty if there is none."""
    unknown = unknown_in(value)
    return unknown.wrong if unknown else ""


def _unknowns_in(value: object) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
        for _, branch in value.branches:
            yield from (inner for inner in _unknowns_in(branch) if inner.wrong)
    elif isinstance(value, Mapping):
        if isinstance(value, Open):
            yield value.hidden
        for item in value.values():
            yield from _unknowns_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _unknowns_in(item)
