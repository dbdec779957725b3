"""Values for a template's parameters: how they may be written, and that the template takes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from .desk import BREAKGLASS, Desk

DECLARED = """Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Envs: {Type: CommaDelimitedList, Default: dev, AllowedValues: [dev, prod, test]}
  Whole: {Type: CommaDelimitedList, Default: "a,b", AllowedValues: ["a,b", c]}
  Flag: {Type: String, Default: yes, AllowedValues: [yes, no]}
  Team: {Type: String, Default: blue, AllowedPattern: "[a-z]+", MinLength: 3, MaxLength: 5}
  Days: {Type: Number, Default: 7, MinValue: 1, MaxValue: 35}
  Secret: {Type: String, Default: abc, NoEcho: true, MaxLength: 3}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a, AllowedValues: [x]}
  Odd: {Type: String, Default: x, AllowedPattern: "\\\\p{Alpha}+", MaxLength: many, AllowedValues: 5}
"""

REFUSED = {
    "Env=staging": 'Parameter Env is "staging". It takes dev or prod.',
    "Envs=dev, stage": 'Parameter Envs is "dev, stage". It takes dev or prod or test.',
    "Flag=maybe": 'Parameter Flag is "maybe". It takes true or false.',
    "Team=Blue": 'Parameter Team is "Blue". It takes what matches [a-z]+.',
    "Team=ab": 'Parameter Team is "ab". It takes 3 characters or more.',
    "Team=abcdef": 'Parameter Team is "abcdef". It takes 5 characters or fewer.',
    "Days=seven": 'Parameter Days is "seven". It takes a number.',
    "Days=0": 'Parameter Days is "0". It takes 1 or more.',
    "Days=36": 'Parameter Days is "36". It takes 35 or less.',
    "Secret=abcd": 'Parameter Secret is "****". It takes 3 characters or fewer.',
}


@pytest.mark.parametrize("command", ["plan", "validate"])
@pytest.mark.parametrize(("word", "message"), REFUSED.items(), ids=REFUSED)
def test_a_value_that_the_template_does_not_take(desk: Desk, command: str, word: str, message: str) -> None:
    result = desk.type(command, desk.file(DECLARED + BREAKGLASS), "--parameters", word)
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"Error: {message}\n", "")


TAKEN = (
    "Env=prod",
    "Envs=dev,prod",
    "Whole=a,b",
    "Envs=",
    "Flag=yes",
    "Flag=false",
    "Team=abc",
    "Days=35",
    "Looked=/b",
    "Odd=anything",
)


@pytest.mark.parametrize("word", TAKEN)
def test_a_value_that_the_template_takes(desk: Desk, word: str) -> None:
    assert desk.type("validate", desk.file(DECLARED + BREAKGLASS), "--parameters", word).exit_code == 0


TWO = "Parameters: {A: {Type: String}, B: {Type: String, Default: plain}}\n" + BREAKGLASS
TWO += "      Tags: [{Key: !Ref A, Value: !Ref B}]\n"


def tag(desk: Desk, *words: str) -> dict[str, str]:
    """The tag that the two parameters make."""
    planned = desk.planned(TWO, *words)
    tags: list[dict[str, str]] = planned["steps"][0]["arguments"]["Tags"]
    return next(one for one in tags if not one["Key"].startswith("sentinel:"))


SPELLINGS = {
    "the AWS CLI's": ("ParameterKey=A,ParameterValue=team", "ParameterKey=B,ParameterValue=x=y"),
    "the other way round": ("ParameterValue=team,ParameterKey=A", "ParameterValue=x=y,ParameterKey=B"),
    "in quotes": ('ParameterKey=A,ParameterValue="team"', "ParameterKey=B,ParameterValue='x=y'"),
    "its own": ("A=team", "B=x=y"),
}


@pytest.mark.parametrize("words", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("option", ["--parameters", "--parameter-overrides", "-p"])
def test_the_spellings_of_the_aws_cli(desk: Desk, words: tuple[str, ...], option: str) -> None:
    assert tag(desk, option, *words) == {"Key": "team", "Value": "x=y"}


def test_a_previous_value_is_what_no_value_is_given_for(desk: Desk) -> None:
    assert tag(desk, "-p", "A=team", "ParameterKey=B,UsePreviousValue=true") == {"Key": "team", "Value": "plain"}


FILES: dict[str, Any] = {
    "a list for create-stack": [
        {"ParameterKey": "A", "ParameterValue": "team"},
        {"ParameterKey": "B", "ParameterValue": "true"},
    ],
    "a list for deploy": ["A=team", "B=true"],
    "a mapping": {"A": "team", "B": True},
    "a mapping for CodePipeline": {"Parameters": {"A": "team", "B": "true"}, "Tags": {}},
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_of_parameters(desk: Desk, tmp_path: Path, content: object) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(content))
    assert tag(desk, "--parameters", f"file://{path}") == {"Key": "team", "Value": "true"}


def test_a_file_may_leave_the_previous_value(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(["A=team", {"ParameterKey": "B", "UsePreviousValue": True}]))
    assert tag(desk, "--parameters", f"file://{path}") == {"Key": "team", "Value": "plain"}


NO_FILES = {
    "not JSON": ("[\n{,", ":2 is not JSON: Expecting property name enclosed in double quotes. Mend the file there."),
    "a number": ("5", " does not hold parameters. Write a list of ParameterKey and ParameterValue, a list of"),
    "a list of numbers": ("[5]", " does not hold parameters. Write a list of ParameterKey and ParameterValue, a list of"),
    "a list for a value": (
        '{"A": []}',
        " does not hold parameters. Write a list of ParameterKey and ParameterValue, a list",
    ),
    "no text": ("\xff", " cannot be read: it is not text. Name a file with --parameters file://FILE."),
}


@pytest.mark.parametrize(("content", "message"), NO_FILES.values(), ids=NO_FILES)
def test_a_file_that_holds_no_parameters(desk: Desk, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(content.encode("latin-1"))
    result = desk.plan(TWO, "--parameters", f"file://{path}")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {path}{message}")


def test_a_file_that_is_not_there(desk: Desk) -> None:
    message = "Error: nothing.json cannot be read: No such file or directory. Name a file with --parameters file://FILE.\n"
    assert desk.plan(TWO, "--parameters", "file://nothing.json").stderr == message


def test_the_template_may_stand_last(desk: Desk) -> None:
    name = desk.file(TWO)
    result = desk.type("validate", "--parameters", "A=team", "B=blue", name)
    assert (result.exit_code, result.stdout) == (0, "Checked 1 table: no problems.\n")


def test_a_template_s_name_may_hold_an_equals_sign(desk: Desk) -> None:
    path = desk.folder / "stage=prod.yaml"
    path.write_text(TWO)
    assert desk.type("validate", str(path), "--parameters", "A=team", "B=blue").exit_code == 0


@pytest.mark.parametrize("words", [("A=team",), ("A=team", "B=blue")])
def test_parameters_without_a_template_are_told_where_it_belongs(desk: Desk, words: tuple[str, ...]) -> None:
    message = "Error: No template is named. Write TEMPLATE first, then --parameters Key=Value.\n"
    result = desk.type("plan", *words, "--stack", "records")
    assert (result.exit_code, result.stderr) == (1, message)


def test_the_stack_may_be_named_as_the_aws_cli_names_it(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    assert "the owner is not known" not in desk.plan(BREAKGLASS, "--stack-name", "records").stdout
