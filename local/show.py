"""What a person sees of the demo: steps with their seconds, and the tables that stand."""

from __future__ import annotations

import textwrap
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from local.tables import Standing

PLAIN_WIDTH = 160
INDENT = 11
"""Characters before the text of a step: its mark and its seconds."""


class Screen:
    """Standard output, or a console: moving and in colour on a terminal, one plain line for each thing elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        if console is None and not self._console.is_terminal:
            self._console = Console(highlight=False, width=PLAIN_WIDTH, color_system=None)

    def title(self, text: str) -> None:
        """Say what is about to happen."""
        self._console.print(f"\n[bold]{escape(text)}[/]")

    def say(self, text: str) -> None:
        """Say something in passing."""
        self._console.print(escape(text), soft_wrap=True)

    def quote(self, text: str) -> None:
        """Show the words of somebody else."""
        self._set_in(text, style="italic")

    def fail(self, text: str) -> None:
        """Say what is not as it should be."""
        self._console.print(f"\n[bold red]Not as it should be:[/] {escape(text)}", soft_wrap=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show a step and its seconds, while it runs and once it is done."""
        begun = time.monotonic()
        mark = "[bold red]✗[/]"
        try:
            with self._moving(text):
                yield
            mark = "[green]✓[/]"
        finally:
            self._set_in(text, lead=f"{mark} {time.monotonic() - begun:5.1f} s  ")

    def standing(self, tables: Iterable[Standing]) -> None:
        """Show the tables that stand: a block for each, since a row for each is wider than a terminal."""
        for table in tables:
            self._set_in(table.name, style="bold")
            facts = {
                "schema": table.schema,
                "indexes": " ".join(table.indexes),
                "settings": f"TTL {table.ttl}, recovery {table.recovery}, protection {'on' if table.protected else 'off'}",
                "encryption": table.encryption,
                "owner": table.owner,
            }
            for name, fact in facts.items():
                self._set_in(f"  {name:<11}{fact}")

    def exports(self, variables: Mapping[str, str]) -> None:
        """Show variables as lines for a shell."""
        self._console.print("\nunset AWS_PROFILE AWS_SESSION_TOKEN")
        for name, value in variables.items():
            self._console.print(f"export {name}={escape(value)}", soft_wrap=True)

    def _set_in(self, text: str, *, lead: str = " " * INDENT, style: str = "") -> None:
        """Print text beside a lead of `INDENT` characters, wrapped at words to the terminal's width."""
        for line in textwrap.wrap(text, self._console.width - INDENT, break_long_words=False, break_on_hyphens=False):
            self._console.print(f"{lead}[{style}]{escape(line)}[/]" if style else f"{lead}{escape(line)}", soft_wrap=True)
            lead = " " * INDENT

    @contextmanager
    def _moving(self, text: str) -> Iterator[None]:
        columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as progress:
            progress.add_task(escape(text), total=None)
            yield
