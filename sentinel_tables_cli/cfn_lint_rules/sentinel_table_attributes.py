"""E9502: `Fn::GetAtt` of an attribute that a `Custom::SentinelTable` does not have."""

from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.checks.attributes import mistakes


class SentinelTableAttributes(CloudFormationLintRule):  # type: ignore[misc] # its base has no types
    """Looks at each `Fn::GetAtt`, and at each `Fn::Sub` with an attribute in it."""

    id = "E9502"
    shortdesc = "Attributes of Custom::SentinelTable"
    description = "CloudFormation takes any attribute of a custom resource for granted until the deployment fails"
    tags = ("functions", "getatt", "custom", "sentinel-tables")

    def match(self, cfn: Any) -> list[Any]:
        """One match for each attribute that is not there."""
        return [RuleMatch(list(path), f"{logical_id}: {message}") for path, logical_id, message in mistakes(cfn.template)]
