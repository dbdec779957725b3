"""JSON that a user names, and where it is not JSON."""

import json

from sentinel_tables_cli.mistakes import Mistake, clean


def json_in(text: str, name: str, remedy: str) -> object:
    """What a text of that name holds. Raises Mistake, with the line, where it is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Mistake(f"{clean(name)}:{error.lineno} is not JSON: {clean(error.msg)}. {remedy}") from None
