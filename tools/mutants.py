"""How many mutants of the deciding modules the tests kill: `python tools/mutants.py [--sample] [PART ...]`.

mutmut makes the mutants, each with one change, and runs on each the tests of its group that call the changed function. This
program chooses the mutants, and prints the score of each room. With PART it takes the functions that have it in their
names; with --sample one mutant in so many, by a hash of what is changed in which function: the same ones until their lines
change.

- Another text of a message, that is of a string with a space in it, makes no mutant. All else counts.
- A mutant that no test reaches lives. One on which a test does not end is killed.
- What is no different program stands in tests/mutants.toml, with the reason, and counts neither way.

The status is 1 if fewer than 97 % are killed, or if something listed is not there, or not alive.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path

WORK = Path(".build/mutants")
"""Where mutmut works, on copies."""
LISTED = Path("tests/mutants.toml")
ONE_IN = 20
"""How many mutants there are for each one in the sample."""
WANTED = 97.0
"""Per cent."""
KILLED = (1, 3, 24, -24, 36, 152, 255)
"""mutmut's codes for: a test failed; pytest did; and, all the others, a test did not end."""
Key = tuple[str, str, str]
COPIED = ("sentinel_tables", "handler", "tests")
GENERATE = """
import os
from mutmut.__main__ import create_mutants
from mutmut.utils.file_utils import copy_src_dir
copy_src_dir()
create_mutants(os.cpu_count() or 1)
"""
FASTEST_FIRST = """
from mutmut.state import state
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: state().duration_by_test.get(item.nodeid, 0.0))
"""
"""A plugin for pytest: the fastest tests first, which are also those that say most."""


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that have to kill their mutants: those that are fast, and say what is wrong."""

    name: str
    modules: str
    tests: str
    left_out: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where mutmut works."""
        return WORK / self.name

    @property
    def log(self) -> Path:
        """What mutmut said last."""
        return self.folder / "mutmut.log"

    def options(self) -> dict[str, object]:
        """What mutmut is told in its own section of pyproject.toml."""
        tests = [f"tests/{name}" for name in self.tests.split()]
        left_out = [f"--{'deselect' if '::' in name else 'ignore'}=tests/{name}" for name in self.left_out]
        return {
            "source_paths": ["sentinel_tables", "handler"],
            "only_mutate": self.modules.split(),
            "pytest_add_cli_args_test_selection": tests + left_out,
            "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "fastest_first", "--timeout=20"],
            "timeout_constant": 10.0,
            "timeout_multiplier": 3.0,
            "track_dependencies": False,
            "use_git_change_detection": False,
        }


DECIDING = Group(
    "decide",
    "sentinel_tables/rules/* sentinel_tables/request/* sentinel_tables/goals/* "
    "sentinel_tables/aws/normalise.py sentinel_tables/aws/refusals.py",
    "rules request goals drift test_errors.py aws/test_normalise.py aws/test_refusals.py",
    left_out=("rules/test_settings.py", "rules/test_plan_converges.py"),
)
SERVING = Group(
    "serve",
    "sentinel_tables/resource.py sentinel_tables/inquiry.py "
    "handler/invocation.py handler/cloudformation.py handler/answer.py",
    "test_resource.py test_undoing.py test_inquiry.py handler events/test_failed_and_cancelled.py",
    left_out=("handler/test_logs.py::test_the_provider_as_a_whole_writes_such_lines_alone",),
)
LOOP = Group(
    "loop",
    "sentinel_tables/converge.py sentinel_tables/taking.py sentinel_tables/view.py",
    "test_taking.py test_resource.py test_undoing.py goals events aws/test_hard_times.py aws/test_stacks.py",
    # whole events that take half a second and more; `handler` holds the same by rows
    left_out=(
        "events/test_life.py::test_a_hand_over_carries_the_event_and_what_has_to_be_remembered",
        "events/test_life.py::test_a_hand_over_that_happened_twice_still_ends_in_one_answer_that_counts",
        "events/test_life.py::test_a_hand_over_that_is_throttled_for_long_is_tried_for_long_where_nothing_is_to_be_undone",
        "events/test_life.py::test_a_hand_over_that_stumbles_is_tried_again",
        "events/test_life.py::test_the_answer_comes_within_a_second_of_an_index_that_took_minutes",
        "events/test_life.py::test_work_that_outlasts_invocations_is_handed_over_until_it_is_done",
        "events/test_silence.py::test_it_does_so_if_the_process_dies_at_any_call",
    ),
)
GROUPS = (DECIDING, SERVING, LOOP)


