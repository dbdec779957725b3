"""Checks a resource's properties as the function does: along `RESOURCE` of its properties, and by `request.parse`. Pure.

What is unknown before a deployment is passed over, and reported.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sentinel_tables.errors import InvalidRequest, InvalidSchema, bounded, shown
from sentinel_tables.model import Owner
from sentinel_tables.request import properties as resource_properties
from sentinel_tables.request.event import desired_by
from sentinel_tables.request.readers import ListOf, Reader, Structure
from sentinel_tables.rules.desired import Desired
from sentinel_tables_cli.template.values import Items, Open, Path, Unknown, unknown_in

NOT_OF_THE_TABLE = ("ServiceToken", "ServiceTimeout")
WHOLE = "Properties"
"""The place of what a macro or a loop adds to the properties."""
POSITION = re.compile(r"\[\d+\]")
PLACE = re.compile(r"Property ([A-Za-z.]+)(?:\[(\d+)\])?")
SOME_OWNER = Owner("a stack that is not known", "Table")
FILLERS = {
    "Tags.Value": "known-only-at-deployment",
    "SSESpecification.KMSMasterKeyId": "known-only-at-deployment",
    "SSESpecification.SSEType": "KMS",
    "PointInTimeRecoverySpecification.RecoveryPeriodInDays": "35",
}
"""Values in place of unknown ones that contradict, or are contradicted, whatever they will be."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in the properties, in the function's words. `path` begins below Properties."""

    path: Path
    message: str
    plain: bool = False
    """True if CloudFormation itself refuses it, so that cfn-lint finds it without our rules."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A property whose value is known only at deployment."""

    place: str
    why: str
    wrong: bool = False
    """True if no deployment will know it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The properties without those that are unknown; None if a required one is."""

    properties: dict[str, Any] | None
    gaps: tuple[Gap, ...] = ()
    name_known: bool = field(default=True)


def problems(properties: object, prefix: str) -> tuple[Problem, ...]:
    """All that is wrong with a resource's properties, as far as they are known, for tables of that prefix."""
    if not isinstance(properties, Mapping | Unknown):
        return (Problem((), f"Properties is {shown(properties)}. It takes a mapping.", plain=True),)
    found = tuple(_problems(resource_properties.RESOURCE, "", properties, ()))
    return (*_without_token(properties), *(found or _contradictions(properties, prefix)))


def known(properties: object) -> Known:
    """The properties as far as they are known."""
    gaps: list[Gap] = []
    kept = _kept(resource_properties.RESOURCE, "", properties, gaps, {})
    of_table = tuple(gap for gap in gaps if gap.place not in NOT_OF_THE_TABLE and not gap.wrong)
    found = kept if isinstance(kept, dict) else None
    hidden = isinstance(properties, Open) and "TableName" not in properties
    return Known(found, of_table, not hidden and all(gap.place != "TableName" for gap in gaps))


def desired(properties: Mapping[str, Any], owner: Owner, prefix: str, before: Mapping[str, Any] | None = None) -> Desired:
    """The table that the properties ask for, by the function's own parsing. Raises InvalidRequest and InvalidSchema."""
    event = {
        "RequestType": "Create" if before is None else "Update",
        "ResourceProperties": properties,
        "OldResourceProperties": before or {},
    }
    return desired_by(event, prefix, owner)


def _without_token(properties: Mapping[str, object] | Unknown) -> Iterator[Problem]:
    """The function has no message for this: without the token, CloudFormation does not ask it."""
    if isinstance(properties, Mapping) and not isinstance(properties, Open) and not properties.get("ServiceToken"):
        takes = "the provider's ARN, as !ImportValue sentinel-tables-ServiceToken gives it"
        yield Problem((), f"Property ServiceToken is missing. It takes {takes}.", plain=True)


def _problems(reader: Reader, place: str, value: object, path: Path) -> Iterator[Problem]:
    if isinstance(value, Unknown):
        yield from _dangling(place, value, path)
        for step, branch in value.branches:
            yield from _problems(reader, place, branch, path + step)
    elif isinstance(reader, Structure) and isinstance(value, Mapping):
        yield from _problems_of_keys(reader, place, value, path)
    elif isinstance(reader, ListOf) and isinstance(value, list) and len(value) <= reader.most:
        for position, item in enumerate(value):
            written = value.places[position] if isinstance(value, Items) else position
            yield from _problems(reader.reader, f"{place}[{position}]", item, (*path, written))
    elif unknown := unknown_in(value):
        yield from _dangling(place, unknown, path)
    else:
        yield from _refusal(reader, place, value, path)


