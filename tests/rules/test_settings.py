"""Every setting has its row in every table of settings, so that a new one cannot be forgotten in any of them."""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from sentinel_tables.drift.declaration import MEANINGS
from sentinel_tables.drift.judgement import KINDS, STEPS, UNPLANNED
from sentinel_tables.model import SETTINGS
from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables.request.said import SAYS
from sentinel_tables.rules.declared import INDEXES, WORDS
from sentinel_tables.rules.kinds import Kind
from sentinel_tables.rules.silence import ON_STANDING
from sentinel_tables_cli.forecast import changes
from sentinel_tables_cli.forecast.assumptions import SETTINGS_OF
from sentinel_tables_cli.forecast.durations import SPANS

ROOT = Path(__file__).resolve().parents[2]
TABLES: dict[str, tuple[Collection[str], Collection[str]]] = {
    "which property says it": (SAYS, SETTINGS),
    "what silence means": (ON_STANDING, SETTINGS),
    "its word in the tag": ([setting for setting, _ in WORDS.values()], SETTINGS),
    "what its word means": (MEANINGS, {*WORDS, INDEXES}),
    "what is assumed if it is unknown": ({name for names in SETTINGS_OF.values() for name in names}, SETTINGS),
    "how long its change takes": (SPANS, [*Kind]),
    "its drift": ([*STEPS, *UNPLANNED], [*Kind]),
    "its words in a plan": (changes.SETTINGS, set(Kind) - {*UNPLANNED, Kind.INDEX, Kind.BILLING, Kind.TAGS}),
}


@pytest.mark.parametrize(("rows", "wanted"), TABLES.values(), ids=TABLES)
def test_every_setting_has_its_row(rows: Collection[str], wanted: Collection[str]) -> None:
    assert set(rows) == set(wanted)
    assert len(rows) == len(set(rows))


def test_what_says_a_setting_is_a_property_and_every_kind_of_drift_is_told() -> None:
    assert {name for name, _ in SAYS.values()} <= PROPERTIES.keys()
    assert {*STEPS.values(), "replica"} <= set(KINDS)


TWICE = {
    "ATTRIBUTES": "of the resource, and the check of what a template asks of it",
    "ATTEMPTS": "of the watch at a call, and of a person's command line",
    "CONNECT_SECONDS": "of the function, and of a person's command line",
    "READ_SECONDS": "of the function, and of a person's command line",
    "FORMATS": "of schemas, and of policies",
    "NONE": "no facet",
    "OF_AWS": "the beginning of a transform's name, and of a type's",
    "Resource": "of a policy, and of a template",
    "SCHEMA": "the tag, and the help of a command",
    "SETTINGS": "their names, and their words in a plan",
    "as_cloudformation": "a schema, and a policy",
    "as_json": "a schema, and a policy",
    "as_terraform": "a schema, and a policy",
    "handler": "what Lambda calls, of each function",
    "log": "each module's own logger",
    "main": "the program, and its command line",
    "parse": "an event, and a template",
    "plan": "the steps, and the command",
    "policy": "the reader of one, and the command",
    "read": "properties, a tag, and a template",
    "resolve": "a schema by its name, and a function of a template",
    "wiring": "what Sentinel has to be told, and the command",
}
"""The names that two modules define, each with the two things that bear it."""


def defined() -> Iterator[tuple[str, Path]]:
    """Every top-level name of the product that is not private, with its module."""
    for package in ("sentinel_tables", "sentinel_tables_cli", "handler"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                yield from ((name, path) for name in _names(node) if not name.startswith("_"))


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def test_no_name_is_defined_in_two_modules_without_a_reason() -> None:
    modules = defaultdict(set)
    for name, path in defined():
        modules[name].add(path)
    assert {name for name, paths in modules.items() if len(paths) > 1} - TWICE.keys() == set()
