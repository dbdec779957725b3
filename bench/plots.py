"""The plots, as SVG: text stays text, and the same figures give the same file."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.cold import BARE, COMPILED, SOURCES, STOCK, ColdStarts
from bench.crowd import Crowd
from bench.marks import MOST_COMPILED, MOST_FROM_SOURCES
from bench.noticing import Noticed

pyplot: Any = importlib.import_module("matplotlib.pyplot")  # in the benchmark's own environment, not in the type checks'
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sentinel-tables",
    "font.size": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#7f7f7f")
"""Told apart by everybody: Okabe and Ito's."""
MARK_COLOUR = "#d55e00"

Draw = Callable[[Any], None]


def cold_starts(cold: ColdStarts, path: Path) -> None:
    """Each turn's ratio to the bare handler."""

    def draw(axes: Any) -> None:
        names = (STOCK, SOURCES, COMPILED)
        boxes = axes.boxplot([cold.ratios(name) for name in names], orientation="horizontal", widths=0.5, showfliers=False)
        for median in boxes["medians"]:
            median.set_color(COLOURS[0])
        for row, name in enumerate(names, start=1):
            ratios = cold.ratios(name)
            axes.plot(ratios, [row] * len(ratios), "o", color=COLOURS[0], alpha=0.3, markersize=4)
        axes.axvline(1.0, color=COLOURS[4], label=BARE)
        axes.axvline(MOST_COMPILED, color=MARK_COLOUR, linestyle=":", label="mark with bytecode")
        axes.axvline(MOST_FROM_SOURCES, color=MARK_COLOUR, linestyle="--", label="mark from sources alone")
        axes.set_yticks(range(1, len(names) + 1), names)
        axes.set_xlabel("time to the first AWS call, as a multiple of the bare handler's in the same turn")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    _plot([draw], (8, 3), path)


def noticing(waits: dict[str, list[Noticed]], path: Path) -> None:
    """The lag, and the calls, by how long the work took."""

    def lags(axes: Any) -> None:
        for (name, found), colour in zip(waits.items(), COLOURS, strict=True):
            points = sorted((wait.took, wait.acted) for wait in found)
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=1, label=name)
        axes.axhline(1.0, color=MARK_COLOUR, linestyle="--", label="mark: worst below 1 s")
        axes.set(yscale="log", xlabel="seconds until the table is ready", ylabel="seconds from ready to the next write")

    def calls(axes: Any) -> None:
        for (name, found), colour in zip(waits.items(), COLOURS, strict=True):
            points = sorted((wait.took, wait.calls) for wait in found)
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=1, label=name)
        axes.set(yscale="log", xlabel="seconds until the table is ready", ylabel="DescribeTable calls")

    _plot([lags, calls], (10, 4.5), path)


def growth(crowds: list[Crowd], path: Path) -> None:
    """What grows with the number of tables, and how."""
    sizes = [crowd.tables for crowd in crowds]

    def seconds(axes: Any) -> None:
        longest, middle = [crowd.waits[-1] for crowd in crowds], [_middle(crowd) for crowd in crowds]
        axes.plot(sizes, longest, "o-", color=COLOURS[0], label="all of them, and the longest wait")
        axes.plot(sizes, middle, "s-", color=COLOURS[1], label="median wait of a table")
        axes.plot(sizes, [crowd.best for crowd in crowds], "--", color=COLOURS[4], label="best possible for all of them")
        axes.set(xscale="log", yscale="log", xlabel="tables created at once", ylabel="seconds")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])

    def calls(axes: Any) -> None:
        axes.plot(sizes, [crowd.calls / crowd.tables for crowd in crowds], "o-", color=COLOURS[0], label="calls per table")
        throttled = [crowd.throttled / crowd.tables for crowd in crowds]
        axes.plot(sizes, throttled, "s-", color=COLOURS[1], label="of them throttled")
        axes.set(xscale="log", ylim=(0, None), xlabel="tables created at once", ylabel="calls")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])

    _plot([seconds, calls], (10, 4.5), path)


def _middle(crowd: Crowd) -> float:
    return crowd.waits[len(crowd.waits) // 2]


def _plot(draws: list[Draw], size: tuple[float, float], path: Path) -> None:
    with pyplot.rc_context(STYLE):
        figure, found = pyplot.subplots(1, len(draws), figsize=size, layout="constrained", squeeze=False)
        for axes, draw in zip(found[0], draws, strict=True):
            draw(axes)
        if len(draws) > 1:
            for axes in found[0]:
                axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8")
