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


Edit = tuple[str, str, str]
"""A module, and what is turned into what in it."""
OWNERSHIP, PLAN, STEPS = (
    "sentinel_tables/rules/ownership.py",
    "sentinel_tables/rules/plan.py",
    "sentinel_tables/rules/steps.py",
)
REFUSED, SILENCE, REMOVAL = (f"sentinel_tables/rules/{name}.py" for name in ("refused", "silence", "removal"))
STANDING, MOVES = "sentinel_tables/goals/standing.py", "sentinel_tables/goals/moves.py"
RESOURCE, REFUSALS = (
    "sentinel_tables/resource.py",
    "sentinel_tables/aws/refusals.py",
)
INQUIRY = "sentinel_tables/inquiry.py"
BELIEF, ANSWER = "sentinel_tables/rules/belief.py", "handler/answer.py"
KEPT = "create that fails, is kept and made anew, the kept one's Delete last"


def _unsaid_becomes_default(setting: str) -> Edit:
    return SILENCE, f'"{setting}": (as_found, as_found),', f'"{setting}": (to_default, to_default),'


@dataclass(frozen=True)
class Mutation:
    """A rule that is broken by some edits; `scenario` is where that does harm, in this `part` of the sweep: see `probe`."""

    name: str
    edits: tuple[Edit, ...]
    scenario: str
    part: str = "plain"


