"""The test of the tests: each rule that is broken on purpose has to be found by a part of the sweep."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(1260)  # one test is a part of the sweep, in a process that has 20 minutes

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutation:
    """`before` is turned into `after` in a module; `scenario` is where that does harm, with faults or without."""

    name: str
    module: str
    before: str
    after: str
    scenario: str


MUTATIONS = (
    Mutation(
        "delete without looking at the owner",
        "sentinel_tables/rules/ownership.py",
        "        return Hold.NOT\n",
        "        return Hold.CREATED\n",
        "rename of the logical id",
    ),
    Mutation(
        "delete what was adopted",
        "sentinel_tables/rules/plan.py",
        "    if held is Hold.ADOPTED:\n",
        "    if False:\n",
        "delete of an adopted table",
    ),
    Mutation(
        "adopt without being asked",
        "sentinel_tables/rules/ownership.py",
        "    if held is Hold.NOT and not claim.adopt:\n",
        "    if False:\n",
        "create where somebody's table stands",
    ),
    Mutation(
        "answer before the wait",
        "sentinel_tables/goals/standing.py",
        "        if any(not motion.brief for motion in motions) and not adopting:\n",
        "        if False:\n",
        "converge all drift",
    ),
    Mutation(
        "call it done when the table is ACTIVE",
        "sentinel_tables/rules/plan.py",
        "    yield from _expiry_changes(wanted, live.table.settings)\n",
        "",
        "converge all drift",
    ),
    Mutation(
        "try a validation error again",
        "sentinel_tables/aws/refusals.py",
        "    return Verdict.IN_DOUBT if status >= HTTP_SERVER_ERROR else Verdict.FAIL\n",
        "    return Verdict.IN_DOUBT\n",
        "create that fails",
    ),
    Mutation(
        "give up when throttled",
        "sentinel_tables/aws/refusals.py",
        '    ("ThrottlingException", "", Verdict.BACK_OFF),\n',
        '    ("ThrottlingException", "", Verdict.FAIL),\n',
        "update of nothing",
    ),
    Mutation(
        "give up when the answer is lost",
        "handler/answer.py",
        'extra={"reason": type(error).__name__})\n            return None\n',
        'extra={"reason": type(error).__name__})\n            return Delivery.REFUSED\n',
        "create",
    ),
    Mutation(
        "take a 5xx for a delivery",
        "handler/answer.py",
        "http.client.OK <= status < http.client.MULTIPLE_CHOICES",
        "http.client.OK <= status",
        "create",
    ),
    Mutation(
        "leave behind what a failed replacement made",
        "sentinel_tables/resource.py",
        "    left_behind = _undo(request, goal.name, around, memory)\n",
        '    left_behind = ""\n',
        "replacement that fails",
    ),
    Mutation(
        "make a table again that was deleted meanwhile",
        "sentinel_tables/goals/standing.py",
        "raise _vanished(self.name)\n",
        "memory.table_id, memory.made_at = '', None\n",
        "create cancelled after 15 s",
    ),
    Mutation(
        "look only at the table of the physical id",
        "sentinel_tables/resource.py",
        "    if named and named != name and not done.ours and span != NEVER:\n",
        "    if False:\n",
        "create cancelled after 5 s",
    ),
    Mutation(
        "judge a table by tags that are not visible yet",
        "sentinel_tables/goals/moves.py",
        "        if not trail.has_waited(wait.what, patience):\n            return wait\n",
        "        del patience\n",
        "create",
    ),
    Mutation(
        "take what was adopted for created",
        "sentinel_tables/rules/ownership.py",
        "    return Hold.CREATED if tags.get(ORIGIN) == CREATED else Hold.ADOPTED\n",
        "    return Hold.CREATED\n",
        "delete of an adopted table",
    ),
)


def test_every_mutation_is_one_of_the_code_as_it_stands() -> None:
    assert [mutation.name for mutation in MUTATIONS if mutation.before not in _source(mutation)] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_broken_rule_is_found(mutation: Mutation, tmp_path: Path) -> None:
    for package in ("sentinel_tables", "handler", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "artifact", "cli", "security")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / mutation.module).write_text(_source(mutation).replace(mutation.before, mutation.after))
    command = [sys.executable, "-m", "tests.sweep.probe", mutation.scenario]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1200, check=False)  # noqa: S603
    assert told.returncode == 1, f"the sweep does not notice it: {told.stdout[-500:]}{told.stderr[-500:]}"
    assert "survivor" in told.stdout


def _source(mutation: Mutation) -> str:
    return (ROOT / mutation.module).read_text()
