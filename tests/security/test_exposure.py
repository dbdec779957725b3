"""Who reaches what of the provider's: the template as SAM transforms it."""

import json
from typing import Any

import pytest

from tests.security.iam import allowed, request
from tests.security.template import Stack


def test_the_stack_is_these_resources_and_no_other(template: dict[str, Any]) -> None:
    """No AWS::Lambda::Permission, no URL, no event source: the function has no resource policy, nor gets one."""
    assert sorted(one["Type"] for one in template["Resources"].values() if "Condition" not in one) == [
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
    ]


def test_the_drift_watch_adds_these_where_it_is_on_and_its_schedule_alone_invokes_it(template: dict[str, Any]) -> None:
    watch = {name: one for name, one in template["Resources"].items() if one.get("Condition") == "WatchesDrift"}
    assert sorted(one["Type"] for one in watch.values()) == [
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Alarm",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
    ]
    ((rule, _),) = [item for item in watch.items() if item[1]["Type"] == "AWS::Events::Rule"]
    (permission,) = [one["Properties"] for one in watch.values() if one["Type"] == "AWS::Lambda::Permission"]
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "DriftFunction"},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
    }


@pytest.mark.parametrize("name", ["ProviderRole", "DriftRole"])
def test_the_role_is_lambda_s_alone_to_take(stack: Stack, name: str) -> None:
    role = stack.properties(name)
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    assert "ManagedPolicyArns" not in role


def test_the_role_s_policies_name_each_thing_fully(stack: Stack) -> None:
    """Nothing is left that only a deployment would tell."""
    assert "${" not in json.dumps(stack.role())
    assert "Fn::" not in json.dumps(stack.role())


def test_the_queue_of_failed_events_is_encrypted_and_denies_what_is_not_over_tls(stack: Stack) -> None:
    queue = stack.properties("FailedEventsQueue")
    (only,) = stack.properties("FailedEventsQueuePolicy")["PolicyDocument"]["Statement"]
    arn = stack.resolve({"Fn::GetAtt": ["FailedEventsQueue", "Arn"]})
    denial = {key: value for key, value in only.items() if key != "Principal"}
    own = {"Effect": "Allow", "Action": "sqs:*", "Resource": arn}
    assert queue["SqsManagedSseEnabled"] is True
    assert (only["Effect"], only["Principal"]) == ("Deny", "*")
    for action in ("sqs:ReceiveMessage", "sqs:SendMessage", "sqs:PurgeQueue"):
        assert not allowed(request(action, arn, aws__SecureTransport="false"), [denial, own])
        assert allowed(request(action, arn, aws__SecureTransport="true"), [denial, own])


def test_the_function_s_variables_hold_no_secret(stack: Stack) -> None:
    assert stack.properties("ProviderFunction")["Environment"]["Variables"] == {
        "TABLE_NAME_PREFIX": "sentinel-",
        "LOG_LEVEL": "INFO",
        "DECLARE_SETTINGS": "false",
        "ASK_CLOUDFORMATION": "true",
    }


def test_the_function_listens_in_no_network(stack: Stack) -> None:
    assert not {"VpcConfig", "FileSystemConfigs", "Layers"} & stack.properties("ProviderFunction").keys()
