"""All that is wrong with a template's tables, without a look at AWS: the command `validate`."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sentinel_tables_cli.checks import attributes
from sentinel_tables_cli.checks.names import contested
from sentinel_tables_cli.checks.prices import prices
from sentinel_tables_cli.checks.properties import Problem, known, problems
from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.document import Resource, Template
from sentinel_tables_cli.template.passed_over import in_words, makers, served
from sentinel_tables_cli.template.values import Scope

LOOP = "The tables that it makes are not known: {}."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a table in its template, each with its path from the top; how many properties are not known.

    Where there is a `note`, it is not a table but what is passed over, and the note says why.
    """

    resource: Resource
    problems: tuple[Problem, ...] = ()
    gaps: int = 0
    note: str = ""
    prices: tuple[Problem, ...] = ()
    """What is right and has a price, each with its path from the top."""


def validated(template: Template, given: Mapping[str, str], prefix: str) -> tuple[Finding, ...]:
    """The properties of each table of the template, judged without a look at AWS. Raises Mistake."""
    check_names(template, given)
    scope = template.scope(given, {})
    tables = [table for table in template.tables(scope) if table.present is not False]
    wrong = wrong_around(template, tables)
    findings = [
        Finding(
            table,
            (*(replace(one, path=table.path + one.path) for one in problems(table.properties, prefix)),
             *wrong.get(table.logical_id, ())),
            len(known(table.properties).gaps),
            prices=tuple(replace(one, path=table.path + one.path) for one in prices(table.properties)),
        )
        for table in tables
    ]  # fmt: skip
    return (*findings, *_passed_over(template, scope))


def _passed_over(template: Template, scope: Scope) -> Iterator[Finding]:
    for loop, found in template.loops(scope):
        yield Finding(Resource(loop.name, {}, place=loop.path), note=LOOP.format(found.why))
    for maker in makers(template, scope):
        yield Finding(Resource(maker.name, {}, place=maker.path), note=maker.note)
    for entry in served(template, scope):
        yield Finding(Resource(entry.name, {}, place=entry.path), note=in_words(entry))


def check_names(template: Template, given: Mapping[str, str]) -> None:
    """Raises Mistake for a parameter that the template does not have."""
    for name in given:
        if name not in template.parameters:
            close = difflib.get_close_matches(name, [str(known) for known in template.parameters], n=1)
            remedy = f"Did you mean {clean(close[0])}?" if close else "Leave it out."
            raise Mistake(f"{clean(template.name)} has no parameter {clean(name)}. {remedy}")


def wrong_around(template: Template, resources: Iterable[Resource]) -> dict[str, tuple[Problem, ...]]:
    """What is wrong with the template around its tables' own properties, by logical id."""
    asked = ((logical_id, Problem(path, message)) for path, logical_id, message in attributes.mistakes(template.document))
    found: dict[str, tuple[Problem, ...]] = {}
    for logical_id, problem in (*contested(resources), *asked):
        found[logical_id] = (*found.get(logical_id, ()), problem)
    return found
