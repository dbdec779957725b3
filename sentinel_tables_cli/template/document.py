"""Templates as files: what they hold, where it stands, and which resources are `Custom::SentinelTable`."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from cfnlint.decode import decode_str  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.intrinsics import holds, resolve
from sentinel_tables_cli.template.loops import Entry, expanded
from sentinel_tables_cli.template.references import names_in
from sentinel_tables_cli.template.values import Path, Scope, Unknown

RESOURCE_TYPE = "Custom::SentinelTable"
NOT_OF_TEXT = ("AWS::SSM::",)
"""A parameter of such a type has a value that CloudFormation looks up somewhere else."""
POLICY_UNKNOWN = ""
"""In place of a DeletionPolicy or UpdateReplacePolicy that cannot be worked out."""

logging.getLogger("cfnlint").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Resource:
    """A table in a template. `properties` are resolved; `present` is what its Condition says."""

    logical_id: str
    properties: object
    present: bool | Unknown = True
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    place: Path = ()
    """Where it is written, where that is in a loop."""

    @property
    def path(self) -> Path:
        """Where its properties stand."""
        return (*(self.place or ("Resources", self.logical_id)), "Properties")


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it was decoded, and the name of the file that it was read from."""

    name: str
    document: Mapping[str, Any]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters it declares."""
        return _section(self.document, "Parameters")

    def scope(self, given: Mapping[str, str | Unknown], pseudo: Mapping[str, object]) -> Scope:
        """What is known of its values: those given, else the defaults."""
        values = {name: _value(name, declared, given) for name, declared in self.parameters.items()}
        return Scope(
            values={**pseudo, **values},
            mappings=_section(self.document, "Mappings"),
            conditions=_section(self.document, "Conditions"),
            names=names_in(self.document),
        )

    def tables(self, scope: Scope) -> Iterator[Resource]:
        """Each `Custom::SentinelTable`, its properties resolved in that scope."""
        for entry in self.entries(scope):
            resource = entry.resource
            if isinstance(resource, Mapping) and entry.type == RESOURCE_TYPE:
                yield Resource(
                    logical_id=entry.name,
                    properties=resolve(resource.get("Properties") or {}, scope),
                    present=holds_of(entry, scope),
                    deletion_policy=_policy(resource, "DeletionPolicy", scope),
                    replace_policy=_policy(resource, "UpdateReplacePolicy", scope),
                    place=entry.path,
                )

    def entries(self, scope: Scope) -> Iterator[Entry]:
        """Each resource, of whatever type; those that loops make, too, where their lists are known."""
        return expanded(_section(self.document, "Resources"), scope, ("Resources",))

    def types(self, scope: Scope) -> dict[str, str]:
        """The type of each resource that may be deployed, by logical id."""
        entries = [entry for entry in self.entries(scope) if entry.type]
        return {entry.name: entry.type for entry in entries if holds_of(entry, scope) is not False}

    def loops(self, scope: Scope) -> list[tuple[Entry, Unknown]]:
        """What makes resources that only a deployment knows, with the reason."""
        return [(entry, entry.resource) for entry in self.entries(scope) if isinstance(entry.resource, Unknown)]

    def line(self, path: Path) -> int:
        """The line of what stands at that path, or of the nearest thing around it."""
        value: Any = self.document
        line = 0
        for step in path:
            if isinstance(value, Mapping) and step in value:
                key = next(key for key in value if key == step)
                line, value = _line_of(key, line), value[step]
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
                line = _line_of(value, line)
            else:
                break
        return line + 1


def read(name: str) -> Template:
    """The template in that file, or on standard input for `-`. Raises Mistake."""
    try:
        text = (sys.stdin.buffer.read() if name == "-" else File(name).read_bytes()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"{clean(name)} is not text in UTF-8. Name a template in YAML or JSON, saved as UTF-8.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Mistake(f"{clean(name)} cannot be read: {clean(why)}. Name a template's file.") from None
    if name.lower().endswith(".json"):
        json_in(text, name, "Mend the template there.")
    return parse(text, name)


def parse(text: str, name: str) -> Template:
    """A template from its text. Raises Mistake."""
    document, matches = decode_str(text)
    if matches:
        first = matches[0]
        why = clean(str(first.message).partition("\n")[0])
        raise Mistake(f"{clean(name)}:{first.linenumber} is not YAML or JSON: {why}. Mend the template there.")
    if not isinstance(document, Mapping) or not isinstance(document.get("Resources"), Mapping):
        raise Mistake(f"{clean(name)} is not a CloudFormation template: it has no Resources. Name a template's file.")
    return Template(name, document)


def holds_of(entry: Entry, scope: Scope) -> bool | Unknown:
    """What the Condition of a resource says; true, where it has none."""
    has_one = isinstance(entry.resource, Mapping) and "Condition" in entry.resource
    return holds(entry.part("Condition"), scope) if has_one else True


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _value(name: str, declared: object, given: Mapping[str, str | Unknown]) -> object:
    """A parameter's value; a list where its type is one."""
    if not isinstance(declared, Mapping):
        return Unknown(f"parameter {name}")
    kind = str(declared.get("Type", "String"))
    if kind.startswith(NOT_OF_TEXT):
        return Unknown(f"parameter {name}, whose value is looked up at deployment")
    if name not in given and "Default" not in declared:
        return Unknown(f"parameter {name}, which has no value: give one with --parameters {name}=VALUE")
    text = given[name] if name in given else resolve(declared["Default"], Scope())
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    return [item.strip() for item in text.split(",")] if is_list and isinstance(text, str) else text


def _policy(resource: Mapping[str, Any], name: str, scope: Scope) -> str:
    found = resolve(resource.get(name, "Delete"), scope)
    return found if isinstance(found, str) else POLICY_UNKNOWN


def _line_of(value: Any, otherwise: int) -> int:
    mark = getattr(value, "start_mark", None)
    line = getattr(mark, "line", None)
    return line if isinstance(line, int) else otherwise


def json_in(text: str, name: str, remedy: str) -> object:
    """What a text of that name holds. Raises Mistake, with the line, where it is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Mistake(f"{clean(name)}:{error.lineno} is not JSON: {clean(error.msg)}. {remedy}") from None
