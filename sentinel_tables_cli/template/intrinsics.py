"""Works out CloudFormation's functions, as far as their values are known before a deployment. Pure.

A value that is not known becomes an `Unknown` that says why; nothing is guessed. A call that no deployment can work out
becomes an `Unknown` that says what is wrong. Scalars become strings, as CloudFormation sends them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from collections.abc import Callable, Mapping

from sentinel_tables_cli.template import calls, conditions, functions
from sentinel_tables_cli.template.calls import TRANSFORM, Resolve, call_in_words, function_of, only_there, scalar
from sentinel_tables_cli.template.functions import Misuse
from sentinel_tables_cli.template.turns import LOOP, hidden, put_in, why_not
from sentinel_tables_cli.template.values import Items, Omitted, Open, Scope, Unknown


def resolve(value: object, scope: Scope) -> object:
    """The value with its functions worked out; each that cannot be is an `Unknown` in its place."""
    if isinstance(value, Mapping):
        function = function_of(value)
        return _call(function, value[function], scope) if function else _mapping(value, scope)
    if isinstance(value, list):
        items = [(position, resolve(item, scope)) for position, item in enumerate(value)]
        return Items((position, item) for position, item in items if item is not Omitted.NO_VALUE)
    return scalar(value)


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
            unknown = Unknown(call_in_words(name, item), wrong=wrong)
        elif (found := resolve(item, scope)) is not Omitted.NO_VALUE:
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
        turn = put_in(body, name, item)
        turns |= turn if isinstance(turn, dict) else {}
    return _mapping(turns, scope)


def _call(name: str, argument: object, scope: Scope) -> object:
    """Calls a function. A call that CloudFormation refuses is a value that is wrong."""
    if wrong := scope.names.refusal_of_function(name, FUNCTIONS):
        return Unknown(call_in_words(name, argument), wrong=wrong)
    made = isinstance(argument, Mapping) and function_of(argument) == TRANSFORM
    try:
        return (only_there if made else FUNCTIONS.get(name, only_there))(name, argument, scope, resolve)
    except Misuse as misuse:
        return Unknown(call_in_words(name, argument), wrong=f"{name} {misuse}")


FUNCTIONS: Mapping[str, Callable[[str, object, Scope, Resolve], object]] = {
    "Condition": conditions.truth_of,
    "Fn::Cidr": calls.only_there,
    "Fn::FindInMap": calls.find_in_map,
    "Fn::GetAZs": calls.only_there,
    "Fn::GetAtt": calls.get_att,
    "Fn::GetStackOutput": calls.only_there,
    "Fn::If": conditions.choose,
    "Fn::ImportValue": calls.import_value,
    "Fn::Sub": calls.substitute,
    "Fn::ToJsonString": calls.to_json,
    "Fn::Transform": calls.only_there,
    "Ref": calls.ref,
    **dict.fromkeys(functions.VALUES, calls.of_values),
    **dict.fromkeys(functions.SINGLES, calls.of_one),
    **dict.fromkeys(functions.SEPARATING, calls.of_a_separator),
}
"""Every function that a template may call, with what works it out."""
