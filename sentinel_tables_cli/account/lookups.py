"""Looks up values that a template only names: exports of other stacks, and parameters of the Parameter Store. Reads only."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from sentinel_tables.aws.calls import Client
from sentinel_tables_cli.account.tables import why
from sentinel_tables_cli.template.document import LOOKED_UP, Template, in_items, is_list
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.values import Scope, Unknown

AT_MOST = 10
"""Names in one call: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""


def exports_of(cloudformation: Callable[[], Client]) -> Callable[[], Mapping[str, str] | None]:
    """Reads the exports of the account and Region once, when the first is asked for; None if they cannot be read."""

    @functools.cache
    def exports() -> Mapping[str, str] | None:
        try:
            pages = cloudformation().get_paginator("list_exports").paginate()
            return {one["Name"]: one["Value"] for page in pages for one in page["Exports"]}
        except (ClientError, BotoCoreError):
            return None

    return exports


def looked_up(template: Template, given: Mapping[str, object], ssm: Callable[[], Client]) -> dict[str, object]:
    """The values of the parameters that CloudFormation looks up in the Parameter Store, by the parameters' names."""
    named = dict(_named(template, given))
    found, reason = _read(ssm, sorted(set(named.values()))) if named else ({}, "")
    return {
        name: _value(template, name, found[stored]) if stored in found else Unknown(_why(name, stored, reason))
        for name, stored in named.items()
    }


def _named(template: Template, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each parameter that is looked up, with the name that it is stored by."""
    for name, declared in template.parameters.items():
        if isinstance(declared, Mapping) and str(declared.get("Type", "")).startswith(LOOKED_UP):
            stored = given.get(name, resolve(declared.get("Default"), Scope()))
            if isinstance(stored, str):
                yield name, stored


def _read(ssm: Callable[[], Client], names: Iterable[str]) -> tuple[dict[str, str], str]:
    """The values by name, and the reason why there are no more of them."""
    found: dict[str, str] = {}
    names = list(names)
    try:
        for start in range(0, len(names), AT_MOST):
            answer = ssm().get_parameters(Names=names[start : start + AT_MOST])
            found |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
    except (ClientError, BotoCoreError) as error:
        return found, why(error)
    return found, "there is none of that name"


def _value(template: Template, name: str, text: str) -> object:
    kind = str(template.parameters[name]["Type"]).removeprefix(LOOKED_UP).removesuffix(">")
    return in_items(text) if is_list(kind) else text


def _why(name: str, stored: str, reason: str) -> str:
    return f"parameter {name}, which is looked up as {stored}: {reason}"
