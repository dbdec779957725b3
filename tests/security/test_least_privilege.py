"""The role may do what the provider does, and nothing more: every call of every run, against every statement."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from tests.security.conftest import OTHER_PREFIX, ROOT
from tests.security.iam import Request, Statement, allowed, listed, matches, request
from tests.security.needs import EVERYTHING
from tests.security.runs import Record
from tests.security.template import Stack

MADE_BY_LAMBDA: Final = {
    ("Log", "logs:CreateLogStream"): "Lambda writes the function's log, in its role's name: "
    "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    ("Log", "logs:PutLogEvents"): "the same",
    ("FailedEvents", "sqs:SendMessage"): "Lambda sends what failed for good, in the function's role's name: "
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
}
"""What is granted though the code never asks for it, and why."""
QUESTIONS: Final = {"cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"}
NO_SUCH_KEY: Final = ":alias/"
"""KMS is asked about an alias that there is not: there is nothing to be permitted."""
FILES: Final = sorted((ROOT / ".calls").glob("*.jsonl"))
KEY: Final = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
NEVER: Final = (
    "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan",
    "dynamodb:PartiQLSelect", "dynamodb:ExportTableToPointInTime", "dynamodb:DeleteBackup", "dynamodb:GetRecords",
    "dynamodb:RestoreTableToPointInTime", "iam:PassRole", "sts:AssumeRole", "lambda:UpdateFunctionCode",
    "kms:ScheduleKeyDeletion", "sqs:ReceiveMessage", "logs:DeleteLogGroup",
)  # fmt: skip


def missing(asked: Iterable[Request], *layers: list[Statement]) -> list[Request]:
    """What was asked for and would have been refused."""
    return sorted((one for one in asked if not allowed(one, *layers)), key=str)


def unused(asked: Iterable[Request], role: list[Statement]) -> set[tuple[str, str]]:
    """What is granted and was not asked for: statement and action."""
    asked = list(asked)
    grants = {(str(one["Sid"]), action): one for one in role for action in listed(one["Action"])}
    return {
        (sid, action)
        for (sid, action), one in grants.items()
        if not any(each.action == action and matches(one, each) for each in asked)
    }


def recorded(path: Path) -> list[Request]:
    """The calls of a run that wrote them to a file; a line that is still being written is left out."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    found = {Request(one["action"], one["resource"], tuple(sorted(one["context"].items()))) for one in lines}
    return [one for one in found if NO_SUCH_KEY not in one.resource]


def strangers(asked: Request) -> Iterator[Request]:
    """The same request about what is none of the provider's: another account, Region, partition or name."""
    parts = asked.resource.split(":", 5)
    for place, other in ((1, "aws-cn"), (3, "us-west-2"), (4, "999999999999")):
        if parts[place]:
            yield replace(asked, resource=":".join([*parts[:place], other, *parts[place + 1 :]]))
    for name in (re.sub(r"[^/:]+$", "other", parts[5]), re.sub(r"[^/:]+", r"x\g<0>", parts[5]), f"x{parts[5]}"):
        yield replace(asked, resource=":".join([*parts[:5], name]))


def is_managed_key(asked: Request) -> bool:
    """The one grant that names no resource: of whatever id the key is, its alias has to be AWS's own."""
    return asked.context == (("kms:RequestAlias", "alias/aws/dynamodb"),)


def is_stack_here(asked: Request) -> bool:
    """Any stack of the account and Region may use the provider, so that nothing narrower can be granted."""
    here = asked.resource.startswith("arn:aws:cloudformation:eu-central-1:123456789012:stack/")
    return here and asked.action in QUESTIONS


def test_nothing_is_missing(record: Record, stack: Stack) -> None:
    assert missing(record.asked, stack.role()) == []


def test_nothing_is_granted_that_no_run_used(record: Record, stack: Stack) -> None:
    assert unused(record.asked, stack.role()) == MADE_BY_LAMBDA.keys()


