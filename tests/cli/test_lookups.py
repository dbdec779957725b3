"""Values that the template only names: exports, the Parameter Store, a change set."""

import json

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
STORED = "Parameters: {Name: {Type: 'AWS::SSM::Parameter::Value<KIND>', Default: /name}}\n"
NAMED = STORED.replace("KIND", "String") + BREAKGLASS + "      TableName: !Ref Name\n"
LISTED = STORED.replace("KIND", "List<String>") + BREAKGLASS + "      TableName: !Select [1, !Ref Name]\n"


def test_an_export_that_there_is_not_is_refused(desk: Desk) -> None:
    desk.exports = {"another": "x"}
    result = desk.plan(BREAKGLASS)
    assert result.exit_code == 1
    assert 'ServiceToken: there is no export "sentinel-tables-ServiceToken" in this account and Region.' in result.stdout


def test_exports_that_may_not_be_listed_are_not_known(desk: Desk) -> None:
    assert desk.planned(f"{BREAKGLASS}      TableName: !ImportValue name\n")["outcome"] == "unknown"
    desk.exports = {"sentinel-tables-ServiceToken": "arn:token", "name": "sentinel-exported"}
    assert desk.planned(f"{BREAKGLASS}      TableName: !ImportValue name\n")["table"] == "sentinel-exported"


@pytest.mark.parametrize("text", [NAMED, LISTED])
def test_a_parameter_that_is_stored_elsewhere(desk: Desk, text: str) -> None:
    desk.stored = {"/name": "sentinel-stored", "/other": "sentinel-x,sentinel-y"}
    if text == LISTED:
        desk.stored["/name"] = "a, sentinel-stored"
    assert desk.planned(text)["table"] == "sentinel-stored"
    other = desk.planned(text, "--parameters", "Name=/other")["table"]
    assert other == "sentinel-y" if text == LISTED else other != "sentinel-stored"


@pytest.mark.parametrize(("stored", "why"), [(None, "AccessDeniedException"), ({}, "there is none of that name")])
def test_a_parameter_that_cannot_be_looked_up_says_why(desk: Desk, stored: dict[str, str] | None, why: str) -> None:
    desk.stored = stored
    planned = desk.planned(NAMED)
    assert planned["outcome"] == "unknown"
    assert planned["reasons"][0].startswith(f"Property TableName is parameter Name, which is looked up as /name: {why}.")


def test_a_change_set_is_planned_with_its_own_template_and_values(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    text = "Parameters: {Protect: {Type: String}}\n" + BREAKGLASS + "      DeletionProtectionEnabled: !Ref Protect\n"
    desk.change_sets = {"update-7": (text, {"Protect": "true"})}
    result = desk.type("plan", "--change-set", "update-7", *OWN, "--json")
    assert result.exit_code == 2
    (table,) = json.loads(result.stdout)["tables"]
    assert [step["kind"] for step in table["steps"]] == ["deletion protection"]


MISTAKES = {
    "no stack": (("--change-set", "x"), "A change set belongs to a stack. Name the stack with --stack."),
    "no such change set": (
        ("--change-set", "x", "--stack", "records"),
        "Change set x cannot be looked at: ChangeSetNotFound. Correct --change-set or --stack.",
    ),
    "a template too": (
        ("t.yaml", "--change-set", "x"),
        "A change set has its own template and values. Leave out TEMPLATE and --parameters.",
    ),
    "no template": ((), "No template is named. Write TEMPLATE first, then --parameters Key=Value."),
    "two templates": (("a.yaml", "b.yaml"), "More than one template is named. Write TEMPLATE first, then --parameters"),
}


@pytest.mark.parametrize(("words", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake(desk: Desk, words: tuple[str, ...], message: str) -> None:
    result = desk.type("plan", *words)
    assert result.exit_code == 1
    assert message in result.stderr


NAME = "      TableName: !Sub 'sentinel-${AWS::StackName}'\n"


def test_a_name_of_the_stack_refers_to_the_option_that_names_it(desk: Desk) -> None:
    reason = "Property TableName is AWS::StackName: name the stack with --stack."
    assert desk.planned(BREAKGLASS + NAME)["reasons"][0].startswith(reason)
    assert desk.planned(BREAKGLASS + NAME, "--stack", "records")["table"] == "sentinel-records"
