"""The members that all JSON of the command line begins with."""

from collections.abc import Mapping
from typing import Any

FORMAT_VERSION = 1
"""It grows if a member goes, or changes its meaning; new members leave it as it is."""


def enveloped(data: Mapping[str, Any], exit_status: int) -> str:
    """The data as JSON, with the version of its format and the exit status of the command."""
    import json  # noqa: PLC0415 - most output is text

    return json.dumps({"format_version": FORMAT_VERSION, "exit_status": exit_status, **data}, indent=2)


def error(message: str, exit_status: int = 1) -> str:
    """A command that failed, as JSON."""
    return enveloped({"error": {"message": message}}, exit_status)
