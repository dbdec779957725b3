"""The verdicts as a table for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from probe.judgement import Outcome, Verdict
from probe.records import Operation, Records

WIDTH = 110
MARKS = {Outcome.HELD: "held", Outcome.BROKEN: "DID NOT HOLD", Outcome.UNSEEN: "not seen"}


def table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """The lines of the table: outcome and claim, and below them the evidence."""
    shown = list(verdicts)
    for verdict in shown:
        yield f"{MARKS[verdict.outcome]:14}{verdict.claim}"
        yield from textwrap.wrap(verdict.evidence, WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 16)
    counts = {outcome: sum(verdict.outcome is outcome for verdict in shown) for outcome in Outcome}
    yield ""
    yield ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items()) + "."


def refused(records: Records) -> Iterator[str]:
    """A line for each step that CloudFormation refused, or that did not end: what hangs on it was not seen."""
    for operation in records.of(Operation):
        if operation.is_refused or operation.status.endswith("_IN_PROGRESS"):
            yield f"{operation.scene}, {operation.step}: {operation.status}"
