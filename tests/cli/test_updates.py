"""What CloudFormation makes of an update before the provider hears of it."""

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
ADOPTING = BREAKGLASS + "      ExistingTable: Adopt\n"
LITERAL = BREAKGLASS.replace("!ImportValue sentinel-tables-ServiceToken", "arn:aws:lambda:one")
OTHER = [{"Key": "sentinel:logical-id", "Value": "Somebody"}]


def taken_away(desk: Desk) -> None:
    """Another resource takes the table over."""
    arn = desk.plane.call("describe_table", {"TableName": "sentinel-breakglass"})["Table"]["TableArn"]
    desk.plane.call("tag_resource", {"ResourceArn": arn, "Tags": OTHER})
    desk.clock.sleep(60)


@pytest.mark.parametrize("text", [ADOPTING, BREAKGLASS], ids=["Adopt", "Fail"])
def test_a_table_that_somebody_took_away_is_left_so_while_the_template_is_the_same(desk: Desk, text: str) -> None:
    desk.deploy(text)
    taken_away(desk)
    result = desk.plan(text, *OWN)
    assert result.exit_code == 2
    assert "BreakGlass -> sentinel-breakglass: drifted, and left so by this deployment\n" in result.stdout
    assert "CloudFormation sends no Update for that." in result.stdout
    assert ('exists and belongs to "Somebody"' in result.stdout) is (text == BREAKGLASS)


def test_a_change_then_meets_the_other_owner(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    taken_away(desk)
    changed = BREAKGLASS + "      Tags: [{Key: team, Value: blue}]\n"
    assert desk.planned(changed, *OWN)["outcome"] == "refused"
    assert desk.planned(changed + "      ExistingTable: Adopt\n", *OWN)["outcome"] == "adopt"


def test_a_mistake_in_the_template_is_refused_though_it_was_deployed(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    assert desk.planned(BREAKGLASS, *OWN, "--prefix", "acme-")["outcome"] == "refused"


def test_another_service_token_is_refused(desk: Desk) -> None:
    desk.deploy(LITERAL)
    result = desk.plan(LITERAL.replace("lambda:one", "lambda:two"), *OWN)
    assert result.exit_code == 1
    assert 'CloudFormation refuses that: "Modifying service token is not allowed". Give the resource' in result.stdout


@pytest.mark.parametrize(("before", "after"), [(LITERAL, BREAKGLASS), (BREAKGLASS, LITERAL)])
def test_a_service_token_that_may_be_another_is_told(desk: Desk, before: str, after: str) -> None:
    desk.deploy(before)
    result = desk.plan(after, *OWN)
    assert result.exit_code == 0
    assert "If that is another one, CloudFormation refuses the update" in result.stdout
    assert "Fn::ImportValue sentinel-tables-ServiceToken" in result.stdout


@pytest.mark.parametrize("ours_before", [True, False])
def test_another_type_is_refused(desk: Desk, ours_before: bool) -> None:
    other = BREAKGLASS.replace("Custom::SentinelTable", "Custom::Table")
    desk.deploy(BREAKGLASS)
    desk.deployed = BREAKGLASS if ours_before else other
    result = desk.plan(other if ours_before else BREAKGLASS, *OWN)
    assert result.exit_code == 1
    kind = "SentinelTable" if ours_before else "Table"
    why = f"Its type was Custom::{kind}, and CloudFormation changes no resource's type. Give it another logical id."
    assert f"BreakGlass -> sentinel-breakglass: refused\n  ! {why}" in result.stdout


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