def test_without_any_one_grant_a_run_would_have_failed(record: Record, stack: Stack) -> None:
    role = stack.role()
    for place, one in enumerate(role):
        for action in listed(one["Action"]):
            rest = [other for other in listed(one["Action"]) if other != action]
            without = [*role[:place], {**one, "Action": rest}, *role[place + 1 :]]
            assert (str(one["Sid"]), action) in MADE_BY_LAMBDA or missing(record.asked, without), action


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_missing_that_other_runs_asked_for(path: Path, template: dict[str, Any]) -> None:
    """Such as the built artifact's, against the engines."""
    asked = recorded(path)
    tables = {tuple(one.resource.split(":")[3:5]) for one in asked if one.action.startswith("dynamodb:")}
    ((region, account),) = tables
    keys = {one.resource for one in asked if "kms:ViaService" in dict(one.context)}
    stack = Stack(template, {"KmsKeyArns": ",".join(sorted(keys))}, region=region, account=account)
    assert missing(asked, stack.role()) == []


def test_nothing_is_granted_outside_of_prefix_account_and_region(record: Record, stack: Stack) -> None:
    role = stack.role()
    granted = [other for one in record.asked for other in strangers(one) if allowed(other, role)]
    assert [one for one in granted if not is_managed_key(one) and not is_stack_here(one)] == []
    assert {one.action for one in granted} == {"kms:DescribeKey"} | QUESTIONS
    assert {":".join(one.resource.split(":")[:5]) for one in granted} == {
        "arn:aws:kms:eu-central-1:123456789012",
        "arn:aws:cloudformation:eu-central-1:123456789012",
    }


@pytest.mark.parametrize("alias", ["alias/aws/s3", "alias/records", ""])
def test_of_other_keys_nothing_is_told(stack: Stack, alias: str) -> None:
    context = {"kms__RequestAlias": alias} if alias else {}
    assert not allowed(request("kms:DescribeKey", KEY, **context), stack.role())


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"])
def test_a_key_is_used_through_dynamodb_alone(record: Record, stack: Stack, action: str) -> None:
    (key,) = record.keys
    for via in ("s3.eu-central-1.amazonaws.com", "dynamodb.us-west-2.amazonaws.com"):
        assert not allowed(request(action, key, kms__ViaService=via, kms__GrantIsForAWSResource="true"), stack.role())
    assert not allowed(request(action, key), stack.role())


def test_a_grant_is_made_for_aws_services_alone(record: Record, stack: Stack) -> None:
    (key,) = record.keys
    via = "dynamodb.eu-central-1.amazonaws.com"
    assert not allowed(
        request("kms:CreateGrant", key, kms__ViaService=via, kms__GrantIsForAWSResource="false"), stack.role()
    )


def test_no_service_linked_role_is_made_but_the_one_of_contributor_insights(record: Record, stack: Stack) -> None:
    (asked,) = [one for one in record.asked if one.action == "iam:CreateServiceLinkedRole"]
    other = replace(asked, context=(("iam:AWSServiceName", "elasticloadbalancing.amazonaws.com"),))
    assert not allowed(other, stack.role())


def test_of_all_of_dynamodb_s_actions_it_has_those_that_it_uses(facts: dict[str, Any], record: Record, stack: Stack) -> None:
    table = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-x"
    has = {name for name in facts["actions"] if name.startswith("dynamodb:") and allowed(request(name, table), stack.role())}
    assert has == {one.action for one in record.asked if one.action.startswith("dynamodb:")}


@pytest.mark.parametrize("action", NEVER)
def test_it_never_reaches_records_backups_or_other_roles(record: Record, stack: Stack, action: str) -> None:
    for one in record.asked:
        assert not allowed(replace(one, action=action), stack.role())


def test_no_action_and_no_resource_is_a_bare_wildcard(stack: Stack) -> None:
    for one in stack.role():
        assert one["Effect"] == "Allow"
        assert not [action for action in listed(one["Action"]) if "*" in action or "?" in action]
        for resource in listed(one["Resource"]):
            *place, name = resource.split(":", 5)
            assert "*" not in "".join(place), resource
            assert name != "*", resource


