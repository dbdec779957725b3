"""The table as it was read: how it stands, and the age of each part of that knowledge."""

from collections.abc import Callable

from sentinel_tables.allowance import STALE_SECONDS
from sentinel_tables.errors import NotNow
from sentinel_tables.goals.moves import Done, Goal, Move
from sentinel_tables.goals.standing import SHARED
from sentinel_tables.model import Facet, LiveTable, TableStatus
from sentinel_tables.ports import Tables
from sentinel_tables.rules.steps import Step

TABLE_ALONE = frozenset({Facet.TABLE})


class View:
    """The table of a goal, as the looks at it have shown it."""

    def __init__(self, tables: Tables, goal: Goal) -> None:
        self._tables, self._name, self._facets = tables, goal.name, goal.facets
        self.live: LiveTable | None = None
        """The table as it was shown last; None if there is none."""
        self.again = goal.facets
        """The facets that the next look reads again. None at all: that look is not needed."""
        self._known: LiveTable | None = None
        self._told: frozenset[Facet] = frozenset()
        """The facets that nobody has read: CreateTable's arguments tell what they are."""
        self._begun: frozenset[Facet] = frozenset()
        self._read_at: dict[Facet, float] = {}
        self._this_turn: frozenset[Facet] = frozenset()

    def turn(self, again: frozenset[Facet]) -> None:
        """A pause is over: those facets may have changed, and what was read before it was read in another turn."""
        self.again, self._this_turn = self.again | again, frozenset()

    def look(self, now: Callable[[], float], between: Callable[[], None]) -> None:
        """Reads what has to be read again, and what is not known of this very table. Raises what the port raises.

        If there is no answer about a part of the table, the table itself may be gone: the next look begins with it.
        """
        if not self.again:
            return
        known = self._known
        try:
            self.live = live = self._tables.read(self._name, known, self._facets, self.again, between)
        except NotNow:
            self.again |= TABLE_ALONE
            raise
        read = TABLE_ALONE
        if live is not None and self._facets <= live.facets:
            same = known is not None and known.table_id == live.table_id
            if live.status != TableStatus.CREATING:
                read = self.again | (self._facets - known.facets if same and known else self._facets)
            self._told -= read
            self._known = live
        told = self._told if live is not None and live.status == TableStatus.CREATING else frozenset()
        self._read_at |= dict.fromkeys(read | told, now())
        self._this_turn |= read
        self._begun -= read

    def made(self, table: LiveTable, now: float) -> None:
        """CreateTable has accepted the table: under that id it is known without a look, its tags before they show."""
        self._known, self._told = table, self._facets - TABLE_ALONE
        self._read_at = dict.fromkeys(self._told, now)

    def began(self, facet: Facet) -> None:
        """A step was taken on that facet, so that it is not as it was read.

        A step with a call and a state of its own leaves the rest as it was read; after any other the next step takes a
        reading of its own.
        """
        self._begun |= {facet}
        if facet in SHARED:
            self._this_turn = frozenset()

    def has_read(self, facet: Facet) -> bool:
        """True if the live table says itself how that facet is."""
        return self.live is not None and facet in self.live.facets - self._told

    def unread(self, facets: frozenset[Facet]) -> frozenset[Facet]:
        """Those of the facets that nobody has read since CreateTable, or since a step was taken on them."""
        return facets & (self._told | self._begun)

    def stale(self, move: Move, now: float) -> frozenset[Facet]:
        """The facets that have to be read again before that is done.

        Before a step: the table, whose it is, and what the step changes. Before success: all. What was read over ten
        seconds ago counts for neither; and before a step the table and its tags are read in the same turn. While a table is
        created nothing of it can change, and its tags show only seconds later.
        """
        if self.live is None or not isinstance(move, Step | Done):
            return frozenset()
        old = frozenset(facet for facet in self._facets if now - self._read_at.get(facet, 0.0) > STALE_SECONDS)
        if isinstance(move, Done):
            return old | self._told
        needed = {Facet.TABLE, Facet.TAGS, move.facet}
        fresh = self._this_turn | (self._told - old)
        return frozenset(needed & old) | (frozenset({Facet.TABLE, Facet.TAGS}) - fresh)
