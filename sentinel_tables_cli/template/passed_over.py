"""Parts that the command line cannot look into, or leaves out: modules, macros, nested stacks, other types. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sentinel_tables_cli.template.document import RESOURCE_TYPE, Template, holds_of
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.loops import CUSTOM, Entry
from sentinel_tables_cli.template.references import transforms_of
from sentinel_tables_cli.template.values import Path, Scope, Unknown

MODULE = "::MODULE"
NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
OF_AWS, INCLUDE = "AWS::", "AWS::Include"
ONLY_THERE = "only CloudFormation expands it, and what tables it makes is not known."
BY_ITSELF = "it is a nested stack, and is not looked into. Give its template by itself, with the nested stack's name."


@dataclass(frozen=True, slots=True)
class Maker:
    """A part of a template that makes resources which its text does not show, and how their logical ids begin."""

    name: str
    note: str
    path: Path
    begins: str | None = ""
    """None if they are another stack's."""

    def may_make(self, logical_id: str) -> bool:
        """True if it may make a resource of that logical id."""
        return self.begins is not None and logical_id.startswith(self.begins)


def makers(template: Template, scope: Scope) -> Iterator[Maker]:
    """All of them that may be deployed. AWS's own transforms, except the include, make no table of ours."""
    for one in transforms_of(template.document):
        name = str(one.get("Name", "") if isinstance(one, dict) else one)
        if not name.startswith(OF_AWS) or name == INCLUDE:
            yield Maker(f"Transform {name}", ONLY_THERE, ("Transform",))
    if "Fn::Transform" in template.document:
        yield Maker("Fn::Transform", ONLY_THERE, ("Fn::Transform",))
    for entry in template.entries(scope):
        if holds_of(entry, scope) is False:
            continue
        if entry.type.endswith(MODULE):
            yield Maker(entry.name, f"it is a module: {ONLY_THERE}", entry.path, begins=entry.name)
        elif entry.type in NESTED:
            yield Maker(entry.name, BY_ITSELF, entry.path, begins=None)


EXPORT = "sentinel-tables-ServiceToken"
"""The end of the name by which the provider's stack exports its ServiceToken, if samconfig.toml named that stack."""
NEARLY = 0.85
"""The likeness of two names, out of 1, from which one is taken for a misspelling of the other."""
CUSTOM_PREFIX = "Custom::"


def served(template: Template, scope: Scope) -> Iterator[Entry]:
    """Each custom resource of another type that has the provider's ServiceToken."""
    entries = list(template.entries(scope))
    ours = [token for entry in entries if entry.type == RESOURCE_TYPE for token in _tokens(entry, scope)]
    for entry in entries:
        custom = entry.type == CUSTOM or (entry.type.startswith(CUSTOM_PREFIX) and entry.type != RESOURCE_TYPE)
        if custom and any(token in ours or _imported(token, scope) for token in _tokens(entry, scope)):
            yield entry


def misspelt(template: Template, scope: Scope) -> Iterator[Entry]:
    """Each resource whose type is nearly `Custom::SentinelTable`."""
    for entry in template.entries(scope):
        nearly = difflib.get_close_matches(entry.type.lower(), [RESOURCE_TYPE.lower()], n=1, cutoff=NEARLY)
        if nearly and entry.type != RESOURCE_TYPE and holds_of(entry, scope) is not False:
            yield entry


def left_out(template: Template, scope: Scope) -> Iterator[tuple[Entry, str]]:
    """Each resource that may be meant to be a table and is left out, with the reason."""
    found = [*served(template, scope)]
    yield from ((entry, why_left_out(entry)) for entry in found)
    for entry in misspelt(template, scope):
        if entry not in found:
            yield entry, f"it is left out: its type is {entry.type[:64]}. Did you mean {RESOURCE_TYPE}?"


def why_left_out(entry: Entry) -> str:
    """The reason why a resource that the provider serves is left out."""
    return f"it has the provider's ServiceToken, and is left out: its type is {entry.type}, and has to be {RESOURCE_TYPE}."


def _tokens(entry: Entry, scope: Scope) -> list[object]:
    """Its ServiceToken as it is written, and its value if that is known; none if it is not deployed."""
    properties = entry.part("Properties")
    if holds_of(entry, scope) is False or not isinstance(properties, Mapping) or "ServiceToken" not in properties:
        return []
    known = resolve(properties["ServiceToken"], scope)
    return [properties["ServiceToken"], *([] if isinstance(known, Unknown) else [known])]


def _imported(token: object, scope: Scope) -> bool:
    name = resolve(token.get("Fn::ImportValue"), scope) if isinstance(token, Mapping) else None
    return isinstance(name, str) and name.endswith(EXPORT)
