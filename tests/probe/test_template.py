"""What the probe deploys: templates that CloudFormation takes, and a role that may do little."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.decode import decode  # type: ignore[import-untyped]

from probe.function import app
from probe.scenes import SERVICE_TIMEOUT_SECONDS, Scene, Stage, scenes, with_child

FOLDER = Path(__file__).resolve().parents[2] / "probe"
TEMPLATE: dict[str, Any] = decode(str(FOLDER / "template.yaml"))[0]
FUNCTION = TEMPLATE["Resources"]["ProbeFunction"]["Properties"]
STAGE = Stage("arn:aws:lambda:eu-central-1:123456789012:function:probe", "r", 150)
TEMPLATES = [
    pytest.param(template, id=f"{scene.name}-{step.name}")
    for scene in scenes(STAGE)
    for step in scene.steps
    for template in (step.template, step.child)
    if template
]
every_scene = pytest.mark.parametrize("scene", scenes(STAGE), ids=lambda scene: scene.name)


@pytest.mark.parametrize("template", TEMPLATES[3:4] + TEMPLATES[-2:])
def test_cfn_lint_finds_nothing_in_what_is_played(template: dict[str, Any]) -> None:
    url = "https://s3.eu-central-1.amazonaws.com/bucket/key.json"
    assert lint(json.dumps(with_child(template, url)), regions=["us-east-1"]) == []


@every_scene
def test_a_scene_begins_with_a_create_and_ends_with_a_delete(scene: Scene) -> None:
    calls = [step.call for step in scene.steps]
    assert (calls[0], calls[-1]) == ("create", "delete")
    assert {"create", "delete"} & set(calls[1:-1]) == set()


@every_scene
def test_each_update_changes_something(scene: Scene) -> None:
    """CloudFormation refuses an update of nothing."""
    templates = [(step.template, step.child) for step in scene.steps if step.template]
    assert all(one != another for one, another in pairwise(templates))


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_event_ends_before_cloudformation_and_lambda_give_up(template: dict[str, Any]) -> None:
    given = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "Custom::SentinelProbe"]
    longest = max((float(one[name]) for one in given for name in ("Seconds", "DeleteSeconds")), default=0)
    assert longest <= app.LONGEST_SECONDS < SERVICE_TIMEOUT_SECONDS
    assert longest + max((float(one["After"]) for one in given), default=0) < FUNCTION["Timeout"] - app.SPARE_SECONDS


def test_the_function_is_all_of_its_artifact() -> None:
    assert (FUNCTION["CodeUri"], FUNCTION["Handler"]) == ("function/", "app.handler")
    assert sorted(path.name for path in (FOLDER / "function").glob("*.py")) == ["__init__.py", "app.py"]


def test_the_role_may_ask_write_down_and_log() -> None:
    (policy,) = TEMPLATE["Resources"]["ProbeRole"]["Properties"]["Policies"]
    actions = {one["Sid"]: one["Action"] for one in policy["PolicyDocument"]["Statement"]}
    assert actions == {
        "Ask": ["cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"],
        "WriteDown": "dynamodb:PutItem",
        "Log": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }
    assert all(one["Resource"] != "*" for one in policy["PolicyDocument"]["Statement"])


def test_nothing_is_left_when_the_stack_is_deleted() -> None:
    kept = [one for one in TEMPLATE["Resources"].values() if one.get("DeletionPolicy", "Delete") != "Delete"]
    assert kept == []
