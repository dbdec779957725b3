"""How much of the sweep is run, and the counts that it prints."""

from collections.abc import Iterator

import pytest

from tests.sweep.stage import quiet

THINNED = 11
"""Without `--sweep`, one run in so many."""


@pytest.fixture
def every(pytestconfig: pytest.Config) -> int:
    """One run in how many is made."""
    return 1 if pytestconfig.getoption("--sweep") else THINNED


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield
