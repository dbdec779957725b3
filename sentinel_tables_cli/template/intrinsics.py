"""CloudFormation's functions, worked out as far as their values are known before a deployment. Pure.

What is not known becomes an `Unknown`, which says why; nothing is guessed. Scalars become strings, as CloudFormation sends
them. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from sentinel_tables_cli.template.references import MAP_KEYS
from sentinel_tables_cli.template.values import Absent, Items, Scope, Unknown, unknown_in

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
DYNAMIC_REFERENCE = "{{resolve:"


def resolve(value: object, scope: Scope) -> object:
    """The value with its functions worked out; each that cannot be is an `Unknown` in its place."""
    if isinstance(value, Mapping):
        function = function_of(value)
        return _call(function, value[function], scope) if function else _mapping(value, scope)
    if isinstance(value, list):
        items = [(position, resolve(item, scope)) for position, item in enumerate(value)]
        return Items((position, item) for position, item in items if item is not Absent.NO_VALUE)
    return _scalar(value)


def function_of(value: Mapping[str, object]) -> str:
    """The name of the function that this mapping is a call of, or nothing."""
    for key in map(str, value):
        if key.startswith("Fn::") or (len(value) == 1 and key == "Ref"):
            return key
    only = next(iter(value), "") if len(value) == 1 else ""
    return "Condition" if only == "Condition" and isinstance(value[only], str) else ""


def holds(condition: object, scope: Scope) -> bool | Unknown:
    """Whether a condition, by its name, is true."""
    found = resolve({"Condition": condition}, scope) if isinstance(condition, str) else Unknown("Condition")
    return found if isinstance(found, bool | Unknown) else Unknown(f"Condition {condition}")


def _mapping(value: Mapping[str, object], scope: Scope) -> dict[str, object]:
    resolved = {str(key): resolve(item, scope) for key, item in value.items()}
    return {key: item for key, item in resolved.items() if item is not Absent.NO_VALUE}


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and DYNAMIC_REFERENCE in value:
        return Unknown("a dynamic reference, {{resolve:...}}", of=str(value))
    return str(value) if isinstance(value, str) else value


def _call(name: str, argument: object, scope: Scope) -> object:
    function = FUNCTIONS.get(name)
    if function is None:
        return Unknown(told(name, argument), of=resolve(argument, scope))
    try:
        return function(argument, scope)
    except (TypeError, ValueError, LookupError, AttributeError):
        return Unknown(f"{told(name, argument)}, which cannot be worked out")


def told(name: str, argument: object) -> str:
    """A call as it may stand in a sentence."""
    if isinstance(argument, list) and all(isinstance(item, str) for item in argument):
        argument = ".".join(argument)
    return f"{name} {argument[:64]}" if isinstance(argument, str) else name


def _ref(argument: object, scope: Scope) -> object:
    if argument == Absent.NO_VALUE.value:
        return Absent.NO_VALUE
    return scope.values.get(str(argument), Unknown(f"Ref {argument}", wrong=scope.names.refusal(str(argument))))


def _get_att(argument: object, scope: Scope) -> object:
    name = _text(argument[0] if isinstance(argument, list) else argument)
    return Unknown(told("Fn::GetAtt", argument), wrong=scope.names.refusal(name))


def _sub(argument: object, scope: Scope) -> object:
    text, local = (argument[0], argument[1]) if isinstance(argument, list) else (argument, {})
    values = {**scope.values, **{name: resolve(value, scope) for name, value in local.items()}}
    parts: dict[str, object] = {}
    for name in PLACEHOLDER.findall(_text(text)):
        missing = Unknown(f"Fn::Sub with ${{{name}}}", wrong=scope.names.refusal(name.strip()))
        parts[name] = f"${{{name[1:]}}}" if name.startswith("!") else values.get(name.strip(), missing)
    if unknown := _unknown_of([*parts.values()], str(text), parts):
        return unknown
    return PLACEHOLDER.sub(lambda found: str(parts[found[1]]), _text(text))


def _if(argument: object, scope: Scope) -> object:
    name, then, otherwise = _items(argument)
    truth = holds(name, scope)
    if isinstance(truth, Unknown):
        branches = ((("Fn::If", 1), resolve(then, scope)), (("Fn::If", 2), resolve(otherwise, scope)))
        there = tuple(branch for branch in branches if branch[1] is not Absent.NO_VALUE)
        return Unknown(f"Fn::If {name} ({truth.why})", there, truth.wrong, truth)
    return resolve(then if truth else otherwise, scope)


def _condition(argument: object, scope: Scope) -> object:
    """A condition by its name. While it is being worked out it is not there, so that a circle comes to an end."""
    name = str(argument)
    if name not in scope.conditions:
        return Unknown(f"Condition {name}")
    rest = {other: condition for other, condition in scope.conditions.items() if other != name}
    return resolve(scope.conditions[name], replace(scope, conditions=rest))


def _equals(argument: object, scope: Scope) -> object:
    left, right = (resolve(item, scope) for item in _items(argument))
    return _unknown_of([left, right]) or left == right


def _not(argument: object, scope: Scope) -> object:
    (truth,) = _truths(argument, scope)
    return truth if isinstance(truth, Unknown) else not truth


def _and(argument: object, scope: Scope) -> object:
    truths = _truths(argument, scope)
    return False if False in truths else _unknown_of(truths) or True


def _or(argument: object, scope: Scope) -> object:
    truths = _truths(argument, scope)
    return True if True in truths else _unknown_of(truths) or False


def _truths(argument: object, scope: Scope) -> list[object]:
    truths = [resolve(item, scope) for item in _items(argument)]
    if not all(isinstance(truth, bool | Unknown) for truth in truths):
        raise TypeError("a condition is true or false")
    return truths


def _join(argument: object, scope: Scope) -> object:
    separator, items = _items(argument)
    resolved = resolve(items, scope)
    return _unknown_of([resolved], separator) or str(separator).join(map(_text, _items(resolved)))


def _select(argument: object, scope: Scope) -> object:
    index, items = (resolve(item, scope) for item in _items(argument))
    if isinstance(index, Unknown) or isinstance(items, Unknown):
        return _unknown_of([index, items])
    position = int(_text(index))
    if position < 0:
        raise IndexError(position)
    return _items(items)[position]


def _split(argument: object, scope: Scope) -> object:
    separator, text = (resolve(item, scope) for item in _items(argument))
    return _unknown_of([separator, text]) or [*_text(text).split(_text(separator))]


def _find_in_map(argument: object, scope: Scope) -> object:
    *places, last = _items(argument)
    otherwise = last.get("DefaultValue") if isinstance(last, Mapping) and len(places) == MAP_KEYS else None
    keys = [resolve(item, scope) for item in (places if otherwise is not None else [*places, last])]
    if unknown := _unknown_of(keys, otherwise):
        return unknown
    if otherwise is not None and _is_no_key(keys, scope):
        return resolve(otherwise, scope)
    if wrong := "" if otherwise is not None else scope.names.refusal_in(scope.mappings, keys):
        return Unknown(told("Fn::FindInMap", keys), wrong=wrong)
    found: object = scope.mappings
    for key in keys:
        found = found[_text(key)]  # type: ignore[index] # what is no mapping is told as what cannot be worked out
    return resolve(found, scope)


def _is_no_key(keys: list[object], scope: Scope) -> bool:
    """Whether the mapping is there and the key in it is not; a key that is no text, as an account's id, tells nothing."""
    found: object = scope.mappings[_text(keys[0])]
    for key in keys[1:]:
        if not isinstance(found, Mapping) or not all(isinstance(one, str) for one in found):
            return False
        if key not in found:
            return True
        found = found[key]
    return False


def _unknown_of(values: list[object], *more: object) -> Unknown | None:
    """The first unknown value, as it stands for what is made of all of these."""
    unknown = unknown_in(values)
    return replace(unknown, of=[values, *more]) if unknown else None


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is needed")
    return value


FUNCTIONS: Mapping[str, Callable[[object, Scope], object]] = {
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Ref": _ref,
}
"""What can be worked out, or judged. Any other function has a value that only a deployment knows."""
