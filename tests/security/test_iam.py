"""The evaluator of policies: each row is a statement, a request, and what AWS's documents say of the two."""

from typing import Any

import pytest

from tests.security.iam import Request, Unsupported, allowed, arn_like, matches, request

TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-a"
READ = "dynamodb:DescribeTable"


def statement(effect: str = "Allow", action: Any = READ, resource: Any = TABLE, **condition: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource} | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("action", "holds"),
    [
        (READ, True), ("DYNAMODB:describetable", True), ("dynamodb:Describe*", True), ("*", True), ("dynamodb:*", True),
        (["dynamodb:X", READ], True), ("dynamodb:Describe", False), ("dynamodb:DescribeTabl?", True), ("kms:*", False),
    ],
)  # fmt: skip
def test_an_action_matches_whatever_its_case_and_by_wildcards(action: Any, holds: bool) -> None:
    assert matches(statement(action=action), request(READ, TABLE)) is holds


@pytest.mark.parametrize(
    ("pattern", "arn", "holds"),
    [
        (TABLE, TABLE, True),
        ("*", TABLE, True),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-*", TABLE, True),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-*", f"{TABLE}/index/gsi", True),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-*", TABLE.replace("sentinel", "Sentinel"), False),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-?", f"{TABLE}b", False),
        ("arn:aws:dynamodb:*:*:table/sentinel-a", TABLE, True),
        ("arn:aws:dynamodb:*:table/sentinel-a", TABLE, False),
        ("arn:aws:logs:r:1:log-group:/x:*", "arn:aws:logs:r:1:log-group:/x:log-stream:y", True),
        ("arn:aws:logs:r:1:log-group:/x:*", "arn:aws:logs:r:1:log-group:/xy:log-stream:y", False),
        ("arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x", True),
        ("arn:aws:iam::1:role/x", "nonsense", False),
        ("arn:aws:dynamodb:r:1:table/a.b", "arn:aws:dynamodb:r:1:table/aXb", False),
    ],
)  # fmt: skip
def test_a_resource_matches_part_by_part(pattern: str, arn: str, holds: bool) -> None:
    assert arn_like(pattern, arn) is holds


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"kms:ViaService": "a"}}, {"kms__ViaService": "a"}, True),
        ({"StringEquals": {"KMS:viaservice": ["b", "a"]}}, {"kms__ViaService": "a"}, True),
        ({"StringEquals": {"kms:ViaService": "a"}}, {"kms__ViaService": "A"}, False),
        ({"StringEquals": {"kms:ViaService": "a"}}, {}, False),
        ({"StringNotEquals": {"kms:ViaService": "a"}}, {}, True),
        ({"StringNotEquals": {"kms:ViaService": ["a", "b"]}}, {"kms__ViaService": "b"}, False),
        ({"StringLike": {"x": "a*"}}, {"x": "ab"}, True),
        ({"StringNotLike": {"x": "a*"}}, {"x": "ab"}, False),
        ({"Bool": {"kms:GrantIsForAWSResource": True}}, {"kms__GrantIsForAWSResource": "true"}, True),
        ({"Bool": {"kms:GrantIsForAWSResource": True}}, {"kms__GrantIsForAWSResource": "false"}, False),
        ({"Bool": {"kms:GrantIsForAWSResource": True}}, {}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x*"}}, {"aws__PrincipalArn": "arn:aws:iam::1:role/xy"}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:x/*"}}, {"aws__PrincipalArn": "arn:aws:iam::1:x/y"}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, {}, True),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "s:*"}}, {"aws__TagKeys": ("team", "s:owner")}, True),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "s:*"}}, {"aws__TagKeys": ("team",)}, False),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "s:*"}}, {}, False),
        ({"StringEquals": {"a": "1"}, "Bool": {"b": True}}, {"a": "1", "b": "false"}, False),
        ({"StringEquals": {"a": "1", "b": "2"}}, {"a": "1"}, False),
    ],
)  # fmt: skip
def test_conditions_hold_all_together(condition: Any, context: dict[str, Any], holds: bool) -> None:
    assert matches(statement(**condition), request(READ, TABLE, **context)) is holds


def test_what_nobody_allows_is_denied_and_a_denial_wins() -> None:
    asked = request(READ, TABLE)
    assert allowed(asked, [statement()])
    assert not allowed(asked, [])
    assert not allowed(asked, [statement(), statement("Deny", resource="*")])


def test_every_layer_has_to_allow_it() -> None:
    asked = request(READ, TABLE)
    assert allowed(asked, [statement()], [statement(action="*")])
    assert not allowed(asked, [statement()], [])
    assert not allowed(asked, [statement()], [statement(action="*"), statement("Deny")])


@pytest.mark.parametrize(
    "one",
    [
        {"Effect": "Allow", "NotAction": "x", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotResource": "x"},
        {"Effect": "Perhaps", "Action": "*", "Resource": "*"},
        statement(resource="arn:aws:dynamodb:${aws:RequestedRegion}:1:table/x"),
        statement(NumericLessThan={"x": "1"}),
        statement(StringEqualsIfExists={"x": "1"}),
    ],
)
def test_what_it_does_not_know_it_refuses(one: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        matches(one, request(READ, TABLE))


def test_several_values_need_a_qualifier() -> None:
    with pytest.raises(Unsupported):
        matches(statement(StringEquals={"aws:TagKeys": "a"}), Request(READ, TABLE, (("aws:TagKeys", ("a", "b")),)))
