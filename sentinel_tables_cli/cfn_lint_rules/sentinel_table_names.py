"""E9503: two `Custom::SentinelTable` of a template that ask for the same table."""

from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.checks.names import contested
from sentinel_tables_cli.template.document import Template


class SentinelTableNames(CloudFormationLintRule):  # type: ignore[misc] # its base has no types
    """Compares the names that are known by the parameters' defaults, of the resources that these leave there."""

    id = "E9503"
    shortdesc = "One owner for each table of Custom::SentinelTable"
    description = "A table has one owner: the provider refuses it to the second resource that asks for it"
    tags = ("resources", "custom", "sentinel-tables")

    def match(self, cfn: Any) -> list[Any]:
        """One match for each resource that asks for the table of one before it."""
        template = Template("", cfn.template)
        found = contested(template.tables(template.scope({}, {})))
        return [RuleMatch(list(problem.path), problem.message) for _, problem in found]
