"""Checks the templates in files. Among several files, a mistake is a finding of its file."""

from collections.abc import Mapping
from dataclasses import dataclass

from sentinel_tables_cli.checks.validation import Finding, validated
from sentinel_tables_cli.mistakes import Mistake
from sentinel_tables_cli.template.document import Template, read
from sentinel_tables_cli.template.parameters import check_values


@dataclass(frozen=True, slots=True)
class Checked:
    """A template and what was found in it; or a file that holds none, with the reason."""

    name: str
    template: Template | None = None
    findings: tuple[Finding, ...] = ()
    error: str = ""


def check_file(name: str, given: Mapping[str, str], usual: Mapping[str, str], prefix: str, *, alone: bool) -> Checked:
    """Checks one file, with the values that are given, and the usual ones that its template has a parameter for.

    Raises Mistake if the file is `alone`.
    """
    try:
        template = read(name)
        asked = {key: value for key, value in given.items() if alone or key in template.parameters}
        own = {key: value for key, value in usual.items() if key in template.parameters} | asked
        return Checked(name, template, validated(template, check_values(template, own), prefix))
    except Mistake as error:
        if alone:
            raise
        return Checked(name, error=str(error))
