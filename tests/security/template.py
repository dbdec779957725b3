"""The transformed template with its parameters and intrinsic functions resolved, as CloudFormation does it.

What it does not know it refuses: a resource's attribute has to be named in `ATTRIBUTES`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.security.iam import Statement

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-central-1"
FUNCTION: Final = "sentinel-tables-Provider"
"""What the function is called in the world of the tests, and so the stack: the function has its name."""
ATTRIBUTES: Final[Mapping[tuple[str, str], str]] = {
    (
        "FailedEventsQueue",
        "Arn",
    ): "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-FailedEvents",
    (
        "ProviderRole",
        "Arn",
    ): "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${RolePath}${AWS::StackName}-ProviderRole-1A2B",
}
NO_VALUE: Final = object()


@dataclass(frozen=True)
class Stack:
    """The provider's stack. `given` are the parameters that were given, the others have their defaults."""

    template: Mapping[str, Any]
    given: Mapping[str, str] = field(default_factory=dict)
    region: str = REGION
    account: str = ACCOUNT
    name: str = FUNCTION

    def properties(self, logical_id: str) -> dict[str, Any]:
        """A resource's properties, resolved."""
        resolved: dict[str, Any] = self.resolve(self.template["Resources"][logical_id]["Properties"])
        return resolved

    def role(self, logical_id: str = "ProviderRole") -> list[Statement]:
        """Every statement of a role's policies."""
        policies = self.properties(logical_id)["Policies"]
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def resolve(self, value: Any) -> Any:
        """A value of the template, without intrinsic functions."""
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in FUNCTIONS:
                return FUNCTIONS[name](self, argument)
            if name.startswith("Fn::"):
                raise NotImplementedError(name)
        resolved = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in resolved.items() if one is not NO_VALUE}

    def ref(self, name: str) -> Any:
        """What `Ref` gives."""
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        parameter = self.template["Parameters"].get(name)
        if parameter is None:
            return f"{self.name}-{name}"
        value = self.given.get(name, parameter["Default"])
        return value.split(",") if parameter["Type"] == "CommaDelimitedList" else value

    def substituted(self, text: str, variables: Mapping[str, str]) -> str:
        """What `Fn::Sub` gives."""
        return re.sub(r"\$\{([\w:]+)\}", lambda found: str(variables.get(found[1]) or self.ref(found[1])), text)


def _if(stack: Stack, argument: Any) -> Any:
    name, then, otherwise = argument
    return stack.resolve(then if stack.resolve(stack.template["Conditions"][name]) else otherwise)


def _equals(stack: Stack, argument: Any) -> bool:
    first, second = stack.resolve(argument)
    return bool(first == second)


def _join(stack: Stack, argument: Any) -> str:
    separator, parts = stack.resolve(argument)
    return str(separator).join(parts)


def _sub(stack: Stack, argument: Any) -> str:
    text, variables = (argument, {}) if isinstance(argument, str) else argument
    return stack.substituted(text, stack.resolve(variables))


FUNCTIONS: Final[Mapping[str, Callable[[Stack, Any], Any]]] = {
    "Ref": Stack.ref,
    "Fn::Equals": _equals,
    "Fn::GetAtt": lambda stack, argument: stack.substituted(ATTRIBUTES[tuple(argument)], {}),
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Not": lambda stack, argument: not stack.resolve(argument)[0],
    "Fn::Sub": _sub,
}
