"""Writes what `validate` found: as lines for people, as JSON, and as SARIF for code scanning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentinel_tables_cli.checks.files import Checked
from sentinel_tables_cli.checks.validation import Finding
from sentinel_tables_cli.report.screen import Line, is_quiet, line

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
SARIF_RULES = {
    "error": ("sentinel-tables", "What the provider of Custom::SentinelTable, or CloudFormation, would refuse"),
    "warning": ("sentinel-tables/double", "A key that stands twice in one mapping"),
    "note": ("sentinel-tables/passed-over", "A part of a template that is not looked into, or that has a price"),
}
LEVELS = {"error": "red", "warning": "yellow", "note": "cyan"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to be said of one line of a file."""

    file: str
    line: int
    level: str
    name: str
    message: str


def findings_status(checked: Sequence[Checked]) -> int:
    """1 if anything is wrong, else 0."""
    return 1 if any(remark.level == "error" for remark in remarks(checked)) else 0


def remarks(checked: Sequence[Checked]) -> Iterator[Remark]:
    """Everything there is to be said, file by file."""
    for each in checked:
        if each.error:
            yield Remark(each.name, 1, "error", "", each.error)
        for finding in each.findings:
            yield from _of(finding, each)


def _of(finding: Finding, each: Checked) -> Iterator[Remark]:
    line_of = each.template.line if each.template else lambda _path: 1
    for problem in finding.problems:
        yield Remark(each.name, line_of(problem.path), "error", finding.name, problem.message)
    if finding.warning:
        yield Remark(each.name, finding.line, "warning", finding.name, finding.warning)
    if finding.note:
        yield Remark(each.name, line_of(finding.path), "note", finding.name, finding.note)
    for price in finding.prices:
        yield Remark(each.name, line_of(price.path), "note", finding.name, price.message)


def finding_lines(checked: Sequence[Checked]) -> Iterator[Line]:
    """One line for each remark, and one that counts."""
    for remark in remarks(checked):
        if remark.level == "error" or not is_quiet():
            level = "Warning: " if remark.level == "warning" else ""
            place = (
                f"{remark.file}:{remark.line}: {remark.name}: " if remark.name else ""
            )  # an error of a whole file names it
            yield line("", f"{place}{level}{remark.message}", LEVELS[remark.level])
    if not is_quiet():
        yield line("", _counted(checked), "bold")


def _counted(checked: Sequence[Checked]) -> str:
    """Tables are counted apart from problems, for a table may have several."""
    tables = [finding for each in checked for finding in each.findings if finding.is_table]
    wrong = sum(1 for remark in remarks(checked) if remark.level == "error")
    gaps = sum(finding.gaps for finding in tables)
    files = f" in {len(checked)} files" if len(checked) > 1 else ""
    sentence = f"Checked {_plural(len(tables), 'table')}{files}: {_plural(wrong, 'problem') if wrong else 'no problems'}."
    verb = "is" if gaps == 1 else "are"
    return sentence + (f" {_plural(gaps, 'property', 'properties')} {verb} known only at deployment." if gaps else "")


def _plural(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def as_data(checked: Sequence[Checked]) -> Mapping[str, Any]:
    """For machines."""
    return {
        "files": [
            {
                "file": each.name,
                "tables": sum(finding.is_table for finding in each.findings),
                "unknown": sum(finding.gaps for finding in each.findings),
                "findings": [
                    {"line": one.line, "level": one.level, "name": one.name, "message": one.message}
                    for one in remarks([each])
                ],
            }
            for each in checked
        ]
    }


def as_sarif(checked: Sequence[Checked], version: str) -> Mapping[str, Any]:
    """For code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in SARIF_RULES.values()]
    driver = {"name": "sentinel-tables", "semanticVersion": version, "rules": rules}
    results = [_result(remark) for remark in remarks(checked)]
    return {"$schema": SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(remark: Remark) -> Mapping[str, Any]:
    text = f"{remark.name}: {remark.message}" if remark.name else remark.message
    place = {"artifactLocation": {"uri": remark.file}, "region": {"startLine": max(1, remark.line)}}
    rule, _ = SARIF_RULES[remark.level]
    return {"ruleId": rule, "level": remark.level, "message": {"text": text}, "locations": [{"physicalLocation": place}]}
