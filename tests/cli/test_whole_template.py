"""What CloudFormation refuses, or reads in its own way, around the tables: keys, conditions, parameters, types."""

import json
import re
from pathlib import Path

import pytest

from .desk import BREAKGLASS, Desk
from .test_lint import lint

OWN = ("--stack", "records", "--detailed-exitcode")
TWICE = BREAKGLASS + "      TableClass: GOLD\n      TableClass: STANDARD\n"
DOUBLE = "The key stands twice in one mapping, here and in line 8. CloudFormation takes this one. Take the other out."


def test_a_key_that_stands_twice_counts_the_last_time_and_is_a_warning(desk: Desk) -> None:
    name = desk.file(TWICE)
    told = desk.type("validate", name)
    assert (told.exit_code, told.stdout) == (0, f"{name}:9: TableClass: Warning: {DOUBLE}\nChecked 1 table: no problems.\n")
    assert f"{name}:9: TableClass: {DOUBLE}\n" in desk.plan(TWICE).stdout


def test_a_key_that_stands_twice_in_the_deployed_template_too(desk: Desk) -> None:
    desk.deploy(TWICE)
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 0
    assert f"the template of stack records:9: TableClass: {DOUBLE}\n" in result.stdout


@pytest.mark.parametrize(
    "text", ['{"a": 1,\n"Resources": {}, "Resources": {"T": {}}}', '{"Resources": {},\n\t"Resources": {}}']
)
def test_keys_twice_in_json(desk: Desk, text: str) -> None:
    assert ":2: Resources: Warning: The key stands twice" in desk.type("validate", desk.file(text)).stdout


