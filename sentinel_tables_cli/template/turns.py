"""The turns of an `Fn::ForEach`: its body once for each item, with the item in the place of the loop's variable. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping

from sentinel_tables_cli.template.values import Unknown, unknown_in

LOOP = "Fn::ForEach::"


def why_not(items: object) -> str:
    """The reason why the loop cannot be expanded over these items; empty if it can."""
    if unknown := unknown_in(items):
        return f"its list is known only at deployment ({unknown.why})"
    strings = isinstance(items, list) and all(isinstance(item, str) for item in items)
    return "" if strings else "its list is not one of strings"


def put_in(value: object, name: str, item: str) -> object:
    """The value with the loop's variable replaced by the item."""
    if isinstance(value, Mapping):
        if dict(value) == {"Ref": name}:
            return item
        return {put_text(str(key), name, item): put_in(inner, name, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [put_in(inner, name, item) for inner in value]
    return put_text(value, name, item) if isinstance(value, str) else value


def put_text(text: str, name: str, item: str) -> str:
    """`&{Name}` stands for the letters and digits alone, as a logical id needs them."""
    return text.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", item))


def hidden(why: str) -> Unknown:
    """The value in place of what a loop makes, if it cannot be expanded."""
    return Unknown(f"a loop, of which {why}")
