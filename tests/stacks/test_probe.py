"""The probe for a real account, deployed, run and deleted as its page says. It finds the local AWS wrong."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from local import environment

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Here

pytestmark = pytest.mark.timeout(600)  # the first test starts a local AWS and deploys the provider, and all run in real time

FOLDER = environment.ROOT / "probe"
SCENE = "failed create"
HELD = "A deleted stack answers by its id, and not by its name."
WRONG = "DescribeStackResource answers from inside an event, for that very resource."
UNSEEN = "A cancelled Update runs on beside the one that takes it back."


def sam(place: Here, *command: str) -> None:
    """The SAM CLI, with the settings of the probe's folder."""
    settings = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "1", "__SAM_CLI_APP_DIR": str(place.engine.state / "sam")}
    environment.run(
        [str(environment.python(".venv-sam")), "-m", "samcli", *command, "--config-file", str(FOLDER / "samconfig.toml")],
        env=environment.outside() | place.engine.variables() | settings,
        group=place.engine.group,
    )


def stacks(place: Here) -> set[str]:
    """The names of the stacks that belong to the probe."""
    found = place.client("cloudformation").describe_stacks()["Stacks"]
    return {one["StackName"] for one in found if one["StackName"].startswith("sentinel-probe")}


def test_the_probe_is_deployed_run_and_deleted(place: Here, tmp_path: Path) -> None:
    sam(place, "deploy", "--template-file", str(FOLDER / "template.yaml"))
    options = ["--seconds", "4", "--minutes", "5", "--scene", SCENE, "--result", str(tmp_path / "result")]
    done = subprocess.run(  # noqa: S603 - as the page says
        [sys.executable, "-m", "probe", *options],
        cwd=environment.ROOT, env=environment.outside() | place.engine.variables(),
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"held          {HELD}\n" in done.stdout
    assert f"DID NOT HOLD  {WRONG}\n" in done.stdout
    assert f"not seen      {UNSEEN}\n" in done.stdout
    assert "REFUSED" not in done.stdout
    assert stacks(place) == {"sentinel-probe"}
    sam(place, "delete", "--no-prompts", "--region", environment.REGION)
    assert stacks(place) == set()