@dataclass(frozen=True, order=True)
class Mutant:
    """A function, a part of it as it stands, and that part as it is in the mutant."""

    function: str
    was: str
    now: str
    name: str
    """mutmut's own, which ends in a number that changes with the function."""
    text_only: bool

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.function, self.was, self.now

    @property
    def in_sample(self) -> bool:
        """True if it is one of the sample."""
        return int(sha256("\n".join(self.key).encode()).hexdigest(), 16) % ONE_IN == 0

    @property
    def room(self) -> str:
        """The folder, or the module that stands alone."""
        return "handler" if self.function.startswith("handler.") else self.function.split(".")[1]


def main() -> int:
    """Run the mutants that are asked for; the status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help=f"one mutant in {ONE_IN}")
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part of a function's name, such as rules.removal")
    asked = parser.parse_args()
    every, chosen, living = [], [], []
    for group in GROUPS:
        made = [mutant for mutant in generate(group) if not mutant.text_only]
        taken = [mutant for mutant in made if mutant.in_sample or not asked.sample]
        if asked.parts:
            taken = [mutant for mutant in taken if any(part in mutant.function for part in asked.parts)]
        say(f"{group.name}: {len(taken)} of {len(made)} mutants; {group.log} has the progress.")
        every, chosen, living = every + made, chosen + taken, living + run(group, taken)
    return report(chosen, living, read_listed(), {mutant.key for mutant in every})


def generate(group: Group) -> list[Mutant]:
    """Make all the group's mutants, in new files."""
    shutil.rmtree(group.folder, ignore_errors=True)
    (group.folder / "mutants").mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(name, group.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (WORK / "plugins").mkdir(exist_ok=True)
    (WORK / "plugins" / "fastest_first.py").write_text(FASTEST_FIRST, encoding="utf-8")
    lines = [f"{name} = {json.dumps(value)}" for name, value in group.options().items()]
    project = Path("pyproject.toml").read_text(encoding="utf-8")
    (group.folder / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]), encoding="utf-8")
    mutmut(group, [sys.executable, "-c", GENERATE])
    return sorted(mutant for path in group.folder.rglob("*.py.spans") for mutant in read_mutants(path))


def mutmut(group: Group, command: list[str]) -> None:
    """Run a command of mutmut's in the group's folder; exit if it fails."""
    same = {"CI": "true", "PYTHONHASHSEED": "0"}  # Hypothesis and mutmut make the same choices every time then
    variables = os.environ | same | {"PYTHONPATH": str((WORK / "plugins").absolute())}
    with group.log.open("w", encoding="utf-8") as log:
        status = subprocess.run(command, cwd=group.folder, env=variables, stdout=log, stderr=log, check=False).returncode  # noqa: S603
    if status:
        sys.exit(f"mutmut failed:\n{group.log.read_text(encoding='utf-8')[-3000:]}")


def read_mutants(spans: Path) -> list[Mutant]:
    """The mutants of a module, which stand beside each function as it was."""
    mutated = spans.with_suffix("")
    module = ".".join(mutated.parts[mutated.parts.index("mutants", 2) + 1 :]).removesuffix(".py")
    lines = mutated.read_text(encoding="utf-8").splitlines()
    places = json.loads(spans.read_text(encoding="utf-8"))["spans"]
    texts = {name: "\n".join(lines[first - 1 : last]) for name, (first, last) in places.items()}
    return [
        read_mutant(module, name, texts[name.partition("__mutmut_")[0] + "__mutmut_orig"], text)
        for name, text in texts.items()
        if not name.endswith("_orig")
    ]


