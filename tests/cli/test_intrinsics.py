"""CloudFormation's functions: the value, or the reason why it is not known, or what no deployment can work out."""

from dataclasses import replace

import pytest

from sentinel_tables_cli.template.document import parse
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.references import KnownNames
from sentinel_tables_cli.template.values import Open, Scope, Unknown, unknown_in

SCOPE = Scope(
    values={
        "Stage": "prod",
        "Names": ["a", "b"],
        "AWS::Region": "eu-west-1",
        "G": "ge",
        "Secret": Unknown("parameter Secret"),
    },
    mappings={"ByStage": {"prod": {"Protect": True}}, "ByAccount": {123456789012: {"Name": "live", "Many": ["a", "b"]}}},
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "IsSecret": {"Fn::Equals": [{"Ref": "Secret"}, "x"]},
        "Round": {"Fn::And": [{"Condition": "Round"}, {"Condition": "IsProd"}]},
        "There": {"Fn::Not": [{"Condition": "Back"}]},
        "Back": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "There"}]},
        "Text": "yes",
        "OfResource": {"Fn::Equals": [{"Ref": "Table"}, "x"]},
        "OfNothing": {"Fn::Equals": [{"Ref": "Nothing"}, "x"]},
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
    ({"Fn::FindInMap": ["ByAccount", "123456789012", "Name"]}, "live"),
    ({"Fn::Select": [1, {"Fn::FindInMap": ["ByAccount", "123456789012", "Many"]}]}, "b"),
    ({"Fn::Length": {"Ref": "Names"}}, "2"),
    ({"Fn::Length": ["a", {"Ref": "Secret"}]}, "2"),
    ({"Fn::Base64": {"Fn::Sub": "é${Stage}"}}, "w6lwcm9k"),
    ({"Fn::ToJsonString": {"a": {"Ref": "Stage"}, "b": [1, True, {"c": 1.5}]}}, '{"a":"prod","b":[1,true,{"c":1.5}]}'),
    ({"Fn::ToJsonString": {"a": {"Ref": "AWS::NoValue"}, "b": {"Ref": "Names"}}}, '{"b":["a","b"]}'),
    ({"Fn::Select": ["1", ["a", "b", {"Ref": "Secret"}]]}, "b"),
    ({"Fn::Join": [1, ["a", "b"]]}, "a1b"),
    (
        {"a": "b", "Fn::ForEach::X": ["N", ["p", "q"], {"k-${N}": {"Fn::Sub": "${Stage}-${N}"}}]},
        {"a": "b", "k-p": "prod-p", "k-q": "prod-q"},
    ),
    ({"Ref": {"Fn::Sub": "Sta${G}"}}, "prod"),
    ({"Fn::ForEach::X": ["N", {"Ref": "Names"}, {"k${N}": {"Ref": "N"}}]}, {"ka": "a", "kb": "b"}),
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
    ({"Fn::If": ["Round", 1, 2]}, "Fn::If Round (Condition Round)"),
    (
        {"Fn::Select": [1, [{"Fn::If": ["IsSecret", "a", {"Ref": "AWS::NoValue"}]}, "b"]]},
        "Fn::If IsSecret (parameter Secret)",
    ),
    ({"Fn::Length": [{"Fn::If": ["IsSecret", "a", {"Ref": "AWS::NoValue"}]}]}, "Fn::If IsSecret (parameter Secret)"),
    ({"Fn::ToJsonString": {"a": {"Ref": "Key"}}}, "Ref Key"),
    ({"Fn::Base64": {"Ref": "Key"}}, "Ref Key"),
    ({"Fn::Equals": [{"Ref": "AWS::NoValue"}, ""]}, "AWS::NoValue in a condition"),
    ({"Fn::Sub": ["${A}", {"A": {"Ref": "AWS::NoValue"}}]}, "AWS::NoValue in place of a string"),
    ({"Fn::GetAZs": ""}, "Fn::GetAZs "),
    ({"Fn::If": ["IsSecret", 1, 2]}, "Fn::If IsSecret (parameter Secret)"),
    ({"Fn::Transform": {"Name": "x"}}, "Fn::Transform"),
    ({"Fn::Sub": {"Fn::Transform": {"Name": "x"}}}, "Fn::Sub"),
    ({"Ref": {"Fn::Sub": "${Key}"}}, "Fn::Sub with ${Key}"),
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


