"""`Fn::ForEach`: its tables are planned where its list is known, and are never taken for tables that are gone."""

import json
from typing import Any

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
LOOP = """
Transform: AWS::LanguageExtensions
Parameters: {Kinds: {Type: CommaDelimitedList, Default: "approval,session"}}
Resources:
  Fn::ForEach::Tables:
    - Kind
    - LIST
    - Each${Kind}:
        Type: Custom::SentinelTable
        Properties:
          ServiceToken: !ImportValue sentinel-tables-ServiceToken
          Schema: !Ref Kind
          TableName: !Sub sentinel-each-${Kind}
"""
TURNS = """
Resources:
  Eachapproval:
    Type: Custom::SentinelTable
    Properties: {ServiceToken: x, Schema: approval, TableName: sentinel-each-approval}
  Eachsession:
    Type: Custom::SentinelTable
    Properties: {ServiceToken: x, Schema: session, TableName: sentinel-each-session}
"""
KNOWN = {"a list": "[approval, session]", "a parameter": "!Ref Kinds"}
HIDDEN = LOOP.replace("LIST", "!Ref AWS::NotificationARNs")
WHY = "The tables that it makes are not known: its list is known only at deployment (Ref AWS::NotificationARNs)."


def outcomes(desk: Desk, text: str) -> dict[str, Any]:
    tables = json.loads(desk.plan(text, "--json", *OWN).stdout)["tables"]
    return {table["logical_id"]: (table["table"], table["outcome"]) for table in tables}


@pytest.mark.parametrize("items", KNOWN.values(), ids=KNOWN)
def test_a_loop_over_a_known_list_is_planned_turn_by_turn(desk: Desk, items: str) -> None:
    text = LOOP.replace("LIST", items)
    assert outcomes(desk, text) == {
        "Eachapproval": ("sentinel-each-approval", "create"),
        "Eachsession": ("sentinel-each-session", "create"),
    }
    desk.deploy(text)
    assert desk.plan(text, *OWN).exit_code == 0


def test_a_turn_that_is_taken_out_of_the_list_is_removed(desk: Desk) -> None:
    desk.deploy(LOOP.replace("LIST", "[approval, session]"))
    assert outcomes(desk, LOOP.replace("LIST", "[session]")) == {
        "Eachsession": ("sentinel-each-session", "nothing"),
        "Eachapproval": ("sentinel-each-approval", "remove"),
    }


def test_loops_in_loops(desk: Desk) -> None:
    inner = "".join(f"    {line}\n" for line in LOOP.replace("LIST", "[approval]").splitlines()[4:])
    text = "Resources:\n  Fn::ForEach::Stages:\n    - Stage\n    - [te-st, prod]\n    -\n" + inner
    text = text.replace("Each${Kind}", "Each&{Stage}${Kind}").replace("sentinel-each", "sentinel-${Stage}")
    assert outcomes(desk, text) == {
        "Eachtestapproval": ("sentinel-te-st-approval", "create"),
        "Eachprodapproval": ("sentinel-prod-approval", "create"),
    }


def test_a_loop_over_what_is_not_known_takes_no_table_for_gone(desk: Desk) -> None:
    desk.deploy(TURNS)
    result = desk.plan(HIDDEN, *OWN)
    assert result.exit_code == 1
    assert result.stdout == f"Fn::ForEach::Tables: not known\n  ! {WHY}\n\nPlan: 1 not known.\n"


def test_of_a_table_that_a_loop_made_which_is_not_known_the_policy_is_not_known_either(desk: Desk) -> None:
    desk.deploy(TURNS)
    desk.deployed = HIDDEN
    result = desk.plan("Resources: {}", *OWN)
    assert result.stdout.count("Its DeletionPolicy is not known; the plan takes it to be Delete.") == 2


def test_a_loop_that_makes_none_of_our_tables_is_nothing_to_us(desk: Desk) -> None:
    text = HIDDEN.replace("Custom::SentinelTable", "AWS::SNS::Topic")
    desk.deploy(TURNS)
    assert {outcome for _table, outcome in outcomes(desk, text).values()} == {"remove"}


def test_validate_looks_into_each_turn_and_names_its_line(desk: Desk) -> None:
    name = desk.file(LOOP.replace("LIST", "[approval, breakglas]"))
    told = desk.type("validate", name)
    assert told.exit_code == 1
    assert f"{name}:12: Eachbreakglas: Property Schema is " in told.stdout
    assert told.stdout.endswith("Checked 2 tables: 1 problem.\n")


def test_validate_says_which_loop_it_passes_over(desk: Desk) -> None:
    name = desk.file(HIDDEN + BREAKGLASS.partition("Resources:\n")[2])
    told = desk.type("validate", name)
    assert told.exit_code == 0
    assert told.stdout == f"{name}:5: Fn::ForEach::Tables: {WHY}\nChecked 1 table: no problems.\n"


@pytest.mark.parametrize(
    "loop", ["[A, [b]]", "{A: b}", "[A, [{b: c}], {T: {Type: 'Custom::SentinelTable'}}]", "[A, b, {T: x}]"]
)
def test_what_is_no_loop_is_not_known(desk: Desk, loop: str) -> None:
    assert outcomes(desk, f"Resources: {{'Fn::ForEach::X': {loop}}}") == {"Fn::ForEach::X": ("", "unknown")}


def test_conditions_that_a_loop_makes(desk: Desk) -> None:
    loop = "Conditions: {'Fn::ForEach::X': [Stage, [a, b], {'Is${Stage}': !Equals [!Ref Stage, b]}]}\n"
    text = loop + BREAKGLASS + "      TableName: !If [Isb, sentinel-b, sentinel-a]\n"
    assert outcomes(desk, text) == {"BreakGlass": ("sentinel-b", "create")}
    assert outcomes(desk, text.replace("Isb", "Isa")) == {"BreakGlass": ("sentinel-a", "create")}
    unknown = text.replace("[a, b]", "!Ref AWS::NotificationARNs")
    assert desk.type("validate", desk.file(unknown)).exit_code == 0
