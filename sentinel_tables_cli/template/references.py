"""The names that a template may use: of parameters, resources, conditions, mappings and functions. Pure."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables.errors import shown

PSEUDO_PARAMETERS = tuple(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
SERVERLESS, EXTENSIONS = "AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"
TRANSFORMS = (SERVERLESS, EXTENSIONS)
"""The transforms whose names are known. Any other may add whatever it likes."""
EXTENDED = ("Fn::Length", "Fn::ToJsonString")
"""The functions that AWS::LanguageExtensions brings."""
MAP_KEYS = 3
"""The number of keys of Fn::FindInMap. With AWS::LanguageExtensions a default may follow."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names of a template. `known` is None if its text does not show them all, because a macro may add some."""

    known: frozenset[str] | None = None
    made: tuple[str, ...] = ()
    """The beginnings of the names that the Serverless transform gives to what it makes."""
    parameters: frozenset[str] = frozenset()
    extended: bool = True
    """True if the template has AWS::LanguageExtensions, or may have."""
    maps: bool = True
    """True if the mappings are known."""
    what: str = "parameter or resource"

    def refusal(self, name: str) -> str:
        """The reason why nothing can refer to that name, or to an attribute of it; empty if something can."""
        name = name.partition(".")[0]
        if self.known is None or name in self.known or name.startswith(self.made):
            return ""
        return f"there is no {self.what} {shown(name)}. {_remedy(name, self.known)}"

    def refusal_of_attribute(self, name: str) -> str:
        """The reason why that name has no attributes: it is a parameter, or is not there."""
        if self.known is not None and name in self.parameters:
            return f"{shown(name)} is a parameter, and has no attributes. Use Ref."
        return self.refusal(name)

    def refusal_of_condition(self, name: str, conditions: Collection[str]) -> str:
        """The reason why there is no such condition; empty if there may be one."""
        if self.known is None or name in conditions:
            return ""
        return f"there is no condition {shown(name)}. {_remedy(name, conditions)}"

    def refusal_of_function(self, name: str, functions: Collection[str]) -> str:
        """The reason why that function cannot be called here; empty if it can."""
        if self.known is None:
            return ""
        if name not in functions:
            return f"there is no function {shown(name)}. {_remedy(name, functions)}"
        return f"{name} takes AWS::LanguageExtensions. Add it to Transform." if self._is_missing(name) else ""

    def refusal_in(self, mappings: object, keys: list[object]) -> str:
        """The reason why that cannot be looked up in the mappings; empty if it can."""
        if self.known is None or not self.maps or len(keys) != MAP_KEYS:
            return ""
        for depth, key in enumerate(keys):
            there = [*mappings] if isinstance(mappings, Mapping) else []
            if str(key) not in map(str, there):
                if not all(isinstance(one, str) for one in there):
                    return ""
                remedy = f"Use one of {', '.join(map(str, there[:6]))}." if there else "Correct the name, or add it."
                return f"there is no {shown(key)} in {'.'.join(('Mappings', *map(str, keys[:depth])))}. {remedy}"
            mappings = {str(one): mappings[one] for one in there}[str(key)]  # type: ignore[index] # a mapping, for the key is there
        return ""

    def of_parameters(self) -> "KnownNames":
        """The same, without the resources."""
        known = None if self.known is None else self.parameters | frozenset(PSEUDO_PARAMETERS)
        return replace(self, known=known, made=(), what="parameter")

    def without_maps(self) -> "KnownNames":
        """The same, without the mappings."""
        return replace(self, maps=False)

    def _is_missing(self, name: str) -> bool:
        return name in EXTENDED and not self.extended


def _remedy(name: str, there: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(there), n=1)
    return f"Did you mean {close[0]}?" if close else "Correct it, or add what it names."


def names_in(document: Mapping[str, object]) -> KnownNames:
    """The names of a template."""
    transforms = transforms_of(document)
    types = {name: _type(resource) for name, resource in _section(document, "Resources").items()}
    if any(one not in TRANSFORMS for one in transforms) or any(kind.endswith("::MODULE") for kind in types.values()):
        return KnownNames()
    if any(key == "Fn::Transform" or key.startswith("Fn::ForEach") for key in _outer_keys(document)):
        return KnownNames()
    made = [str(name) for name, kind in types.items() if kind.startswith("AWS::Serverless::")]
    parameters = frozenset(map(str, _section(document, "Parameters")))
    return KnownNames(
        known=frozenset(map(str, (*PSEUDO_PARAMETERS, *parameters, *types))),
        made=(*made, "Serverless") if SERVERLESS in transforms else (),
        parameters=parameters,
        extended=EXTENSIONS in transforms,
    )


def transforms_of(document: Mapping[str, object]) -> list[object]:
    """The transforms that a template names, each a string unless it is a call with parameters."""
    transforms = document.get("Transform", [])
    return transforms if isinstance(transforms, list) else [transforms]


def _section(document: Mapping[str, object], name: str) -> Mapping[object, object]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _type(resource: object) -> str:
    return str(resource.get("Type", "")) if isinstance(resource, Mapping) else ""


def _outer_keys(document: Mapping[str, object]) -> Iterator[str]:
    """The keys of the template, of its sections and of what they hold. What stands deeper adds no names."""
    yield from map(str, document)
    for section in document.values():
        if isinstance(section, Mapping):
            yield from map(str, section)
