"""`sentinel-tables`, and `python -m sentinel_tables_cli`."""

import os
import sys

from sentinel_tables_cli.mistakes import NO_READER

NEEDED = ("typer", "rich", "cfnlint", "yaml")
INTERRUPTED = 130
"""What a shell says of a process that Ctrl-C has ended."""


def main() -> None:
    """Runs the command line. Whatever cuts it short is told in a sentence, or as a shell tells it."""
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
    """Runs the command line, or says what it takes to run it."""
    try:
        from sentinel_tables_cli.app import app  # noqa: PLC0415 - what is missing is told
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        sys.exit("Error: the command line is not installed. Run: pip install 'sentinel-tables[cli]'")
    app()


def _let_go() -> None:
    """What is still to be written goes nowhere, so that Python has nothing to complain of when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