MUTATIONS = (
    Mutation(
        "delete without looking at the owner",
        ((OWNERSHIP, "        return Hold.NOT\n", "        return Hold.CREATED\n"),),
        "rename of the logical id",
    ),
    Mutation(
        "delete what was adopted",
        ((PLAN, "    if held is Hold.ADOPTED:\n", "    if False:\n"),),
        "delete of an adopted table",
    ),
    Mutation(
        "adopt without being asked",
        ((OWNERSHIP, "    if held is Hold.NOT and not claim.adopt and not released:\n", "    if False:\n"),),
        "create where somebody's table stands",
    ),
    Mutation(
        "take what was adopted for created",
        (
            (
                OWNERSHIP,
                "    return Hold.CREATED if tags.get(ORIGIN) == CREATED else Hold.ADOPTED\n",
                "    return Hold.CREATED\n",
            ),
        ),
        "delete of an adopted table",
    ),
    Mutation(
        "answer before the wait",
        ((STANDING, "        if any(not motion.brief for motion in motions) and not adopting:\n", "        if False:\n"),),
        "converge all drift",
    ),
    Mutation(
        "call it done when the table is ACTIVE",
        ((PLAN, "    yield from _expiry_changes(wanted, have, enabled=True)\n", ""),),
        "create",
    ),
    Mutation(
        "try a validation error again",
        (
            (
                REFUSALS,
                " if status == REQUEST_TIMEOUT or status >= HTTP_SERVER_ERROR else Verdict.FAIL\n",
                "\n",
            ),
        ),
        "create that fails",
    ),
    Mutation(
        "give up when throttled",
        ((REFUSALS, '    "ThrottlingException",\n    "Throttling",\n', '    "Throttling",\n'),),
        "update of nothing",
        "faults",
    ),
    Mutation(
        "give up when the answer is lost",
        (
            (
                ANSWER,
                'extra={"reason": type(error).__name__})\n            return None\n',
                'extra={"reason": type(error).__name__})\n            return Delivery.REFUSED\n',
            ),
        ),
        "create where somebody's table stands",
        "faults",
    ),
    Mutation(
        "take a 5xx for a delivery",
        ((ANSWER, "http.client.OK <= status < http.client.MULTIPLE_CHOICES", "http.client.OK <= status"),),
        "create where somebody's table stands",
        "faults",
    ),
    Mutation(
        "leave behind what a failed replacement made",
        (
            (
                RESOURCE,
                "    left_behind = _undo(request, around, memory, believed=believed)\n",
                '    left_behind = "" if believed else ""\n',
            ),
        ),
        "replacement that fails",
    ),
    Mutation(
        "make a table again that was deleted meanwhile",
        ((STANDING, "raise _vanished(self.name)\n", "memory.table_id, memory.made_at = '', None\n"),),
        "create under which somebody deletes the table",
    ),
    Mutation(
        "look only at the table of the physical id",
        (
            (
                RESOURCE,
                "    if named and named != name and not done.ours and not removal.made_nothing(name):\n",
                "    if False:\n",
            ),
        ),
        "create that fails",
        "faults",
    ),
    Mutation(
        "judge a table by tags that are not visible yet",
        (
            (
                MOVES,
                "        if not trail.has_waited(wait.what, patience):\n            return wait\n",
                "        del patience\n",
            ),
        ),
        "create that comes twice",
        "faults",
    ),
    Mutation(
        "believe every event",
        ((BELIEF, "    if resource is None:\n", "    if True:\n"),),
        "create that fails",
        "again",
    ),
    Mutation(
        "believe at once that an event is contradicted",
        ((INQUIRY, "patience=Patience(BELIEF_SECONDS, _contradicted(why))", "patience=Patience(0.0, _contradicted(why))"),),
        "create",
        "late",
    ),
    Mutation(
        "ask once only what the stack does",
        (
            (
                REMOVAL,
                "    late = ROLLBACK not in status and case.asked_for < case.patience\n",
                "    late = False\n",
            ),
        ),
        "replacement",
        "late",
    ),
    Mutation(
        "ask at the first step only",
        (
            (
                INQUIRY,
                "        return move.effect in DECISIVE or self.word is None or now - self.asked_at > STALE_SECONDS\n",
                "        return self.word is None\n",
            ),
        ),
        "update cancelled at work",
        "again",
    ),
    Mutation(
        "skip R1",
        ((REMOVAL, "    if own and ground.deleted_id != live.table.name:\n", "    if False:\n"),),
        KEPT,
    ),
    Mutation(
        "skip R3",
        ((BELIEF, "    return resource.changed_at > sender.sent_at + YOUNGER_SECONDS\n", "    return False\n"),),
        "update cancelled at work",
        "again",
    ),
    Mutation(
        "skip R4",
        (
            (
                REMOVAL,
                "    return stack is not None and stack.began is not None and live.created_at >= stack.began",
                "    return stack is not None and stack.began is not None and live.created_at >= 0 * stack.began",
            ),
        ),
        "update back to a retained table, rolled back",
    ),
    Mutation(
        "skip R5",
        ((REMOVAL, "    if case.ground.since_began:\n", "    if False:\n"),),
        "create that fails over a retained table, and the end of its stack",
    ),
    Mutation(
        "take a table by its name at once",
        ((REMOVAL, "    if ground.by_name and not", "    if False and not"),),
        KEPT,
        "late",
    ),
    Mutation(
        "stop the stream of a table with replicas",
        (
            (SILENCE, "    if name in FROZEN_BY_REPLICAS and live.replicas:\n", "    if False:\n"),
            (REFUSED, "    if wanted.settings.stream != have.stream:\n", "    if False:\n"),
        ),
        "stream of a table with a replica taken back",
    ),
    Mutation(
        "turn time to live on unasked",
        (_unsaid_becomes_default("time_to_live"),),
        "adopt a restored table",
    ),
    Mutation(
        "recovery off first",
        (
            (PLAN, "    yield from _recovery_changes(wanted, have, longer=False)\n", ""),
            (
                PLAN,
                "    yield from _expiry_changes(wanted, have, enabled=False)\n",
                "    yield from _recovery_changes(wanted, have, longer=False)\n",
            ),
        ),
        "update that hits the limit of the day",
    ),
    Mutation(
        "protection off by silence",
        (
            (
                SILENCE,
                '    "deletion_protection": (as_found, as_found),\n',
                '    "deletion_protection": (to_default, to_default),\n',
            ),
        ),
        "update rolled back to a silent template",
    ),
)


def test_every_mutation_is_one_of_the_code_as_it_stands() -> None:
    missing = [
        (mutation.name, module)
        for mutation in MUTATIONS
        for module, before, _ in mutation.edits
        if before not in _source(module)
    ]
    assert missing == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_broken_rule_is_found(mutation: Mutation, tmp_path: Path, every: int) -> None:
    if MUTATIONS.index(mutation) * 5 % every >= 5:
        pytest.skip("with --sweep")
    for package in ("sentinel_tables", "handler", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "artifact", "cli", "security")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    for module, before, after in mutation.edits:
        copy = tmp_path / module
        copy.write_text(copy.read_text().replace(before, after))
    command = [sys.executable, "-m", "tests.sweep.probe", mutation.part, mutation.scenario]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1200, check=False)  # noqa: S603
    assert told.returncode == 1, f"the sweep does not notice it: {told.stdout[-500:]}{told.stderr[-500:]}"
    assert "survivor" in told.stdout


def _source(module: str) -> str:
    return (ROOT / module).read_text()
