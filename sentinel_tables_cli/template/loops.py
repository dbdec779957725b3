"""The resources of a template, with those that `Fn::ForEach` makes, as `AWS::LanguageExtensions` expands it. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.values import Path, Scope, Unknown, unknown_in

LOOP = "Fn::ForEach::"
FUNCTION = "Fn::"
OF_AWS = "AWS::"
CUSTOM = "AWS::CloudFormation::CustomResource"


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource, or an `Unknown` in place of those that only CloudFormation makes; `path` is where it is written."""

    name: str
    resource: object
    path: Path

    def part(self, name: str) -> object:
        """Its type, its properties, or another part of it; None where there is none."""
        return self.resource.get(name) if isinstance(self.resource, Mapping) else None

    @property
    def type(self) -> str:
        """Its type; empty where it has none."""
        return str(self.part("Type") or "")


def expanded(section: Mapping[str, object], scope: Scope, path: Path) -> Iterator[Entry]:
    """The resources of a section, each loop among them turn by turn."""
    for key, value in section.items():
        entry = Entry(str(key), value, (*path, str(key)))
        if entry.name.startswith(LOOP):
            yield from _turns(entry, scope)
        elif entry.name.startswith(FUNCTION):
            yield replace(entry, resource=Unknown("only CloudFormation expands it"))
        else:
            yield entry


def _turns(loop: Entry, scope: Scope) -> Iterator[Entry]:
    match loop.resource:
        case [str(name), collection, Mapping() as body]:
            items = resolve(collection, scope)
        case _:
            yield replace(loop, resource=Unknown("it is not a name, a list and a mapping"))
            return
    if _of_others(body):
        return
    if why := _why_not(items):
        yield replace(loop, resource=Unknown(why))
        return
    for item in items if isinstance(items, list) else ():
        for key, value in body.items():
            there = Entry(str(key), _put(value, name, item), (*loop.path, 2, str(key)))
            turn = expanded({_put_text(there.name, name, item): there.resource}, scope, loop.path)
            yield from (replace(entry, path=there.path + entry.path[len(loop.path) + 1 :]) for entry in turn)


def _of_others(body: Mapping[str, object]) -> bool:
    """Whether all that the loop makes is surely AWS's own."""
    types = [resource.get("Type") if isinstance(resource, Mapping) else None for resource in body.values()]
    return all(isinstance(kind, str) and kind.startswith(OF_AWS) and kind != CUSTOM for kind in types)


def _why_not(items: object) -> str:
    if unknown := unknown_in(items):
        return f"its list is known only at deployment ({unknown.why})"
    strings = isinstance(items, list) and all(isinstance(item, str) for item in items)
    return "" if strings else "its list is not one of strings"


def _put(value: object, name: str, item: str) -> object:
    """The value with the loop's variable replaced by what it stands for in this turn."""
    if isinstance(value, Mapping):
        if dict(value) == {"Ref": name}:
            return item
        return {_put_text(str(key), name, item): _put(inner, name, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put(inner, name, item) for inner in value]
    return _put_text(value, name, item) if isinstance(value, str) else value


def _put_text(text: str, name: str, item: str) -> str:
    """`&{Name}` stands for the letters and digits alone, as a logical id needs them."""
    return text.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", item))
