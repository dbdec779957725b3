"""Each reason on the page of troubles is one that the product gives, to the letter."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT, Fence, fences

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "how-to" / "troubleshoot.md"
REASONS = [block for block in fences(PAGE) if block.language == "text"]
FEWEST_LETTERS = 10
"""How many characters of its own a text of the code has at least, apart from what is put into it."""


def pattern(text: ast.JoinedStr) -> str | None:
    """A text of the code, whatever is put into it left open; None if hardly anything of it is its own."""
    own = [part.value if isinstance(part, ast.Constant) else None for part in text.values]
    if sum(len(str(words)) for words in own if words is not None) < FEWEST_LETTERS:
        return None
    return "".join(".*" if words is None else re.escape(str(words)) for words in own)


@cache
def texts() -> list[str]:
    """Every text of the product that may be a reason, as a pattern."""
    paths = [path for room in ("sentinel_tables", "handler") for path in sorted((ROOT / room).rglob("*.py"))]
    found = (pattern(node) for path in paths for node in _formatted(path.read_text(encoding="utf-8")))
    return [one.removeprefix(r"\ ") for one in found if one]


def _formatted(source: str) -> Iterator[ast.JoinedStr]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))


@pytest.mark.parametrize("block", REASONS, ids=lambda block: block.heading)
def test_the_product_says_so(block: Fence) -> None:
    reason = block.text.strip()
    assert any(re.fullmatch(text, reason) for text in texts()), f"Nothing in the code says: {reason}"


@pytest.mark.parametrize("block", REASONS, ids=lambda block: block.heading)
def test_a_reason_stands_under_its_own_words(block: Fence) -> None:
    """So that a search for the words of a reason finds the heading."""
    pieces = [piece.strip(" .,:?") for piece in block.heading.split("…")]
    assert all(piece in block.text for piece in pieces), block.heading
