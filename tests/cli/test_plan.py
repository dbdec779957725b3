"""The plan is what the provider then does: the same steps, the same refusals, in the same words."""

import json
from typing import Any

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")


def with_properties(*lines: str) -> str:
    return BREAKGLASS + "".join(f"      {line}\n" for line in lines)


def steps(planned: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(step["api"], step["arguments"]) for step in planned["steps"]]


def unowned(taken: list[tuple[str, Any]]) -> str:
    """Steps without the stack's id, which nobody knows before there is a stack."""
    text = json.dumps(taken, sort_keys=True)
    return text.replace('"stack records, which is not there yet"', '"ID"')


def test_a_new_table_is_created_by_the_very_steps_of_the_plan(desk: Desk) -> None:
    planned = desk.planned(BREAKGLASS, *OWN)
    desk.deploy(BREAKGLASS)
    assert planned["outcome"] == "create"
    done = json.loads(json.dumps(desk.writes()).replace(desk.stack.stack_id, "ID"))
    assert unowned(steps(planned)) == unowned([(api, arguments) for api, arguments in done])


CHANGES = {
    "settings": (
        "DeletionProtectionEnabled: true",
        "StreamSpecification: {StreamViewType: KEYS_ONLY}",
        "ContributorInsightsSpecification: {Enabled: true}",
        "PointInTimeRecoverySpecification: {RecoveryPeriodInDays: 7}",
        "OnDemandThroughput: {MaxReadRequestUnits: 100}",
    ),
    "class and key": ("TableClass: STANDARD_INFREQUENT_ACCESS", "SSESpecification: {SSEEnabled: false}"),
    "tags": ("Tags: [{Key: team, Value: !Sub 'a-${AWS::StackName}'}]",),
}


@pytest.mark.parametrize("declares", [False, True], ids=["the drift watch off", "the drift watch on"])
@pytest.mark.parametrize("lines", CHANGES.values(), ids=CHANGES)
def test_a_change_in_place_is_made_by_the_very_steps_of_the_plan(desk: Desk, lines: tuple[str, ...], declares: bool) -> None:
    desk.declares = declares
    desk.deploy(BREAKGLASS)
    before = len(desk.writes())
    planned = desk.planned(with_properties(*lines), *OWN)
    desk.deploy(with_properties(*lines))
    assert planned["outcome"] == "change"
    assert steps(planned) == desk.writes()[before:]
    assert desk.plan(with_properties(*lines), *OWN).exit_code == 0


