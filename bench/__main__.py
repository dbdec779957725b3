"""`make bench`: measures, prints the marks, and writes docs/performance.md with its plots."""

import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench import cold, crowd, frugality, noticing, plots, repair
from bench.artifact import ROOT
from bench.report import PLOTS, Findings, page
from tests.aws.client import LATENCY_SECONDS

DOCS = ROOT / "docs"


def main() -> None:
    """A figure that misses its mark is written down, and is no failure."""
    began = time.monotonic()
    findings = _measure()
    write(findings)
    for mark in findings.marks():
        print(f"{'met   ' if mark.met else 'MISSED'}  {mark.found:10.3f} {mark.unit:7} {mark.what}")  # noqa: T201 - the point
    print(f"docs/performance.md tells the rest. {time.monotonic() - began:.0f} s")  # noqa: T201 - the point


def write(findings: Findings) -> None:
    """The page and its plots."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "performance.md").write_text(page(findings, LATENCY_SECONDS), encoding="utf-8")
    plots.cold_starts(findings.cold, DOCS / PLOTS["cold"])
    plots.noticing(findings.noticing.creates, DOCS / PLOTS["noticing"])
    plots.growth([one for one in findings.crowds if one.seed == crowd.SEEDS[0]], DOCS / PLOTS["crowd"])


def _measure() -> Findings:
    """The cold starts with the machine to themselves; then what is on virtual time, the longest first, on all cores."""
    with tempfile.TemporaryDirectory() as folder:
        starts = cold.measure(Path(folder))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        sizes = sorted(crowd.SIZES, reverse=True)
        crowds = [pool.submit(crowd.measure, size, seed) for size in sizes for seed in crowd.SEEDS]
        noticed, repaired = pool.submit(noticing.measure), pool.submit(repair.measure)
        operated, finished = pool.submit(frugality.measure), pool.submit(frugality.finish)
        at_once = pool.submit(frugality.finish, at_once=True)
        return Findings(
            starts,
            noticed.result(),
            operated.result(),
            finished.result(),
            at_once.result(),
            repaired.result(),
            sorted((one.result() for one in crowds), key=lambda one: (one.tables, one.seed)),
        )


if __name__ == "__main__":
    main()
