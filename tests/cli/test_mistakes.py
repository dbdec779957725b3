"""A user's mistakes: one or two sentences, the remedy last, status 1, and never a traceback."""

from pathlib import Path

import pytest

from sentinel_tables.properties import PROPERTIES
from sentinel_tables_cli.assumptions import SETTINGS_OF
from sentinel_tables_cli.mistakes import clean

from .desk import BREAKGLASS, Desk

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
}


@pytest.mark.parametrize(("line", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_by_validate_and_refused_by_plan(desk: Desk, line: str, message: str) -> None:
    text = f"{BREAKGLASS}      {line}\n"
    name = desk.file(text)
    told = desk.type("validate", name)
    assert told.stdout.startswith(f"{name}:8: BreakGlass: {message}")
    assert told.stdout.endswith("\n1 x Custom::SentinelTable, 1 wrong.\n")
    planned = desk.plan(text)
    assert f"BreakGlass: refused\n  ! {message}" in planned.stdout
    assert (told.exit_code, planned.exit_code) == (1, 1)
    assert desk.plane.history == []


def test_all_mistakes_are_told_at_once(desk: Desk) -> None:
    lines = ("Schema2: x", "TableClass: GOLD", "TimeToLiveSpecification: {Enabled: perhaps}")
    result = desk.type("validate", desk.file(BREAKGLASS + "".join(f"      {line}\n" for line in lines)))
    assert "1 x Custom::SentinelTable, 3 wrong." in result.stdout


@pytest.mark.parametrize("asking", ["!GetAtt BreakGlass.TableArn", '!Sub "x-${BreakGlass.TableArn}"'])
def test_an_attribute_that_there_is_not_is_told_before_cloudformation_finds_it(desk: Desk, asking: str) -> None:
    text = f"{BREAKGLASS}Outputs:\n  Arn:\n    Value: {asking}\n"
    message = "There is no attribute TableArn. Use one of TableName, Arn, TableId, Schema, StreamArn."
    name = desk.file(text)
    told = desk.type("validate", name)
    planned = desk.plan(text)
    assert told.stdout == f"{name}:10: BreakGlass: {message}\n1 x Custom::SentinelTable, 1 wrong.\n"
    assert f"BreakGlass -> sentinel-breakglass: refused\n  ! Outputs.Arn.Value: {message}\n\n" in planned.stdout
    assert (told.exit_code, planned.exit_code) == (1, 1)


TWICE = "  Copy:\n    Type: Custom::SentinelTable\n    Properties: {ServiceToken: x, Schema: session, TableName: %s}\n"
TWO_OWNERS = (
    'Table "sentinel-breakglass" is asked for by "BreakGlass" and by "Copy", and has one owner. '
    "Give one of them another TableName."
)


def test_a_table_has_one_owner_in_a_template_too(desk: Desk) -> None:
    text = BREAKGLASS + TWICE % "sentinel-breakglass"
    name = desk.file(text)
    told, planned = desk.type("validate", name), desk.plan(text)
    assert told.stdout == f"{name}:10: Copy: {TWO_OWNERS}\n2 x Custom::SentinelTable, 1 wrong.\n"
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
    result = desk.type("validate", desk.file(BREAKGLASS + "".join(f"      {line}\n" for line in lines)))
    assert result.exit_code == 0
    assert result.stdout == "1 x Custom::SentinelTable, 0 wrong; 2 passed over, known only at deployment.\n"


def test_validate_looks_into_both_branches_of_an_if(desk: Desk) -> None:
    text = f"{BREAKGLASS}      TableClass: !If [Big, GOLD, STANDARD]\n"
    assert 'TableClass is "GOLD"' in desk.type("validate", desk.file(text)).stdout


def test_validate_takes_the_provider_s_prefix(desk: Desk) -> None:
    name = desk.file(f"{BREAKGLASS}      TableName: acme-records\n")
    assert desk.type("validate", name, "--prefix", "acme-").exit_code == 0


FILES = {
    "not YAML": ("Resources: [", ":2 is not YAML or JSON: did not find expected node content. Mend the template there."),
    "a list": ("- a", " is not a CloudFormation template: it has no Resources. Name a template's file."),
    "text": ("some text", " is not a CloudFormation template: it has no Resources. Name a template's file."),
    "a key twice": ("Resources: {}\nResources: {}", ":1 is not YAML or JSON: Duplicate found 'Resources' (line 1)."),
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


def test_a_file_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "No such file or directory. Name a template's file." in desk.type("plan", "nothing.yaml").stderr
    assert "Is a directory. Name a template's file." in desk.type("plan", str(tmp_path)).stderr
    assert "is not text. Name a template in YAML or JSON." in desk.type("plan", str(tmp_path / "binary")).stderr


PARAMETERS = {
    "no value": ("Team", "Error: Team is not KEY=VALUE."),
    "no name": ("=x", "Error: =x is not KEY=VALUE."),
    "not there": ("Tea=x", "has no parameter Tea. Did you mean Team?"),
}


@pytest.mark.parametrize(("word", "message"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_that_are_none(desk: Desk, word: str, message: str) -> None:
    result = desk.plan("Parameters: {Team: {Type: String}}\n" + BREAKGLASS, "--parameters", word)
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
    others = {"ServiceToken", "ServiceTimeout", "Schema", "TableName", "ExistingTable", "Tags"}
    assert {place.partition(".")[0] for place in SETTINGS_OF} == PROPERTIES.keys() - others
