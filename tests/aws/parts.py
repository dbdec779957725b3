"""When TTL, tags, recovery, insights and policies know a table: each is a service of its own behind one endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .refusals import Refused
    from .state import State
    from .tables import Table


def known(state: State, name: str, missing: Refused) -> Table:
    """The table, unless this part does not know it yet or no longer, though DescribeTable may."""
    table = state.tables.get(name)
    if table is None or not table.parts_from <= state.now < table.parts_until:
        raise missing
    return table
