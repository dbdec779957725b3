"""The functions that look something up, or that work out their own arguments. Pure.

Each takes its name, its argument as it is written, what is known, and what works out a value.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from sentinel_tables.errors import shown
from sentinel_tables_cli.template import functions
from sentinel_tables_cli.template.functions import Misuse, arguments, string, unknown_of
from sentinel_tables_cli.template.references import MAP_KEYS
from sentinel_tables_cli.template.turns import LOOP
from sentinel_tables_cli.template.values import Omitted, Open, Scope, Unknown, wrong_in

Resolve = Callable[[object, Scope], object]
"""Works out a value."""
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
VARIABLE = re.compile(r"[A-Za-z0-9_.:]+", re.ASCII)
DYNAMIC_REFERENCE = "{{resolve:"
TRANSFORM = "Fn::Transform"


def function_of(value: Mapping[str, object]) -> str:
    """The name of the function that this mapping is a call of; empty if it is none."""
    only = str(next(iter(value))) if len(value) == 1 else ""
    if only == "Ref" or (only.startswith("Fn::") and not only.startswith(LOOP)):
        return only
    return "Condition" if only == "Condition" and isinstance(value[only], str) else ""


def scalar(value: object) -> object:
    """A value without functions: a scalar as the string that CloudFormation sends."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and DYNAMIC_REFERENCE in value:
        return Unknown("a dynamic reference, {{resolve:...}}", of=str(value))
    return str(value) if isinstance(value, str) else value


def call_in_words(name: str, argument: object) -> str:
    """A call as it may stand in a sentence."""
    if isinstance(argument, list) and all(isinstance(item, str) for item in argument):
        argument = ".".join(argument)
    return f"{name[:64]} {argument[:64]}" if isinstance(argument, str) else name[:64]


def only_there(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """A function whose value only a deployment knows. What its argument refers to has to be there all the same."""
    resolved = resolve(argument, scope)
    wrong = "" if name == TRANSFORM else wrong_in(resolved)
    return Unknown(call_in_words(name, argument), of=resolved, wrong=wrong)


def import_value(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The value of an export, if the exports are known."""
    export = string(resolve(argument, scope))
    exports = None if isinstance(export, Unknown) else scope.exports()
    if exports is None or isinstance(export, Unknown):
        return only_there(name, argument, scope, resolve)
    wrong = f"there is no export {shown(export)} in this account and Region. Deploy what exports it, or correct the name."
    return exports.get(export, Unknown(call_in_words(name, export), wrong=wrong, linted=False))


def ref(_name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The value of a parameter. Only a deployment knows that of a resource."""
    if isinstance(argument, Mapping) and scope.names.extended:
        argument = resolve(argument, scope)
        if isinstance(argument, Unknown):
            return unknown_of([argument], "Ref")
    if not isinstance(argument, str):
        raise Misuse("takes the name of a parameter or a resource. Write the name alone.")
    if argument == Omitted.NO_VALUE.value:
        return Omitted.NO_VALUE
    return scope.values.get(argument, Unknown(f"Ref {argument}", wrong=scope.refusal(argument)))


def get_att(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """An attribute, which only a deployment knows. What it is asked of has to be there."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    match parts:
        case [str(resource), str() | Mapping(), *_]:
            wrong = scope.refusal(resource) or scope.names.refusal_of_attribute(resource)
            return Unknown(call_in_words(name, argument), wrong=wrong, of=resolve(argument, scope))
        case [Mapping(), *_]:
            return only_there(name, argument, scope, resolve)
    raise Misuse("takes a resource and the name of an attribute. Write both.")


def substitute(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The text with what stands for its variables."""
    text, local = arguments(name, argument) if isinstance(argument, list) else (argument, {})
    if not isinstance(text, str) or not isinstance(local, Mapping):
        raise Misuse(f"takes {functions.TAKES[name][2]}. Correct its arguments.")
    own = {str(key): resolve(value, scope) for key, value in local.items()}
    parts = {place: _part(place, own, scope) for place in PLACEHOLDER.findall(text)}
    if unknown := unknown_of([*parts.values(), *(value for value in own.values() if wrong_in(value))], text, parts):
        return unknown
    return PLACEHOLDER.sub(lambda found: str(parts[found[1]]), text)


def _part(place: str, own: Mapping[str, object], scope: Scope) -> str | Unknown:
    """The text that a `${place}` of `Fn::Sub` stands for."""
    if place.startswith("!"):
        return f"${{{place[1:]}}}"
    variable = place.strip()
    if not VARIABLE.fullmatch(variable):
        raise Misuse(
            f"has {shown(f'${{{place}}}')}: a name has letters, digits and _ . : alone. Write ${{!...}} for plain text."
        )
    if variable in own or variable in scope.values:
        return string(own[variable] if variable in own else scope.values[variable], f", {shown(f'${{{variable}}}')}")
    resource, dot, _ = variable.partition(".")
    wrong = scope.refusal(resource) or (scope.names.refusal_of_attribute(resource) if dot else "")
    return Unknown(f"Fn::Sub with ${{{place}}}", wrong=wrong)


def find_in_map(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The value in the mappings, or the default."""
    *places, last = arguments(name, argument)
    otherwise = last.get("DefaultValue") if isinstance(last, Mapping) and len(places) == MAP_KEYS else None
    if (otherwise is None) is (len(places) == MAP_KEYS):
        raise Misuse(f"takes {functions.TAKES[name][2]}. Correct its arguments.")
    keys: list[object] = [string(resolve(item, scope)) for item in (places if otherwise is not None else [*places, last])]
    if unknown := unknown_of(keys, otherwise):
        return unknown
    found = functions.in_mappings(scope.mappings, keys)
    if found is functions.Missing.SURELY and otherwise is not None:
        return resolve(otherwise, scope)
    if isinstance(found, functions.Missing):
        wrong = "" if otherwise is not None else scope.names.refusal_in(scope.mappings, keys)
        return Unknown(call_in_words(name, keys), wrong=wrong, linted=False)
    return resolve(found, scope)


def to_json(_name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The value as JSON, with numbers and booleans as they are written."""
    return functions.json_string(_typed(argument, scope, resolve))


def _typed(value: object, scope: Scope, resolve: Resolve) -> object:
    """The value worked out, but with numbers and booleans as they are written."""
    if isinstance(value, Mapping) and not function_of(value):
        resolved = resolve(value, scope)
        if isinstance(resolved, Open):
            return resolved.hidden
        typed = {str(key): _typed(item, scope, resolve) for key, item in value.items() if not str(key).startswith(LOOP)}
        typed = {**(resolved if isinstance(resolved, dict) else {}), **typed}
        return {key: item for key, item in typed.items() if item is not Omitted.NO_VALUE}
    if isinstance(value, list):
        return [item for item in (_typed(one, scope, resolve) for one in value) if item is not Omitted.NO_VALUE]
    return value if isinstance(value, bool | int | float) else resolve(value, scope)


def of_values(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """A function of a list of values."""
    return functions.VALUES[name](*(resolve(item, scope) for item in arguments(name, argument)))


def of_one(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """A function of one value."""
    return functions.SINGLES[name](resolve(argument, scope))


def of_a_separator(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """A function of a separator, which is written out, and a value."""
    separator, value = arguments(name, argument)
    return functions.SEPARATING[name](functions.literal(scalar(separator)), resolve(value, scope))
