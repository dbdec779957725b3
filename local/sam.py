"""The real SAM CLI: it builds the provider from ``template.yaml`` and deploys it as ``samconfig.toml`` says.

MiniStack then holds each function to its role's policies, so this also shows that they suffice. In two things MiniStack
needs help, or it would refuse the calls: one that names its table by ARN is a call on everything to it, and it does not know
the condition by which a role names a metric's namespace. What it cannot show is the ``kms:DescribeKey`` of the AWS managed
key: it has no such key, and does not know the condition that names it either.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local import environment

if TYPE_CHECKING:
    from local.ministack import Engine

STACK = "sentinel-tables"  # as samconfig.toml names it
READ_BY_ARN = ("dynamodb:ListTagsOfResource", "dynamodb:GetResourcePolicy")
WRITTEN_BY_ARN = (
    "dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy",
)  # fmt: skip
# MiniStack answers DescribeStackResource wrongly while an event runs: during a Create it says that there is no such
# resource, during an Update it gives the status of before. The provider would take each event for one that is over.
NOT_TO_BE_ASKED = {"AskCloudFormation": "false"}
HELP = {"ProviderRole": (*READ_BY_ARN, *WRITTEN_BY_ARN), "DriftRole": (*READ_BY_ARN, "cloudwatch:PutMetricData")}


def build(engine: Engine) -> None:
    """Build the artifact, into the engine's folder rather than the project's."""
    _sam(engine, "build", "--build-dir", str(engine.state / "build"))


def deploy(engine: Engine, region: str = environment.REGION, stack: str = STACK, **parameters: str) -> None:
    """Deploy what was built to a Region, as a stack of that name, with these parameters in place of their defaults."""
    overrides = [f"{name}='{value}'" for name, value in (NOT_TO_BE_ASKED | parameters).items()]
    template = str(engine.state / "build" / "template.yaml")
    _sam(
        engine, "deploy", "--region", region, "--stack-name", stack, "--template-file", template,
        "--parameter-overrides", *overrides,
    )  # fmt: skip
    help_roles(engine, stack, region)


def help_roles(engine: Engine, stack: str, region: str = environment.REGION) -> None:
    """Allow the roles of a provider's stack what MiniStack would refuse, though their policies allow it."""
    cloudformation = engine.client("cloudformation", region=region)
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    for role, actions in HELP.items():
        if role in names:
            statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
            engine.client("iam").put_role_policy(
                RoleName=names[role],
                PolicyName="help",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
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
