"""The provider's template and the SAM CLI's settings: what must hold in them, whatever else changes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

from handler import watch

ROOT = Path(__file__).resolve().parents[2]
CLOUDFORMATION_WAITS = 3600
OWN = "${AWS::Region}:${AWS::AccountId}"
TABLES = f"arn:${{AWS::Partition}}:dynamodb:{OWN}:table/${{TableNamePrefix}}*"
CALLS = {
    "CreateTable", "DescribeTable", "UpdateTable", "DeleteTable",
    "ListTagsOfResource", "TagResource", "UntagResource",
    "DescribeTimeToLive", "UpdateTimeToLive",
    "DescribeContinuousBackups", "UpdateContinuousBackups",
    "DescribeContributorInsights", "UpdateContributorInsights",
    "GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy",
}  # fmt: skip


def load(path: Path) -> dict[str, Any]:
    template, mistakes = decode(str(path))
    assert not mistakes
    assert isinstance(template, dict)
    return template


TEMPLATE = load(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
FUNCTION = RESOURCES["ProviderFunction"]["Properties"]
ROLE = RESOURCES["ProviderRole"]["Properties"]


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def statements() -> list[dict[str, Any]]:
    """Every statement of the role's policies, also of the one that stands there only with KMS keys."""
    policies = [policy.get("Fn::If", [None, policy])[1] for policy in ROLE["Policies"]]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def statement(sid: str) -> dict[str, Any]:
    return next(one for one in statements() if one["Sid"] == sid)


def test_the_function_is_what_the_contract_says() -> None:
    facts = {name: FUNCTION[name] for name in ("Handler", "Runtime", "Architectures", "Timeout", "MemorySize")}
    assert facts == {
        "Handler": "handler.app.handler",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "Timeout": 900,
        "MemorySize": 256,
    }


def test_the_function_gets_the_parameters_it_reads() -> None:
    assert FUNCTION["Environment"]["Variables"] == {
        "TABLE_NAME_PREFIX": {"Ref": "TableNamePrefix"},
        "LOG_LEVEL": {"Ref": "LogLevel"},
        "DECLARE_SETTINGS": {"Fn::If": ["WatchesDrift", "true", "false"]},
        "ASK_CLOUDFORMATION": {"Ref": "AskCloudFormation"},
    }


