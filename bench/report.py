"""docs/performance.md: the marks, then each measurement with its table and its plot."""

import os
import platform
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench import marks
from bench.cold import BARE, COMPILED, SOURCES, STOCK, ColdStarts
from bench.crowd import Crowd
from bench.frugality import Finished, Operated
from bench.marks import Mark, spread
from bench.noticing import Noticed, Noticing
from bench.repair import Repaired

PLOTS = {"cold": "performance-cold.svg", "noticing": "performance-noticing.svg", "crowd": "performance-crowd.svg"}
WIDTH = 120
HEAD = """\
# Performance

`make bench` writes this page, and measures all of it anew. Cold starts are measured on this machine, by turns, and what
counts is the ratio within a turn. All else is measured on virtual time, in the tests' model of AWS, where each call takes
{latency:.0f} ms; the model's durations are measurements of the real service, and the same seed gives the same figures.

Measured with Python {python} on {system}, {cores} cores."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was measured."""

    cold: ColdStarts
    noticing: Noticing
    operations: list[Operated]
    finished: list[Finished]
    at_once: list[Finished]
    repairs: list[Repaired]
    crowds: list[Crowd]

    def marks(self) -> list[Mark]:
        """All marks, in the page's order."""
        return [
            *marks.cold_marks(self.cold),
            *marks.noticing_marks(self.noticing),
            *marks.finished_marks(self.finished, self.at_once),
            *marks.frugality_marks(self.operations),
            *marks.repair_marks(self.repairs),
            *marks.crowd_marks(self.crowds),
        ]


def page(findings: Findings, latency: float) -> str:
    """The whole page, as Markdown."""
    head = HEAD.format(
        latency=1000 * latency, python=platform.python_version(), system=platform.system(), cores=os.cpu_count()
    )
    sections = (
        _marks(findings.marks()),
        _cold(findings.cold),
        _noticing(findings.noticing),
        _finished(findings.finished),
        _operations(findings.operations),
        _repairs(findings.repairs),
        _crowds(findings.crowds),
    )
    blocks = (head, *(block for section in sections for block in section))
    return "\n\n".join(_wrapped(block) for block in blocks) + "\n"


def _marks(found: list[Mark]) -> Iterator[str]:
    yield "## Marks"
    yield _table(
        ("figure", "found", "mark", ""),
        [(mark.what, _amount(mark.found, mark.unit), _most(mark), "met" if mark.met else "**missed**") for mark in found],
    )
    missed = [mark for mark in found if not mark.met]
    if missed:
        yield "\n".join(f"- **Missed by {mark.missed_by}**: {mark.what}. {mark.why}".rstrip() for mark in missed)


def _cold(cold: ColdStarts) -> Iterator[str]:
    yield "## Cold start"
    turns = len(cold.starts[BARE])
    yield (
        "From the start of a fresh process to the first request that reaches AWS, which is a server on the loopback here. "
        f"{turns} turns; in brackets the middle half. The memory is the peak of the whole invocation, which ends with the "
        "answer over TLS, except that the bare handler answers nobody."
    )
    rows = []
    for name in (BARE, STOCK, SOURCES, COMPILED):
        milliseconds = [1000 * start.seconds for start in cold.starts[name]]
        peak = median(start.peak_kib for start in cold.starts[name]) / 1024
        ratios = _spread(cold.ratios(name), 2), _spread(cold.cpu_ratios(name), 2)
        rows.append((name, _spread(milliseconds, 0), *ratios, f"{peak:.1f}"))
    yield _table(("handler", "ms", "times the bare handler", "the same, of CPU", "peak memory, MB"), rows)
    yield f"![Cold starts]({PLOTS['cold']})"
    yield (
        "With bytecode is how a release is built, and whatever else is built where the functions' own Python is: "
        f"{cold.zipped_with_bytecode:,} bytes of zip. Bytecode serves one version of Python alone, so that other machines "
        f"build the sources alone, {cold.zipped:,} bytes, which do the same and are compiled at each cold start. Here both "
        "run on the Python that measures."
    )


def _noticing(noticing: Noticing) -> Iterator[str]:
    yield "## From ready to the answer"
    yield (
        "Everybody waits for the same tables, whose creation or deletion takes 2 to 60 s. A table is ready when it and its "
        "indexes are ACTIVE; what the service only takes later has no lag here. Seconds from then to the next call that "
        "does something with it: the first write after a create, the answer to CloudFormation after a delete."
    )
    for what, waits in (("create", noticing.creates), ("delete", noticing.deletes)):
        yield _table((f"after a {what}", "median, s", "worst, s", "DescribeTable calls, median", "most"), _waits(waits))
    yield f"![From ready to the answer]({PLOTS['noticing']})"


