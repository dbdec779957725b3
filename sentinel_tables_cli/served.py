"""Resources that the provider serves and that cannot be planned, because they have another type. Pure."""

from collections.abc import Iterator, Mapping

from sentinel_tables_cli.intrinsics import resolve
from sentinel_tables_cli.loops import CUSTOM, Entry
from sentinel_tables_cli.template import RESOURCE_TYPE, Template, holds_of
from sentinel_tables_cli.values import Scope, Unknown

EXPORT = "sentinel-tables-ServiceToken"
"""How the name ends by which the provider's stack exports its ServiceToken, as samconfig.toml names that stack."""
CUSTOM_PREFIX = "Custom::"


def served(template: Template, scope: Scope) -> Iterator[Entry]:
    """Each custom resource of another type that has the provider's ServiceToken."""
    entries = list(template.entries(scope))
    ours = [token for entry in entries if entry.type == RESOURCE_TYPE for token in _tokens(entry, scope)]
    for entry in entries:
        custom = entry.type == CUSTOM or (entry.type.startswith(CUSTOM_PREFIX) and entry.type != RESOURCE_TYPE)
        if custom and any(token in ours or _imported(token, scope) for token in _tokens(entry, scope)):
            yield entry


def in_words(entry: Entry) -> str:
    """Why it is left out."""
    return f"it has the provider's ServiceToken, and is left out: its type is {entry.type}, and has to be {RESOURCE_TYPE}."


def _tokens(entry: Entry, scope: Scope) -> list[object]:
    """Its ServiceToken as it is written, and as it is known; none where it is not deployed."""
    properties = entry.part("Properties")
    if holds_of(entry, scope) is False or not isinstance(properties, Mapping) or "ServiceToken" not in properties:
        return []
    known = resolve(properties["ServiceToken"], scope)
    return [properties["ServiceToken"], *([] if isinstance(known, Unknown) else [known])]


def _imported(token: object, scope: Scope) -> bool:
    name = resolve(token.get("Fn::ImportValue"), scope) if isinstance(token, Mapping) else None
    return isinstance(name, str) and name.endswith(EXPORT)