NAMED = replace(
    SCOPE,
    names=KnownNames(
        frozenset({"Stage", "Names", "Table", "Queue"}), parameters=frozenset({"Stage", "Names"}), extended=False
    ),
    own="Table",
    exports=lambda: {"there": "arn:one"},
    worked_out={},
)
WRONG = [
    ({"Ref": "Stag"}, 'there is no parameter or resource "Stag". Did you mean Stage?'),
    ({"Ref": ["Stage"]}, "Ref takes the name of a parameter or a resource. "),
    ({"Ref": "Table"}, "resource Table refers to itself. Take the reference out."),
    ({"Fn::Sub": "x-${Table}"}, "resource Table refers to itself."),
    ({"Fn::Sub": "x-${Table.Arn}"}, "resource Table refers to itself."),
    ({"Fn::GetAtt": ["Table", "Arn"]}, "resource Table refers to itself."),
    ({"Fn::GetAtt": "Queue"}, "Fn::GetAtt takes a resource and the name of an attribute."),
    ({"Fn::GetAtt": ["Stage", "Arn"]}, '"Stage" is a parameter, and has no attributes. Use Ref.'),
    ({"Fn::Sub": "${Stage.Arn}"}, '"Stage" is a parameter, and has no attributes. Use Ref.'),
    (
        {"Fn::Sub": "x-${Names}"},
        'Fn::Sub has a list where it takes a string, "${Names}". Join it with Fn::Join, or pick',
    ),
    ({"Fn::Sub": ["${A}", {"A": {"B": "c"}}]}, 'Fn::Sub has a mapping where it takes a string, "${A}". Write a string.'),
    ({"Fn::Sub": ["${A}", {"A": None}]}, 'Fn::Sub has null where it takes a string, "${A}".'),
    ({"Fn::Sub": "x-${}"}, 'Fn::Sub has "${}": a name has letters, digits and _ . : alone.'),
    ({"Fn::Sub": "x-${a-b}"}, 'Fn::Sub has "${a-b}": a name has'),
    ({"Fn::Sub": ["x"]}, "Fn::Sub takes a string, or a list of a string and a mapping."),
    ({"Fn::Sub": [{"Ref": "Stage"}, {}]}, "Fn::Sub takes a string, or"),
    ({"Fn::Sub": ["x", {"Unused": {"Ref": "Stag"}}]}, 'there is no parameter or resource "Stag".'),
    (
        {"Fn::Join": [{"Ref": "Stage"}, ["a"]]},
        "Fn::Join takes a separator that is written out: no function may stand there.",
    ),
    ({"Fn::Split": [{"Ref": "Stage"}, "a"]}, "Fn::Split takes a separator that is written out:"),
    ({"Fn::Split": ["", "a"]}, "Fn::Split takes a separator of at least one character."),
    ({"Fn::Split": ["-", {"Ref": "Names"}]}, "Fn::Split has a list where it takes a string."),
    ({"Fn::Join": ["-", "a"]}, "Fn::Join takes a list after its separator."),
    ({"Fn::Join": ["-", [{"Ref": "Names"}]]}, "Fn::Join has a list where it takes a string."),
    ({"Fn::Join": ["-"]}, "Fn::Join takes a list of a separator and a list. Correct its arguments."),
    (
        {"Fn::Select": ["7", {"Ref": "Names"}]},
        "Fn::Select has the index 7, and it takes 0 to 1. Correct it, or the list.",
    ),
    ({"Fn::Select": ["-1", {"Ref": "Names"}]}, "Fn::Select has the index -1, and it takes 0 to 1."),
    ({"Fn::Select": [0, []]}, "Fn::Select has the index 0, and the list is empty."),
    ({"Fn::Select": ["one", {"Ref": "Names"}]}, 'Fn::Select takes a whole number for its index, and has "one".'),
    ({"Fn::Select": [0, "a"]}, "Fn::Select takes a list after its index."),
    ({"Fn::Select": [0]}, "Fn::Select takes a list of an index and a list."),
    ({"Fn::FindInMap": ["ByStage", "dev", "Protect"]}, 'there is no "dev" in Mappings.ByStage. Use one of prod.'),
    ({"Fn::FindInMap": ["ByStage", "prod"]}, "Fn::FindInMap takes a list of a mapping's name and two keys."),
    ({"Fn::FindInMap": ["ByStage", {"Ref": "Names"}, "x"]}, "Fn::FindInMap has a list where it takes a string."),
    ({"Fn::If": "nonsense"}, "Fn::If takes a list of a condition's name and two values."),
    ({"Fn::If": [{"Fn::Or": []}, 1, 2]}, "Fn::If takes the name of a condition first."),
    ({"Fn::If": ["IsProd", 1]}, "Fn::If takes a list of a condition's name and two values."),
    ({"Fn::If": ["IsPrd", 1, 2]}, 'there is no condition "IsPrd". Did you mean IsProd?'),
    ({"Fn::If": ["Round", 1, 2]}, "condition Round refers to itself, or others refer back to it."),
    ({"Fn::If": ["There", 1, 2]}, "condition There refers to itself, or others refer back to it."),
    ({"Fn::If": ["Text", 1, 2]}, "condition Text is neither true nor false."),
    ({"Fn::If": ["OfResource", 1, 2]}, 'there is no parameter "Table". '),
    ({"Fn::If": ["OfNothing", 1, 2]}, 'there is no parameter "Nothing". '),
    ({"Fn::If": ["IsProd", "a", {"Ref": "Stag"}]}, 'there is no parameter or resource "Stag". Did you mean Stage?'),
    ({"Fn::Sob": "${Stage}"}, 'there is no function "Fn::Sob". Did you mean Fn::Sub?'),
    ({"Fn::Length": {"Ref": "Names"}}, "Fn::Length takes AWS::LanguageExtensions. Add it to Transform."),
    ({"Fn::ImportValue": {"Fn::Sub": "${Stag}"}}, 'there is no parameter or resource "Stag".'),
    ({"Fn::ImportValue": "their"}, 'there is no export "their" in this account and Region.'),
    ({"Fn::ImportValue": {"Ref": "Names"}}, "Fn::ImportValue has a list where it takes a string."),
    ({"a": 1, "Fn::Sub": "x"}, "Fn::Sub stands beside other keys. Take it, or them, out."),
    ({"Fn::Join": ["", [{"Fn::If": ["IsSecret", {"Ref": "Stag"}, "b"]}]]}, 'there is no parameter or resource "Stag".'),
]
CONDITIONS = [
    ({"Fn::Not": []}, "Fn::Not takes a list of one condition."),
    ({"Fn::And": [{"Condition": "IsProd"}]}, "Fn::And takes a list of 2 to 10 conditions."),
    ({"Fn::Or": ["IsProd", "IsDev"]}, 'Fn::Or takes conditions, and has "IsProd". Write Condition: and its name.'),
    ({"Fn::Equals": ["a"]}, "Fn::Equals takes a list of two values."),
    ({"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "Nowhere"}]}, 'there is no condition "Nowhere". '),
]


@pytest.mark.parametrize(("value", "wrong"), [*WRONG, *CONDITIONS])
def test_what_no_deployment_can_work_out_is_wrong(value: object, wrong: str) -> None:
    found = unknown_in(resolve(value, NAMED))
    assert found is not None
    assert found.wrong.startswith(wrong), found.wrong


INNER = {"Fn::If": ["IsSecret", "a", "b"]}
AROUND = [
    {"Fn::Sub": ["x-${A}", {"A": INNER}]},
    {"Fn::Join": ["-", ["x", INNER]]},
    {"Fn::Join": ["-", {"Fn::If": ["IsSecret", ["a"], ["b"]]}]},
    {"Fn::Select": [INNER, ["a", "b"]]},
    {"Fn::Select": [0, {"Fn::Split": ["-", INNER]}]},
    {"Fn::FindInMap": ["ByStage", INNER, "Protect"]},
    {"Fn::Base64": INNER},
    {"Fn::ToJsonString": {"a": INNER}},
    {"Fn::ImportValue": INNER},
]


@pytest.mark.parametrize("value", AROUND)
def test_an_if_inside_another_function_does_not_stand_for_the_whole(value: object) -> None:
    found = resolve(value, SCOPE)
    assert isinstance(found, Unknown)
    assert (found.branches, found.wrong) == ((), "")


def test_what_a_macro_adds_hides_only_itself() -> None:
    found = resolve({"a": {"Ref": "Stage"}, "Fn::Transform": {"Name": "x"}}, SCOPE)
    assert isinstance(found, Open)
    assert dict(found) == {"a": "prod"}
    loop = resolve({"a": {"Ref": "Stage"}, "Fn::ForEach::X": ["N", {"Ref": "Secret"}, {"k${N}": "v"}]}, SCOPE)
    assert isinstance(loop, Open)
    assert (dict(loop), loop.hidden.why) == (
        {"a": "prod"},
        "a loop, of which its list is known only at deployment (parameter Secret)",
    )


def test_conditions_that_refer_to_each_other_are_worked_out_once_each() -> None:
    levels: dict[str, object] = {"C0": {"Fn::Equals": [{"Ref": "Secret"}, "x"]}}
    levels |= {f"C{n}": {"Fn::And": [{"Condition": f"C{n - 1}"}, {"Condition": f"C{n - 1}"}]} for n in range(1, 40)}
    scope = Scope(values=SCOPE.values, conditions=levels)
    assert isinstance(resolve({"Condition": "C39"}, scope), Unknown)
    assert len(scope.worked_out) == 40


def test_exports_are_read_if_they_can_be() -> None:
    assert resolve({"Fn::ImportValue": "there"}, NAMED) == "arn:one"


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
  Name: {Type: "AWS::SSM::Parameter::Name", Default: /a}
  Open: {Type: String}
Resources: {}
""",
        "t",
    )
    values = template.scope({"Given": "yes"}, {}).values
    assert {name: values[name] for name in ("Given", "Default", "Names", "Name")} == {
        "Given": "yes",
        "Default": "5",
        "Names": ["a", "b"],
        "Name": "/a",
    }
    assert isinstance(values["Looked"], Unknown)
    assert isinstance(values["Open"], Unknown)


MAPS = {"M": {"dev": {"Class": "STANDARD"}}, "N": {123: {"Class": "x"}}}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["M", "dev", "Class"], "STANDARD"),
        (["M", "prod", "Class"], "other"),
        (["M", "dev", "Size"], "other"),
    ],
)
def test_a_default_of_find_in_map(keys: list[str], found: str) -> None:
    assert resolve({"Fn::FindInMap": [*keys, {"DefaultValue": {"Ref": "D"}}]}, Scope({"D": "other"}, MAPS)) == found


@pytest.mark.parametrize("keys", [["O", "a", "b"], ["N", "124", "Class"]])
def test_a_default_is_not_taken_for_what_may_be_there(keys: list[str]) -> None:
    assert not isinstance(resolve({"Fn::FindInMap": [*keys, {"DefaultValue": "x"}]}, Scope({}, MAPS)), str)
