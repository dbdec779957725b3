"""The tables that carry the tags of ownership, all of an account and Region."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sentinel_tables.drift.judgement import is_owned
from sentinel_tables.model import Facet
from sentinel_tables_cli.account.tables import Eyes, Sight
from sentinel_tables_cli.status.judgement import Status, judged

AT_ONCE = 8
"""An account may have 2,500 tables."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found, and what could not be seen."""

    states: tuple[Status, ...]
    notes: tuple[str, ...] = ()


def survey(eyes: Eyes, prefix: str) -> Survey:
    """The states of all tables of that prefix that are owned. Raises Mistake."""
    names = sorted(eyes.names(prefix))
    with ThreadPoolExecutor(AT_ONCE) as looks:
        sights = dict(zip(names, looks.map(lambda name: _look(eyes, name), names), strict=True))
    states = [judged(sight.live, sight.unseen) for sight in sights.values() if sight.live and is_owned(sight.live)]
    return Survey(tuple(states), tuple(_notes(sights)))


def _look(eyes: Eyes, name: str) -> Sight:
    """Its tags first, and the rest only where they tell that it is owned."""
    first = eyes.see(name, frozenset({Facet.TABLE, Facet.TAGS}))
    if first.unseen or first.live is None or not is_owned(first.live):
        return first
    return eyes.see(name)


def _notes(sights: dict[str, Sight]) -> Iterator[str]:
    hidden = [name for name, sight in sights.items() if Facet.TABLE in sight.unseen or Facet.TAGS in sight.unseen]
    if hidden:
        some = ", ".join(hidden[:3]) + (" and others" if len(hidden) > 3 else "")  # noqa: PLR2004 - a readable few
        yield f"Not seen: {len(hidden)} of {len(sights)} tables ({some}), whose tags may not be read."
