"""Puts steps into words, like a diff: what is added, taken away or changed, from what to what. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sentinel_tables.model import NO_LIMIT, Encryption, LiveTable, Settings, Table
from sentinel_tables.rules import ownership
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.steps import Effect, Step
from sentinel_tables_cli.forecast.keys import index_in_words, keys_in_words

ADDED, REMOVED, CHANGED = "+", "-", "~"


@dataclass(frozen=True, slots=True)
class Change:
    """A step as a line of a diff, with the lines that belong below it."""

    step: Step
    kind: Kind
    sign: str
    what: str
    below: tuple[tuple[str, str], ...] = field(default=())
    """Further lines, each with its sign."""


def changes_of(
    steps: Iterable[Step], wanted: Table, live: LiveTable | None, *, key_known: bool = True
) -> tuple[Change, ...]:
    """The steps of a plan that turns `live`, or no table, into `wanted`. A new table's key is shown only if it is known."""
    have = _after_creation(wanted.settings) if live is None else live.table.settings
    found = live.table.tags if live else {}
    changes = tuple(_change(step, wanted, have, found) for step in steps)
    return changes if key_known else tuple(map(_without_key, changes))


def _without_key(change: Change) -> Change:
    return replace(change, below=tuple(line for line in change.below if not line[1].startswith(f"{Kind.ENCRYPTION}: ")))


def _after_creation(settings: Settings) -> Settings:
    return Settings(
        recovery_days=None,
        time_to_live=None,
        encryption=settings.encryption,
        stream=settings.stream,
        table_class=settings.table_class,
        policy=settings.policy,
    )


def _change(step: Step, wanted: Table, have: Settings, found: Mapping[str, str]) -> Change:
    kind = step.kind
    match kind:
        case Kind.TABLE | Kind.TABLE_WITH_INDEXES:
            below = tuple((ADDED, line) for line in _created(wanted))
            return Change(step, kind, ADDED, f"table {wanted.name}", below)
        case Kind.REMOVAL:
            return Change(step, kind, REMOVED, f"table {step.arguments['TableName']}, and its records")
        case Kind.INDEX:
            name = _index_name(step)
            index = next(index for index in wanted.schema.global_secondary_indexes if index.index_name == name)
            return Change(step, kind, ADDED, index_in_words(index))
        case Kind.INDEX_REMOVAL:
            return Change(step, kind, REMOVED, f"index {_index_name(step)}")
        case Kind.TAGS:
            return _tags(step, found)
        case _:
            return _setting(step, kind, wanted.settings, have)


def _index_name(step: Step) -> str:
    updates: Any = step.arguments["GlobalSecondaryIndexUpdates"]
    (change,) = updates[0].values()
    return str(change["IndexName"])


def _created(wanted: Table) -> Iterator[str]:
    yield f"key {keys_in_words(wanted.schema.keys)}, billed on demand"
    yield from map(index_in_words, wanted.schema.global_secondary_indexes)
    for kind, shows in AT_CREATION.items():
        if kind is Kind.ENCRYPTION or shows(wanted.settings) != shows(Settings()):
            yield f"{kind}: {shows(wanted.settings)}"
    yield from (f"tag {key} = {value}" for key, value in wanted.tags.items())


def _setting(step: Step, kind: Kind, want: Settings, have: Settings) -> Change:
    if kind is Kind.BILLING:
        return Change(step, kind, CHANGED, "billing: provisioned -> on demand")
    before, after = SETTINGS[kind](have), SETTINGS[kind](want)
    if kind is Kind.STREAM and have.stream and want.stream:
        stops = step.arguments["StreamSpecification"] == {"StreamEnabled": False}
        before, after = (before, "off") if stops else ("off", after)
    if kind is Kind.POLICY:
        sign = REMOVED if want.policy is None else CHANGED if have.policy else ADDED
        return Change(step, kind, sign, str(kind), tuple(_policy_lines(want, have)))
    return Change(step, kind, CHANGED, f"{kind}: {before} -> {after}")


def _policy_lines(want: Settings, have: Settings) -> Iterator[tuple[str, str]]:
    if have.policy:
        yield REMOVED, have.policy
    if want.policy:
        yield ADDED, want.policy


def _tags(step: Step, found: Mapping[str, str]) -> Change:
    tags: Any = step.arguments.get("Tags", [])
    keys: Any = step.arguments.get("TagKeys", [])
    given = {tag["Key"]: tag["Value"] for tag in tags}
    lines = [line for key, value in given.items() for line in _tag_lines(key, found.get(key), value)]
    lines += [(REMOVED, f"{key} = {found.get(key, '')}") for key in keys]
    if step.effect is Effect.REMOVES:
        return Change(step, Kind.TAGS, CHANGED, "released: the ownership tags go, the table stays", tuple(lines))
    if step.effect is Effect.ADOPTS:
        return Change(step, Kind.TAGS, CHANGED, "taken over: the tags name this resource as the owner", tuple(lines))
    signs = {sign for sign, _line in lines}
    return Change(step, Kind.TAGS, signs.pop() if len(signs) == 1 else CHANGED, "tags", tuple(lines))


def _tag_lines(key: str, before: str | None, after: str) -> Iterator[tuple[str, str]]:
    if before is not None:
        yield REMOVED, f"{key} = {before}"
    shown = "(the stack's id)" if key == ownership.STACK_ID and not after.startswith("arn:") else after
    yield ADDED, f"{key} = {shown}"


def _encryption(settings: Settings) -> str:
    found: Encryption = settings.encryption
    if not found.kms:
        return "the key that DynamoDB owns"
    return found.key or "the AWS managed key"


def _limits(settings: Settings) -> str:
    limits = (("read", settings.max_read_units), ("write", settings.max_write_units))
    return ", ".join(f"{units} {name}" for name, units in limits if units != NO_LIMIT) or "none"


SETTINGS: Mapping[Kind, Callable[[Settings], str]] = {
    Kind.ENCRYPTION: _encryption,
    Kind.TABLE_CLASS: lambda settings: settings.table_class,
    Kind.THROUGHPUT: _limits,
    Kind.STREAM: lambda settings: settings.stream or "off",
    Kind.PROTECTION: lambda settings: "on" if settings.deletion_protection else "off",
    Kind.EXPIRY: lambda settings: f"on, by {settings.time_to_live}" if settings.time_to_live else "off",
    Kind.RECOVERY: lambda settings: f"{settings.recovery_days} days" if settings.recovery_days else "off",
    Kind.INSIGHTS: lambda settings: "on" if settings.contributor_insights else "off",
    Kind.POLICY: lambda settings: settings.policy or "none",
}
"""Each setting in a few words."""

AT_CREATION = {
    kind: SETTINGS[kind] for kind in (Kind.ENCRYPTION, Kind.TABLE_CLASS, Kind.THROUGHPUT, Kind.STREAM, Kind.POLICY)
}
"""The settings that CreateTable takes at once. Each is shown if it is not the default; encryption always."""