def test_what_was_deployed_leaves_nothing_to_do(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 0
    assert result.stdout == "BreakGlass -> sentinel-breakglass: nothing to do\n\nPlan: 1 nothing to do.\n"


def test_a_plan_for_people(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    result = desk.plan(with_properties("TimeToLiveSpecification: {Enabled: false}"), *OWN)
    assert result.exit_code == 2
    assert result.stdout == (
        "BreakGlass -> sentinel-breakglass: to be changed in place, in about 1 to 3 s\n"
        "  ~ time to live: on, by ttl -> off  (time to live is on; 1 to 3 s)\n\n"
        "Plan: 1 to be changed in place.\n"
    )


def test_an_index_on_a_standing_table_takes_minutes_each(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", ttl="ttl")
    planned = desk.planned(with_properties("ExistingTable: Adopt"), *OWN)
    assert planned["outcome"] == "adopt"
    assert [step["seconds"] for step in planned["steps"] if step["kind"] == "index"] == [[480, 1020]] * 3


def test_more_minutes_than_cloudformation_waits_are_told(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", ttl="ttl")
    planned = desk.planned(with_properties("ExistingTable: Adopt", "ServiceTimeout: 600"), *OWN)
    assert any("longer than the 600 s of ServiceTimeout" in note for note in planned["notes"])


def test_another_name_is_a_replacement_and_says_what_becomes_of_the_old_table(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    planned = desk.planned(with_properties("TableName: sentinel-other"), *OWN)
    assert planned["outcome"] == "replace"
    assert [step["api"] for step in planned["steps"]][0::3] == ["create_table", "delete_table"]
    kept = desk.planned(with_properties("TableName: sentinel-other") + "    UpdateReplacePolicy: Retain\n", *OWN)
    assert "delete_table" not in [step["api"] for step in kept["steps"]]


def test_a_resource_that_the_template_no_longer_has_loses_its_table_unless_it_is_retained(desk: Desk) -> None:
    other = BREAKGLASS.replace("BreakGlass", "Other").replace("breakglass", "approval")
    desk.deploy(BREAKGLASS)
    result = desk.plan(other, *OWN)
    assert "BreakGlass -> sentinel-breakglass: to be removed" in result.stdout
    assert result.exit_code == 2
    desk.deploy(BREAKGLASS + "    DeletionPolicy: Retain\n")
    assert "keeps the table as it is" in desk.plan(other, *OWN).stdout


def test_a_protected_table_that_is_removed_stays_behind(desk: Desk) -> None:
    desk.deploy(with_properties("DeletionProtectionEnabled: true"))
    result = desk.plan("Resources: {}", *OWN)
    assert result.exit_code == 0
    assert "protected against deletion: it stays behind, and no resource has it any more." in result.stdout
    assert "with DeletionPolicy: Retain." in result.stdout


def test_a_protected_table_that_is_replaced_stays_behind(desk: Desk) -> None:
    desk.deploy(with_properties("DeletionProtectionEnabled: true"))
    planned = desk.planned(with_properties("TableName: sentinel-other", "DeletionProtectionEnabled: true"), *OWN)
    assert planned["outcome"] == "replace"
    assert next(step["api"] for step in planned["steps"]) == "create_table"
    assert "delete_table" not in [step["api"] for step in planned["steps"]]
    assert "protected against deletion: it stays behind" in planned["notes"][1]
    assert planned["notes"][1].endswith("Say so on purpose with UpdateReplacePolicy: Retain.")


def test_a_table_that_another_resource_takes_over_is_not_removed(desk: Desk) -> None:
    desk.deploy(with_properties("DeletionProtectionEnabled: true"))
    renamed = with_properties("ExistingTable: Adopt").replace("BreakGlass", "Emergency")
    result = desk.plan(renamed, *OWN)
    assert result.exit_code == 2
    assert "Emergency -> sentinel-breakglass: to be taken over" in result.stdout
    assert "BreakGlass -> sentinel-breakglass: nothing to do\n" in result.stdout
    assert "Table sentinel-breakglass is left as it is: Emergency takes it over before." in result.stdout
    assert "stays behind" not in result.stdout


def test_a_table_that_is_replaced_while_another_resource_takes_it_over_is_not_removed(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    adopting = "  Emergency:\n" + with_properties("ExistingTable: Adopt").partition("BreakGlass:\n")[2]
    result = desk.plan(with_properties("TableName: sentinel-other") + adopting, *OWN)
    assert "BreakGlass -> sentinel-other: to be replaced" in result.stdout
    assert "Table sentinel-breakglass is left as it is: Emergency takes it over before." in result.stdout
    assert "and its records" not in result.stdout


def test_a_replacement_by_a_table_that_stands_already_says_that_it_keeps_its_records(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    marks = {"sentinel:stack-id": desk.stack.stack_id, "sentinel:logical-id": "BreakGlass", "sentinel:schema": "breakglass"}
    desk.plane.given_table("sentinel-other", tags=marks | {"sentinel:origin": "created"}, ttl="ttl")
    planned = desk.planned(with_properties("TableName: sentinel-other"), *OWN)
    assert planned["outcome"] == "replace"
    assert "create_table" not in [step["api"] for step in planned["steps"]]
    assert planned["notes"][0] == "Table sentinel-other stands already, and keeps its records."


def test_drift_is_shown_and_that_the_same_template_does_not_repair_it(desk: Desk) -> None:
    said = "DeletionProtectionEnabled: false"
    desk.deploy(with_properties(said))
    desk.plane.call("update_table", {"TableName": "sentinel-breakglass", "DeletionProtectionEnabled": True})
    result = desk.plan(with_properties(said), *OWN)
    assert result.exit_code == 2
    assert "drifted, and left so by this deployment" in result.stdout
    assert "Change a property (a tag, say)" in result.stdout
    repaired = with_properties(said, "Tags: [{Key: repair, Value: 1}]")
    assert "deletion protection: on -> off" in desk.plan(repaired, *OWN).stdout
    desk.deploy(repaired)
    assert desk.plan(repaired, *OWN).exit_code == 0


def test_a_tag_that_the_template_forgets_is_removed(desk: Desk) -> None:
    desk.deploy(with_properties("Tags: [{Key: team, Value: blue}]"))
    planned = desk.planned(BREAKGLASS, *OWN)
    assert steps(planned)[0][1]["TagKeys"] == ["team"]


def test_the_parameters_of_the_stack_are_those_it_has_unless_others_are_given(desk: Desk) -> None:
    text = "Parameters: {Protect: {Type: String, Default: 'false'}}\n" + with_properties(
        "DeletionProtectionEnabled: !Ref Protect"
    )
    desk.deploy(text, Protect="true")
    assert desk.plan(text, *OWN).exit_code == 0
    assert desk.plan(text, *OWN, "--parameters", "Protect=false").exit_code == 2


def test_a_parameter_that_the_stack_hides_is_not_known_by_its_default(desk: Desk) -> None:
    text = "Parameters: {Protect: {Type: String, Default: 'false', NoEcho: true}}\n" + with_properties(
        "DeletionProtectionEnabled: !Ref Protect"
    )
    desk.no_echo = True
    desk.deploy(text, Protect="true")
    result = desk.plan(text, *OWN)
    assert result.exit_code == 0
    assert "? DeletionProtectionEnabled: known only at deployment (parameter Protect, which is hidden)" in result.stdout
    assert "deletion protection: on -> off" in desk.plan(text, *OWN, "--parameters", "Protect=false").stdout


FOREIGN = 'Table "sentinel-breakglass" exists and has no owner. Choose another TableName, or take it over'


@pytest.mark.parametrize("words", [OWN, ()], ids=["with its stack", "without"])
def test_a_foreign_table_is_refused_in_the_words_of_the_provider(desk: Desk, words: tuple[str, ...]) -> None:
    desk.plane.given_table("sentinel-breakglass", tags={"team": "billing"})
    result = desk.plan(BREAKGLASS, *words)
    assert result.exit_code == 1
    assert FOREIGN in result.stdout


def test_other_keys_are_refused(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass", keys=("pk", None))
    result = desk.plan(with_properties("ExistingTable: Adopt"), *OWN)
    assert result.exit_code == 1
    assert "DynamoDB cannot change it in place. Use another TableName." in result.stdout


def test_without_its_stack_a_table_is_judged_by_its_tags(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    result = desk.plan(BREAKGLASS)
    assert result.exit_code == 0
    assert "The plan takes the stack to be arn:aws:cloudformation" in result.stdout
    assert "the owner is not known" in result.stdout


def test_without_permission_to_look_the_table_is_shown_as_it_would_be_created(desk: Desk) -> None:
    desk.denied = ("describe_table", "describe_stacks")
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 2
    assert "+ table sentinel-breakglass" in result.stdout
    assert "Not seen: the table (dynamodb:DescribeTable: AccessDeniedException)" in result.stdout
    assert "Not seen: stack records cannot be looked at (AccessDenied)" in result.stdout


@pytest.mark.parametrize(
    "api",
    [
        "list_tags_of_resource",
        "describe_time_to_live",
        "describe_continuous_backups",
        "describe_contributor_insights",
        "get_resource_policy",
    ],
)
def test_what_may_not_be_seen_is_taken_to_be_as_wanted_and_told(desk: Desk, api: str) -> None:
    desk.deploy(BREAKGLASS)
    desk.denied = (api,)
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 0
    assert "Not seen: the " in result.stdout


def test_a_value_that_only_a_deployment_knows_is_said_and_left_as_it_stands(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    key = "  Key: {Type: 'AWS::KMS::Key'}\n"
    planned = desk.planned(with_properties("SSESpecification: {KMSMasterKeyId: !GetAtt Key.Arn}") + key, *OWN)
    assert planned["outcome"] == "nothing"
    assert planned["unknown"] == [{"property": "SSESpecification.KMSMasterKeyId", "why": "Fn::GetAtt Key.Arn"}]


LATER = {
    "TimeToLiveSpecification: {Enabled: !ImportValue other}": "time to live",
    "PointInTimeRecoverySpecification: {RecoveryPeriodInDays: !ImportValue other}": "point-in-time recovery",
    "SSESpecification: {KMSMasterKeyId: !ImportValue other}": "encryption: ",
}


@pytest.mark.parametrize(("line", "words"), LATER.items())
def test_no_step_is_told_for_a_setting_of_a_new_table_that_is_not_known(desk: Desk, line: str, words: str) -> None:
    assert words in desk.plan(BREAKGLASS).stdout
    result = desk.plan(with_properties(line))
    assert words not in result.stdout
    assert f"? {line.partition(':')[0]}." in result.stdout


def test_a_tag_whose_value_is_not_known_is_not_removed(desk: Desk) -> None:
    desk.deploy(with_properties("Tags: [{Key: team, Value: blue}]"))
    assert desk.planned(with_properties("Tags: [{Key: team, Value: !ImportValue other}]"), *OWN)["steps"] == []


def test_a_table_whose_name_is_not_known_cannot_be_planned(desk: Desk) -> None:
    result = desk.plan("Parameters: {Name: {Type: String}}\n" + with_properties("TableName: !Ref Name"))
    assert result.exit_code == 1
    assert "give one with --parameters Name=VALUE" in result.stdout
    assert "BreakGlass: not known" in result.stdout


def test_only_what_tells_the_table_is_a_reason_that_it_is_not_known(desk: Desk) -> None:
    planned = desk.planned(with_properties("TableName: !ImportValue name", "Tags: [{Key: team, Value: !ImportValue other}]"))
    assert planned["outcome"] == "unknown"
    assert planned["reasons"] == ["Property TableName is Fn::ImportValue name. Without it, the table is not known."]
    assert planned["unknown"] == [{"property": "Tags[0].Value", "why": "Fn::ImportValue other"}]


def test_a_key_by_its_alias_is_compared_by_its_arn(desk: Desk) -> None:
    desk.plane.keys.add("alias/records")
    text = with_properties("SSESpecification: {KMSMasterKeyId: alias/records}")
    desk.deploy(text)
    assert desk.plan(text, *OWN).exit_code == 0


def test_a_key_that_is_not_there_is_refused(desk: Desk) -> None:
    result = desk.plan(with_properties("SSESpecification: {KMSMasterKeyId: alias/nobody}"), *OWN)
    assert result.exit_code == 1
    assert 'KMSMasterKeyId is "alias/nobody"' in result.stdout


def test_a_table_on_its_way_out_is_waited_for(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass")
    desk.plane.call("delete_table", {"TableName": "sentinel-breakglass"})
    planned = desk.planned(BREAKGLASS, *OWN)
    assert planned["outcome"] == "create"
    assert "of old is being deleted" in planned["notes"][0]


def test_a_template_without_tables_leaves_nothing_to_do(desk: Desk) -> None:
    result = desk.plan("Resources: {Topic: {Type: 'AWS::SNS::Topic'}}")
    assert result.exit_code == 0
    assert "There is no Custom::SentinelTable in the template." in result.stdout


def test_nothing_is_ever_written(desk: Desk) -> None:
    desk.plane.given_table("sentinel-breakglass")
    for words in (OWN, ()):
        desk.plan(with_properties("ExistingTable: Adopt"), *words)
    desk.type("status")
    assert desk.plane.writes() == []
