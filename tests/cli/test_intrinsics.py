"""CloudFormation's functions: worked out where the values are known, told where not."""

import pytest

from sentinel_tables_cli.template.document import parse
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.values import Scope, Unknown

SCOPE = Scope(
    values={"Stage": "prod", "Names": ["a", "b"], "AWS::Region": "eu-west-1", "Secret": Unknown("parameter Secret")},
    mappings={"ByStage": {"prod": {"Protect": True}}},
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "IsSecret": {"Fn::Equals": [{"Ref": "Secret"}, "x"]},
        "Round": {"Fn::And": [{"Condition": "Round"}, {"Condition": "IsProd"}]},
    },
)

KNOWN = [
    ({"Ref": "Stage"}, "prod"),
    ({"Ref": "Names"}, ["a", "b"]),
    ({"Fn::Sub": "t-${Stage}-${!Raw}-${AWS::Region}"}, "t-prod-${Raw}-eu-west-1"),
    ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Stage"}}]}, "prod-prod"),
    ({"Fn::If": ["IsProd", "yes", {"Ref": "Nowhere"}]}, "yes"),
    ({"Fn::If": ["IsDev", "yes", "no"]}, "no"),
    ({"Fn::Join": ["-", ["t", {"Ref": "Stage"}]]}, "t-prod"),
    ({"Fn::Join": ["-", {"Ref": "Names"}]}, "a-b"),
    ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
    ({"Fn::FindInMap": ["ByStage", {"Ref": "Stage"}, "Protect"]}, "true"),
    ({"Fn::If": [{"Fn::Or": []}, 1, 2]}, Unknown),
    ({"Enabled": True, "Days": 35, "Gone": {"Ref": "AWS::NoValue"}}, {"Enabled": "true", "Days": "35"}),
    ([{"Ref": "AWS::NoValue"}, 1.5], ["1.5"]),
    ({"Condition": {"Bool": {"a": True}}}, {"Condition": {"Bool": {"a": "true"}}}),
]

UNKNOWN = [
    ({"Ref": "Key"}, "Ref Key"),
    ({"Ref": "Secret"}, "parameter Secret"),
    ({"Fn::GetAtt": ["Key", "Arn"]}, "Fn::GetAtt Key.Arn"),
    ({"Fn::ImportValue": "token"}, "Fn::ImportValue token"),
    ({"Fn::Sub": "${Key.Arn}"}, "Fn::Sub with ${Key.Arn}"),
    ({"Fn::Join": ["", ["a", {"Ref": "Key"}]]}, "Ref Key"),
    ({"Fn::Select": ["7", {"Ref": "Names"}]}, "Fn::Select, which cannot be worked out"),
    ({"Fn::Select": ["-1", {"Ref": "Names"}]}, "Fn::Select, which cannot be worked out"),
    ({"Fn::FindInMap": ["ByStage", "dev", "Protect"]}, "Fn::FindInMap ByStage.dev.Protect, which cannot be worked out"),
    ({"Fn::If": "nonsense"}, "Fn::If nonsense, which cannot be worked out"),
    ({"Fn::If": ["Round", 1, 2]}, "Fn::If Round (Condition Round)"),
    ({"Fn::If": ["IsSecret", 1, 2]}, "Fn::If IsSecret (parameter Secret)"),
    ({"Fn::Transform": {"Name": "x"}, "More": 1}, "Fn::Transform"),
    ("{{resolve:ssm:name}}", "a dynamic reference, {{resolve:...}}"),
]


@pytest.mark.parametrize(("value", "expected"), KNOWN)
def test_what_is_known(value: object, expected: object) -> None:
    found = resolve(value, SCOPE)
    assert isinstance(found, Unknown) if expected is Unknown else found == expected


@pytest.mark.parametrize(("value", "why"), UNKNOWN)
def test_what_is_not_known_says_why(value: object, why: str) -> None:
    found = resolve(value, SCOPE)
    assert isinstance(found, Unknown)
    assert found.why == why


def test_json_and_yaml_with_tags_are_the_same_template() -> None:
    yaml = parse("Resources: {A: {Type: 'Custom::SentinelTable', Properties: {TableName: !Sub 'a-${X}'}}}", "t")
    text = '{"Resources":{"A":{"Type":"Custom::SentinelTable","Properties":{"TableName":{"Fn::Sub":"a-${X}"}}}}}'
    scope = Scope(values={"X": "b"})
    assert [*yaml.tables(scope)] == [*parse(text, "t").tables(scope)]


def test_parameters_are_what_was_given_else_the_default_and_lists_are_lists() -> None:
    template = parse(
        """
Parameters:
  Given: {Type: String, Default: no}
  Default: {Type: Number, Default: 5}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a}
  Open: {Type: String}
Resources: {}
""",
        "t",
    )
    values = template.scope({"Given": "yes"}, {}).values
    assert {name: values[name] for name in ("Given", "Default", "Names")} == {
        "Given": "yes",
        "Default": "5",
        "Names": ["a", "b"],
    }
    assert isinstance(values["Looked"], Unknown)
    assert isinstance(values["Open"], Unknown)