def test_yaml_in_a_file_named_json(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(BREAKGLASS)
    assert desk.type("validate", str(path)).exit_code == 0


TABBED = json.dumps(
    {"Resources": {"T": {"Type": "Custom::SentinelTable", "Properties": {"Schema": "x", "Tags": "😀"}}}}, indent="\t"
)


def test_json_with_tabs_and_surrogate_pairs(desk: Desk) -> None:
    name = desk.file(TABBED.replace('"\\ud83d\\ude00"', '"plain"'))
    assert f'{name}:6: T: Property Schema is "x".' in desk.type("validate", name).stdout
    assert 'T: Property Schema is "x".' in desk.type("validate", desk.file(TABBED)).stdout


ACCOUNTS = "Mappings: {ByAccount: {012345678901: {Class: GOLD}, 123456789012: {Class: STANDARD}}}\n"


def test_a_mapping_with_account_ids_without_quotes(desk: Desk) -> None:
    text = ACCOUNTS + BREAKGLASS + "      TableClass: !FindInMap [ByAccount, !Ref AWS::AccountId, Class]\n"
    assert desk.planned(text)["outcome"] == "create"
    name = desk.file(text.replace("!Ref AWS::AccountId", "'012345678901'"))
    assert 'TableClass is "GOLD"' in desk.type("validate", name).stdout


LOOP = "      Fn::ForEach::Each: [Key, LIST, {'Tag${Key}': x}]\n"
MACRO = "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}\n"


@pytest.mark.parametrize("more", [LOOP.replace("LIST", "!Ref AWS::NotificationARNs"), MACRO])
def test_what_stands_beside_a_macro_or_a_loop_is_checked(desk: Desk, more: str) -> None:
    name = desk.file(f"{BREAKGLASS}{more}      TableClass: GOLD\n")
    told = desk.type("validate", name)
    assert told.stdout.startswith(f'{name}:9: BreakGlass: Property TableClass is "GOLD".')
    assert "1 problem. 1 property is known only at deployment.\n" in told.stdout


def test_a_macro_may_bring_what_is_missing(desk: Desk) -> None:
    text = BREAKGLASS.partition("      ServiceToken")[0] + MACRO
    assert desk.type("validate", desk.file(text)).exit_code == 0
    reason = desk.planned(text)["reasons"][0]
    assert reason == "Property Properties is Fn::Transform. Without it, the table is not known."


def test_a_loop_in_the_properties_over_a_known_list_is_expanded(desk: Desk) -> None:
    told = desk.type("validate", desk.file(BREAKGLASS + LOOP.replace("LIST", "[a, b]"))).stdout
    assert "Property Taga is not known." in told
    assert "Property Tagb is not known." in told


CONDITIONS = {
    "not there": ("Conditions: {}\n", 'there is no condition "Prod". '),
    "a circle": (
        "Conditions: {Prod: !Not [!Condition Other], Other: !Not [!Condition Prod]}\n",
        "condition Prod refers to itself",
    ),
    "of a resource": ("Conditions: {Prod: !Equals [!Ref BreakGlass, x]}\n", 'there is no parameter "BreakGlass". '),
}


@pytest.mark.parametrize(("head", "wrong"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_of_a_table_that_no_deployment_can_decide(desk: Desk, head: str, wrong: str) -> None:
    text = head + BREAKGLASS + "    Condition: Prod\n"
    name = desk.file(text)
    assert f"{name}:9: BreakGlass: Condition: {wrong}" in desk.type("validate", name).stdout
    planned = desk.plan(text)
    assert planned.exit_code == 1
    assert wrong in planned.stdout


def test_a_condition_that_no_table_uses_is_checked_too(desk: Desk) -> None:
    text = "Conditions:\n  Prod: !Equals [a]\n" + BREAKGLASS
    name = desk.file(text)
    message = "Condition Prod: Fn::Equals takes a list of two values. Correct its arguments."
    assert desk.type("validate", name).stdout.startswith(f"{name}:2: Prod: {message}\n")
    assert f"! {message}\n" in desk.plan(text).stdout


PARAMETERS = "Parameters:\n  Env: {Type: String, Default: staging, AllowedValues: [dev, prod]}\n  Must: {Type: String}\n"


def test_a_default_that_the_parameter_itself_refuses(desk: Desk) -> None:
    name = desk.file(PARAMETERS + BREAKGLASS)
    message = 'Parameter Env has the default "staging". It takes dev or prod.'
    told = desk.type("validate", name)
    assert (told.exit_code, told.stdout.splitlines()[0]) == (1, f"{name}:2: Env: {message}")
    assert desk.type("validate", name, "--parameters", "Env=dev").exit_code == 0


def test_a_parameter_without_a_value_is_refused_by_a_deployment(desk: Desk) -> None:
    text = PARAMETERS.replace("staging", "dev") + BREAKGLASS
    planned = desk.plan(text)
    assert planned.exit_code == 1
    assert "! Parameter Must has no value. Give one with --parameters Must=VALUE.\n" in planned.stdout
    assert json.loads(desk.plan(text, "--json").stdout)["problems"] == [
        "Parameter Must has no value. Give one with --parameters Must=VALUE."
    ]
    assert desk.plan(text, "--parameters", "Must=x").exit_code == 0
    assert desk.type("validate", desk.file(text)).exit_code == 0


def test_the_stack_s_own_value_is_one(desk: Desk) -> None:
    text = PARAMETERS.replace("staging", "dev") + BREAKGLASS
    desk.deploy(text, Must="x")
    assert desk.plan(text, *OWN).exit_code == 0


def test_the_name_of_a_stored_parameter_is_text(desk: Desk) -> None:
    head = "Parameters: {Name: {Type: 'AWS::SSM::Parameter::Name', Default: sentinel-a, AllowedValues: [sentinel-a]}}\n"
    text = f"{head}{BREAKGLASS}      TableName: !Ref Name\n"
    assert desk.planned(text)["table"] == "sentinel-a"
    assert desk.type("validate", desk.file(text), "--parameters", "Name=b").exit_code == 1


KINDS = ("Custom::SentinelTabel", "Custom::SentinelTables", "custom::sentineltable", "Custom::Sentinel-Table")


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_is_nearly_ours_is_a_note(desk: Desk, kind: str) -> None:
    text = f"Resources:\n  T:\n    Type: {kind}\n    Properties: {{ServiceToken: x}}\n"
    name = desk.file(text)
    note = f"it is left out: its type is {kind}. Did you mean Custom::SentinelTable?"
    told = desk.type("validate", name)
    assert (told.exit_code, told.stdout) == (0, f"{name}:3: T: {note}\nChecked 0 tables: no problems.\n")
    assert f"T: {note}\n" in desk.plan(text).stdout


TAGS = {
    "beside an unknown value": "Tags: [{Key: a, Value: !Ref K}, {Key: a, Value: x}]",
    "both unknown": "Tags: [{Key: a, Value: !Ref K}, {Key: a, Value: !ImportValue x}]",
}


@pytest.mark.parametrize("line", TAGS.values(), ids=TAGS)
def test_a_tag_key_that_stands_twice(desk: Desk, line: str) -> None:
    name = desk.file(f"Parameters: {{K: {{Type: String}}}}\n{BREAKGLASS}      {line}\n")
    assert 'Property Tags has the key "a" twice.' in desk.type("validate", name).stdout


CONTRADICTIONS = {
    "a key": "SSESpecification: {SSEEnabled: false, KMSMasterKeyId: !ImportValue key}",
    "days": "PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: !ImportValue days}",
}


@pytest.mark.parametrize("line", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_whatever_the_value_will_be(desk: Desk, line: str) -> None:
    name = desk.file(f"{BREAKGLASS}      {line}\n")
    assert desk.type("validate", name).exit_code == 1
    head = "Parameters: {K: {Type: String}}\nConditions: {X: !Equals [!Ref K, x]}\n"
    perhaps = re.sub("!ImportValue (key|days)", "!If [X, '5', !Ref AWS::NoValue]", line)
    assert desk.type("validate", desk.file(f"{head}{BREAKGLASS}      {perhaps}\n")).exit_code == 0


NESTED = """Parameters: {K: {Type: String}}
Conditions: {X: !Equals [!Ref K, x]}
Resources:
  BreakGlass:
    Type: Custom::SentinelTable
    Properties:
      ServiceToken: !ImportValue sentinel-tables-ServiceToken
      Schema: breakglass
      TableName: !Sub ["sentinel-${Stage}", {Stage: !If [X, prod, dev]}]
      Tags: [{Key: a, Value: !Join ["-", [a, !If [X, b, c]]]}]
"""


def test_an_if_inside_another_function_is_no_mistake(desk: Desk) -> None:
    assert desk.type("validate", desk.file(NESTED)).exit_code == 0
    assert not [rule for rule, *_ in lint(desk.folder, NESTED) if rule.startswith("E")]


def test_a_table_that_refers_to_itself(desk: Desk) -> None:
    name = desk.file(f"{BREAKGLASS}      Tags: [{{Key: a, Value: !GetAtt BreakGlass.Arn}}]\n")
    assert "Property Tags[0].Value: resource BreakGlass refers to itself." in desk.type("validate", name).stdout
