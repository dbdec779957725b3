"""An evaluator of IAM policies: may this request be made under these policies?

Written here because nothing on PyPI evaluates whole requests offline: moto's evaluator leaves conditions out, pycfmodel
evaluates conditions alone, and the rest are linters or ask AWS. It knows what the policies here use, and raises
`Unsupported` for everything else, so that nothing is taken for granted that was not looked at.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

Statement = Mapping[str, Any]
KNOWN: Final = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
ARN_PARTS: Final = 6


class Unsupported(Exception):
    """A policy has something in it that this evaluator does not know."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as IAM sees it. `context` has the values of condition keys; a key may have several, in a tuple."""

    action: str
    resource: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


def request(action: str, resource: str, **context: str | tuple[str, ...]) -> Request:
    """A request, with the colon of a condition key written as two underscores: `aws__PrincipalArn`."""
    return Request(action, resource, tuple(sorted((key.replace("__", ":"), value) for key, value in context.items())))


def allowed(asked: Request, *layers: Iterable[Statement]) -> bool:
    """Whether every layer allows it and none denies it: the role's policies, a boundary, an organization's policy."""
    effects = [{one["Effect"] for one in layer if matches(one, asked)} for layer in layers]
    return all(found == {"Allow"} for found in effects)


def matches(one: Statement, asked: Request) -> bool:
    """Whether the statement is about the request."""
    if one.keys() - KNOWN or one["Effect"] not in {"Allow", "Deny"}:
        raise Unsupported(f"statement with {sorted(one)}")
    return (
        any(_like(pattern.lower(), asked.action.lower()) for pattern in listed(one["Action"]))
        and any(arn_like(pattern, asked.resource) for pattern in listed(one["Resource"]))
        and all(_holds(operator, tests, asked) for operator, tests in one.get("Condition", {}).items())
    )


def listed(value: Any) -> list[Any]:
    """A list, where policies take one value for a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def arn_like(pattern: str, arn: str) -> bool:
    """Whether an ARN matches: part by part, since no wildcard reaches over a colon but in the last part."""
    if pattern == "*":
        return True
    parts, found = pattern.split(":", ARN_PARTS - 1), arn.split(":", ARN_PARTS - 1)
    return len(parts) == len(found) and all(map(_like, parts, found))


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if "${" in pattern:
        raise Unsupported(f"a policy variable in {pattern}")
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)


def _equal(wanted: str, found: str) -> bool:
    return wanted == found


def _equal_bool(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


OPERATORS: Final[Mapping[str, tuple[Callable[[str, str], bool], bool]]] = {
    "StringEquals": (_equal, True),
    "StringNotEquals": (_equal, False),
    "StringLike": (_like, True),
    "StringNotLike": (_like, False),
    "ArnLike": (arn_like, True),
    "ArnNotLike": (arn_like, False),
    "Bool": (_equal_bool, True),
}
"""What compares, and whether it is to find something or nothing. A key that the request lacks is found by none."""
ANY: Final = "ForAnyValue:"


def _holds(operator: str, tests: Mapping[str, Any], asked: Request) -> bool:
    name = operator.removeprefix(ANY)
    if name not in OPERATORS:
        raise Unsupported(f"condition operator {operator}")
    compare, positive = OPERATORS[name]
    context = {key.lower(): value for key, value in asked.context}
    return all(
        _found(compare, wanted, context.get(key.lower(), ()), several=operator.startswith(ANY)) is positive
        for key, wanted in tests.items()
    )


def _found(compare: Callable[[str, str], bool], wanted: Any, given: str | tuple[str, ...], *, several: bool) -> bool:
    """Whether some value of the request's is one of those that the policy names."""
    if isinstance(given, tuple) and given and not several:
        raise Unsupported("a key of several values without ForAnyValue")
    values = given if isinstance(given, tuple) else (given,)
    return any(compare(_text(one), value) for one in listed(wanted) for value in values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