class TestDriftWatch:
    """The second role, of the function that a schedule calls: it may read what the watch reads, and nothing more."""

    def test_nothing_is_missing_and_nothing_is_granted_that_it_does_not_use(self, watch: Record, stack: Stack) -> None:
        role = stack.role("DriftRole")
        assert missing(watch.asked, role) == []
        assert unused(watch.asked, role) == {grant for grant in MADE_BY_LAMBDA if grant[0] == "Log"}

    def test_it_may_write_to_no_table(self, facts: dict[str, Any], stack: Stack) -> None:
        table, role = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-x", stack.role("DriftRole")
        names = [name for name in facts["actions"] if name.startswith("dynamodb:")]
        assert len(names) > 50
        has = {name for name in names if allowed(request(name, table), role)}
        assert {name.partition(":")[2] for name in has} == {
            "DescribeContinuousBackups", "DescribeContributorInsights", "DescribeTable", "DescribeTimeToLive",
            "GetResourcePolicy", "ListTagsOfResource", "ListTables",
        }  # fmt: skip

    def test_it_reads_nothing_outside_of_prefix_account_and_region(self, watch: Record, stack: Stack) -> None:
        role = stack.role("DriftRole")
        named = [one for one in watch.asked if one.resource != EVERYTHING]
        granted = [other for one in named for other in strangers(one) if allowed(other, role)]
        assert [one for one in granted if not is_managed_key(one)] == []

    def test_it_publishes_under_its_own_namespace_alone(self, stack: Stack) -> None:
        other = request("cloudwatch:PutMetricData", EVERYTHING, cloudwatch__namespace="AWS/Lambda")
        assert not allowed(other, stack.role("DriftRole"))

    def test_all_resources_only_where_the_reference_knows_none(self, facts: dict[str, Any], stack: Stack) -> None:
        for one in stack.role("DriftRole"):
            for action in listed(one["Action"]):
                narrower = [kind for kind in facts["actions"][action]["resourceTypes"] if kind["required"]]
                assert one["Resource"] != EVERYTHING or not narrower, action
            for key in (key for tests in one.get("Condition", {}).values() for key in tests):
                assert all(key in facts["actions"][action]["conditionKeys"] for action in listed(one["Action"])), key


class TestOptions:
    """The optional parts of the template."""

    def test_without_keys_of_one_s_own_no_key_may_be_used(self, record: Record, template: dict[str, Any]) -> None:
        role = Stack(template).role()
        refused = missing(record.asked, role)
        assert {one.resource for one in refused} == record.keys
        assert {action for one in role for action in listed(one["Action"]) if action.startswith("kms:")} == {
            "kms:DescribeKey"
        }

    def test_without_asking_nothing_is_told_of_stacks(self, record: Record, template: dict[str, Any], stack: Stack) -> None:
        role = Stack(template, {**stack.given, "AskCloudFormation": "false"}).role()
        assert {one.action for one in missing(record.asked, role)} == QUESTIONS
        assert {action for one in role for action in listed(one["Action"]) if action.startswith("cloudformation:")} == set()

    def test_several_keys_are_each_granted(self, template: dict[str, Any], record: Record) -> None:
        both = Stack(template, {"KmsKeyArns": ",".join([*record.keys, KEY])}).role()
        via = "dynamodb.eu-central-1.amazonaws.com"
        for key in (*record.keys, KEY):
            assert allowed(request("kms:Decrypt", key, kms__ViaService=via), both)
        assert missing(record.asked, both) == []

    def test_under_another_prefix_it_reaches_the_tables_of_that_prefix_alone(
        self, template: dict[str, Any], elsewhere: Record, record: Record
    ) -> None:
        role = Stack(template, {"TableNamePrefix": OTHER_PREFIX, "KmsKeyArns": ",".join(elsewhere.keys)}).role()
        assert missing(elsewhere.asked, role) == []
        assert unused(elsewhere.asked, role) == MADE_BY_LAMBDA.keys()
        tables = {one for one in record.asked if one.action.startswith("dynamodb:")}
        assert set(missing(tables, role)) == tables

    def test_a_stack_of_another_name_invokes_and_logs_under_that_name(
        self, template: dict[str, Any], record: Record
    ) -> None:
        role = Stack(template, name="other").role()
        (asked,) = [one for one in record.asked if one.action == "lambda:InvokeFunction"]
        assert not allowed(asked, role)
        assert allowed(replace(asked, resource="arn:aws:lambda:eu-central-1:123456789012:function:other"), role)

    @pytest.mark.parametrize("boundary", ["", "arn:aws:iam::123456789012:policy/bounds"])
    def test_path_and_boundary_change_nothing_of_the_role_s_own(
        self, template: dict[str, Any], stack: Stack, boundary: str
    ) -> None:
        other = Stack(template, {**stack.given, "RolePath": "/audit/", "PermissionsBoundary": boundary})
        role = other.properties("ProviderRole")
        assert (role["Path"], role.get("PermissionsBoundary", "")) == ("/audit/", boundary)
        assert other.role() == stack.role()

    @pytest.mark.parametrize("name", ["TableNamePrefix", "KmsKeyArns"])
    @pytest.mark.parametrize(
        "wildcard", ["*", "sentinel-*", "?", "${aws:username}", "arn:aws:kms:eu-central-1:123456789012:key/*"]
    )
    def test_no_parameter_brings_a_wildcard_in(self, template: dict[str, Any], name: str, wildcard: str) -> None:
        """What CloudFormation lets through becomes part of a resource of the role."""
        assert not re.search(template["Parameters"][name]["AllowedPattern"], wildcard)


