"""What a second trial found: claims about what was not seen, or what only CloudFormation can tell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from moto import mock_aws
from typer.testing import CliRunner

from sentinel_tables_cli.app import app
from sentinel_tables_cli.template.intrinsics import resolve
from sentinel_tables_cli.template.values import Scope

from .desk import BREAKGLASS, Desk
from .test_lint import HERE, lint

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


SECRET = "Parameters: {A: {Type: String, NoEcho: true}}\n"
PAIRS = {
    "a dynamic reference": ("'{{resolve:ssm:/a}}'", "'{{resolve:ssm:/b}}'"),
    "Fn::Sub": ("!Sub '${A}-one'", "!Sub '${A}-two'"),
    "Fn::Join": ("!Join ['', [!Ref A, one]]", "!Join ['', [!Ref A, two]]"),
    "Fn::ImportValue": ("!ImportValue {'Fn::Sub': '${AWS::Region}-a'}", "!ImportValue {'Fn::Sub': '${AWS::Region}-b'}"),
    "Fn::Select": ("!Select [0, !Split ['|', !Ref A]]", "!Select [1, !Split ['|', !Ref A]]"),
    "Fn::If": ("!If [X, STANDARD, STANDARD]", "!If [X, STANDARD, STANDARD_INFREQUENT_ACCESS]"),
}


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_two_values_that_are_not_known_are_not_the_same_for_that(desk: Desk, before: str, after: str) -> None:
    head = SECRET + "Conditions: {X: !Equals [!Ref A, x]}\n" + BREAKGLASS
    desk.no_echo = True
    desk.deploy(BREAKGLASS)
    desk.deployed, desk.parameters = f"{head}      TableClass: {before}\n", {"A": "x"}
    arn = desk.plane.call("describe_table", {"TableName": "sentinel-breakglass"})["Table"]["TableArn"]
    desk.plane.call("untag_resource", {"ResourceArn": arn, "TagKeys": ["sentinel:schema"]})
    desk.clock.sleep(60)
    assert desk.planned(f"{head}      TableClass: {before}\n", *OWN)["outcome"] == "drifted"
    assert desk.planned(f"{head}      TableClass: {after}\n", *OWN)["outcome"] == "change"


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


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.usefixtures("keys")
def test_a_region_of_no_partition_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(BREAKGLASS)
    words = ["plan", str(path), "--region", "us-east1", "--endpoint-url", "http://127.0.0.1:9"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Error: DynamoDB did not answer")


@pytest.mark.usefixtures("keys")
def test_an_address_of_one_service_goes_before_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.eu-west-1.amazonaws.com")
    with mock_aws():
        assert CliRunner().invoke(app, ["status", "--region", "eu-west-1"]).exit_code == 0


def test_standard_input_is_utf_8_wherever_it_is_read() -> None:
    text = f"Description: Über\n{BREAKGLASS}"
    for locale, encoding, status in (("C", "latin-1", 1), ("C", "utf-8", 0), ("C", "utf-8-sig", 0)):
        done = subprocess.run(
            [sys.executable, "-m", "sentinel_tables_cli", "validate", "-"],
            env=os.environ | {"LC_ALL": locale, "PYTHONPATH": str(HERE)},
            input=text.encode(encoding),
            capture_output=True,
            check=False,
        )
        assert done.returncode == status
        assert (b"- is not text in UTF-8." in done.stderr) is (status == 1)


def test_status_says_what_it_has_not_seen(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    desk.denied = ("describe_time_to_live",)
    assert "Not seen in full: 1 of these tables" in desk.type("status").stdout
    assert "Not seen in full" not in desk.type("status", "--verbose").stdout
    desk.denied = ("list_tags_of_resource",)
    assert desk.type("status").stdout.startswith("No table was seen that carries the tags of ownership.\n")


@pytest.mark.parametrize("name", ["!If [X, acme-prod, sentinel-dev]", "!If [X, sentinel-a, !If [Y, sentinel-b, acme-c]]"])
def test_a_name_that_a_condition_may_choose_has_the_prefix(desk: Desk, name: str) -> None:
    head = "Parameters: {A: {Type: String}}\nConditions: {X: !Equals [!Ref A, x], Y: !Equals [!Ref A, y]}\n"
    path = desk.file(f"{head}{BREAKGLASS}      TableName: {name}\n")
    told = desk.type("validate", path)
    assert told.exit_code == 1
    assert told.stdout.count("It takes a name that begins with 'sentinel-'") == 1
    assert desk.type("validate", path, "--prefix", "").exit_code == 0


GONE = """Parameters: {E: {Type: String, Default: dev}}
Conditions: {P: !Equals [!Ref E, prod]}
Resources:
  BreakGlass:
    Type: Custom::SentinelTable
    Properties:
      ServiceToken: !ImportValue sentinel-tables-ServiceToken
      Schema: breakglass
      Tags:
        - !If [P, {Key: a, Value: b}, !Ref AWS::NoValue]
        - {Key: right, Value: right}
        - {Key: wrong, Valu: wrong}
"""


def test_the_line_of_an_item_that_stands_after_one_that_is_not_there(desk: Desk) -> None:
    name = desk.file(GONE)
    told = desk.type("validate", name).stdout
    assert f"{name}:12: BreakGlass: Property Tags[1].Valu is not known." in told
    assert f"{name}:11:" not in told
    assert [(rule, line) for rule, line, _ in lint(desk.folder, GONE) if rule == "E9501"] == [("E9501", 12), ("E9501", 12)]
