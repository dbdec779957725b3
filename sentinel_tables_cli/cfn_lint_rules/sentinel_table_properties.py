"""E9501: properties of `Custom::SentinelTable` that the provider would refuse, in its own words."""

from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.intrinsics import Scope
from sentinel_tables_cli.properties import problems
from sentinel_tables_cli.template import Template


class SentinelTableProperties(CloudFormationLintRule):  # type: ignore[misc] # its base has no types
    """Walks the properties along the provider's own readers; functions are passed over at any depth."""

    id = "E9501"
    shortdesc = "Properties of Custom::SentinelTable"
    description = "What the provider of Custom::SentinelTable would refuse, before it is deployed"
    tags = ("resources", "custom", "sentinel-tables")

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {"prefix": {"default": "sentinel-", "type": "string"}}
        self.configure()

    def match(self, cfn: Any) -> list[Any]:
        """One match for each problem, where it stands."""
        return [
            RuleMatch(_standing(cfn.template, [*table.path, *problem.path]), problem.message)
            for table in Template("", cfn.template).tables(Scope())
            for problem in problems(table.properties, self.config["prefix"])
        ]


def _standing(document: Any, path: list[str | int]) -> list[str | int]:
    """As much of the path as there is in the template, so that cfn-lint can tell the line."""
    kept: list[str | int] = []
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError):
            break
        kept.append(step)
    return kept
