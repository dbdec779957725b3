"""The rules, by cfn-lint itself, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables_cli.checks.attributes import ATTRIBUTES

HERE = Path(__file__).resolve().parents[2]
RUN = "from cfnlint.runner.cli import main; main()"
RULES = HERE / "sentinel_tables_cli" / "cfn_lint_rules"
HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Name: {Type: String}}
Conditions: {Prod: !Equals [!Ref Name, prod]}
Resources:
  Records:
    Type: Custom::SentinelTable
    Properties:
      ServiceToken: !ImportValue sentinel-tables-ServiceToken
"""


def lint(folder: Path, text: str, *words: str) -> list[tuple[str, int, str]]:
    """Rule, line and message of each match."""
    file = folder / "template.yaml"
    file.write_text(text)
    command = [sys.executable, "-c", RUN, str(file), "--append-rules", str(RULES), "--format", "json", *words]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    assert not done.stderr, done.stderr
    matches: list[dict[str, Any]] = json.loads(done.stdout)
    return [(match["Rule"]["Id"], match["Location"]["Start"]["LineNumber"], match["Message"]) for match in matches]


def test_a_good_template_and_functions_at_any_depth(tmp_path: Path) -> None:
    lines = """      Schema: !Ref Name
      TableName: !Sub "${Name}-records"
      TimeToLiveSpecification: {Enabled: !If [Prod, "false", "true"]}
      StreamSpecification: !If [Prod, {StreamViewType: KEYS_ONLY}, !Ref AWS::NoValue]
      Tags: [{Key: !Ref Name, Value: !Ref Name}, !If [Prod, {Key: a, Value: b}, !Ref AWS::NoValue]]
      ResourcePolicy:
        PolicyDocument:
          Version: 2012-10-17
          Statement: [{Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: "dynamodb:*", Resource: "*"}]
Outputs:
  Arn: {Value: !GetAtt Records.Arn}
  Stream: {Value: !Sub "${Records.StreamArn} ${!Records.Nothing}"}
"""
    assert lint(tmp_path, HEAD + lines) == []


def test_what_is_wrong_stands_where_it_is(tmp_path: Path) -> None:
    lines = """      Schema: ledger
      tableName: sentinel-x
      TimeToLiveSpecification:
        Enabled: !If [Prod, perhaps, "true"]
      Tags:
        - Key: !Ref Name
          value: x
Outputs:
  A: {Value: !GetAtt Records.Name}
  B: {Value: !Sub "${Records.StreamArn}"}
"""
    found = [match for match in lint(tmp_path, HEAD + lines) if match[0].startswith("E95")]
    assert [(rule, line) for rule, line, _ in found] == [
        ("E9501", 9),
        ("E9501", 10),
        ("E9501", 12),
        ("E9501", 14),
        ("E9501", 15),
        ("E9502", 17),
        ("E9502", 18),
    ]
    messages = [message for *_, message in found]
    assert messages[0] == 'Property Schema is "ledger". It takes breakglass, approval, session or ratelimit.'
    assert messages[1] == "Property tableName is not known. Did you mean TableName?"
    assert messages[5] == "Records: There is no attribute Name. Use one of TableName, Arn, TableId, Schema, StreamArn."


def test_a_table_has_one_owner(tmp_path: Path) -> None:
    more = "".join(
        f"  {name}: {{Type: 'Custom::SentinelTable', {condition}Properties: {{ServiceToken: x, Schema: session}}}}\n"
        for name, condition in {"Copy": "", "Other": "Condition: Prod, "}.items()
    )
    found = [match for match in lint(tmp_path, f"{HEAD}      Schema: session\n{more}") if match[0].startswith("E95")]
    message = 'Table "sentinel-sessions" is asked for by "Records" and by "Copy", and has one owner.'
    assert found == [("E9503", 10, f"{message} Give one of them another TableName.")]


DEFAULTS = """Parameters: {Name: {Type: String, Default: training}, Other: {Type: String, Default: ""}}
Conditions: {Named: !Not [!Equals [!Ref Other, ""]]}
Resources:
  A: {Type: "Custom::SentinelTable", Properties: {ServiceToken: x, Schema: session, TableName: !Ref Name}}
  B:
    Type: Custom::SentinelTable
    Properties: {ServiceToken: x, Schema: session, TableName: !If [Named, !Ref Other, !Ref AWS::NoValue]}
  C: {Type: "Custom::SentinelTable", Condition: Named, Properties: {ServiceToken: x, Schema: session}}
"""


def test_names_are_known_by_the_defaults_of_parameters(tmp_path: Path) -> None:
    ((rule, line, message),) = lint(tmp_path, DEFAULTS)
    assert (rule, line) == ("E9501", 4)
    assert message.startswith('Property TableName is "training". It takes a name that begins with ')
    twice = DEFAULTS.replace("training", "sentinel-sessions")
    assert [(rule, line) for rule, line, _ in lint(tmp_path, twice)] == [("E9503", 7)]


PLAIN = {
    "no token": (HEAD.replace("ServiceToken: !ImportValue sentinel-tables-ServiceToken", "Schema: session"), "E3003"),
    "no such parameter": (f"{HEAD}      Schema: !Ref Nome\n", "E1020"),
    "no mapping": (HEAD.partition("\n      ServiceToken")[0] + " text\n", "E3012"),
}


@pytest.mark.parametrize(("text", "rule"), PLAIN.values(), ids=PLAIN)
def test_what_cfn_lint_finds_by_itself_is_not_said_twice(tmp_path: Path, text: str, rule: str) -> None:
    assert [found for found, *_ in lint(tmp_path, text) if found.startswith("E")] == [rule]


def test_a_key_that_is_in_no_mapping_is_said(tmp_path: Path) -> None:
    text = f"{HEAD}      Schema: !FindInMap [By, b, C]\nMappings: {{By: {{a: {{C: session}}}}}}\n"
    message = 'Property Schema: there is no "b" in Mappings.By. Use one of a.'
    assert ("E9501", 9, message) in lint(tmp_path, text)


def test_the_prefix_can_be_configured(tmp_path: Path) -> None:
    text = HEAD + "      Schema: session\n      TableName: acme-sessions\n"
    assert [rule for rule, *_ in lint(tmp_path, text) if rule == "E9501"] == ["E9501"]
    assert "E9501" not in [rule for rule, *_ in lint(tmp_path, text, "--configure-rule", "E9501:prefix=acme-")]


@pytest.mark.parametrize("text", ["Resources:\n", "Resources: []\n", "Outputs: {}\n"])
def test_a_template_without_resources_is_left_to_cfn_lint(tmp_path: Path, text: str) -> None:
    rules = {rule for rule, *_ in lint(tmp_path, text)}
    assert rules
    assert not {rule for rule in rules if rule == "E0002" or rule.startswith("E95")}


@pytest.mark.parametrize("example", sorted((HERE / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_are_good(tmp_path: Path, example: Path) -> None:
    assert lint(tmp_path, example.read_text()) == []


def test_the_rules_know_what_the_provider_knows() -> None:
    assert {"TableName", "Schema"} <= PROPERTIES.keys()
    source = (HERE / "sentinel_tables" / "resource.py").read_text()
    assert all(f'"{attribute}"' in source for attribute in ATTRIBUTES)
