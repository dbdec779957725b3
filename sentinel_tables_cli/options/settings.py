"""Reads a project's own defaults for the options."""

import functools
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from sentinel_tables_cli.mistakes import Mistake, clean

USUAL_PREFIX = "sentinel-"
OWN_FILE, SHARED_FILE, TABLE = "sentinel-tables.toml", "pyproject.toml", "sentinel-tables"


class Defaults(NamedTuple):
    """Defaults from `sentinel-tables.toml`, or from the table `[tool.sentinel-tables]` of a `pyproject.toml`."""

    prefix: str = USUAL_PREFIX
    stack: str = ""
    parameters: Mapping[str, str] = MappingProxyType({})


@functools.lru_cache(maxsize=1)
def _settings_in(folder: Path) -> Defaults:
    for parent in (folder, *folder.parents):
        for path in (parent / OWN_FILE, parent / SHARED_FILE):
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                table = _table_in(path)
                if table is not None:
                    return _checked(table, path)
    return Defaults()


def settings() -> Defaults:
    """The settings of the nearest file, from the current folder upwards. Raises Mistake."""
    return _settings_in(Path.cwd())


def _table_in(path: Path) -> Mapping[str, Any] | None:
    """The part of the file for this command line; None if it is about something else."""
    import tomllib  # noqa: PLC0415 - for those who have such a file

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if path.name == SHARED_FILE:
            return None
        raise Mistake(f"{clean(path)} is not TOML: {clean(error)}. Mend it there.") from None
    if path.name == OWN_FILE:
        return document
    tools = document.get("tool", {})
    found = tools.get(TABLE) if isinstance(tools, dict) else None
    return found if isinstance(found, dict) else None


def _checked(table: Mapping[str, Any], path: Path) -> Defaults:
    for key, value in table.items():
        if key not in ("prefix", "stack", "parameters"):
            raise Mistake(f"{clean(path)} has the key {clean(key)}. It takes prefix, stack and parameters.")
        if not isinstance(value, dict if key == "parameters" else str):
            kind = "a table of values" if key == "parameters" else "text"
            raise Mistake(f"{clean(path)}: {key} is not {kind}. Write it so.")
    parameters = {str(key): _text(value) for key, value in table.get("parameters", {}).items()}
    return Defaults(table.get("prefix", USUAL_PREFIX), table.get("stack", ""), parameters)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
