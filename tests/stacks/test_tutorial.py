"""The tutorial, followed to the letter: every command typed, every mistake made, every output compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local import environment

from .conftest import need_environments
from .page import Block, Row, read
from .shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)  # the first test starts a local AWS and deploys the provider, and all run in real time

PAGE = environment.ROOT / "docs" / "tutorial" / "start.md"
PLAN = "sentinel-tables plan first.yaml --stack training"
CHANGES = (0, 2)
"""How a plan ends that is not refused; and `status`, where nothing has drifted."""


def squeezed(text: str) -> list[str]:
    """The lines that are not empty, with one blank for many."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def locked(folder: Path) -> Path:
    """The versions of the lock, as what pip is held to while it installs the command line."""
    pins = re.findall(
        r"^[\w.-]+==[^\\\n]+", (environment.ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    path = folder / "constraints.txt"
    path.write_text("\n".join(pins), encoding="utf-8")
    return path


class Reader:
    """Somebody who follows the page."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.screen = ""
        self.mistakes = 0

    def follow(self, block: Block | Row) -> None:
        match block:
            case Row((right, wrong, told)):
                self.mistake(right, wrong, told)
            case Block("yaml", text, name):
                (self.shell.folder / name).write_text(text, encoding="utf-8")
            case Block("sh", text) if "export AWS_ENDPOINT_URL" in text:
                self.screen = self.shell.run("".join(re.findall(r"^(?:unset|export) .*\n", self.screen, re.MULTILINE)))
            case Block("sh", text):
                self.screen = self.shell.run(text, CHANGES if "sentinel-tables plan" in text else (0,))
            case Block("", text):
                assert [line for line in squeezed(self.screen) if line in squeezed(text)] == squeezed(text), self.screen

    def mistake(self, right: str, wrong: str, told: str) -> None:
        """Makes it, is told, and puts it right."""
        template = self.shell.folder / "first.yaml"
        text = template.read_text(encoding="utf-8")
        assert text.count(right) == 1
        template.write_text(text.replace(right, wrong), encoding="utf-8")
        said = self.shell.run(PLAN, (1,))
        assert told in said, said
        validated = self.shell.run("sentinel-tables validate first.yaml || true")
        assert (told in validated) is not ("exists and belongs" in told), validated
        template.write_text(text, encoding="utf-8")
        self.mistakes += 1


def test_the_tutorial(checkout: Path, tmp_path: Path) -> None:
    need_environments(".venv-sam", ".venv-ministack", ".venv-stacks")
    aws = environment.python(".venv-stacks").parent
    outside = environment.outside()
    shell = Shell(checkout, outside | {"PATH": f"{aws}:{outside['PATH']}", "PIP_CONSTRAINT": str(locked(tmp_path))})
    reader = Reader(shell)
    try:
        for block in read(PAGE, until="On to a real account"):
            reader.follow(block)
    finally:
        shell.run("make demo-stop")
    assert reader.mistakes == 5