def _dangling(place: str, unknown: Unknown, path: Path) -> Iterator[Problem]:
    """A value that refers to what is not there."""
    if unknown.wrong:
        message = bounded(f"{f'Property {place}' if place else 'Properties'}: {unknown.wrong}")
        yield Problem(path, message, plain=unknown.linted)


def _problems_of_keys(reader: Structure, place: str, value: Mapping[str, object], path: Path) -> Iterator[Problem]:
    dot = f"{place}." if place else ""
    for key, item in value.items():
        if key in reader.readers:
            yield from _problems(reader.readers[key], f"{dot}{key}", item, (*path, key))
        else:
            yield from _refusal(Structure(reader.readers), place, {key: item}, (*path, key))
    if isinstance(value, Open):
        yield from _dangling(place, value.hidden, path)
    for key in reader.required if not isinstance(value, Open) else ():
        if key not in value:
            yield from _refusal(Structure(reader.readers, (key,)), place, {}, path)


def _refusal(reader: Reader, place: str, value: object, path: Path) -> Iterator[Problem]:
    try:
        reader(place, value)
    except InvalidRequest as error:
        yield Problem(path, str(error))


def _contradictions(properties: Any, prefix: str) -> Iterator[Problem]:
    """The contradictions between properties that are right one by one."""
    found, filled = known(properties), _kept(resource_properties.RESOURCE, "", properties, [], FILLERS)
    if found.properties is None or not isinstance(filled, dict):
        return
    named = {} if found.name_known else {"TableName": f"{prefix}unknown"}
    try:
        desired(filled | named, SOME_OWNER, prefix)
    except (InvalidRequest, InvalidSchema) as error:
        yield Problem(_path(str(error)), str(error))
        return
    for path, name in _branches(properties.get("TableName"), ("TableName",)) if not found.name_known else ():
        try:
            desired(found.properties | {"TableName": name}, SOME_OWNER, prefix)
        except (InvalidRequest, InvalidSchema) as error:
            yield Problem(path, str(error))


def _branches(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """The known values among the branches of an `Fn::If` on an unknown condition."""
    if isinstance(value, Unknown):
        for step, branch in value.branches:
            yield from _branches(branch, path + step)
    elif isinstance(value, str):
        yield path, value


def _path(message: str) -> Path:
    """The path that the function's message names."""
    place = PLACE.match(message)
    if place is None:
        return ()
    return (*place[1].rstrip(".").split("."), *([int(place[2])] if place[2] else []))


class _Hole:
    """The place of what is unknown."""


_HOLE = _Hole()


def _kept(reader: Reader, place: str, value: object, gaps: list[Gap], fillers: Mapping[str, str]) -> object:
    """The value without what is unknown, each listed in `gaps` or filled; a hole if nothing of it can be kept."""
    if isinstance(reader, Structure) and isinstance(value, Mapping):
        return _kept_keys(reader, place, value, gaps, fillers)
    if isinstance(reader, ListOf) and isinstance(value, list):
        items = [_kept(reader.reader, f"{place}[{position}]", item, gaps, fillers) for position, item in enumerate(value)]
        return [item for item in items if item is not _HOLE]
    if unknown := unknown_in(value):
        if not unknown.optional and (filler := fillers.get(POSITION.sub("", place))):
            return filler
        gaps.append(Gap(place, unknown.why, wrong=bool(unknown.wrong)))
        return _HOLE
    return value


def _kept_keys(
    reader: Structure, place: str, value: Mapping[str, object], gaps: list[Gap], fillers: Mapping[str, str]
) -> object:
    dot = f"{place}." if place else ""
    kept = {
        key: _kept(reader.readers[key], f"{dot}{key}", item, gaps, fillers)
        for key, item in value.items()
        if key in reader.readers
    }
    if isinstance(value, Open):
        gaps.append(Gap(place or WHOLE, value.hidden.why, wrong=bool(value.hidden.wrong)))
    hidden = [key for key in reader.required if key not in kept] if isinstance(value, Open) else []
    if hidden or any(kept.get(key) is _HOLE for key in reader.required):
        return _HOLE
    return {key: item for key, item in kept.items() if item is not _HOLE}