def read_mutant(module: str, name: str, before: str, after: str) -> Mutant:
    """The mutant of that name in a module; `before` and `after` are the sources of the function."""
    function = name.partition("__mutmut_")[0]
    path = function[2:].replace("ǁ", ".") if function.startswith("xǁ") else function.removeprefix("x_")
    own_name = path.rpartition(".")[2]
    before, after = before.replace(f"{function}__mutmut_orig", own_name), after.replace(name, own_name)
    text_only = without_messages(before) == without_messages(after)
    return Mutant(f"{module}.{path}", *difference(before, after), f"{module}.{name}", text_only)


def difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, as one line each."""
    old, new = ([line.strip() for line in text.splitlines() if line.strip()] for text in (before, after))
    changes = [
        change[1:] for change in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if change[0] != "equal"
    ]
    return (
        " ".join(line for first, last, _, _ in changes for line in old[first:last]),
        " ".join(line for _, _, first, last in changes for line in new[first:last]),
    )


def without_messages(source: str) -> str:
    """What a function does, whatever its messages say."""
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            node.value = "a message"
    return ast.dump(tree)


def run(group: Group, mutants: list[Mutant]) -> list[Mutant]:
    """Those that live."""
    if not mutants:
        return []
    mutmut(group, [str(Path(sys.executable).with_name("mutmut").absolute()), "run", *(mutant.name for mutant in mutants)])
    codes: dict[str, int] = {}
    for path in group.folder.rglob("*.py.meta"):
        codes |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return [mutant for mutant in mutants if codes[mutant.name] not in KILLED]


def read_listed() -> set[Key]:
    """What is listed as no different program."""
    entries = tomllib.loads(LISTED.read_text(encoding="utf-8"))["same"]
    return {(entry["function"], entry["was"], entry["now"]) for entry in entries}


def report(chosen: list[Mutant], living: list[Mutant], listed: set[Key], there: set[Key]) -> int:
    """Print what lives, what is wrong with the list, and the score; the status."""
    for mutant in living:
        if mutant.key not in listed:
            say(f"\nlives: {mutant.function}  ({mutant.name})\n  - {mutant.was}\n  + {mutant.now}")
    alive = {mutant.key for mutant in living}
    wrong = [(key, "is not there") for key in sorted(listed - there)]
    wrong += [(mutant.key, "is killed") for mutant in chosen if mutant.key in listed and mutant.key not in alive]
    for key, why in wrong:
        say(f"\nlisted, but {why}: {key[0]}\n  - {key[1]}\n  + {key[2]}")
    say("")
    for room in sorted({mutant.room for mutant in chosen}):
        say(line(room, [one for one in chosen if one.room == room], alive, listed))
    score = line("all", chosen, alive, listed)
    say(score)
    return 0 if not wrong and share(chosen, alive, listed) >= WANTED else 1


def share(mutants: list[Mutant], alive: set[Key], listed: set[Key]) -> float:
    """How many per cent of the others than the listed are killed."""
    counted = [mutant for mutant in mutants if mutant.key not in listed]
    return 100 * sum(mutant.key not in alive for mutant in counted) / max(len(counted), 1)


def line(what: str, mutants: list[Mutant], alive: set[Key], listed: set[Key]) -> str:
    """A room's score."""
    same = sum(mutant.key in listed for mutant in mutants)
    lives = sum(mutant.key in alive - listed for mutant in mutants)
    killed = f"{share(mutants, alive, listed):6.1f} % of {len(mutants) - same} mutants killed"
    return f"{what:10} {killed}; {lives} live; {same} more are no different program"


def say(text: str) -> None:
    """Print a line, at once."""
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())
