"""A shell as a reader has it: variables stay, and what was printed is on the screen."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(slots=True)
class Shell:
    """Bash in a folder. `run` types lines, of which each has to end well."""

    folder: Path
    variables: Mapping[str, str]

    def run(self, lines: str, statuses: tuple[int, ...] = (0,)) -> str:
        """What the lines print. The status of the last one is one of `statuses`; AssertionError for any other."""
        kept = self.folder / ".variables"
        done = subprocess.run(  # noqa: S603 - what the page says
            ["/bin/bash", "-ea", "-c", f"trap 'env -0 > {kept}' EXIT\n{lines}"],
            cwd=self.folder, env=dict(self.variables), check=False, text=True, capture_output=True,
        )  # fmt: skip
        assert done.returncode in statuses, f"{lines}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        pairs = (entry.partition("=") for entry in os.fsdecode(kept.read_bytes()).split("\0") if entry)
        self.variables = {name: value for name, _, value in pairs if name != "_"}
        kept.unlink()
        return done.stdout
