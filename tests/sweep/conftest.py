"""How much of the sweep is run, and the counts that it prints."""

from collections.abc import Iterator

import pytest

from tests.sweep.stage import quiet

THIN, THINNER = 5, 29
"""One run in so many is made with `--sweep`, and without it."""


@pytest.fixture
def every(pytestconfig: pytest.Config) -> int:
    """One run in how many is made."""
    if pytestconfig.getoption("--sweep-all"):
        return 1
    return THIN if pytestconfig.getoption("--sweep") else THINNER


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield
