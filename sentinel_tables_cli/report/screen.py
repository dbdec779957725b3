"""Writes lines to the terminal, in colour if it takes colours, and says how wide it is."""

import os
import shutil
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from typing import NamedTuple, TextIO

from sentinel_tables_cli.mistakes import clean

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
MANY = 20
"""So many tables are read without a word on the progress."""


class Habits(NamedTuple):
    """A user's choices for all output."""

    no_color: bool = False
    quiet: bool = False


HABITS: ContextVar[Habits] = ContextVar("HABITS", default=Habits())  # noqa: B039 - it is frozen


class Words(NamedTuple):
    """Words of one style. Text from outside is made harmless when it is written."""

    text: str
    style: str = ""


Line = tuple[Words, ...]


def line(lead: str, text: str, style: str = "") -> Line:
    """A line of one style."""
    return (Words(f"{lead}{clean(text)}", style),)


def emit(lines: Iterable[Line], *, stderr: bool = False) -> None:
    """Writes the lines."""
    stream = sys.stderr if stderr else sys.stdout
    coloured = takes_colour(stream)
    for each in lines:
        stream.write("".join(_painted(words, coloured=coloured) for words in each) + "\n")


def fail(sentence: str) -> None:
    """Writes an error for people."""
    emit([line("Error: ", sentence, "red")], stderr=True)


def _painted(words: Words, *, coloured: bool) -> str:
    code = STYLES.get(words.style)
    return f"\x1b[{code}m{words.text}\x1b[0m" if coloured and code and words.text else words.text


def takes_colour(stream: TextIO) -> bool:
    """True if colours go there: https://no-color.org and https://bixense.com/clicolors say how users choose."""
    if HABITS.get().no_color or os.environ.get("NO_COLOR"):
        return False
    if _is_forced():
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def is_terminal(stream: TextIO) -> bool:
    """True if a person reads along, or output is to be as if one did."""
    return _is_forced() or stream.isatty()


def _is_forced() -> bool:
    return any(os.environ.get(name, "0") not in ("", "0") for name in ("CLICOLOR_FORCE", "FORCE_COLOR"))


def width() -> int:
    """The columns of the terminal."""
    return shutil.get_terminal_size().columns


def is_quiet() -> bool:
    """True if only what is wrong is to be written."""
    return HABITS.get().quiet


def progress(done: int, of: int) -> None:
    """Writes over and over on one line of stderr how many tables are read, if there are many and a person waits."""
    if of <= MANY or is_quiet() or not sys.stderr.isatty():
        return
    end = "\r\x1b[K" if done == of else ""
    sys.stderr.write(f"\rReading tables: {done} of {of}{end}")
    sys.stderr.flush()