def _waits(waits: Mapping[str, list[Noticed]]) -> Iterator[tuple[str, ...]]:
    for name, found in waits.items():
        lags, calls = marks.lags(found), [wait.calls for wait in found]
        yield name, f"{median(lags):.2f}", f"{max(lags):.2f}", f"{median(calls):.0f}", f"{max(calls)}"


def _finished(finished: list[Finished]) -> Iterator[str]:
    seconds, owed = [run.seconds for run in finished], [run.owed for run in finished]
    questions = [run.questions for run in finished]
    own, calls = [run.own for run in finished], [float(run.calls) for run in finished]
    yield (
        f"On the real service's durations, {len(finished)} creates took {_spread(seconds, 1)} s from ACTIVE to the answer. "
        "In that time the tags have to show, recovery has to become available and time to live has to settle; the longest "
        f"of the three took {_spread(owed, 1)} s, so that {_spread(own, 2)} s were the provider's own. With waiting they "
        f"made {_spread(calls, 0)} calls to DynamoDB, at most {max(calls):.0f}, and at most {max(questions)} questions to "
        "CloudFormation."
    )


def _operations(operations: list[Operated]) -> Iterator[str]:
    yield "## Calls"
    yield (
        "Calls to DynamoDB where the service takes no time, so that nothing is waited for; beside that on the real "
        "service's durations, where waiting asks DescribeTable again and again. The fewest are what would be called by "
        "somebody who knew every duration. kms:DescribeKey is called once in the life of a process, and not counted."
    )
    yield _table(
        ("operation", "calls", "of them writes", "fewest", "which are", "with waiting"),
        [(op.name, f"{op.total}", f"{op.writes}", f"{op.fewest}", op.why, f"{op.real_calls}") for op in operations],
    )


def _repairs(repairs: list[Repaired]) -> Iterator[str]:
    yield "## Repair of indexes"
    yield (
        "An update of a table of the session schema that lacks one to four of its indexes. DynamoDB builds one at a time; "
        "its own time is what the model drew. Work that outlasts an invocation goes on in the next. Four slow indexes take "
        "longer than the hour that CloudFormation waits; those updates fail in time, and are not counted here."
    )
    rows = []
    for count in sorted({repair.indexes for repair in repairs}):
        found = [repair for repair in repairs if repair.indexes == count]
        beyond, calls = [repair.beyond for repair in found], [repair.calls_a_minute for repair in found]
        own = median(repair.own for repair in found)
        most = max(repair.invocations for repair in found)
        rows.append(
            (f"{count}", f"{own:,.0f}", f"{median(beyond):.1f}", f"{max(beyond):.1f}", f"{max(calls):.0f}", f"{most}")
        )
    head = ("indexes", "DynamoDB's own time, median, s", "beyond it for each index, median, s", "worst, s")
    yield _table((*head, "calls a minute, most", "invocations, most"), rows)


def _crowds(crowds: list[Crowd]) -> Iterator[str]:
    yield "## Many stacks at once"
    yield (
        "So many stacks create a table each at one moment, in an account that has at most 500 tables in change, and takes "
        "10 writes at once and 5 more in each second; CloudFormation answers 10 questions of each kind at once and 10 more "
        "in each second. No schedule could do it in less than the best possible, which is the longest of four: the turn of "
        "each table at the rate of CreateTable, and its own time; the last of the two writes of each table that the rate "
        "lets through; the last of its questions; all tables' own times, 500 at once. What is not modelled is Lambda's own "
        "concurrency (1,000 by default), beyond which events wait in its queue. Each line is another throw of the dice."
    )
    yield _table(
        ("tables", "succeeded", "s", "best possible, s", "times", "calls for each", "writes throttled", "longest wait, s"),
        [_crowd(crowd) for crowd in crowds],
    )
    yield f"![Growth]({PLOTS['crowd']})"


def _crowd(crowd: Crowd) -> tuple[str, ...]:
    return (
        f"{crowd.tables:,}",
        f"{crowd.succeeded:,}",
        f"{crowd.seconds:.0f}",
        f"{crowd.best:.0f}",
        f"{crowd.times:.2f}",
        f"{crowd.calls / crowd.tables:.0f}",
        f"{crowd.throttled / crowd.tables:.1f}",
        f"{crowd.waits[-1]:.0f}",
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _wrapped(block: str) -> str:
    """A paragraph or an item in lines of the page's width; a table and what has lines already as it is."""
    lines = block.splitlines()
    if len(lines) > 1 and not block.startswith("- "):
        return block
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "") for line in lines)


def _spread(values: list[float], digits: int) -> str:
    low, high = spread(values)
    return f"{median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _amount(value: float, unit: str) -> str:
    digits = 0 if float(value).is_integer() else 2
    return f"{value:.{digits}f} {unit}"


def _most(mark: Mark) -> str:
    return f"{'below' if mark.below else 'at most'} {mark.most:g} {mark.unit}"
