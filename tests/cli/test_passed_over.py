"""What cannot be looked into, or is served under another type: it is named, and nothing is claimed of it."""

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
TOPIC = "Resources: {Topic: {Type: 'AWS::SNS::Topic'}}\n"


@pytest.mark.parametrize("denied", ["list_tags_of_resource", "describe_table"])
def test_a_table_that_goes_and_may_not_be_looked_at_is_not_said_to_stay(desk: Desk, denied: str) -> None:
    desk.deploy(BREAKGLASS)
    desk.denied = (denied,)
    result = desk.plan(TOPIC, *OWN)
    assert result.exit_code == 1
    assert "BreakGlass -> sentinel-breakglass: not known\n" in result.stdout
    assert "Not seen: table sentinel-breakglass (dynamodb:" in result.stdout


HIDING = {
    "a module": "Resources: {Break: {Type: 'My::Tables::Of::MODULE'}}\n",
    "a macro": f"Transform: Mine\n{TOPIC}",
    "an include": f"Transform: {{Name: 'AWS::Include', Parameters: {{Location: s3://a/b}}}}\n{TOPIC}",
    "an include beside": f"Fn::Transform: {{Name: 'AWS::Include', Parameters: {{Location: s3://a/b}}}}\n{TOPIC}",
}


@pytest.mark.parametrize("text", HIDING.values(), ids=HIDING)
def test_a_table_that_only_cloudformation_makes_is_not_said_to_go(desk: Desk, text: str) -> None:
    desk.deploy(BREAKGLASS)
    result = desk.plan(text, *OWN)
    assert result.exit_code == 1
    assert "BreakGlass -> sentinel-breakglass: not known\n" in result.stdout
    assert "what tables it makes is not known" in desk.type("validate", desk.file(text)).stdout


NOT_HIDING = {
    "another module": "Resources: {Other: {Type: 'My::Tables::Of::MODULE'}}\n",
    "AWS's own": f"Transform: [AWS::SecretsManager-2024-09-16, AWS::Serverless-2016-10-31]\n{TOPIC}",
    "a module that is not deployed": "Conditions: {Never: !Equals [a, b]}\n"
    "Resources: {Break: {Type: 'My::Tables::Of::MODULE', Condition: Never}}\n",
    "a nested stack": "Resources: {Break: {Type: 'AWS::CloudFormation::Stack'}}\n",
}


@pytest.mark.parametrize("text", NOT_HIDING.values(), ids=NOT_HIDING)
def test_what_makes_no_table_of_that_name_hides_no_removal(desk: Desk, text: str) -> None:
    desk.deploy(BREAKGLASS)
    assert "BreakGlass -> sentinel-breakglass: to be removed" in desk.plan(text, *OWN).stdout


@pytest.mark.parametrize("kind", ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"])
def test_a_nested_stack_is_told(desk: Desk, kind: str) -> None:
    text = f"Resources: {{Child: {{Type: '{kind}'}}}}\n"
    told = "Child: it is a nested stack, and is not looked into."
    assert told in desk.plan(text).stdout
    assert told in desk.type("validate", desk.file(text)).stdout


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
