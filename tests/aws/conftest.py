"""A bench for each test."""

import pytest

from tests.aws.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
