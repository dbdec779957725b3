"""What a template may refer to by name, as far as its own text tells. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables.errors import shown

PSEUDO_PARAMETERS = tuple(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
SERVERLESS = "AWS::Serverless-2016-10-31"
TRANSFORMS = (SERVERLESS, "AWS::LanguageExtensions")
"""Any other transform may make whatever it likes."""
MAP_KEYS = 3
"""How many keys Fn::FindInMap has; AWS::LanguageExtensions lets a default follow."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of parameters and resources; None where the template's text does not tell them all."""

    known: frozenset[str] | None = None
    made: tuple[str, ...] = ()
    """How the names begin that the Serverless transform gives to what it makes."""

    def refusal(self, name: str) -> str:
        """What is wrong with referring to that name, or to an attribute of it; nothing, where it is there or may be."""
        name = name.partition(".")[0]
        if self.known is None or name in self.known or name.startswith(self.made):
            return ""
        close = difflib.get_close_matches(name, sorted(self.known), n=1)
        remedy = f"Did you mean {close[0]}?" if close else "Correct it, or add what it names."
        return f"there is no parameter or resource {shown(name)}. {remedy}"

    def of_maps_alone(self) -> "Names":
        """The same, for whoever has another judge of references."""
        return replace(self, made=("",))

    def refusal_in(self, mappings: object, keys: list[object]) -> str:
        """What is wrong with looking that up; nothing, where it is there, or where a key is no text, as an account's id."""
        if self.known is None or len(keys) != MAP_KEYS:
            return ""
        for depth, key in enumerate(keys):
            there = [*mappings] if isinstance(mappings, Mapping) else []
            if not all(isinstance(one, str) for one in (key, *there)):
                return ""
            if key not in there:
                remedy = f"Use one of {', '.join(map(str, there[:6]))}." if there else "Correct the name, or add it."
                return f"there is no {shown(key)} in {'.'.join(('Mappings', *map(str, keys[:depth])))}. {remedy}"
            mappings = mappings[key]  # type: ignore[index] # a mapping, for the key is there
        return ""


def names_in(document: Mapping[str, object]) -> Names:
    """The names that a template's functions may refer to."""
    transforms = document.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    types = {name: _type(resource) for name, resource in _section(document, "Resources").items()}
    if any(one not in TRANSFORMS for one in transforms) or any(kind.endswith("::MODULE") for kind in types.values()):
        return Names()
    if any(key == "Fn::Transform" or key.startswith("Fn::ForEach") for key in _keys(document)):
        return Names()
    made = [str(name) for name, kind in types.items() if kind.startswith("AWS::Serverless::")]
    known = frozenset(map(str, (*PSEUDO_PARAMETERS, *_section(document, "Parameters"), *types)))
    return Names(known, (*made, "Serverless") if SERVERLESS in transforms else ())


def _section(document: Mapping[str, object], name: str) -> Mapping[object, object]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _type(resource: object) -> str:
    return str(resource.get("Type", "")) if isinstance(resource, Mapping) else ""


def _keys(value: object) -> Iterator[str]:
    """The keys at any depth."""
    if isinstance(value, Mapping):
        yield from map(str, value)
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        yield from _keys(item)
