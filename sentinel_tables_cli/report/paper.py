"""Writes forecasts, states and findings for people, as coloured lines."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from sentinel_tables.drift.judgement import Drift
from sentinel_tables_cli.forecast.changes import ADDED, CHANGED, REMOVED, Change
from sentinel_tables_cli.forecast.durations import SPANS
from sentinel_tables_cli.forecast.outcome import FAILED, Forecast, Report, TableOutcome
from sentinel_tables_cli.mistakes import clean
from sentinel_tables_cli.report.screen import Line, Words, emit, is_quiet, is_terminal, line, width
from sentinel_tables_cli.status.judgement import Status

COLOURS = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}
OUTCOMES = {
    TableOutcome.NOTHING: ("nothing to do", "dim"),
    TableOutcome.CREATE: ("to be created", "green"),
    TableOutcome.CHANGE: ("to be changed in place", "yellow"),
    TableOutcome.DRIFTED: ("drifted, and left so by this deployment", "yellow"),
    TableOutcome.ADOPT: ("to be taken over", "yellow"),
    TableOutcome.REPLACE: ("to be replaced", "magenta"),
    TableOutcome.REMOVE: ("to be removed", "red"),
    TableOutcome.REFUSED: ("refused", "red"),
    TableOutcome.UNKNOWN: ("not known", "red"),
}
DRIFTS = {Drift.NONE: "green", Drift.DRIFTED: "yellow", Drift.BROKEN: "red", Drift.BUSY: "cyan"}
HEADINGS = ("TABLE", "SCHEMA", "STACK", "RESOURCE", "ORIGIN", "DRIFT")
GAP = "  "


def print_report(report: Report) -> None:
    """Writes all forecasts, and then one line that counts them."""
    emit(_report(report))


def _report(report: Report) -> Iterator[Line]:
    for forecast in report.forecasts:
        if not is_quiet() or forecast.outcome in FAILED:
            yield from _forecast(forecast)
            yield ()
    for problem in report.problems:
        yield line("! ", problem, "red")
    if is_quiet():
        return
    for note in report.notes:
        yield line("", note, "dim")
    yield line("", summary(report), "bold")


def summary(report: Report) -> str:
    """The number of tables with each outcome."""
    outcomes = [forecast.outcome for forecast in report.forecasts]
    counted = [f"{outcomes.count(outcome)} {words}" for outcome, (words, _) in OUTCOMES.items() if outcome in outcomes]
    return f"Plan: {', '.join(counted)}." if counted else "There is no Custom::SentinelTable in the template."


def _forecast(forecast: Forecast) -> Iterator[Line]:
    words, colour = OUTCOMES[forecast.outcome]
    table = f" -> {clean(forecast.table)}" if forecast.table else ""
    lasting = f", in about {forecast.span}" if forecast.changes and forecast.outcome is not TableOutcome.DRIFTED else ""
    yield Words(clean(forecast.logical_id), "bold"), Words(table), Words(f": {words}", colour), Words(lasting)
    yield from (line("  ! ", reason, "red") for reason in forecast.reasons)
    for change in forecast.changes:
        yield from change_lines(change)
    for gap in forecast.gaps:
        yield line("  ? ", f"{gap.place}: known only at deployment ({gap.why})", "cyan")
    yield from (line("  . ", note, "dim") for note in forecast.notes)


def change_lines(change: Change) -> Iterator[Line]:
    """A step, and what belongs to it."""
    (head,) = line(f"  {change.sign} ", change.what, COLOURS[change.sign])
    yield head, Words(f"  ({clean(change.step.reason)}; {SPANS[change.kind]})", "dim")
    yield from (line(f"      {sign} ", text, COLOURS[sign])[0:1] for sign, text in change.below)


def print_states(states: Iterable[Status], notes: Iterable[str], *, verbose: bool) -> None:
    """Writes a row for each table, or a block if the terminal is too narrow, and with `verbose` what differs."""
    emit(_states(list(states), list(notes), verbose=verbose))


def _states(states: Sequence[Status], notes: list[str], *, verbose: bool) -> Iterator[Line]:
    if not verbose and (partly := sum(bool(state.notes) for state in states)):
        notes.append(f"Not seen in full: {partly} of these tables, whose drift may be more. --verbose says what it is.")
    shown = [state for state in states if state.drift in (Drift.DRIFTED, Drift.BROKEN)] if is_quiet() else states
    if not states and not is_quiet():
        some = "No table was seen" if notes else "There is no table"
        yield line("", f"{some} that carries the tags of ownership.")
    yield from grid(HEADINGS, [_row(state) for state in shown])
    for state in shown if verbose else ():
        yield ()
        yield from _state(state)
    if not is_quiet():
        yield from (line("", note, "dim") for note in notes)


def _row(state: Status) -> Line:
    cells = (state.table, state.schema, state.stack, state.owner.logical_id, state.origin)
    return (*(Words(clean(cell)) for cell in cells), Words(state.drift, DRIFTS[state.drift]))


def grid(headings: Sequence[str], rows: Sequence[Line]) -> Iterator[Line]:
    """The rows below their headings. If the terminal is too narrow, each row is a block of lines."""
    columns = [
        max(map(len, column)) for column in zip(headings, *([cell.text for cell in row] for row in rows), strict=True)
    ]
    if not rows:
        return
    if is_terminal(sys.stdout) and sum(columns) + len(GAP) * (len(columns) - 1) > width():
        for row in rows:
            yield from _block(headings, row)
        return
    yield tuple(Words(cell, "bold") for cell in _spaced(headings, columns))
    for row in rows:
        texts = _spaced([cell.text for cell in row], columns)
        yield tuple(Words(text, cell.style) for text, cell in zip(texts, row, strict=True))


def _spaced(cells: Sequence[str], columns: Sequence[int]) -> list[str]:
    padded = [cell.ljust(size) + GAP for cell, size in zip(cells, columns, strict=True)]
    return [*padded[:-1], cells[-1]]


def _block(headings: Sequence[str], row: Line) -> Iterator[Line]:
    """The first cell and the last as the head, the others below it with their headings."""
    yield Words(row[0].text, "bold"), Words(": "), row[-1]
    for heading, cell in zip(headings[1:-1], row[1:-1], strict=True):
        if cell.text:
            yield Words(f"  {heading.lower()} "), cell


def _state(state: Status) -> Iterator[Line]:
    yield line("", f"{state.table}: {state.drift}", "bold")
    yield line("  . ", f"owned by {state.owner.logical_id} of {state.owner.stack_id}", "dim")
    if state.reason:
        yield line("  ! ", state.reason, DRIFTS[state.drift])
    for change in state.changes:
        yield from change_lines(change)
    yield from (line("  . ", note, "dim") for note in state.notes)
