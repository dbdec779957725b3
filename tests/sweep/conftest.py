"""How much of the sweep is run, and the counts that it prints."""

import logging

import pytest

THINNED = 11
"""Without `--sweep`, one run in so many."""


@pytest.fixture
def every(pytestconfig: pytest.Config) -> int:
    """One run in how many is made."""
    return 1 if pytestconfig.getoption("--sweep") else THINNED


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """The provider's log lines would be the most of the time."""
    logging.getLogger("sentinel_tables").setLevel(logging.CRITICAL)
    logging.getLogger("handler").setLevel(logging.CRITICAL)
