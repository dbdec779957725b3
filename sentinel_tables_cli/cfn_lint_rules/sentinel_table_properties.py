"""E9501: properties of `Custom::SentinelTable` that the provider would refuse, in its own words."""

from collections.abc import Iterator
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it has no types

from sentinel_tables_cli.checks.properties import Problem, problems
from sentinel_tables_cli.template.document import Resource, Template
from sentinel_tables_cli.template.values import Scope


class SentinelTableProperties(CloudFormationLintRule):  # type: ignore[misc] # its base has no types
    """Walks the properties along the provider's own readers; what no parameter's default says is passed over."""

    id = "E9501"
    shortdesc = "Properties of Custom::SentinelTable"
    description = "What the provider of Custom::SentinelTable would refuse, before it is deployed"
    tags = ("resources", "custom", "sentinel-tables")

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {"prefix": {"default": "sentinel-", "type": "string"}}
        self.configure()

    def match(self, cfn: Any) -> list[Any]:
        """One match for each problem, on its line; cfn-lint itself reports the others."""
        return [
            RuleMatch(_standing(cfn.template, [*table.path, *problem.path]), problem.message)
            for table, found in self._found(Template("", cfn.template))
            for problem in found
            if not problem.plain
        ]

    def _found(self, template: Template) -> Iterator[tuple[Resource, list[Problem]]]:
        """With no parameter known, both branches of an `Fn::If` are looked into; the defaults may add to that."""
        by_default = [*template.tables(template.scope({}, {}))]
        for table, named in zip(template.tables(Scope()), by_default, strict=True):
            found = [*problems(table.properties, self.config["prefix"])]
            more = problems(named.properties, self.config["prefix"]) if named.present is not False else ()
            told = {problem.message for problem in found} | {problem.path for problem in found if problem.path}
            yield table, [*found, *(problem for problem in more if not told & {problem.message, problem.path})]


def _standing(document: Any, path: list[str | int]) -> list[str | int]:
    """As much of the path as there is in the template, so that cfn-lint can find the line."""
    kept: list[str | int] = []
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError):
            break
        kept.append(step)
    return kept