def test_cloudformation_is_asked_unless_somebody_says_otherwise_and_about_stacks_of_this_account_alone() -> None:
    parameter = TEMPLATE["Parameters"]["AskCloudFormation"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("true", ["true", "false"])
    asked = statement("AskCloudFormation")
    assert asked["Action"] == ["cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"]
    assert asked["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"}


@pytest.mark.parametrize("name", ["ProviderFunction", "DriftFunction"])
def test_the_makefile_builds_the_function(name: str) -> None:
    assert RESOURCES[name]["Metadata"] == {"BuildMethod": "makefile"}
    assert f"\nbuild-{name}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_parameter_is_described_and_says_what_it_takes() -> None:
    for name, parameter in TEMPLATE["Parameters"].items():
        assert parameter["Description"], name
        assert "Default" in parameter, name
        assert "AllowedValues" in parameter or {"AllowedPattern", "ConstraintDescription"} <= parameter.keys(), name


def test_the_prefix_has_its_default() -> None:
    assert TEMPLATE["Parameters"]["TableNamePrefix"]["Default"] == "sentinel-"


def test_the_service_token_is_exported_under_the_stack_s_name() -> None:
    output = TEMPLATE["Outputs"]["ServiceToken"]
    assert output["Value"] == {"Fn::GetAtt": ["ProviderFunction", "Arn"]}
    assert output["Export"]["Name"] == {"Fn::Sub": "${AWS::StackName}-ServiceToken"}


def test_an_event_that_failed_for_good_is_kept_for_fourteen_days() -> None:
    asynchronous = FUNCTION["EventInvokeConfig"]
    assert asynchronous["MaximumRetryAttempts"] == 2
    assert 0 < asynchronous["MaximumEventAgeInSeconds"] < CLOUDFORMATION_WAITS
    assert asynchronous["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"Fn::GetAtt": ["FailedEventsQueue", "Arn"]},
    }
    assert RESOURCES["FailedEventsQueue"]["Properties"] == {
        "MessageRetentionPeriod": 14 * 24 * 3600,
        "SqsManagedSseEnabled": True,
    }


def test_the_queue_takes_nothing_without_tls() -> None:
    policy = RESOURCES["FailedEventsQueuePolicy"]["Properties"]
    (only,) = policy["PolicyDocument"]["Statement"]
    assert policy["Queues"] == [{"Ref": "FailedEventsQueue"}]
    assert (only["Effect"], only["Principal"]) == ("Deny", "*")
    assert only["Condition"] == {"Bool": {"aws:SecureTransport": False}}
    assert {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"} <= set(only["Action"])


def test_the_log_is_the_function_s_own_and_ends() -> None:
    log = RESOURCES["ProviderLogGroup"]["Properties"]
    assert FUNCTION["FunctionName"] == {"Ref": "AWS::StackName"}
    assert FUNCTION["LoggingConfig"] == {"LogGroup": {"Ref": "ProviderLogGroup"}}
    assert log["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${AWS::StackName}"}
    assert log["RetentionInDays"] == {"Ref": "LogRetentionInDays"}


def test_the_role_s_policies_stand_on_the_role_and_nowhere_else() -> None:
    assert FUNCTION["Role"] == {"Fn::GetAtt": ["ProviderRole", "Arn"]}
    assert "ManagedPolicyArns" not in ROLE
    assert "Policies" not in FUNCTION
    roles = {name for name, resource in RESOURCES.items() if resource["Type"].startswith("AWS::IAM::")}
    assert roles == {"ProviderRole", "DriftRole"}


def test_only_lambda_takes_the_role() -> None:
    (only,) = ROLE["AssumeRolePolicyDocument"]["Statement"]
    assert only == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize("one", statements(), ids=lambda one: str(one["Sid"]))
def test_no_statement_allows_an_action_or_a_resource_by_a_bare_star(one: dict[str, Any]) -> None:
    assert one["Effect"] == "Allow"
    assert not {"NotAction", "NotResource"} & one.keys()
    assert not [action for action in listed(one["Action"]) if "*" in action]
    assert "*" not in listed(one["Resource"])


def test_the_role_may_make_the_calls_that_the_code_makes_and_no_other() -> None:
    assert set(statement("Tables")["Action"]) == {f"dynamodb:{call}" for call in CALLS}


def test_the_role_s_calls_are_calls_that_dynamodb_has() -> None:
    assert set(botocore.session.get_session().get_service_model("dynamodb").operation_names) >= CALLS


def test_dynamodb_is_reached_only_within_the_prefix() -> None:
    reached = [one for one in statements() if any(action.startswith("dynamodb:") for action in listed(one["Action"]))]
    assert [one["Resource"] for one in reached] == [{"Fn::Sub": TABLES}]


@pytest.mark.parametrize(
    ("sid", "action", "resource"),
    [
        ("NextInvocation", "lambda:InvokeFunction", f"arn:${{AWS::Partition}}:lambda:{OWN}:function:${{AWS::StackName}}"),
        (
            "Log",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:${{AWS::Partition}}:logs:{OWN}:log-group:/aws/lambda/${{AWS::StackName}}:*",
        ),
    ],
)
def test_the_function_reaches_itself_and_its_own_log(sid: str, action: object, resource: str) -> None:
    assert statement(sid)["Action"] == action
    assert statement(sid)["Resource"] == {"Fn::Sub": resource}


def test_the_function_sends_to_its_own_queue() -> None:
    assert statement("FailedEvents")["Action"] == "sqs:SendMessage"
    assert statement("FailedEvents")["Resource"] == {"Fn::GetAtt": ["FailedEventsQueue", "Arn"]}


def test_the_only_role_it_can_make_is_that_of_contributor_insights() -> None:
    one = statement("RoleOfContributorInsights")
    service = "contributorinsights.dynamodb.amazonaws.com"
    arn, variables = one["Resource"]["Fn::Sub"]
    assert one["Action"] == "iam:CreateServiceLinkedRole"
    assert arn.startswith("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/${Service}/")
    assert variables == {"Service": service}
    assert one["Condition"] == {"StringEquals": {"iam:AWSServiceName": service}}


def test_of_keys_without_a_parameter_only_the_aws_managed_one_is_described() -> None:
    one = statement("AwsManagedKey")
    assert one["Action"] == "kms:DescribeKey"
    assert one["Resource"] == {"Fn::Sub": f"arn:${{AWS::Partition}}:kms:{OWN}:key/*"}
    assert one["Condition"] == {"StringEquals": {"kms:RequestAlias": "alias/aws/dynamodb"}}


def test_customer_managed_keys_are_used_through_dynamodb_and_only_where_named() -> None:
    conditional = {policy["Fn::If"][0]: policy["Fn::If"][1:] for policy in ROLE["Policies"] if "Fn::If" in policy}
    assert conditional.keys() == {"AsksCloudFormation", "HasKmsKeys"}
    policy, otherwise = conditional["HasKmsKeys"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    through = {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"}}
    for one in policy["PolicyDocument"]["Statement"]:
        assert one["Resource"] == {"Ref": "KmsKeyArns"}
        assert one["Action"] == "kms:DescribeKey" or one["Condition"]["StringEquals"] == through
    assert statement("GrantKeysToDynamoDB")["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": True}


def test_path_and_boundary_are_the_account_s_to_say() -> None:
    assert ROLE["Path"] == {"Ref": "RolePath"}
    assert ROLE["PermissionsBoundary"] == {
        "Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]
    }


DRIFT = ("DriftFunction", "DriftLogGroup", "DriftRole", "DriftAlarm", "DriftWatchAlarm")
WATCH = {one["Sid"]: one for one in RESOURCES["DriftRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]}


def test_the_drift_watch_is_off_unless_it_has_a_schedule() -> None:
    assert TEMPLATE["Parameters"]["DriftSchedule"]["Default"] == ""
    assert TEMPLATE["Conditions"]["WatchesDrift"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "DriftSchedule"}, ""]}]}
    assert {name for name, one in RESOURCES.items() if one.get("Condition") == "WatchesDrift"} == set(DRIFT)


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("", True), ("rate(1 day)", True), ("rate(12 hours)", True), ("cron(0 6 ? * MON-FRI *)", True),
        ("cron(0/15 8-17 ? * 2#1 *)", True), ("rate(1 days)", False), ("rate(2 day)", False), ("rate(0 days)", False),
        ("daily", False), ("cron(0 6 * *)", False), ("at(2026-11-22T00:00:00)", False), ("rate(1 day) ", False),
    ],
)  # fmt: skip
def test_the_schedule_is_one_that_eventbridge_takes(expression: str, taken: bool) -> None:
    assert bool(re.search(TEMPLATE["Parameters"]["DriftSchedule"]["AllowedPattern"], expression)) is taken


