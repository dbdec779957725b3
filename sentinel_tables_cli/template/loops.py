"""The resources of a template, with those that `Fn::ForEach` makes, as `AWS::LanguageExtensions` expands it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.turns import LOOP, put_in, put_text, why_not
from sentinel_tables_cli.template.values import Path, Scope, Unknown

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
        """Its type, its properties, or another part of it; None if there is none."""
        return self.resource.get(name) if isinstance(self.resource, Mapping) else None

    @property
    def type(self) -> str:
        """Its type; empty if it has none."""
        return str(self.part("Type") or "")


def expanded(section: Mapping[str, object], scope: Scope, path: Path) -> Iterator[Entry]:
    """The resources of a section, with those of each loop in their loop's place."""
    for key, value in section.items():
        entry = Entry(str(key), value, (*path, str(key)))
        if entry.name.startswith(LOOP):
            yield from _turns(entry, scope)
        elif entry.name.startswith(FUNCTION):
            yield replace(entry, resource=Unknown("only CloudFormation expands it"))
        else:
            yield entry


def expanded_conditions(section: Mapping[str, object], scope: Scope) -> dict[str, object]:
    """The conditions of a section, with those that loops over known lists make. Other loops stay as they are."""
    found: dict[str, object] = {}
    for key, value in section.items():
        match value:
            case [str(name), collection, Mapping() as body] if str(key).startswith(LOOP):
                items = resolve(collection, scope)
            case _:
                found[str(key)] = value
                continue
        if not isinstance(items, list) or why_not(items):
            found[str(key)] = value
            continue
        for item in items:
            turn = {put_text(str(inner), name, item): put_in(condition, name, item) for inner, condition in body.items()}
            found |= expanded_conditions(turn, scope)
    return found


def _turns(loop: Entry, scope: Scope) -> Iterator[Entry]:
    match loop.resource:
        case [str(name), collection, Mapping() as body]:
            items = resolve(collection, scope)
        case _:
            yield replace(loop, resource=Unknown("it is not a name, a list and a mapping"))
            return
    if _of_others(body):
        return
    if why := why_not(items):
        yield replace(loop, resource=Unknown(why))
        return
    for item in items if isinstance(items, list) else ():
        for key, value in body.items():
            there = Entry(str(key), put_in(value, name, item), (*loop.path, 2, str(key)))
            turn = expanded({put_text(there.name, name, item): there.resource}, scope, loop.path)
            yield from (replace(entry, path=there.path + entry.path[len(loop.path) + 1 :]) for entry in turn)


def _of_others(body: Mapping[str, object]) -> bool:
    """True if all that the loop makes is of AWS's own types."""
    types = [resource.get("Type") if isinstance(resource, Mapping) else None for resource in body.values()]
    return all(isinstance(kind, str) and kind.startswith(OF_AWS) and kind != CUSTOM for kind in types)
