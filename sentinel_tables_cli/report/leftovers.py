"""Writes the tables that were left behind, for people."""

from collections.abc import Iterator

from sentinel_tables_cli.report.screen import Line, Words, is_quiet, line
from sentinel_tables_cli.status.left_behind import Leftover, Search


def leftover_lines(found: Search) -> Iterator[Line]:
    """A block for each table: why, how old, and the commands that adopt or delete it."""
    for one in found.leftovers:
        yield from _block(one)
        yield ()
    if is_quiet():
        return
    for note in found.notes:
        yield line("", note, "dim")
    number = len(found.leftovers)
    yield line("", f"{number} {'table was' if number == 1 else 'tables were'} left behind.", "bold")


def _block(one: Leftover) -> Iterator[Line]:
    age = "of unknown age" if one.age_days is None else f"{one.age_days} {'day' if one.age_days == 1 else 'days'} old"
    (name,) = line("", one.table, "bold")
    (why,) = line(": ", one.why, "yellow")
    yield name, why
    yield line("  . ", f"{one.schema}, {one.origin or 'of unknown origin'}, {age}", "dim")
    yield line("  . ", f"left by {one.owner.logical_id} of {one.owner.stack_id}", "dim")
    yield Words("  adopt it:"), *line(" ", one.adopt)
    for lead, command in zip(("  or see if it holds records:", *("  then delete it:",) * 2), one.delete, strict=False):
        yield Words(lead), *line(" ", command)
