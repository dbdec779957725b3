"""What the tests here share: the facts of other tools, once for a session, and the calls of the runs."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests import worlds
from tests.security import runs
from tests.security.runs import Record
from tests.security.template import Stack

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = ROOT / ".venv-security" / "bin" / "python"
OTHER_PREFIX: Final = "team-a."


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What SAM and the service authorization reference say."""
    if not PYTHON.exists():
        what = f"{PYTHON.relative_to(ROOT)} is not there: `make security` installs it."
        pytest.fail(what, pytrace=False) if os.environ.get("CI", "").lower() == "true" else pytest.skip(what)
    command = [PYTHON, ROOT / "tests" / "security" / "facts.py", ROOT / "template.yaml"]
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200)  # noqa: S603, PLW1510
    assert told.returncode == 0, told.stderr
    known: dict[str, Any] = json.loads(told.stdout)
    return known


@pytest.fixture(scope="session")
def template(facts: dict[str, Any]) -> dict[str, Any]:
    """The template as SAM transforms it."""
    transformed: dict[str, Any] = facts["template"]
    return transformed


@pytest.fixture(scope="session")
def record() -> Record:
    """All runs under the default prefix."""
    made = Record()
    runs.sweep(made)
    runs.every_setting(made)
    runs.handed_over(made)
    return made


@pytest.fixture(scope="session")
def watch() -> Record:
    """A look of the drift watch."""
    made = Record()
    runs.drift_watch(made)
    return made


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Record:
    """The runs under another prefix."""
    monkeypatch.setattr(worlds, "PREFIX", OTHER_PREFIX)
    made = Record()
    runs.every_setting(made, OTHER_PREFIX)
    runs.handed_over(made, OTHER_PREFIX)
    return made


@pytest.fixture
def stack(template: dict[str, Any], record: Record) -> Stack:
    """The provider's stack with everything that may be asked for, but for the prefix."""
    return Stack(template, {"KmsKeyArns": ",".join(sorted(record.keys))})
