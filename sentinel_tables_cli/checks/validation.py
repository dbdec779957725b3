"""Finds what is wrong with a template's tables, without a call to AWS: the command `validate`."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables_cli.checks import attributes
from sentinel_tables_cli.checks.names import contested
from sentinel_tables_cli.checks.prices import prices
from sentinel_tables_cli.checks.properties import Problem, known, problems
from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.document import Resource, Template
from sentinel_tables_cli.template.intrinsics import holds
from sentinel_tables_cli.template.parameters import refused_defaults
from sentinel_tables_cli.template.passed_over import left_out, makers
from sentinel_tables_cli.template.values import Path, Scope, Unknown

UNKNOWN_LOOP = "The tables that it makes are not known: {}."
DOUBLE = "The key stands twice in one mapping, here and in line {}. CloudFormation takes this one. Take the other out."


@dataclass(frozen=True, slots=True)
class Finding:
    """The findings about one part of a template: a table, or a part that is passed over."""

    name: str
    path: Path
    problems: tuple[Problem, ...] = ()
    """Each with its path from the top of the template."""
    gaps: int = 0
    """The number of properties that are known only at deployment."""
    note: str = ""
    """The reason why the part is passed over."""
    warning: str = ""
    """A likely mistake that CloudFormation allows."""
    line: int = 0
    """The line that a warning is about, if it has no path of its own."""
    is_table: bool = False
    prices: tuple[Problem, ...] = ()
    """Notes on what is right and has a price, each with its path from the top."""


def validated(template: Template, given: Mapping[str, str], prefix: str) -> tuple[Finding, ...]:
    """Checks each table of the template, and what is around them. Raises Mistake."""
    check_names(template, given)
    scope = template.scope(given, {})
    tables = [table for table in template.tables(scope) if table.present is not False]
    wrong = wrong_around(template, tables)
    findings = [
        Finding(
            table.logical_id,
            table.path,
            (*(replace(one, path=table.path + one.path) for one in problems(table.properties, prefix)),
             *wrong.get(table.logical_id, ())),
            len(known(table.properties).gaps),
            is_table=True,
            prices=tuple(replace(one, path=table.path + one.path) for one in prices(table.properties)),
        )
        for table in tables
    ]  # fmt: skip
    around = (Finding(name, one.path, (one,)) for name, one in wrong_in_sections(template, given, scope))
    return (*_doubles(template), *around, *findings, *_passed_over(template, scope))


def _doubles(template: Template) -> Iterator[Finding]:
    for double in template.doubles:
        yield Finding(double.key, (), warning=DOUBLE.format(double.before), line=double.line)


def _passed_over(template: Template, scope: Scope) -> Iterator[Finding]:
    for loop, found in template.loops(scope):
        yield Finding(loop.name, loop.path, note=UNKNOWN_LOOP.format(found.why))
    for maker in makers(template, scope):
        yield Finding(maker.name, maker.path, note=maker.note)
    for entry, why in left_out(template, scope):
        yield Finding(entry.name, (*entry.path, "Type"), note=why)


def check_names(template: Template, given: Mapping[str, object]) -> None:
    """Raises Mistake for a parameter that the template does not have."""
    for name in given:
        if name not in template.parameters:
            close = difflib.get_close_matches(name, [str(known) for known in template.parameters], n=1)
            remedy = f"Did you mean {clean(close[0])}?" if close else "Leave it out."
            raise Mistake(f"{clean(template.name)} has no parameter {clean(name)}. {remedy}")


def wrong_in_sections(template: Template, given: Mapping[str, object], scope: Scope) -> Iterator[tuple[str, Problem]]:
    """The mistakes in the sections Parameters and Conditions, whether or not a table uses them."""
    for name, message in refused_defaults(template, given):
        yield name, Problem(("Parameters", name, "Default"), message, plain=True)
    for condition in (name for name in map(str, scope.conditions) if not name.startswith("Fn::")):
        truth = holds(condition, scope)
        if isinstance(truth, Unknown) and truth.wrong:
            yield condition, Problem(("Conditions", condition), f"Condition {clean(condition)}: {truth.wrong}", plain=True)


def wrong_around(template: Template, resources: Iterable[Resource]) -> dict[str, tuple[Problem, ...]]:
    """The mistakes around the tables' own properties, by logical id."""
    resources = list(resources)
    asked = ((logical_id, Problem(path, message)) for path, logical_id, message in attributes.mistakes(template.document))
    found: dict[str, tuple[Problem, ...]] = {}
    for logical_id, problem in (*contested(resources), *asked, *_conditions(resources)):
        found[logical_id] = (*found.get(logical_id, ()), problem)
    return found


def _conditions(resources: Iterable[Resource]) -> Iterator[tuple[str, Problem]]:
    for resource in resources:
        if isinstance(resource.present, Unknown) and resource.present.wrong:
            path = (*resource.path[:-1], "Condition")
            yield resource.logical_id, Problem(path, f"Condition: {resource.present.wrong}", plain=True)
