"""Every link within the project leads to a file that is there, and to a heading on it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, anchors, every_page, links

if TYPE_CHECKING:
    from pathlib import Path

PAGES = every_page()
KINDS = ("explanation", "how-to", "reference", "tutorial")


def broken(page: Path, address: str) -> bool:
    """True if a link within the project leads nowhere."""
    if "://" in address or address.startswith("mailto:"):
        return False
    path, _, anchor = unquote(address).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(anchor) and (target.suffix != ".md" or anchor not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [address for address in links(page) if broken(page, address)] == []


def test_every_page_is_linked_from_the_readme() -> None:
    readme = ROOT / "README.md"
    linked = {(ROOT / address.partition("#")[0]).resolve() for address in links(readme) if "://" not in address}
    assert {page for page in PAGES if ROOT / "docs" in page.parents} <= linked


def test_every_page_is_of_one_of_the_four_kinds() -> None:
    """But the page that the benchmark writes beside its plots."""
    found = {page.relative_to(ROOT / "docs").parts[0] for page in PAGES if ROOT / "docs" in page.parents}
    assert found - {"performance.md"} == set(KINDS)
