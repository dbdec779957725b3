"""Small templates by grammar: every function in every place, known, unknown and wrong, each with the verdict it must have.

An expression is a leaf in up to two wrappers. A wrapper is a call that gives back the very value that stands in it. So the
verdict of an expression is that of its leaf, except for the wrapper that decides by a condition which nobody knows.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any


class Verdict(StrEnum):
    """What the command line has to say of an expression."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the properties, a value that it takes, and how an expression is put there."""

    name: str
    takes: str
    put: Callable[[object], dict[str, Any]]


PLACES = (
    Place("TableName", "sentinel-a", lambda value: {"TableName": value}),
    Place("TableClass", "STANDARD", lambda value: {"TableClass": value}),
    Place("DeletionProtectionEnabled", "true", lambda value: {"DeletionProtectionEnabled": value}),
    Place(
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        "7",
        lambda value: {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": value}},
    ),
    Place("Tags[1].Value", "blue", lambda value: {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "team", "Value": value}]}),
    Place("Tags[0].Key", "team", lambda value: {"Tags": [{"Key": value, "Value": "blue"}]}),
    Place("StreamSpecification.StreamViewType", "KEYS_ONLY", lambda it: {"StreamSpecification": {"StreamViewType": it}}),
)

LEAVES: dict[str, tuple[Verdict, Callable[[str], object]]] = {
    "literal": (Verdict.KNOWN, lambda text: text),
    "Ref": (Verdict.KNOWN, lambda _: {"Ref": "Known"}),
    "Fn::Sub of a parameter": (Verdict.KNOWN, lambda _: {"Fn::Sub": "${Known}"}),
    "Fn::FindInMap": (Verdict.KNOWN, lambda _: {"Fn::FindInMap": ["Map", "12", "Value"]}),
    "Fn::FindInMap with a default": (
        Verdict.KNOWN,
        lambda text: {"Fn::FindInMap": ["Map", "13", "Value", {"DefaultValue": text}]},
    ),
    "Fn::Select of a list": (Verdict.KNOWN, lambda _: {"Fn::Select": [1, {"Ref": "List"}]}),
    "Fn::Join of a list": (Verdict.KNOWN, lambda text: {"Fn::Join": ["", [text[:2], text[2:]]]}),
    "a parameter without a value": (Verdict.UNKNOWN, lambda _: {"Ref": "Open"}),
    "Fn::GetAtt": (Verdict.UNKNOWN, lambda _: {"Fn::GetAtt": ["Queue", "Arn"]}),
    "Ref of a resource": (Verdict.UNKNOWN, lambda _: {"Ref": "Queue"}),
    "Fn::ImportValue": (Verdict.UNKNOWN, lambda _: {"Fn::ImportValue": "export"}),
    "a dynamic reference": (Verdict.UNKNOWN, lambda _: "{{resolve:ssm:/a}}"),
    "a pseudo parameter": (Verdict.UNKNOWN, lambda _: {"Fn::Sub": "${AWS::StackName}"}),
    "Ref of nothing": (Verdict.WRONG, lambda _: {"Ref": "Nothing"}),
    "Ref of itself": (Verdict.WRONG, lambda _: {"Ref": "Table"}),
    "Fn::GetAtt of nothing": (Verdict.WRONG, lambda _: {"Fn::GetAtt": ["Nothing", "Arn"]}),
    "Fn::GetAtt of a parameter": (Verdict.WRONG, lambda _: {"Fn::GetAtt": ["Known", "Arn"]}),
    "Fn::Sub of nothing": (Verdict.WRONG, lambda _: {"Fn::Sub": "${Nothing}"}),
    "Fn::Sub of a list": (Verdict.WRONG, lambda _: {"Fn::Sub": "${List}"}),
    "Fn::Select out of range": (Verdict.WRONG, lambda _: {"Fn::Select": [2, {"Ref": "List"}]}),
    "Fn::Join with too few": (Verdict.WRONG, lambda _: {"Fn::Join": [["a"]]}),
    "Fn::Join by a function": (Verdict.WRONG, lambda _: {"Fn::Join": [{"Ref": "Known"}, ["a"]]}),
    "Fn::If of no condition": (Verdict.WRONG, lambda text: {"Fn::If": ["Nothing", text, text]}),
    "Fn::If of a circle": (Verdict.WRONG, lambda text: {"Fn::If": ["Circle", text, text]}),
    "Fn::FindInMap of no key": (Verdict.WRONG, lambda _: {"Fn::FindInMap": ["Map", "13", "Value"]}),
    "a function that there is not": (Verdict.WRONG, lambda text: {"Fn::Sup": text}),
    "null": (Verdict.WRONG, lambda _: None),
    "a mapping": (Verdict.WRONG, lambda text: {"a": text, "b": text}),
}

