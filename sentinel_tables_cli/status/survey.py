"""Reads the tables that carry the tags of ownership, all of an account and Region: the command `status`."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from sentinel_tables.drift.judgement import is_owned
from sentinel_tables.model import Facet
from sentinel_tables_cli.account.tables import Eyes, Sight
from sentinel_tables_cli.status.judgement import Status, status_of

AT_ONCE = 8
"""Tables that are read side by side. An account may have 2,500."""
FEW = 3
"""Names that a note lists before it says `and others`."""
Progress = Callable[[int, int], None]
"""Hears how many tables are read, and of how many."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The states that were found, and what could not be seen."""

    states: tuple[Status, ...]
    notes: tuple[str, ...] = ()


def survey(eyes: Eyes, prefix: str, progress: Progress) -> Survey:
    """The states of all tables of that prefix that are owned. Raises Mistake."""
    seen = sights(eyes, prefix, progress)
    states = [status_of(sight.live, sight.unseen) for sight in seen.values() if sight.live and is_owned(sight.live)]
    return Survey(tuple(states), tuple(unseen_notes(seen)))


def sights(eyes: Eyes, prefix: str, progress: Progress) -> dict[str, Sight]:
    """Looks at every table of that prefix, by name. Raises Mistake."""
    names = sorted(eyes.names(prefix))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = {pool.submit(_look, eyes, name): name for name in names}
        for done, _ in enumerate(as_completed(looks), 1):
            progress(done, len(names))
        return {name: look.result() for look, name in looks.items()}


def _look(eyes: Eyes, name: str) -> Sight:
    """Its tags first, and the rest only if they say that it is owned."""
    first = eyes.see(name, frozenset({Facet.TABLE, Facet.TAGS}))
    if first.unseen or first.live is None or not is_owned(first.live):
        return first
    return eyes.see(name)


def unseen_notes(seen: Mapping[str, Sight]) -> Iterator[str]:
    """A note on the tables whose tags could not be read."""
    hidden = [name for name, sight in seen.items() if Facet.TABLE in sight.unseen or Facet.TAGS in sight.unseen]
    if hidden:
        some = ", ".join(hidden[:FEW]) + (" and others" if len(hidden) > FEW else "")
        yield f"Not seen: {len(hidden)} of {len(seen)} tables ({some}), whose tags may not be read."
