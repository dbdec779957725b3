"""The real SAM CLI: it builds the provider from ``template.yaml`` and deploys it as ``samconfig.toml`` says.

MiniStack then holds the function to its role's policies, so the demo also shows that they suffice. In one thing MiniStack
needs help: calls that name their table by its ARN are calls on everything to it, and it would refuse them. What it cannot
show is ``kms:DescribeKey``: it has no AWS managed key, and does not know the condition that the role names it by.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local import environment

STACK = "sentinel-tables"  # as samconfig.toml names it
TAGS = ("ListTagsOfResource", "TagResource", "UntagResource")
CALLS_BY_ARN = (*TAGS, "GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy")

if TYPE_CHECKING:
    from local.ministack import Engine


def build(engine: Engine) -> None:
    """Build the artifact, into the engine's folder rather than the project's."""
    _sam(engine, "build", "--build-dir", str(engine.state / "build"))


def deploy(engine: Engine) -> None:
    """Deploy what was built."""
    _sam(engine, "deploy", "--template-file", str(engine.state / "build" / "template.yaml"))
    role = engine.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="ProviderRole")
    allowed = {"Effect": "Allow", "Action": [f"dynamodb:{call}" for call in CALLS_BY_ARN], "Resource": "*"}
    engine.client("iam").put_role_policy(
        RoleName=role["StackResourceDetail"]["PhysicalResourceId"],
        PolicyName="calls-by-arn",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )


def _sam(engine: Engine, command: str, *arguments: str) -> None:
    settings = {
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "1",  # seconds between two looks at a stack; five, otherwise
        "__SAM_CLI_APP_DIR": str(engine.state / "sam"),
    }
    environment.run(
        [str(environment.python(".venv-sam")), "-m", "samcli", command,
         "--config-file", str(environment.ROOT / "samconfig.toml"), *arguments],
        env=environment.outside() | engine.variables() | settings,
        group=engine.group,
    )  # fmt: skip
