"""`sentinel-tables`, and `python -m sentinel_tables_cli`."""

import gc
import os
import sys

from sentinel_tables_cli.mistakes import NO_READER

NEEDED = ("typer", "yaml")
INTERRUPTED = 130
"""The exit status by which a shell reports a process that Ctrl-C has ended."""


def main() -> None:
    """Runs the command line. Whatever cuts it short is reported in a sentence, or by the exit status that a shell uses."""
    _give_streams()
    gc.disable()  # what starts, and mostly ends, within a fifth of a second has no garbage worth the search
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _let_go()
        sys.exit(NO_READER)
    except OSError as error:
        _let_go()
        sys.exit(f"Error: {error.filename or 'The output'} cannot be used: {error.strerror}. Repeat the command without it.")


def _run() -> None:
    """Runs the command line, or says how to install it."""
    if sys.argv[1:] == ["--version"]:
        from sentinel_tables import __version__  # noqa: PLC0415 - for this option alone, which needs nothing else

        print(f"sentinel-tables {__version__}")  # noqa: T201 - that is what is asked for
        return
    try:
        from sentinel_tables_cli.app import app  # noqa: PLC0415 - what is missing is reported
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        sys.exit("Error: the command line is not installed. Run: pip install 'sentinel-tables[cli]'")
    app()


def _give_streams() -> None:
    """A shell may start the command without an output (`>&-`), or without one for errors. What is written then is lost."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives


def _let_go() -> None:
    """Sends what is still to be written nowhere, so that Python does not complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
