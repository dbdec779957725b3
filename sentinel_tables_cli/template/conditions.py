"""Conditions, and the function that chooses by one. Pure."""

from collections.abc import Mapping

from sentinel_tables_cli.template.calls import Resolve, only_there
from sentinel_tables_cli.template.functions import Misuse, arguments
from sentinel_tables_cli.template.values import Omitted, Scope, Unknown, wrong_in


def choose(name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
    """The branch that is not taken has to be right too, as far as it does not depend on values."""
    condition, *branches = arguments(name, argument)
    if isinstance(condition, Mapping) and scope.names.known is None:
        return only_there(name, argument, scope, resolve)
    if not isinstance(condition, str):
        raise Misuse("takes the name of a condition first. Write the condition under Conditions, and its name here.")
    truth = truth_of("Condition", condition, scope, resolve)
    if isinstance(truth, Unknown):
        return _undecided(condition, truth, [resolve(branch, scope) for branch in branches])
    taken, other = branches if truth else reversed(branches)
    wrong = wrong_in(resolve(other, scope.without_values()))
    return Unknown(f"{name} {condition}", wrong=wrong) if wrong else resolve(taken, scope)


def _undecided(condition: str, truth: Unknown, branches: list[object]) -> Unknown:
    there = tuple((("Fn::If", place), one) for place, one in enumerate(branches, 1) if one is not Omitted.NO_VALUE)
    optional = len(there) < len(branches) or any(isinstance(one, Unknown) and one.optional for one in branches)
    return Unknown(f"Fn::If {condition} ({truth.why})", there, truth.wrong, truth, linted=truth.linted, optional=optional)


def truth_of(_name: str, argument: object, scope: Scope, resolve: Resolve) -> object:
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
