"""Reads values for a template's parameters, in the AWS CLI's spellings too, and checks that the template takes them."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path as File
from typing import Any

from sentinel_tables.errors import shown
from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.template.document import LOOKED_UP, Template, in_items, is_list, json_in
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.values import Scope

FILE = "file://"
SHORTHANDS = (
    re.compile(r"ParameterKey=(?P<key>[^,=]+),ParameterValue=(?P<value>.*)", re.DOTALL),
    re.compile(r"ParameterValue=(?P<value>.*),ParameterKey=(?P<key>[^,=]+)", re.DOTALL),
)
PREVIOUS = re.compile(r"ParameterKey=[^,=]+,UsePreviousValue=true", re.IGNORECASE)
"""The value that the stack has, which is taken if none is given."""
SEVERAL = re.compile(r"^\w+=.*?\s\"?(\w+)=", re.ASCII | re.DOTALL)
"""A word like `A=1 B=2`, which is one value to the AWS CLI, and two to the SAM CLI."""
BOOLEANS = {True: ("true", "yes", "on"), False: ("false", "no", "off")}
"""The words that YAML reads as booleans if they stand without quotes."""


def is_value(word: str) -> bool:
    """True if a word of the command line gives parameters, and does not name a template."""
    return word.startswith(FILE) or "=" in word.lstrip("=")


def values(words: Iterable[str]) -> dict[str, str]:
    """The values that the words give: KEY=VALUE, the AWS CLI's shorthand, or a file of them. Raises Mistake."""
    given: dict[str, str] = {}
    for word in words:
        given |= _in_file(word.removeprefix(FILE)) if word.startswith(FILE) else _in_word(_alone(word))
    return given


def _alone(word: str) -> str:
    if SEVERAL.search(word):
        remedy = "Leave out the quotes around them all, or write the values into a file: file://FILE."
        raise Mistake(f"{shown(word)} may be one value, or several as the SAM CLI takes them. {remedy}")
    return word


def _in_word(word: str) -> dict[str, str]:
    for shorthand in SHORTHANDS:
        if found := shorthand.fullmatch(word):
            return {found["key"]: _unquoted(found["value"])}
    if PREVIOUS.fullmatch(word):
        return {}
    if not is_value(word):
        remedy = "Write TEMPLATE first, then --parameters Key=Value, with further ones after it."
        raise Mistake(f"{clean(word)} is not KEY=VALUE. {remedy}")
    name, _, value = word.partition("=")
    return {name: value}


def _unquoted(value: str) -> str:
    """A value of the AWS CLI's shorthand, in which a comma stands in quotes or behind a backslash."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.replace("\\,", ",")


def _in_file(name: str) -> dict[str, str]:
    try:
        text = File(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Mistake(f"{clean(name)} cannot be read: {clean(why)}. Name a file with --parameters file://FILE.") from None
    document = json_in(text, name, "Mend the file there.")
    if isinstance(document, Mapping):
        inner = document.get("Parameters")
        return {str(key): _text(value, name) for key, value in (inner if isinstance(inner, Mapping) else document).items()}
    return {key: value for item in _items(document, name) for key, value in _in_item(item, name).items()}


def _in_item(item: object, name: str) -> dict[str, str]:
    if isinstance(item, str):
        return _in_word(item)
    if isinstance(item, Mapping) and isinstance(item.get("ParameterKey"), str):
        return {} if "ParameterValue" not in item else {item["ParameterKey"]: _text(item["ParameterValue"], name)}
    raise _no_parameters(name)


def _items(document: object, name: str) -> list[object]:
    if isinstance(document, list):
        return document
    raise _no_parameters(name)


def _text(value: object, name: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise _no_parameters(name)


def _no_parameters(name: str) -> Mistake:
    forms = 'a list of ParameterKey and ParameterValue, a list of "Key=Value", or a mapping'
    return Mistake(f"{clean(name)} does not hold parameters. Write {forms}.")


def check_values(template: Template, given: dict[str, str]) -> dict[str, str]:
    """The values that are given. Raises Mistake for one that the template's own constraints on the parameter refuse."""
    for name, value in given.items():
        if message := _refused(name, template.parameters.get(name), value, "is"):
            raise Mistake(message)
    return given


def refused_defaults(template: Template, given: Container[str]) -> Iterator[tuple[str, str]]:
    """Each default that stands in for a value that is not given, and that the parameter itself refuses: name, message."""
    for name, declared in template.parameters.items():
        default = resolve(declared.get("Default"), Scope()) if isinstance(declared, Mapping) else None
        if (
            name not in given
            and isinstance(default, str)
            and (message := _refused(name, declared, default, "has the default"))
        ):
            yield name, message


def without_value(template: Template, given: Container[str]) -> Iterator[tuple[str, str]]:
    """Each parameter that has neither a value nor a default, without which CloudFormation refuses the template."""
    for name, declared in template.parameters.items():
        if name not in given and isinstance(declared, Mapping) and "Default" not in declared:
            yield name, f"Parameter {clean(name)} has no value. Give one with --parameters {clean(name)}=VALUE."


def _refused(name: str, declared: object, value: str, has: str) -> str:
    if not isinstance(declared, Mapping) or not (takes := next(_refusals(declared, value), "")):
        return ""
    told = HIDDEN if str(declared.get("NoEcho", "")).lower() == "true" else value
    return f"Parameter {clean(name)} {has} {shown(told)}. It takes {clean(takes)}."


def _refusals(declared: Mapping[str, Any], value: str) -> Iterator[str]:
    """The constraints that the value breaks, in words. A list is taken as a whole, or item by item.

    A constraint that is none itself is left to CloudFormation.
    """
    kind = str(declared.get("Type", "String"))
    if kind.startswith(LOOKED_UP):
        return
    items = [item for item in in_items(value) if item] if is_list(kind) else [value]
    for judge in (_choice, _pattern, _length, _size):
        with suppress(TypeError, ValueError, re.error):
            found = [takes for item in items if (takes := judge(declared, item))]
            if found and (not is_list(kind) or judge(declared, value)):
                yield found[0]


def _choice(declared: Mapping[str, Any], item: str) -> str:
    allowed = declared.get("AllowedValues")
    if not isinstance(allowed, list) or any(_same(one, item) for one in allowed):
        return ""
    return " or ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in allowed)


def _same(allowed: object, item: str) -> bool:
    return item == str(allowed) or (isinstance(allowed, bool) and item.lower() in BOOLEANS[allowed])


def _pattern(declared: Mapping[str, Any], item: str) -> str:
    """Java's patterns are Python's, but for some that Python refuses."""
    pattern = declared.get("AllowedPattern")
    return f"what matches {pattern}" if pattern is not None and not re.fullmatch(pattern, item, re.ASCII) else ""


def _length(declared: Mapping[str, Any], item: str) -> str:
    low, high = int(declared.get("MinLength", 0)), int(declared.get("MaxLength", len(item)))
    if len(item) < low:
        return f"{low} characters or more"
    return f"{high} characters or fewer" if len(item) > high else ""


def _size(declared: Mapping[str, Any], item: str) -> str:
    if "Number" not in str(declared.get("Type")):
        return ""
    try:
        number = float(item)
    except ValueError:
        return "a number"
    if number < float(declared.get("MinValue", number)):
        return f"{declared['MinValue']} or more"
    return f"{declared['MaxValue']} or less" if number > float(declared.get("MaxValue", number)) else ""


HIDDEN = "****"
"""The text that CloudFormation shows in place of a parameter with NoEcho."""
