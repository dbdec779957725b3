"""`sentinel-tables`, and `python -m sentinel_tables_cli`."""

import sys

NEEDED = ("typer", "rich", "cfnlint", "yaml")


def main() -> None:
    """Runs the command line, or says what it takes to run it."""
    try:
        from sentinel_tables_cli.app import app  # noqa: PLC0415 - what is missing is told
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        sys.exit("Error: the command line is not installed. Run: pip install 'sentinel-tables[cli]'")
    app()


if __name__ == "__main__":
    main()
