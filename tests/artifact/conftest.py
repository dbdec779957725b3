"""The engines, once for a session; a world, once for a test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from .build import build
from .engines import Local, Moto
from .machines import VERSIONS, dynamodb_local, runtime
from .world import World

Worlds = Callable[..., World]


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "awslambdaric: runs the artifact under AWS's runtime client",
        "java: needs DynamoDB Local",
        "roto: needs roto",
    ):
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("artifact"))


@pytest.fixture(scope="session")
def mocked() -> Iterator[None]:
    """moto answers what goes to amazonaws.com; what goes to loopback goes there."""
    with mock_aws(config={"core": {"mock_credentials": False}}):
        yield


@pytest.fixture(scope="session")
def local_port() -> Iterator[int]:
    with dynamodb_local() as port:
        yield port


@pytest.fixture(params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Path:
    """An interpreter with AWS's runtime client: each that is installed, one after the other."""
    return runtime(request.param)


@pytest.fixture(scope="session")
def newest() -> Path:
    """The Python that the template names."""
    return runtime(VERSIONS[-1])


@pytest.fixture
def worlds(artifact: Path, mocked: None) -> Iterator[Worlds]:  # noqa: ARG001
    """Makes worlds, and ends them: `worlds(python, engine, timeout=8)`."""
    with ExitStack() as stack:

        def make(python: Path, engine: Local | Moto, *, of: Path = artifact, **more: Any) -> World:
            return stack.enter_context(World(of, python, engine, **more))

        yield make


@pytest.fixture
def world(worlds: Worlds, newest: Path) -> World:
    """The newest Python on moto: for what does not depend on states that take time."""
    return worlds(newest, Moto())


@pytest.fixture
def local_world(worlds: Worlds, newest: Path, local_port: int) -> World:
    """The newest Python on DynamoDB Local."""
    return worlds(newest, Local(local_port))
