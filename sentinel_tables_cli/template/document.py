"""Templates as files: what they hold, on which line, and which of their resources are `Custom::SentinelTable`."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.intrinsics import holds, resolve
from sentinel_tables_cli.template.loops import Entry, expanded, expanded_conditions
from sentinel_tables_cli.template.reader import Double, NotReadable, decode
from sentinel_tables_cli.template.references import names_in
from sentinel_tables_cli.template.values import Exports, Path, Scope, Unknown, no_exports

RESOURCE_TYPE = "Custom::SentinelTable"
LOOKED_UP = "AWS::SSM::Parameter::Value<"
"""A parameter of such a type is given a name, and CloudFormation looks its value up in the Parameter Store."""
POLICY_UNKNOWN = ""
"""In place of a DeletionPolicy or UpdateReplacePolicy that cannot be worked out."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A table in a template. Its `properties` are worked out; `present` is the value of its Condition."""

    logical_id: str
    properties: object
    present: bool | Unknown = True
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    place: Path = ()
    """The path at which it is written, if that is in a loop."""

    @property
    def path(self) -> Path:
        """The path of its properties."""
        return (*(self.place or ("Resources", self.logical_id)), "Properties")


@dataclass(frozen=True, slots=True)
class Template:
    """A template, and the name of the file that it was read from."""

    name: str
    document: Mapping[str, Any]
    doubles: tuple[Double, ...] = ()
    """The keys that stand twice."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters it declares."""
        return _section(self.document, "Parameters")

    def scope(
        self,
        given: Mapping[str, object],
        pseudo: Mapping[str, object],
        exports: Exports = no_exports,
        looked_up: Mapping[str, object] | None = None,
    ) -> Scope:
        """The scope of its values: those looked up, else those given, else the defaults."""
        own = {name: _value(name, declared, given) for name, declared in self.parameters.items()}
        values = {**pseudo, **own, **(looked_up or {})}
        return Scope(
            values=values,
            mappings=_section(self.document, "Mappings"),
            conditions=expanded_conditions(_section(self.document, "Conditions"), Scope(values)),
            names=names_in(self.document),
            exports=exports,
        )

    def tables(self, scope: Scope) -> Iterator[Resource]:
        """Each `Custom::SentinelTable`, its properties resolved in that scope."""
        for entry in self.entries(scope):
            resource = entry.resource
            if isinstance(resource, Mapping) and entry.type == RESOURCE_TYPE:
                yield Resource(
                    logical_id=entry.name,
                    properties=resolve(resource.get("Properties") or {}, scope.within(entry.name)),
                    present=holds_of(entry, scope),
                    deletion_policy=_policy(resource, "DeletionPolicy", scope),
                    replace_policy=_policy(resource, "UpdateReplacePolicy", scope),
                    place=entry.path,
                )

    def entries(self, scope: Scope) -> Iterator[Entry]:
        """Each resource of any type; also those that loops make, if their lists are known."""
        return expanded(_section(self.document, "Resources"), scope, ("Resources",))

    def types(self, scope: Scope) -> dict[str, str]:
        """The type of each resource that may be deployed, by logical id."""
        entries = [entry for entry in self.entries(scope) if entry.type]
        return {entry.name: entry.type for entry in entries if holds_of(entry, scope) is not False}

    def loops(self, scope: Scope) -> list[tuple[Entry, Unknown]]:
        """The loops whose resources only a deployment knows, with the reason."""
        return [(entry, entry.resource) for entry in self.entries(scope) if isinstance(entry.resource, Unknown)]

    def line(self, path: Path) -> int:
        """The line, counted from 1, of what stands at that path, or of the nearest thing around it."""
        value: Any = self.document
        line = 1
        for step in path:
            try:
                line, value = getattr(value, "lines", {})[step], value[step]
            except (LookupError, TypeError):
                break
        return line


def read(name: str) -> Template:
    """The template in that file, or on standard input for `-`. Raises Mistake."""
    try:
        text = (sys.stdin.buffer.read() if name == "-" else File(name).read_bytes()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"{clean(name)} is not text in UTF-8. Name a template in YAML or JSON, saved as UTF-8.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Mistake(f"{clean(name)} cannot be read: {clean(why)}. Name a template's file.") from None
    return parse(text, name)


def parse(text: str, name: str) -> Template:
    """A template from its text. Raises Mistake."""
    try:
        document, doubles = decode(text, strictly_json=name.lower().endswith(".json"))
    except NotReadable as error:
        raise Mistake(f"{clean(name)}:{error.line} is {clean(error.why)}. Mend the template there.") from None
    if not isinstance(document, Mapping) or not isinstance(document.get("Resources"), Mapping):
        raise Mistake(f"{clean(name)} is not a CloudFormation template: it has no Resources. Name a template's file.")
    return Template(name, document, doubles)


def holds_of(entry: Entry, scope: Scope) -> bool | Unknown:
    """The value of a resource's Condition; true if it has none."""
    has_one = isinstance(entry.resource, Mapping) and "Condition" in entry.resource
    return holds(entry.part("Condition"), scope) if has_one else True


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _value(name: str, declared: object, given: Mapping[str, object]) -> object:
    """A parameter's value; a list if its type is one."""
    if not isinstance(declared, Mapping):
        return Unknown(f"parameter {name}")
    kind = str(declared.get("Type", "String"))
    if name in given and not isinstance(given[name], str):
        return given[name]
    if kind.startswith(LOOKED_UP):
        return Unknown(f"parameter {name}, whose value is looked up at deployment")
    if name not in given and "Default" not in declared:
        return Unknown(f"parameter {name}, which has no value: give one with --parameters {name}=VALUE")
    text = given[name] if name in given else resolve(declared["Default"], Scope())
    return in_items(text) if is_list(kind) and isinstance(text, str) else text


def is_list(kind: str) -> bool:
    """True if a parameter of that type is a list."""
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def in_items(text: str) -> list[str]:
    """The items of a list that is given as text."""
    return [item.strip() for item in text.split(",")]


def _policy(resource: Mapping[str, Any], name: str, scope: Scope) -> str:
    found = resolve(resource.get(name, "Delete"), scope)
    return found if isinstance(found, str) else POLICY_UNKNOWN


def json_in(text: str, name: str, remedy: str) -> object:
    """The value of a text in JSON. Raises Mistake, with the line, if it is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Mistake(f"{clean(name)}:{error.lineno} is not JSON: {clean(error.msg)}. {remedy}") from None
