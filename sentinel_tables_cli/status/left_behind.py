"""Finds the tables that no resource has any more, though their tags name one: the command `left-behind`. Reads only."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from sentinel_tables.drift.judgement import is_owned, owner_of
from sentinel_tables.model import LiveTable, Owner
from sentinel_tables.rules import ownership
from sentinel_tables_cli.account.stacks import Holder, holder_of
from sentinel_tables_cli.account.tables import Account
from sentinel_tables_cli.status.survey import AT_ONCE, Progress, sights, unseen_notes

DAY = 24 * 3600
DELETED = "D"
"""The beginning of the states of a resource that was deleted, with its table or without, or could not be."""
UNDER_WAY = "_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A table whose owner is gone, or has another table."""

    table: str
    schema: str
    owner: Owner
    origin: str
    why: str
    age_days: int | None
    """Since the table was made; None if that was not seen."""
    adopt: str
    """A command for a shell that adopts the table by a stack of its own."""
    delete: tuple[str, ...]
    """Commands for a shell that delete the table: the first one says if it holds records."""


@dataclass(frozen=True, slots=True)
class Search:
    """The tables that were found, and what could not be seen."""

    leftovers: tuple[Leftover, ...]
    notes: tuple[str, ...] = ()


def search_leftovers(means: Account, prefix: str, progress: Progress) -> Search:
    """Looks for the tables of that prefix that were left behind. Raises Mistake."""
    seen = sights(means.eyes, prefix, progress)
    owned = [sight.live for sight in seen.values() if sight.live and is_owned(sight.live)]
    ask = partial(holder_of, means.cloudformation())
    with ThreadPoolExecutor(AT_ONCE) as looks:
        holders = [*looks.map(ask, map(owner_of, owned))]
    pairs = list(zip(owned, holders, strict=True))
    leftovers = (_leftover(live, holder, means.now()) for live, holder in pairs if _is_left(live, holder))
    return Search(tuple(leftovers), (*unseen_notes(seen), *_unsure(pairs)))


def _is_left(live: LiveTable, holder: Holder) -> bool:
    """A resource that is being worked on is passed over: it may be about to take its table, or to leave it."""
    if holder.unseen or UNDER_WAY in holder.state:
        return False
    return not holder.state or holder.state.startswith(DELETED) or holder.table != live.table.name


def _unsure(pairs: list[tuple[LiveTable, Holder]]) -> Iterator[str]:
    for live, holder in pairs:
        owner = owner_of(live)
        if holder.unseen:
            yield f"Not seen: {owner.logical_id} of {owner.stack_id} ({holder.unseen}), the owner of {live.table.name}."
        elif UNDER_WAY in holder.state:
            yield f"{live.table.name}: its owner is {holder.state}. Look again when its stack is at rest."


def _leftover(live: LiveTable, holder: Holder, now: float) -> Leftover:
    tags, name = live.table.tags, live.table.name
    schema = tags.get(ownership.SCHEMA, "")
    return Leftover(
        table=name,
        schema=schema,
        owner=owner_of(live),
        origin=tags.get(ownership.ORIGIN, ""),
        why=_why(holder),
        age_days=int((now - live.created_at) // DAY) if live.created_at else None,
        adopt=_adopt(name, schema),
        delete=tuple(_delete(name, protected=live.table.settings.deletion_protection)),
    )


STATES: Mapping[str, str] = {
    "DELETE_COMPLETE": "its resource was deleted",
    "DELETE_SKIPPED": "its resource was deleted, and DeletionPolicy kept the table",
    "DELETE_FAILED": "the deletion of its resource failed",
}


def _why(holder: Holder) -> str:
    if not holder.state:
        return holder.gone
    return STATES.get(holder.state) or f"its resource has table {holder.table or 'none'} now ({holder.state})"


def _adopt(name: str, schema: str) -> str:
    template = f"{name}.yaml"
    words = ["sentinel-tables", "schema", schema, "--format", "adopt", "--table-name", name]
    deploy = ["aws", "cloudformation", "deploy", "--stack-name", name.replace(".", "-").replace("_", "-")]
    return f"{shlex.join(words)} > {shlex.quote(template)} && {shlex.join([*deploy, '--template-file', template])}"


def _delete(name: str, *, protected: bool) -> Iterator[str]:
    call: Callable[..., str] = lambda verb, *more: shlex.join(["aws", "dynamodb", verb, "--table-name", name, *more])  # noqa: E731
    yield call("scan", "--select", "COUNT", "--max-items", "1")
    if protected:
        yield call("update-table", "--no-deletion-protection-enabled")
    yield call("delete-table")
