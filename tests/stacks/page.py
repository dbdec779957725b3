"""A document as a reader follows it: what to type, what to write into a file, what is shown, what to try."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, empty for what is shown, and the last code word of the text before it."""

    language: str
    text: str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, each cell without its marks."""

    cells: tuple[str, ...]


def read(path: Path, until: str, since: str = "") -> Iterator[Block | Row]:
    """The blocks, and the rows of tables, from the heading `since`, or the top, to the heading `until`."""
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    named, cells, reached = "", [], not since
    for before, token in pairwise([Token("start", "", 0), *tokens]):
        if before.type == "heading_open" and token.content == until:
            return
        reached = reached or (before.type == "heading_open" and token.content == since)
        if not reached:
            continue
        if token.type == "fence":
            yield Block(token.info.strip(), token.content, named)
        elif before.type == "td_open":
            cells.append(token.content.strip("`"))
        elif token.type == "tr_close" and cells:
            yield Row(tuple(cells))
            cells = []
        elif token.type == "inline":
            codes = [child.content for child in token.children or () if child.type == "code_inline"]
            named = codes[-1] if codes else named
    raise LookupError(f"{path.name} has no heading {until}")