def test_the_drift_watch_is_the_provider_s_artifact_with_another_handler() -> None:
    watch = RESOURCES["DriftFunction"]["Properties"]
    assert (watch["Handler"], watch["Timeout"]) == ("handler.watch.handler", 300)
    assert all(watch[name] == FUNCTION[name] for name in ("CodeUri", "Runtime", "Architectures", "MemorySize"))
    assert watch["Role"] == {"Fn::GetAtt": ["DriftRole", "Arn"]}
    assert watch["Events"]["Schedule"]["Properties"]["Schedule"] == {"Ref": "DriftSchedule"}


def test_the_drift_watch_can_read_and_write_to_no_table() -> None:
    actions = {action for one in WATCH.values() for action in listed(one["Action"])}
    of_tables = {action.partition(":")[2] for action in actions if action.startswith("dynamodb:")}
    assert of_tables == {call for call in CALLS if call.startswith(("Describe", "List", "Get"))} | {"ListTables"}
    assert {action for action in actions if not action.startswith("dynamodb:")} == {
        "cloudwatch:PutMetricData", "kms:DescribeKey", "logs:CreateLogStream", "logs:PutLogEvents",
    }  # fmt: skip
    assert not any("*" in action for action in actions)


def test_the_drift_watch_sees_all_resources_only_where_aws_offers_nothing_narrower() -> None:
    assert WATCH["ReadTables"]["Resource"] == {"Fn::Sub": TABLES}
    assert WATCH["AwsManagedKey"] == statement("AwsManagedKey")
    assert {name for name, one in WATCH.items() if one["Resource"] == "*"} == {"ListTables", "Metric"}
    assert WATCH["ListTables"]["Action"] == "dynamodb:ListTables"
    assert WATCH["Metric"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": watch.NAMESPACE}}


def test_the_alarm_is_about_the_metric_of_this_provider() -> None:
    alarm = RESOURCES["DriftAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (watch.NAMESPACE, watch.METRIC)
    provider = RESOURCES["DriftFunction"]["Properties"]["Environment"]["Variables"]["PROVIDER_NAME"]
    assert alarm["Dimensions"] == [{"Name": "Provider", "Value": provider}]


def test_the_other_alarm_is_about_the_watch_itself() -> None:
    alarm = RESOURCES["DriftWatchAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "DriftFunction"}}]


def test_a_second_export_has_the_name_that_it_is_given_and_only_then() -> None:
    output = TEMPLATE["Outputs"]["ServiceTokenByName"]
    assert output["Value"] == TEMPLATE["Outputs"]["ServiceToken"]["Value"]
    assert output["Export"] == {"Name": {"Ref": "ExportName"}}
    assert TEMPLATE["Parameters"]["ExportName"]["Default"] == ""
    assert TEMPLATE["Conditions"][output["Condition"]] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExportName"}, ""]}]}


def test_sam_deploy_needs_no_arguments() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["default"]
    assert settings["global"]["parameters"]["stack_name"] == "sentinel-tables"
    assert settings["deploy"]["parameters"]["resolve_s3"] is True
    assert settings["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_imports_the_provider_under_its_exported_name(path: Path) -> None:
    tables = [one for one in load(path)["Resources"].values() if one["Type"] == "Custom::SentinelTable"]
    assert tables or path.stem in {"alarms", "backup", "organisation"}
    for table in tables:
        assert table["Properties"]["ServiceToken"] == {"Fn::ImportValue": "sentinel-tables-ServiceToken"}
