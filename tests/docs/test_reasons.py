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


def words(node: ast.expr) -> tuple[str, int]:
    """A text of the code as a pattern, whatever is put into it left open, with its number of characters of its own."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    own = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    pattern = "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in parts)
    return pattern, sum(map(len, own))


@cache
def texts() -> list[str]:
    """Every text of the product that may be a reason, as a pattern."""
    paths = [path for room in ("sentinel_tables", "handler") for path in sorted((ROOT / room).rglob("*.py"))]
    return [pattern.removeprefix(r"\ ") for path in paths for pattern in _texts(path.read_text(encoding="utf-8"))]


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            pattern, letters = words(node)
            if letters >= FEWEST_LETTERS:
                yield pattern


@pytest.mark.parametrize("block", REASONS, ids=lambda block: block.heading)
def test_the_product_says_so(block: Fence) -> None:
    reason = block.text.strip()
    assert any(re.fullmatch(pattern, reason) for pattern in texts()), f"Nothing in the code says: {reason}"


@pytest.mark.parametrize("block", REASONS, ids=lambda block: block.heading)
def test_a_reason_stands_under_its_own_words(block: Fence) -> None:
    """So that a search for the words of a reason finds the heading."""
    pieces = [piece.strip(" .,:?") for piece in block.heading.split("…")]
    assert all(piece in block.text for piece in pieces), block.heading
