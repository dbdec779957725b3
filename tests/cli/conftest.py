"""A desk for each test, and a shell without settings."""

from pathlib import Path

import pytest

from .desk import Desk


@pytest.fixture(autouse=True)
def _nothing_of_this_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No defaults and no colours that this machine's shell, or the project's own folder, would bring in."""
    for name in ("SENTINEL_TABLES_PREFIX", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
