"""What the provider serves under another type cannot be planned, and is not passed over in silence."""

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
NATIVE = """  Native:
    Type: TYPE
    Properties: {ServiceToken: TOKEN, Schema: approval}
"""
LITERAL = BREAKGLASS.replace("!ImportValue sentinel-tables-ServiceToken", "arn:one")
TYPES = ("AWS::CloudFormation::CustomResource", "Custom::Table")
TOLD = "Native: it has the provider's ServiceToken, and is left out: its type is {}, and has to be Custom::SentinelTable."


def native(token: str, kind: str = "Custom::Table") -> str:
    return NATIVE.replace("TYPE", kind).replace("TOKEN", token)


@pytest.mark.parametrize("kind", TYPES)
def test_a_resource_of_another_type_is_told_by_plan_and_validate(desk: Desk, kind: str) -> None:
    text = "Resources:\n" + native("!ImportValue my-sentinel-tables-ServiceToken", kind)
    name = desk.file(text)
    assert TOLD.format(kind) in desk.plan(text).stdout
    assert f"{name}:3: {TOLD.format(kind)}" in desk.type("validate", name).stdout
    assert "\nChecked 0 tables: no problems.\n" in desk.type("validate", name).stdout


def test_the_service_token_of_a_table_of_the_template_is_the_provider_s(desk: Desk) -> None:
    assert TOLD.format("Custom::Table") in desk.plan(LITERAL + native("arn:one")).stdout
    text = "Parameters: {Token: {Type: String, Default: 'arn:one'}}\n" + LITERAL + native("!Ref Token")
    assert TOLD.format("Custom::Table") in desk.plan(text).stdout


@pytest.mark.parametrize("other", [native("arn:two"), native("!ImportValue another"), native("arn:one", "Other::Kind::Of")])
def test_what_others_serve_is_nothing_to_us(desk: Desk, other: str) -> None:
    assert "Native" not in desk.plan(LITERAL + other).stdout
    assert "Native" not in desk.type("validate", desk.file(LITERAL + other)).stdout


def test_what_is_not_deployed_is_not_told(desk: Desk) -> None:
    head = "Conditions: {Never: !Equals [a, b]}\n"
    assert "Native" not in desk.plan(head + LITERAL + native("arn:one") + "    Condition: Never\n").stdout


def test_one_that_the_stack_has_and_the_template_no_longer_has_is_told(desk: Desk) -> None:
    desk.deploy(LITERAL + native("arn:one"))
    assert "Native, which the template no longer has: it has the provider's ServiceToken" in desk.plan(LITERAL, *OWN).stdout
    assert "no longer has" not in desk.plan(LITERAL + native("arn:one"), *OWN).stdout
