"""Forecasts and states on paper: as coloured lines for people, as JSON for machines."""

from collections.abc import Iterable, Iterator
from itertools import chain

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sentinel_tables.drift.judgement import Drift
from sentinel_tables_cli.checks.validation import Finding
from sentinel_tables_cli.forecast.changes import ADDED, CHANGED, REMOVED, Change
from sentinel_tables_cli.forecast.durations import SPANS
from sentinel_tables_cli.forecast.outcome import Forecast, Outcome, Report
from sentinel_tables_cli.mistakes import clean
from sentinel_tables_cli.status.judgement import Status
from sentinel_tables_cli.template.document import Template

COLOURS = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}
OUTCOMES = {
    Outcome.NOTHING: ("nothing to do", "dim"),
    Outcome.CREATE: ("to be created", "green"),
    Outcome.CHANGE: ("to be changed in place", "yellow"),
    Outcome.DRIFTED: ("drifted, and left so by this deployment", "yellow"),
    Outcome.ADOPT: ("to be taken over", "yellow"),
    Outcome.REPLACE: ("to be replaced", "magenta"),
    Outcome.REMOVE: ("to be removed", "red"),
    Outcome.REFUSED: ("refused", "red"),
    Outcome.UNKNOWN: ("not known", "red"),
}
DRIFTS = {Drift.NONE: "green", Drift.DRIFTED: "yellow", Drift.BROKEN: "red", Drift.BUSY: "cyan"}
WIDE = 400
"""Columns where the output is no terminal: nothing is cut off in a file."""


class Paper(Console):
    """Rich's console, which would end the process by itself, with status 1, where nobody reads the output any more."""

    def on_broken_pipe(self) -> None:
        """See rich."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where to print, as wide as it is."""
    found = Paper(stderr=stderr, highlight=False)
    return found if found.is_terminal else Paper(stderr=stderr, highlight=False, width=WIDE)


def print_report(report: Report) -> None:
    """All forecasts, then one line that counts them."""
    paper = console()
    for forecast in report.forecasts:
        for line in _forecast(forecast):
            paper.print(line, soft_wrap=True)
        paper.print()
    for note in report.notes:
        paper.print(_line("", note, "dim"), soft_wrap=True)
    paper.print(_line("", summary(report), "bold"), soft_wrap=True)


def summary(report: Report) -> str:
    """How many tables have each outcome."""
    outcomes = [forecast.outcome for forecast in report.forecasts]
    counted = [f"{outcomes.count(outcome)} {words}" for outcome, (words, _) in OUTCOMES.items() if outcome in outcomes]
    return f"Plan: {', '.join(counted)}." if counted else "There is no Custom::SentinelTable in the template."


def _forecast(forecast: Forecast) -> Iterator[Text]:
    words, colour = OUTCOMES[forecast.outcome]
    head = Text(clean(forecast.logical_id), style="bold")
    if forecast.table:
        head.append(f" -> {clean(forecast.table)}", style="default")
    head.append(f": {words}", style=colour)
    if forecast.changes and forecast.outcome is not Outcome.DRIFTED:
        head.append(f", in about {forecast.span}")
    yield head
    yield from (_line("  ! ", reason, "red") for reason in forecast.reasons)
    for change in forecast.changes:
        yield from change_lines(change)
    for gap in forecast.gaps:
        yield _line("  ? ", f"{gap.place}: known only at deployment ({gap.why})", "cyan")
    yield from (_line("  . ", note, "dim") for note in forecast.notes)


def change_lines(change: Change) -> Iterator[Text]:
    """A step, and what belongs to it."""
    line = _line(f"  {change.sign} ", change.what, COLOURS[change.sign])
    line.append(f"  ({clean(change.step.reason)}; {SPANS[change.kind]})", style="dim")
    yield line
    yield from (_line(f"      {sign} ", text, COLOURS[sign]) for sign, text in change.below)


def _line(lead: str, text: str, colour: str) -> Text:
    return Text(lead + clean(text), style=colour)


def print_states(states: Iterable[Status], notes: Iterable[str], *, verbose: bool) -> None:
    """A row for each table, or a block where the terminal is too narrow, and with `verbose` what differs."""
    paper, states, notes = console(), list(states), list(notes)
    grid = _grid(states)
    if not verbose and (partly := sum(bool(state.notes) for state in states)):
        notes.append(f"Not seen in full: {partly} of these tables, whose drift may be more. --verbose says what it is.")
    if not states:
        some = "No table was seen" if notes else "There is no table"
        paper.print(f"{some} that carries the tags of ownership.")
    elif paper.is_terminal and paper.measure(grid, options=paper.options.update(width=WIDE)).maximum > paper.width:
        for line in chain.from_iterable(map(_block, states)):
            paper.print(line, soft_wrap=True)
    else:
        paper.print(grid)
    for state in states if verbose else ():
        for line in _state(state):
            paper.print(line, soft_wrap=True)
    for note in notes:
        paper.print(_line("", note, "dim"), soft_wrap=True)


def _grid(states: list[Status]) -> Grid:
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for heading in ("TABLE", "SCHEMA", "STACK", "RESOURCE", "ORIGIN", "DRIFT"):
        grid.add_column(heading, overflow="fold")
    for state in states:
        cells = (state.table, state.schema, state.stack, state.owner.logical_id, state.origin)
        grid.add_row(*(Text(clean(cell)) for cell in cells), Text(state.drift, style=DRIFTS[state.drift]))
    return grid


def _block(state: Status) -> Iterator[Text]:
    """A row where the terminal is too narrow for rows."""
    yield Text.assemble((clean(state.table), "bold"), ": ", (state.drift, DRIFTS[state.drift]))
    yield _line("  ", f"{state.schema}, {state.origin}", "default")
    yield _line("  ", f"{state.owner.logical_id} of {state.stack}", "default")


def _state(state: Status) -> Iterator[Text]:
    yield Text(f"\n{clean(state.table)}: {state.drift}", style="bold")
    yield _line("  . ", f"owned by {state.owner.logical_id} of {state.owner.stack_id}", "dim")
    if state.reason:
        yield _line("  ! ", state.reason, DRIFTS[state.drift])
    for change in state.changes:
        yield from change_lines(change)
    yield from (_line("  . ", note, "dim") for note in state.notes)


def print_findings(findings: Iterable[Finding], template: Template) -> None:
    """Each problem and each note with the line where it stands, then one line that counts."""
    paper, findings = console(), list(findings)
    for finding in findings:
        told = [(problem.path, problem.message, "red") for problem in finding.problems]
        told += [(finding.resource.path, finding.note, "cyan")] if finding.note else []
        told += [(price.path, price.message, "cyan") for price in finding.prices]
        for path, message, colour in told:
            text = f"{template.name}:{template.line(path)}: {finding.resource.logical_id}: {message}"
            paper.print(_line("", text, colour), soft_wrap=True)
    wrong, gaps = sum(len(finding.problems) for finding in findings), sum(finding.gaps for finding in findings)
    counted = f"{sum(not finding.note for finding in findings)} x Custom::SentinelTable, {wrong} wrong"
    counted += f"; {gaps} passed over, known only at deployment" if gaps else ""
    paper.print(_line("", f"{counted}.", "bold"), soft_wrap=True)
