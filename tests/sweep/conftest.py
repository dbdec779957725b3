"""How much of the sweep is run, and the counts that it prints."""

import logging
from collections.abc import Iterator

import pytest

THINNED = 11
"""Without `--sweep`, one run in so many."""


@pytest.fixture
def every(pytestconfig: pytest.Config) -> int:
    """One run in how many is made."""
    return 1 if pytestconfig.getoption("--sweep") else THINNED


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The provider's log lines would be the most of the time."""
    loggers = [logging.getLogger(name) for name in ("sentinel_tables", "handler")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