class TestReference:
    """What is asked and granted here is what AWS's service authorization reference knows."""

    def test_every_action_is_one_of_aws_s(self, facts: dict[str, Any], record: Record, stack: Stack) -> None:
        granted = {action for one in stack.role() for action in listed(one["Action"])}
        assert {one.action for one in record.asked} | granted <= facts["actions"].keys()

    def test_every_call_is_about_a_resource_that_its_action_takes(self, facts: dict[str, Any], record: Record) -> None:
        for one in record.asked:
            service = one.action.partition(":")[0]
            kinds = [
                facts["resources"][f"{service}:{kind['name']}"] for kind in facts["actions"][one.action]["resourceTypes"]
            ]
            assert any(fits(kind["arn"], one.resource) for kind in kinds), one

    def test_every_condition_is_one_that_its_actions_know(self, facts: dict[str, Any], stack: Stack) -> None:
        """Else it never holds, and what it stands beside is never granted."""
        for one in stack.role():
            for tests in one.get("Condition", {}).values():
                for action, key in product(listed(one["Action"]), tests):
                    assert key in facts["actions"][action]["conditionKeys"], (action, key)


class TestTheProof:
    """It finds what it is there to find."""

    @staticmethod
    def changed(role: list[Statement], sid: str, **change: Any) -> list[Statement]:
        return [{**one, **change} if one["Sid"] == sid else one for one in role]

    def test_an_action_too_many(self, record: Record, stack: Stack) -> None:
        (tables,) = [one for one in stack.role() if one["Sid"] == "Tables"]
        role = self.changed(stack.role(), "Tables", Action=[*tables["Action"], "dynamodb:Scan"])
        assert ("Tables", "dynamodb:Scan") in unused(record.asked, role)

    @pytest.mark.parametrize(
        ("sid", "resource"),
        [
            ("Tables", "arn:aws:dynamodb:eu-central-1:123456789012:table/*"),
            ("Tables", "arn:aws:dynamodb:*:123456789012:table/sentinel-*"),
            ("Tables", "*"),
            ("NextInvocation", "arn:aws:lambda:eu-central-1:123456789012:function:*"),
            ("UseKeysThroughDynamoDB", "arn:aws:kms:eu-central-1:*:key/*"),
            ("AskCloudFormation", "arn:aws:cloudformation:*:123456789012:stack/*"),
            ("AskCloudFormation", "arn:aws:cloudformation:eu-central-1:*:stack/*"),
            ("AskCloudFormation", "*"),
        ],
    )
    def test_a_resource_too_wide(self, record: Record, stack: Stack, sid: str, resource: str) -> None:
        role = self.changed(stack.role(), sid, Resource=resource)
        assert [
            other
            for one in record.asked
            for other in strangers(one)
            if allowed(other, role) and not is_managed_key(other) and not is_stack_here(other)
        ]

    def test_a_condition_that_never_holds(self, record: Record, stack: Stack) -> None:
        other = {"StringEquals": {"kms:RequestAlias": "alias/aws/s3"}}
        role = self.changed(stack.role(), "AwsManagedKey", Condition=other)
        assert {one.action for one in missing(record.asked, role)} == {"kms:DescribeKey"}


def fits(form: str, arn: str) -> bool:
    """Whether an ARN has the form that the reference gives for its type."""
    literal = re.split(r"\$\{\w+\}", form)
    return re.fullmatch(".+".join(map(re.escape, literal)), arn) is not None
