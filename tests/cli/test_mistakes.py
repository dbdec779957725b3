"""A user's mistakes: one or two sentences, the remedy last, status 1, and never a traceback."""

from pathlib import Path

import pytest

from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables_cli.forecast.assumptions import SETTINGS_OF
from sentinel_tables_cli.mistakes import clean

from .desk import BREAKGLASS, Desk
from .test_lint import lint

MISTAKES = {
    "an unknown property": ("ReadCapacity: 5", "Property ReadCapacity is not known. Take it out."),
    "the wrong case": ("tableName: sentinel-x", "Property tableName is not known. Did you mean TableName?"),
    "another prefix": (
        "TableName: acme-records",
        'Property TableName is "acme-records". It takes a name that begins with ',
    ),
    "a wrong value deep inside": (
        "PointInTimeRecoverySpecification: {RecoveryPeriodInDays: 99}",
        'Property PointInTimeRecoverySpecification.RecoveryPeriodInDays is "99". It takes a whole number from 1 to 35.',
    ),
    "a tag without a value": (
        "Tags: [{Key: team}]",
        "Property Tags[0].Value is missing. It takes up to 256 letters, digits, spaces and + - = . _ : / @.",
    ),
    "a contradiction": (
        "SSESpecification: {SSEEnabled: false, SSEType: KMS}",
        'Property SSESpecification.SSEType is "KMS", and SSEEnabled is false. Take SSEType out, or set SSEEnabled to true.',
    ),
    "a reference to nothing": (
        "TableName: !Ref Misspelt",
        'Property TableName: there is no parameter or resource "Misspelt". Correct it, or add what it names.',
    ),
    "a reference to nothing, within a text": (
        'TableName: !Sub "sentinel-${BreakGlas}"',
        'Property TableName: there is no parameter or resource "BreakGlas". Did you mean BreakGlass?',
    ),
    "an attribute of nothing": (
        "SSESpecification: {KMSMasterKeyId: !GetAtt Key.Arn}",
        'Property SSESpecification.KMSMasterKeyId: there is no parameter or resource "Key". Correct it, or',
    ),
    "a pseudo parameter that there is not": (
        'Tags: [{Key: a, Value: !Join ["", [!ImportValue x, !Ref AWS::Regoin]]}]',
        'Property Tags[0].Value: there is no parameter or resource "AWS::Regoin". Did you mean AWS::Region?',
    ),
    "a mapping that there is not": (
        "TableClass: !FindInMap [ByStage, prod, Class]",
        'Property TableClass: there is no "ByStage" in Mappings. Correct the name, or add it.',
    ),
}