WRAPPERS: dict[str, Callable[[object], object]] = {
    "nothing": lambda inner: inner,
    "Fn::Sub": lambda inner: {"Fn::Sub": ["${Value}", {"Value": inner}]},
    "Fn::Join": lambda inner: {"Fn::Join": ["", [inner]]},
    "Fn::Select": lambda inner: {"Fn::Select": ["1", ["x", inner]]},
    "Fn::Split": lambda inner: {"Fn::Select": [0, {"Fn::Split": ["|", inner]}]},
    "Fn::If that is true": lambda inner: {"Fn::If": ["Yes", inner, "x"]},
    "Fn::If that is false": lambda inner: {"Fn::If": ["No", "x", inner]},
    "Fn::If that is not known": lambda inner: {"Fn::If": ["Maybe", inner, inner]},
    "Fn::FindInMap": lambda inner: {"Fn::FindInMap": ["Same", inner, "Value"]},
}
DECIDED_LATER = "Fn::If that is not known"


@dataclass(frozen=True, slots=True)
class Case:
    """A template of the grammar: its document, and what has to be found of its table at that place."""

    name: str
    place: Place
    document: dict[str, Any]
    verdict: Verdict


def cases(outer: str, inner: str) -> Iterator[Case]:
    """All leaves in these two wrappers: in every place if they wrap nothing, else each in a place of its turn."""
    shift = [*WRAPPERS].index(outer) + [*WRAPPERS].index(inner)
    everywhere = product(PLACES, LEAVES.items())
    in_turn = ((PLACES[(number + shift) % len(PLACES)], leaf) for number, leaf in enumerate(LEAVES.items()))
    for place, (leaf, (verdict, make)) in everywhere if outer == "nothing" else in_turn:
        expression = WRAPPERS[outer](WRAPPERS[inner](make(place.takes)))
        later = verdict is Verdict.KNOWN and DECIDED_LATER in (outer, inner)
        yield Case(leaf, place, document(place, expression), Verdict.UNKNOWN if later else verdict)


def document(place: Place, expression: object) -> dict[str, Any]:
    """A template with that expression at that place."""
    return {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {
            "Known": {"Type": "String", "Default": place.takes},
            "List": {"Type": "CommaDelimitedList", "Default": f"x, {place.takes}"},
            "Open": {"Type": "String"},
        },
        "Mappings": {"Map": {"12": {"Value": place.takes}}, "Same": {place.takes: {"Value": place.takes}}},
        "Conditions": {
            "Yes": {"Fn::Equals": [{"Ref": "Known"}, place.takes]},
            "No": {"Fn::Not": [{"Condition": "Yes"}]},
            "Maybe": {"Fn::Equals": [{"Ref": "Open"}, "x"]},
            **({"Circle": {"Fn::Not": [{"Condition": "Circle"}]}} if "Circle" in json.dumps(expression) else {}),
        },
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Table": {
                "Type": "Custom::SentinelTable",
                "Properties": {"ServiceToken": "arn:token", "Schema": "breakglass", **place.put(expression)},
            },
        },
    }


def in_short(value: object) -> str:
    """The value as YAML, with the short forms of the functions."""
    if isinstance(value, dict):
        only = next(iter(value)) if len(value) == 1 else ""
        if only.startswith("Fn::") or only in ("Ref", "Condition"):
            return f"!{only.removeprefix('Fn::')} {in_short(value[only])}"
        return "{" + ", ".join(f"{json.dumps(key)}: {in_short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_short, value)) + "]"
    return json.dumps(value)


TRUTHS: dict[str, object] = {"true": True, "false": False, "unknown": None, "wrong": "wrong"}
"""The value of each condition that others are made of."""
OPERATORS: dict[str, Callable[[list[object]], object]] = {
    "Fn::And": lambda of: "wrong" if "wrong" in of else False if False in of else None if None in of else True,
    "Fn::Or": lambda of: "wrong" if "wrong" in of else True if True in of else None if None in of else False,
    "Fn::Not": lambda of: of[0] if of[0] in ("wrong", None) else not of[0],
}


def conditions(name: str) -> Iterator[tuple[object, object]]:
    """Each condition that this operator makes of two others, one of which is made of another; and its truth."""
    leaves = [({"Condition": f"Is{truth}"}, value) for truth, value in TRUTHS.items()]
    inner = [({"Fn::Not": [leaf]}, OPERATORS["Fn::Not"]([value])) for leaf, value in leaves]
    inner += [
        ({other: [one, another]}, OPERATORS[other]([first, second]))
        for other in ("Fn::And", "Fn::Or")
        for (one, first), (another, second) in product(leaves, leaves)
    ]
    if name == "Fn::Not":
        yield from (({name: [one]}, OPERATORS[name]([value])) for one, value in inner)
        return
    for (one, first), (another, second) in product(leaves, inner):
        yield {name: [one, another]}, OPERATORS[name]([first, second])
