"""The list of mutants that are no different program: each names a line that stands in its function, and a reason."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAME: list[dict[str, str]] = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))["same"]


def source(function: str) -> str:
    """The lines of a function, as one line."""
    parts = function.split(".")
    module = next(n for n in range(len(parts), 0, -1) if ROOT.joinpath(*parts[:n]).with_suffix(".py").exists())
    text = ROOT.joinpath(*parts[:module]).with_suffix(".py").read_text(encoding="utf-8")
    found: ast.AST = ast.parse(text)
    for name in parts[module:]:
        nodes = [node for node in ast.iter_child_nodes(found) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        (found,) = [node for node in nodes if node.name == name]
    assert isinstance(found, ast.FunctionDef)
    lines = text.splitlines()[found.lineno - 1 : found.end_lineno]
    return " ".join(line.strip() for line in lines if line.strip())


@pytest.mark.parametrize("entry", SAME, ids=[f"{entry['function']}: {entry['now'][:60]}" for entry in SAME])
def test_a_listed_mutant_changes_what_stands_there_and_has_a_reason(entry: dict[str, str]) -> None:
    assert entry.keys() == {"function", "was", "now", "why"}
    assert entry["was"] in source(entry["function"])
    assert entry["was"] != entry["now"]
    assert len(entry["why"]) > 20
    assert entry["why"].endswith(".")


def test_the_list_is_sorted_and_has_each_mutant_once() -> None:
    keys = [(entry["function"], entry["was"], entry["now"]) for entry in SAME]
    assert keys == sorted(set(keys))
