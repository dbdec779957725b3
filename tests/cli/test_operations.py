"""The script of docs/how-to/operations.md that finds the tables left behind, as it stands on its page."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "operations.md"
STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
GONE = "\nAn error occurred (ValidationError) when calling the DescribeStackResource operation: Stack does not exist\n"
AWS = """#!/bin/sh
while [ "$1" != --logical-resource-id ]; do shift; done
cat "$(dirname "$0")/$2" 2>/dev/null && exit
cat "$(dirname "$0")/gone" >&2
exit 254
"""
ROWS = {
    "its owner's": ("CREATE_COMPLETE\tsentinel-a\n", None),
    "its owner's, whose update failed": ("UPDATE_FAILED\tsentinel-a\n", None),
    "of an owner at work": ("CREATE_IN_PROGRESS\tNone\n", None),
    "of a resource that is gone": ("DELETE_COMPLETE\tsentinel-a\n", "DELETE_COMPLETE sentinel-a"),
    "kept by DeletionPolicy": ("DELETE_SKIPPED\tsentinel-a\n", "DELETE_SKIPPED sentinel-a"),
    "that could not be deleted": ("DELETE_FAILED\tsentinel-a\n", "DELETE_FAILED sentinel-a"),
    "replaced and kept": ("UPDATE_COMPLETE\tsentinel-b\n", "UPDATE_COMPLETE sentinel-b"),
    "of a stack that is gone": (None, GONE.replace("\n", " ").rstrip()),
}


def found(folder: Path, told: str | None) -> str:
    """What the script says of one table, of whose owner CloudFormation tells this."""
    tables = json.dumps({"tables": [{"table": "sentinel-a", "stack_id": STACK, "logical_id": "Records"}]})
    tools = {"aws": AWS, "sentinel-tables": f"#!/bin/sh\necho '{tables}'\n"}
    for name, text in tools.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "gone").write_text(GONE)
    if told is not None:
        (folder / "Records").write_text(told)
    (script,) = [block for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) if "status --json" in block]
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("bash")), reason="the script takes jq and bash")
@pytest.mark.parametrize(("told", "why"), ROWS.values(), ids=ROWS)
def test_a_table(tmp_path: Path, told: str | None, why: str | None) -> None:
    assert found(tmp_path, told) == (f"sentinel-a: left by Records of {STACK} ({why})\n" if why else "")
