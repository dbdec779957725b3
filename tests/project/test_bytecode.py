"""The bytecode of the artifact is what Python itself loads, and does what its source does."""

import importlib.util
import subprocess
import sys
from importlib.machinery import SourcelessFileLoader
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "bytecode.py"
SOURCE = '''"""A module."""

from __future__ import annotations

from dataclasses import dataclass


def empty() -> None:
    """Nothing else."""


async def waits() -> int:
    """An answer."""
    return 42


@dataclass
class Kept:
    """A class."""

    number: int = 1
    """A field."""

    def method(self) -> str:
        """A method."""
        return "said"
'''


@pytest.fixture
def loaded(tmp_path: Path) -> ModuleType:
    """The module, from its bytecode alone."""
    (tmp_path / "room").mkdir()
    source = tmp_path / "room" / "module.py"
    source.write_text(SOURCE)
    command = [sys.executable, str(TOOL), str(tmp_path), "/var/task"]
    subprocess.run(command, check=True)  # noqa: S603 - written above
    loader = SourcelessFileLoader("room.module", importlib.util.cache_from_source(str(source)))
    spec = importlib.util.spec_from_loader("room.module", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["room.module"] = module
    loader.exec_module(module)
    return module


def test_it_does_what_the_source_does(loaded: ModuleType) -> None:
    assert loaded.empty() is None
    assert loaded.Kept().method() == "said"
    assert loaded.Kept(2) == loaded.Kept(2) != loaded.Kept()


def test_docstrings_are_left_out_but_for_those_of_classes(loaded: ModuleType) -> None:
    docstrings = (
        loaded.__doc__,
        loaded.empty.__doc__,
        loaded.waits.__doc__,
        loaded.Kept.method.__doc__,
        loaded.Kept.__doc__,
    )
    assert docstrings == (None, None, None, None, "A class.")


def test_a_traceback_names_the_place_where_lambda_has_the_file(loaded: ModuleType) -> None:
    code = loaded.Kept.method.__code__
    assert (code.co_filename, code.co_firstlineno) == ("/var/task/room/module.py", 24)