@pytest.mark.parametrize(("line", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_by_validate_and_refused_by_plan(desk: Desk, line: str, message: str) -> None:
    text = f"{BREAKGLASS}      {line}\n"
    name = desk.file(text)
    told = desk.type("validate", name)
    assert told.stdout.startswith(f"{name}:8: BreakGlass: {message}")
    assert told.stdout.endswith("\nChecked 1 table: 1 problem.\n")
    planned = desk.plan(text)
    assert f"BreakGlass: refused\n  ! {message}" in planned.stdout
    assert (told.exit_code, planned.exit_code) == (1, 1)
    assert desk.plane.history == []


def test_all_mistakes_are_told_at_once(desk: Desk) -> None:
    lines = ("Schema2: x", "TableClass: GOLD", "TimeToLiveSpecification: {Enabled: perhaps}")
    result = desk.type("validate", desk.file(BREAKGLASS + "".join(f"      {line}\n" for line in lines)))
    assert "Checked 1 table: 3 problems." in result.stdout


TOKENS = ("      Token: x", "      ServiceToken: !Ref AWS::NoValue", '      ServiceToken: ""')


@pytest.mark.parametrize("line", TOKENS)
def test_without_its_token_no_table_is_asked_for(desk: Desk, line: str) -> None:
    text = BREAKGLASS.replace("      ServiceToken: !ImportValue sentinel-tables-ServiceToken", line)
    message = "Property ServiceToken is missing. It takes the provider's ARN, as !ImportValue sentinel-tables-ServiceToken "
    name = desk.file(text)
    assert f"{name}:5: BreakGlass: {message}" in desk.type("validate", name).stdout
    assert f"BreakGlass: refused\n  ! {message}" in desk.plan(text).stdout


@pytest.mark.parametrize(("value", "words"), [("foo", '"foo"'), ("[1]", '["1"]')])
def test_properties_that_are_no_mapping(desk: Desk, value: str, words: str) -> None:
    name = desk.file(f"Resources: {{A: {{Type: 'Custom::SentinelTable', Properties: {value}}}}}\n")
    assert desk.type("validate", name).stdout.startswith(f"{name}:1: A: Properties is {words}. It takes a mapping.\n")


def test_a_key_that_no_mapping_has_for_the_value_given(desk: Desk) -> None:
    head = "Parameters: {Stage: {Type: String, Default: prod}}\nMappings: {ByStage: {prod: {Class: STANDARD}}}\n"
    name = desk.file(f"{head}{BREAKGLASS}      TableClass: !FindInMap [ByStage, !Ref Stage, Class]\n")
    assert desk.type("validate", name).exit_code == 0
    told = desk.type("validate", name, "--parameters", "Stage=dev").stdout
    assert 'Property TableClass: there is no "dev" in Mappings.ByStage. Use one of prod.\n' in told
    assert told.endswith("1 problem.\n")


ELSEWHERE = {
    "another transform": "Transform: [AWS::LanguageExtensions, Mine]\n",
    "an include": "Outputs: {Fn::Transform: {Name: AWS::Include}}\n",
    "a loop": "Outputs: {'Fn::ForEach::Each': [Misspelt, [a], {}]}\n",
}


@pytest.mark.parametrize("more", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_name_may_come_from_what_only_cloudformation_expands(desk: Desk, more: str) -> None:
    text = f"{BREAKGLASS}      TableName: !Ref Misspelt\n      TableClass: !FindInMap [By, a, b]\n{more}"
    assert desk.type("validate", desk.file(text)).exit_code == 0


def test_a_name_may_come_from_a_module(desk: Desk) -> None:
    text = f"{BREAKGLASS}      TableName: !Ref Part.Name\n  Part: {{Type: 'My::S3::Bucket::MODULE'}}\n"
    assert desk.type("validate", desk.file(text)).exit_code == 0


@pytest.mark.parametrize(("name", "status"), [("WriterRole", 0), ("ServerlessRestApi", 0), ("Reader", 1)])
def test_a_name_may_be_one_that_the_serverless_transform_makes(desk: Desk, name: str, status: int) -> None:
    text = f"Transform: AWS::Serverless-2016-10-31\n{BREAKGLASS}      Tags: [{{Key: a, Value: !Ref {name}}}]\n"
    text += "  Writer: {Type: 'AWS::Serverless::Function'}\n"
    assert desk.type("validate", desk.file(text)).exit_code == status


@pytest.mark.parametrize("asking", ["!GetAtt BreakGlass.TableArn", '!Sub "x-${BreakGlass.TableArn}"'])
def test_an_attribute_that_there_is_not_is_told_before_cloudformation_finds_it(desk: Desk, asking: str) -> None:
    text = f"{BREAKGLASS}Outputs:\n  Arn:\n    Value: {asking}\n"
    message = "There is no attribute TableArn. Use one of TableName, Arn, TableId, Schema, StreamArn."
    name = desk.file(text)
    told = desk.type("validate", name)
    planned = desk.plan(text)
    assert told.stdout == f"{name}:10: BreakGlass: {message}\nChecked 1 table: 1 problem.\n"
    assert f"BreakGlass -> sentinel-breakglass: refused\n  ! Outputs.Arn.Value: {message}\n\n" in planned.stdout
    assert (told.exit_code, planned.exit_code) == (1, 1)


STREAMS = {
    "none": ("", 1),
    "taken out": ("StreamSpecification: !Ref AWS::NoValue", 1),
    "known at deployment": ("StreamSpecification: !If [Streaming, {StreamViewType: KEYS_ONLY}, !Ref AWS::NoValue]", 0),
    "there": ("StreamSpecification: {StreamViewType: KEYS_ONLY}", 0),
}


@pytest.mark.parametrize(("line", "status"), STREAMS.values(), ids=STREAMS)
def test_the_arn_of_a_stream_that_there_is_not(desk: Desk, line: str, status: int) -> None:
    head = "Parameters: {Stream: {Type: String, Default: no}}\nConditions: {Streaming: !Equals [!Ref Stream, yes]}\n"
    outputs = "Outputs: {Stream: {Condition: Streaming, Value: !GetAtt BreakGlass.StreamArn}}\n"
    result = desk.type("validate", desk.file(f"{head}{BREAKGLASS}      {line}\n{outputs}"))
    assert result.exit_code == status
    assert ("There is no attribute StreamArn on a table without a stream." in result.stdout) == bool(status)


@pytest.mark.parametrize("local", ["5", "Name", "[Name]", "{}"])
def test_a_sub_is_looked_into_whatever_its_values_are(desk: Desk, local: str) -> None:
    text = f'{BREAKGLASS}Outputs: {{O: {{Value: !Sub ["${{BreakGlass.Name}}", {local}]}}}}\n'
    assert "BreakGlass: There is no attribute Name." in desk.type("validate", desk.file(text)).stdout


TWICE = "  Copy:\n    Type: Custom::SentinelTable\n    Properties: {ServiceToken: x, Schema: session, TableName: %s}\n"
TWO_OWNERS = (
    'Table "sentinel-breakglass" is asked for by "BreakGlass" and by "Copy", and has one owner. '
    "Give one of them another TableName."
)


def test_a_table_has_one_owner_in_a_template_too(desk: Desk) -> None:
    text = BREAKGLASS + TWICE % "sentinel-breakglass"
    name = desk.file(text)
    told, planned = desk.type("validate", name), desk.plan(text)
    assert told.stdout == f"{name}:10: Copy: {TWO_OWNERS}\nChecked 2 tables: 1 problem.\n"
    assert "BreakGlass -> sentinel-breakglass: to be created" in planned.stdout
    assert f"Copy -> sentinel-breakglass: refused\n  ! Resources.Copy.Properties.TableName: {TWO_OWNERS}\n" in planned.stdout
    assert (told.exit_code, planned.exit_code) == (1, 1)


@pytest.mark.parametrize("other", ["sentinel-copy", "!ImportValue name", "-"])
def test_names_that_differ_or_are_not_known_are_no_mistake(desk: Desk, other: str) -> None:
    assert "one owner" not in desk.type("validate", desk.file(BREAKGLASS + TWICE % other)).stdout


@pytest.mark.parametrize(("value", "status"), [("prod", 1), ("test", 0), (None, 0)])
def test_tables_that_are_not_deployed_together_may_have_one_name(desk: Desk, value: str | None, status: int) -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {Prod: !Equals [!Ref Stage, prod]}\n"
    text = head + BREAKGLASS + TWICE % "sentinel-breakglass" + "    Condition: Prod\n"
    words = ("--parameters", f"Stage={value}") if value else ()
    assert desk.type("validate", desk.file(text), *words).exit_code == status


def test_validate_passes_over_what_only_a_deployment_knows(desk: Desk) -> None:
    lines = ("TableName: !ImportValue name", "Tags: !If [Tagged, [{Key: !Ref K, Value: !GetAtt A.B}], !Ref AWS::NoValue]")
    head = "Parameters: {K: {Type: String}}\nConditions: {Tagged: !Equals [!Ref K, x]}\n"
    text = head + BREAKGLASS + "".join(f"      {line}\n" for line in lines)
    result = desk.type("validate", desk.file(text + "  A: {Type: 'AWS::SQS::Queue'}\n"))
    assert result.exit_code == 0
    assert result.stdout == "Checked 1 table: no problems. 2 properties are known only at deployment.\n"


def test_validate_looks_into_both_branches_of_an_if(desk: Desk) -> None:
    head = "Parameters: {K: {Type: String}}\nConditions: {Big: !Equals [!Ref K, x]}\n"
    text = f"{head}{BREAKGLASS}      TableClass: !If [Big, GOLD, STANDARD]\n"
    assert 'TableClass is "GOLD"' in desk.type("validate", desk.file(text)).stdout


def test_validate_takes_the_provider_s_prefix(desk: Desk) -> None:
    name = desk.file(f"{BREAKGLASS}      TableName: acme-records\n")
    assert desk.type("validate", name, "--prefix", "acme-").exit_code == 0


FILES = {
    "not YAML": ("Resources: [", ":2 is not YAML or JSON: did not find expected node content. Mend the template there."),
    "a list": ("- a", " is not a CloudFormation template: it has no Resources. Name a template's file."),
    "text": ("some text", " is not a CloudFormation template: it has no Resources. Name a template's file."),
    "a key that is null": ("Resources: {~: 1}", ":1 is not a template: a key is null. Mend the template there."),
    "empty": ("", " is not a CloudFormation template: it has no Resources. Name a template's file."),
}


@pytest.mark.parametrize("command", ["plan", "validate"])
@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_template(desk: Desk, command: str, text: str, message: str) -> None:
    name = desk.file(text)
    result = desk.type(command, name)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {name}{message}")
    assert result.stdout == ""


def test_a_file_named_json_that_is_not_json_is_told_with_its_line(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text('{"Resources": {"A": {"Type": "Custom::SentinelTable",\n"Properties": {"Schema": "approval",\n}}}}')
    result = desk.type("validate", str(path))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {path}:")
    assert " is not JSON: " in result.stderr
    assert result.stderr.endswith(". Mend the template there.\n")


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_a_template_that_is_nested_too_deeply(desk: Desk, tmp_path: Path, command: str) -> None:
    path = tmp_path / "deep.json"
    for depth in range(50, 601, 50):
        inner = '{"a":' * depth + "{}" + "}" * depth
        path.write_text(f'{{"Resources": {{"A": {{"Type": "Custom::SentinelTable", "Properties": {{"Tags": {inner}}}}}}}}}')
        result = desk.type(command, str(path))
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)


def test_a_file_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "No such file or directory. Name a template's file." in desk.type("plan", "nothing.yaml").stderr
    assert "Is a directory. Name a template's file." in desk.type("plan", str(tmp_path)).stderr
    assert "is not text in UTF-8. Name a template in YAML" in desk.type("plan", str(tmp_path / "binary")).stderr


PARAMETERS = {
    "no value": ("Team", "Error: Team is not KEY=VALUE."),
    "no name": ("=x", "Error: =x is not KEY=VALUE."),
    "not there": ("Tea=x", "has no parameter Tea. Did you mean Team?"),
}


@pytest.mark.parametrize(("word", "message"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_that_are_none(desk: Desk, word: str, message: str) -> None:
    parameters = "Parameters: {Team: {Type: String}, On: {Type: String}}\n"  # without quotes, On is a boolean to YAML
    result = desk.plan(parameters + BREAKGLASS, "--parameters", word)
    assert result.exit_code == 1
    assert message in result.stderr


def test_parameters_may_follow_one_another(desk: Desk) -> None:
    text = "Parameters: {A: {Type: String}, B: {Type: String}}\n" + BREAKGLASS
    text += "      Tags: [{Key: !Ref A, Value: !Ref B}]\n"
    planned = desk.planned(text, "--parameters", "A=team", "B=blue")
    assert {"Key": "team", "Value": "blue"} in planned["steps"][0]["arguments"]["Tags"]


@pytest.mark.parametrize("words", [("plan",), ("plan", "t", "--nope"), ("nope",), ("schema", "session", "-f", "xml")])
def test_a_wrong_command_has_status_1_for_2_means_changes(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type(*words).exit_code == 1


@pytest.mark.parametrize(
    "code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException", "ValidationException"]
)
def test_what_is_refused_for_another_reason_than_permission_is_no_table_that_is_missing(desk: Desk, code: str) -> None:
    desk.deploy(BREAKGLASS)
    desk.failing = {"describe_table": code}
    planned = desk.plan(BREAKGLASS)
    assert (planned.exit_code, planned.stdout) == (1, "")
    assert planned.stderr.startswith(f"Error: Table sentinel-breakglass cannot be looked at: {code}. Look at ")


def test_a_stack_that_cannot_be_looked_at_with_these_credentials(desk: Desk) -> None:
    desk.failing = {"describe_stacks": "ExpiredToken"}
    told = desk.plan(BREAKGLASS, "--stack", "records")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("Error: Stack records cannot be looked at: ExpiredToken. Look at the credentials")


def test_what_a_local_aws_does_not_have_is_not_seen(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    desk.failing = {"describe_contributor_insights": "UnknownOperationException"}
    assert "DescribeContributorInsights: UnknownOperationException" in desk.plan(BREAKGLASS).stdout


def test_a_list_of_tables_takes_a_permission(desk: Desk) -> None:
    desk.failing = {"list_tables": "AccessDeniedException"}
    assert desk.type("status").stderr.endswith("AccessDeniedException. It takes dynamodb:ListTables.\n")


def test_what_a_template_holds_does_not_reach_the_terminal_as_a_control_sequence(desk: Desk) -> None:
    result = desk.type("validate", desk.file(BREAKGLASS + '      "\\e[31mred": 1\n'))
    assert "\x1b" not in result.stdout
    assert clean("\x1b[31m\n") == "\\x1b[31m\\n"


def test_every_setting_of_the_provider_can_be_left_as_it_stands() -> None:
    others = {
        "ServiceToken",
        "ServiceTimeout",
        "Schema",
        "TableName",
        "ExistingTable",
        "OptionalIndexes",
        "Tags",
        "StackTags",
    }
    assert {place.partition(".")[0] for place in SETTINGS_OF} == PROPERTIES.keys() - others


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
