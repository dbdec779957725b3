"""Runs `validate` and `plan` over every template in some folders, and reports crashes, times and verdicts. Not part of CI.

    .venv/bin/python tools/over_templates.py FOLDER...

It needs no account: `plan` looks at the model of AWS that the tests use, which has no tables and no stacks. Few templates
have a Custom::SentinelTable, so the functions of all other resources are worked out too: what no deployment can work out is
listed, and in a template that is known to be good it is an error of the command line.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sentinel_tables_cli.mistakes import Mistake  # noqa: E402 - found from the project's own folder
from sentinel_tables_cli.template.document import read  # noqa: E402
from sentinel_tables_cli.template.intrinsics import resolve  # noqa: E402
from sentinel_tables_cli.template.values import wrong_in  # noqa: E402
from tests.cli.desk import Desk  # noqa: E402

ENDINGS = {".yaml", ".yml", ".json", ".template"}
QUOTED = re.compile(r'"[^"]*"|\b[A-Za-z0-9]+::[\w:]+|\b\d+\b')
SLOWEST, COMMONEST = 5, 25


@dataclass(frozen=True, slots=True)
class Run:
    """One command on one file."""

    path: Path
    command: str
    status: int
    seconds: float
    crash: str
    messages: tuple[str, ...]


def main(folders: list[str]) -> int:
    """Runs the commands, prints the report, and returns 1 if a command crashed."""
    if not folders:
        sys.exit("Name the folders: tools/over_templates.py FOLDER...")
    paths = sorted(
        path for folder in folders for path in Path(folder).rglob("*") if path.suffix in ENDINGS and path.is_file()
    )
    with tempfile.TemporaryDirectory() as scratch:
        desk = Desk(Path(scratch))
        runs = [run(desk, command, path) for path in paths for command in ("validate", "plan")]
    resolved = [resolve_all(path) for path in paths]
    report([*runs, *filter(None, resolved)])
    return 1 if any(one.crash for one in runs) else 0


def resolve_all(path: Path) -> Run | None:
    """Works out the functions of every resource; None if the file holds no template."""
    began = time.perf_counter()
    try:
        template = read(str(path))
    except (Mistake, RecursionError):
        return None
    try:
        scope = template.scope({}, {})
        parts = {entry.name: resolve(entry.part("Properties"), scope) for entry in template.entries(scope)}
        conditions = {name: resolve({"Condition": name}, scope) for name in scope.conditions}
        wrong = [f"{name}: {why}" for name, value in {**parts, **conditions}.items() if (why := wrong_in(value))]
        return Run(path, "functions", int(bool(wrong)), time.perf_counter() - began, "", tuple(wrong))
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        crash = "".join(traceback.format_exception(error)[-2:])
        return Run(path, "functions", 1, time.perf_counter() - began, crash, ())


def run(desk: Desk, command: str, path: Path) -> Run:
    """Runs a command on a file, and times it."""
    began = time.perf_counter()
    result = desk.type(command, str(path), "--json")
    seconds = time.perf_counter() - began
    crash = ""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        crash = "".join(traceback.format_exception(result.exception)[-2:])
    return Run(path, command, result.exit_code, seconds, crash, tuple(messages(result.stdout)))


def messages(text: str) -> list[str]:
    """What a report says is wrong."""
    try:
        document = json.loads(text)
    except ValueError:
        return []
    findings = [one["message"] for file in document.get("files", ()) for one in file["findings"] if one["level"] == "error"]
    reasons = [reason for table in document.get("tables", ()) for reason in table["reasons"]]
    return [
        *findings,
        *reasons,
        *document.get("problems", ()),
        *([document["error"]["message"]] if "error" in document else ()),
    ]


def report(runs: list[Run]) -> None:
    """Prints the crashes, the verdicts, the slowest, and the commonest messages with an example."""
    for one in runs:
        if one.crash:
            print(f"CRASH {one.command} {one.path}\n{one.crash}")  # noqa: T201 - a command
    for command in ("validate", "plan", "functions"):
        own = [one for one in runs if one.command == command]
        statuses = dict(sorted(Counter(one.status for one in own).items()))
        total = sum(one.seconds for one in own)
        print(f"{command}: {len(own)} files in {total:.1f} s, by exit status: {statuses}")  # noqa: T201
        for one in sorted(own, key=lambda one: -one.seconds)[:SLOWEST]:
            print(f"  {one.seconds:.2f} s  {one.path}")  # noqa: T201
    kinds: dict[str, list[Path]] = {}
    for one in runs:
        for message in one.messages if one.command != "plan" else ():
            kind = QUOTED.sub("*", message.replace(str(one.path), "*").partition(": ")[2] or message)
            kinds.setdefault(f"{one.command}: {kind[:110]}", []).append(one.path)
    for kind, paths in sorted(kinds.items(), key=lambda item: -len(item[1]))[:COMMONEST]:
        print(f"{len(paths):6} {kind}\n       {paths[0]}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
