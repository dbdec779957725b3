"""Works out CloudFormation's functions, as far as their values are known before a deployment. Pure.

A value that is not known becomes an `Unknown` that says why; nothing is guessed. A call that no deployment can work out
becomes an `Unknown` that says what is wrong. Scalars become strings, as CloudFormation sends them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from sentinel_tables.errors import shown
from sentinel_tables_cli.template import functions
from sentinel_tables_cli.template.functions import Misuse, arguments, string, unknown_of
from sentinel_tables_cli.template.references import MAP_KEYS
from sentinel_tables_cli.template.turns import LOOP, hidden, put, why_not
from sentinel_tables_cli.template.values import Absent, Items, Open, Scope, Unknown, wrong_in

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
VARIABLE = re.compile(r"[A-Za-z0-9_.:]+", re.ASCII)
DYNAMIC_REFERENCE = "{{resolve:"
TRANSFORM = "Fn::Transform"


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
    """The name of the function that this mapping is a call of; empty if it is none."""
    only = str(next(iter(value))) if len(value) == 1 else ""
    if only == "Ref" or (only.startswith("Fn::") and not only.startswith(LOOP)):
        return only
    return "Condition" if only == "Condition" and isinstance(value[only], str) else ""


def holds(condition: object, scope: Scope) -> bool | Unknown:
    """True if a condition, by its name, is true."""
    found = resolve({"Condition": condition}, scope) if isinstance(condition, str) else Unknown("Condition")
    return found if isinstance(found, bool | Unknown) else Unknown(f"Condition {condition}")


def _mapping(value: Mapping[str, object], scope: Scope) -> dict[str, object]:
    """A loop among the keys adds its own; a macro among them, or a loop over an unknown list, hides what it adds."""
    known: dict[str, object] = {}
    unknown: Unknown | None = None
    for key, item in value.items():
        name = str(key)
        if name.startswith(LOOP):
            made = _loop(item, scope)
            unknown = made if isinstance(made, Unknown) else getattr(made, "hidden", unknown)
            known |= {} if isinstance(made, Unknown) else made
        elif name.startswith("Fn::"):
            wrong = "" if name == TRANSFORM else f"{name[:64]} stands beside other keys. Take it, or them, out."
            unknown = Unknown(_in_words(name, item), wrong=wrong)
        elif (found := resolve(item, scope)) is not Absent.NO_VALUE:
            known[name] = found
    return Open(known, unknown) if unknown else known


def _loop(loop: object, scope: Scope) -> dict[str, object] | Unknown:
    match loop:
        case [str(name), collection, Mapping() as body]:
            items = resolve(collection, scope)
        case _:
            return hidden("it is not a name, a list and a mapping")
    if why := why_not(items):
        return hidden(why)
    turns: dict[str, object] = {}
    for item in items if isinstance(items, list) else ():
        turn = put(body, name, item)
        turns |= turn if isinstance(turn, dict) else {}
    return _mapping(turns, scope)


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
    """Calls a function. A call that CloudFormation refuses is a value that is wrong."""
    if wrong := scope.names.refusal_of_function(name, FUNCTIONS):
        return Unknown(_in_words(name, argument), wrong=wrong)
    made = isinstance(argument, Mapping) and function_of(argument) == TRANSFORM
    try:
        return (_only_there if made else FUNCTIONS.get(name, _only_there))(name, argument, scope)
    except Misuse as misuse:
        return Unknown(_in_words(name, argument), wrong=f"{name} {misuse}")


def _in_words(name: str, argument: object) -> str:
    """A call as it may stand in a sentence."""
    if isinstance(argument, list) and all(isinstance(item, str) for item in argument):
        argument = ".".join(argument)
    return f"{name[:64]} {argument[:64]}" if isinstance(argument, str) else name[:64]


def _only_there(name: str, argument: object, scope: Scope) -> object:
    """A function whose value only a deployment knows. What its argument refers to has to be there all the same."""
    resolved = resolve(argument, scope)
    wrong = "" if name == TRANSFORM else wrong_in(resolved)
    return Unknown(_in_words(name, argument), of=resolved, wrong=wrong)


def _import(name: str, argument: object, scope: Scope) -> object:
    export = string(resolve(argument, scope))
    exports = None if isinstance(export, Unknown) else scope.exports()
    if exports is None or isinstance(export, Unknown):
        return _only_there(name, argument, scope)
    wrong = f"there is no export {shown(export)} in this account and Region. Deploy what exports it, or correct the name."
    return exports.get(export, Unknown(_in_words(name, export), wrong=wrong, linted=False))


def _ref(_name: str, argument: object, scope: Scope) -> object:
    if isinstance(argument, Mapping) and scope.names.extended:
        argument = resolve(argument, scope)
        if isinstance(argument, Unknown):
            return unknown_of([argument], "Ref")
    if not isinstance(argument, str):
        raise Misuse("takes the name of a parameter or a resource. Write the name alone.")
    if argument == Absent.NO_VALUE.value:
        return Absent.NO_VALUE
    return scope.values.get(argument, Unknown(f"Ref {argument}", wrong=scope.refusal(argument)))


def _get_att(name: str, argument: object, scope: Scope) -> object:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    match parts:
        case [str(resource), str() | Mapping(), *_]:
            wrong = scope.refusal(resource) or scope.names.refusal_of_attribute(resource)
            return Unknown(_in_words(name, argument), wrong=wrong, of=resolve(argument, scope))
        case [Mapping(), *_]:
            return _only_there(name, argument, scope)
    raise Misuse("takes a resource and the name of an attribute. Write both.")


def _sub(name: str, argument: object, scope: Scope) -> object:
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


def _if(name: str, argument: object, scope: Scope) -> object:
    """The branch that is not taken has to be right too, as far as it does not depend on values."""
    condition, *branches = arguments(name, argument)
    if isinstance(condition, Mapping) and scope.names.known is None:
        return _only_there(name, argument, scope)
    if not isinstance(condition, str):
        raise Misuse("takes the name of a condition first. Write the condition under Conditions, and its name here.")
    truth = holds(condition, scope)
    if isinstance(truth, Unknown):
        return _undecided(condition, truth, [resolve(branch, scope) for branch in branches])
    taken, other = branches if truth else reversed(branches)
    wrong = wrong_in(resolve(other, scope.without_values()))
    return Unknown(f"{name} {condition}", wrong=wrong) if wrong else resolve(taken, scope)


def _undecided(condition: str, truth: Unknown, branches: list[object]) -> Unknown:
    there = tuple((("Fn::If", place), one) for place, one in enumerate(branches, 1) if one is not Absent.NO_VALUE)
    optional = len(there) < len(branches) or any(isinstance(one, Unknown) and one.optional for one in branches)
    return Unknown(f"Fn::If {condition} ({truth.why})", there, truth.wrong, truth, linted=truth.linted, optional=optional)


def _condition(_name: str, argument: object, scope: Scope) -> object:
    """A condition by its name. While it is worked out it stands as wrong, which is what a circle finds."""
    name = str(argument)
    if name not in scope.conditions:
        return Unknown(f"Condition {name}", wrong=scope.names.refusal_of_condition(name, scope.conditions))
    if name not in scope.worked_out:
        circle = f"condition {name} refers to itself, or others refer back to it. Take one of the references out."
        scope.worked_out[name] = Unknown(f"Condition {name}", wrong=circle)
        found = resolve(scope.conditions[name], scope.within_conditions())
        if not isinstance(found, bool | Unknown):
            wrong = f"condition {name} is neither true nor false. Write a function of conditions."
            found = Unknown(f"Condition {name}", wrong=wrong)
        scope.worked_out[name] = found
    return scope.worked_out[name]


def _find_in_map(name: str, argument: object, scope: Scope) -> object:
    *places, last = arguments(name, argument)
    otherwise = last.get("DefaultValue") if isinstance(last, Mapping) and len(places) == MAP_KEYS else None
    if (otherwise is None) is (len(places) == MAP_KEYS):
        raise Misuse(f"takes {functions.TAKES[name][2]}. Correct its arguments.")
    keys: list[object] = [string(resolve(item, scope)) for item in (places if otherwise is not None else [*places, last])]
    if unknown := unknown_of(keys, otherwise):
        return unknown
    found = functions.look_up(scope.mappings, keys)
    if found is functions.Missing.SURELY and otherwise is not None:
        return resolve(otherwise, scope)
    if isinstance(found, functions.Missing):
        wrong = "" if otherwise is not None else scope.names.refusal_in(scope.mappings, keys)
        return Unknown(_in_words(name, keys), wrong=wrong, linted=False)
    return resolve(found, scope)


def _to_json(_name: str, argument: object, scope: Scope) -> object:
    return functions.as_json(_typed(argument, scope))


def _typed(value: object, scope: Scope) -> object:
    """The value worked out, but with numbers and booleans as they are written."""
    if isinstance(value, Mapping) and not function_of(value):
        resolved = resolve(value, scope)
        if isinstance(resolved, Open):
            return resolved.hidden
        typed = {str(key): _typed(item, scope) for key, item in value.items() if not str(key).startswith(LOOP)}
        typed = {**(resolved if isinstance(resolved, dict) else {}), **typed}
        return {key: item for key, item in typed.items() if item is not Absent.NO_VALUE}
    if isinstance(value, list):
        return [item for item in (_typed(one, scope) for one in value) if item is not Absent.NO_VALUE]
    return value if isinstance(value, bool | int | float) else resolve(value, scope)


def _of_values(name: str, argument: object, scope: Scope) -> object:
    return functions.VALUES[name](*(resolve(item, scope) for item in arguments(name, argument)))


def _of_one(name: str, argument: object, scope: Scope) -> object:
    return functions.SINGLES[name](resolve(argument, scope))


def _of_a_separator(name: str, argument: object, scope: Scope) -> object:
    separator, value = arguments(name, argument)
    return functions.SEPARATING[name](functions.literal(_scalar(separator)), resolve(value, scope))


FUNCTIONS: Mapping[str, Callable[[str, object, Scope], object]] = {
    "Condition": _condition,
    "Fn::Cidr": _only_there,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _only_there,
    "Fn::GetAtt": _get_att,
    "Fn::GetStackOutput": _only_there,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
    "Fn::Transform": _only_there,
    "Ref": _ref,
    **dict.fromkeys(functions.VALUES, _of_values),
    **dict.fromkeys(functions.SINGLES, _of_one),
    **dict.fromkeys(functions.SEPARATING, _of_a_separator),
}
"""Every function that a template may call, with what works it out."""
