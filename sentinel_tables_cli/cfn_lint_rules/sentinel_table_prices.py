"""I9504: what an optional index of a `Custom::SentinelTable` costs."""

from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.checks.prices import prices
from sentinel_tables_cli.template.document import Template


class SentinelTablePrices(CloudFormationLintRule):  # type: ignore[misc] # its base has no types
    """Informational, for what it says is not wrong: cfn-lint shows it with `--include-checks I`."""

    id = "I9504"
    shortdesc = "The price of an optional index of Custom::SentinelTable"
    description = "DynamoDB refuses a record whose index key is empty, and Sentinel then goes on without the record"
    tags = ("resources", "custom", "sentinel-tables")

    def match(self, cfn: Any) -> list[Any]:
        """One match for each index that has a price."""
        template = Template("", cfn.template)
        return [
            RuleMatch([*table.path, *price.path], price.message)
            for table in template.tables(template.scope({}, {}))
            if table.present is not False
            for price in prices(table.properties)
        ]
