"""The project's pages, and what stands on them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
MARKDOWN = MarkdownIt("commonmark").enable("table")


def every_page() -> list[Path]:
    """Every Markdown file that belongs to the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists())


@cache
def tokens(page: Path) -> list[Token]:
    return MARKDOWN.parse(page.read_text(encoding="utf-8"))


def plain(inline: Token) -> str:
    """The text of a line without its marks."""
    return "".join(child.content for child in inline.children or ())


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the page's headings."""
    found: list[str] = []
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", plain(token).lower()).replace(" ", "-")
            same = sum(1 for one in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", one))
            found.append(f"{slug}-{same}" if same else slug)
    return set(found)


def links(page: Path) -> Iterator[str]:
    """Where the page's links and pictures lead."""
    for token in tokens(page):
        for child in token.children or ():
            address = child.attrGet("href") or child.attrGet("src")
            if address:
                yield str(address)


@dataclass(frozen=True)
class Fence:
    """A fenced block, with the headings above it."""

    language: str
    text: str
    heading: str


def fences(page: Path) -> Iterator[Fence]:
    heading, opened = "", False
    for token in tokens(page):
        if token.type == "heading_open":
            opened = True
        elif token.type == "inline" and opened:
            heading, opened = plain(token), False
        elif token.type == "fence":
            yield Fence(token.info.strip(), token.content, heading)


def rows(page: Path, heading: str) -> list[list[str]]:
    """The rows of the tables under a heading: the cells without their marks."""
    found: list[list[str]] = []
    under = ""
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            under = plain(token)
        elif under == heading and token.type == "tr_open":
            found.append([])
        elif under == heading and before.type == "td_open":
            found[-1].append(plain(token))
    return [row for row in found if row]
