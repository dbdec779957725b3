"""Sentinel's roles may do what they do, and nothing more: each role's calls, against its policy and against the example."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

from sentinel_tables.schemas import SCHEMAS
from sentinel_tables_cli.policies.roles import ROLES
from sentinel_tables_cli.policies.statements import statements
from tests import sentinel_calls
from tests.aws.client import operation
from tests.security.conftest import ROOT
from tests.security.iam import Request, Statement, allowed, listed, matches, request
from tests.security.test_least_privilege import missing, strangers
from tests.sentinel_calls import NAMES, Call

TABLES: Final = "arn:aws:dynamodb:eu-central-1:123456789012:table/"
KEY: Final = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
NEVER: Final = (
    "DeleteItem", "BatchWriteItem", "BatchGetItem", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete",
    "DeleteTable", "UpdateTable", "DescribeTable", "GetRecords", "ExportTableToPointInTime", "PutResourcePolicy",
)  # fmt: skip


def policy(role: str, key: str = "") -> list[Statement]:
    """What the command prints for the role, for all the tables that it uses."""
    return [one for schema in ROLES[role] for one in policy_on(role, schema, key)]


def policy_on(role: str, schema: str, key: str = "") -> tuple[Statement, ...]:
    table = SCHEMAS[schema].named(NAMES[schema])
    return statements(role, schema, table, lambda rest: f"{TABLES}{NAMES[schema]}{rest}", key)


def needed(call: Call) -> Request:
    """A query asks for its index, everything else for the table."""
    arguments = call.arguments
    index = f"/index/{arguments['IndexName']}" if "IndexName" in arguments else ""
    return request(f"dynamodb:{operation('dynamodb', call.api).name}", f"{TABLES}{arguments['TableName']}{index}")


CALLED: Final = {role: {needed(call) for call in calls} for role, calls in sentinel_calls.ROLES.items()}


def grants(policy: Iterable[Statement]) -> Iterator[tuple[Statement, str, str]]:
    """Each action on each resource that a policy allows."""
    for one in policy:
        for action in listed(one["Action"]):
            for resource in listed(one["Resource"]):
                yield one, action, resource


def test_every_role_is_known_with_its_calls() -> None:
    assert sentinel_calls.ROLES.keys() == ROLES.keys()
    assert {name: schema.default_table_name for name, schema in SCHEMAS.items()} == NAMES


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_missing(role: str) -> None:
    assert missing(CALLED[role], policy(role)) == []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_granted_that_the_role_does_not_call(role: str) -> None:
    unused = [
        (action, resource)
        for one, action, resource in grants(policy(role))
        if not any(matches({**one, "Action": action, "Resource": resource}, asked) for asked in CALLED[role])
    ]
    assert unused == []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_granted_on_other_tables_and_no_role_has_another_s_calls(role: str) -> None:
    granted = [other for one in CALLED[role] for other in strangers(one) if allowed(other, policy(role))]
    assert granted == []
    theirs = {one for calls in CALLED.values() for one in calls} - CALLED[role]
    assert [one for one in theirs if allowed(one, policy(role))] == []


@pytest.mark.parametrize("role", ROLES)
def test_nobody_deletes_a_record_or_touches_a_table(role: str) -> None:
    for one in CALLED[role]:
        for action in NEVER:
            assert not allowed(replace(one, action=f"dynamodb:{action}"), policy(role, KEY)), action


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_used_by_way_of_dynamodb_alone(role: str) -> None:
    through = request("kms:Decrypt", KEY, kms__ViaService="dynamodb.eu-central-1.amazonaws.com")
    assert allowed(through, policy(role, KEY))
    assert not allowed(through, policy(role))
    assert not allowed(request("kms:Decrypt", KEY), policy(role, KEY))
    for other in ("s3.eu-central-1.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com"):
        assert not allowed(request("kms:Decrypt", KEY, kms__ViaService=other), policy(role, KEY))
    assert not allowed(replace(through, action="kms:Encrypt"), policy(role, KEY))


def test_the_auditor_lists_devices_if_the_table_has_their_index() -> None:
    asked = needed(sentinel_calls.DEVICES)
    with_index = SCHEMAS["session"].named(NAMES["session"], ["gsi-device-id"])
    assert not allowed(asked, policy("auditor"))
    assert allowed(asked, statements("auditor", "session", with_index, lambda rest: f"{TABLES}{NAMES['session']}{rest}"))


class TestExample:
    """`examples/roles.yaml`, with its functions resolved as CloudFormation does it."""

    RESOURCES: Final[Mapping[str, Any]] = decode(str(ROOT / "examples" / "roles.yaml"))[0]["Resources"]
    FOUND: Final[Mapping[str, Any]] = {
        name.removesuffix("Policy").lower(): one["Properties"]["PolicyDocument"]["Statement"]
        for name, one in RESOURCES.items()
        if one["Type"] == "AWS::IAM::ManagedPolicy"
    }

    def resolved(self, value: Any) -> Any:
        match value:
            case {"Fn::GetAtt": [str(logical_id), "Arn"]}:
                return f"{TABLES}{NAMES[self.RESOURCES[logical_id]['Properties']['Schema']]}"
            case {"Fn::Sub": str(text)}:
                here = {"AWS::Region": "eu-central-1", "AWS::URLSuffix": "amazonaws.com"}
                return re.sub(r"\$\{([\w:]+)(?:\.(Arn))?\}", lambda found: here.get(found[1]) or self.arn(found[1]), text)
            case {"Ref": "KeyArn"}:
                return KEY
            case dict():
                return {key: self.resolved(item) for key, item in value.items()}
            case list():
                return [self.resolved(item) for item in value]
        return value

    def arn(self, logical_id: str) -> str:
        return str(self.resolved({"Fn::GetAtt": [logical_id, "Arn"]}))

    def flat(self, found: Iterable[Statement]) -> set[tuple[str, str, str, str]]:
        return {
            (one["Effect"], action, resource, json.dumps(one.get("Condition", {})))
            for one, action, resource in grants(self.resolved([dict(statement) for statement in found]))
        }

    def test_it_has_every_role(self) -> None:
        assert self.FOUND.keys() == {*ROLES, "key"}
        assert self.RESOURCES["KeyPolicy"]["Condition"] == "HasKey"

    @pytest.mark.parametrize("role", ROLES)
    def test_it_grants_what_the_command_prints(self, role: str) -> None:
        assert self.flat(self.FOUND[role]) == self.flat(policy(role))
        assert self.flat(self.FOUND[role]) | self.flat(self.FOUND["key"]) == self.flat(policy(role, KEY))


class TestEvidence:
    """The resource policies of `examples/evidence.yaml`, where IAM allows everything else."""

    RESOURCES: Final[Mapping[str, Any]] = decode(str(ROOT / "examples" / "evidence.yaml"))[0]["Resources"]
    PLACE: Final = {"${AWS::Partition}": "aws", "${AWS::Region}": "eu-central-1", "${AWS::AccountId}": "123456789012"}

    def denied(self, logical_id: str) -> list[Statement]:
        """The statements on a table, each about everybody."""
        document = self.RESOURCES[logical_id]["Properties"]["ResourcePolicy"]["PolicyDocument"]
        text = json.dumps(document["Statement"])
        for name, value in self.PLACE.items():
            text = text.replace(name, value)
        found: list[Any] = [{**one, "Resource": one["Resource"]["Fn::Sub"]} for one in json.loads(text)]
        assert all(one.pop("Principal") == "*" for one in found)
        return found

    @pytest.mark.parametrize(("logical_id", "schema"), [("BreakGlassTable", "breakglass"), ("ApprovalTable", "approval")])
    def test_nobody_takes_a_record_away_and_sentinel_goes_on(self, logical_id: str, schema: str) -> None:
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy, table = [everything, *self.denied(logical_id)], f"{TABLES}{NAMES[schema]}"
        for action in ("DeleteItem", "BatchWriteItem", "UpdateItem", "PartiQLDelete", "PartiQLInsert", "PartiQLUpdate"):
            assert not allowed(request(f"dynamodb:{action}", table), policy), action
        called = {needed(call) for calls in sentinel_calls.ROLES.values() for call in calls if call.schema == schema}
        assert len(called) > 3
        assert missing(called, policy) == []


class TestArchiver:
    """The role of `examples/archive.yaml`: what its function and its event sources ask for."""

    DOCUMENT: Final[Mapping[str, Any]] = decode(str(ROOT / "examples" / "archive.yaml"))[0]
    RESOURCES: Final[Mapping[str, Any]] = DOCUMENT["Resources"]
    ASKED: Final = {
        "Changes": {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"},
        "Objects": {"s3:PutObject"},
        "GivenUp": {"sqs:SendMessage"},
        "Log": {"logs:CreateLogStream", "logs:PutLogEvents"},
    }
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""

    def test_it_may_do_that_and_nothing_more(self) -> None:
        always, with_key = self.RESOURCES["ArchiverRole"]["Properties"]["Policies"]
        found = always["PolicyDocument"]["Statement"]
        assert {one["Sid"]: {*listed(one["Action"])} for one in found} == self.ASKED
        named = [resource for one in found for resource in listed(one["Resource"])]
        assert all("Fn::GetAtt" in one or "Fn::Sub" in one for one in named), "no resource of others"
        assert "HasKey" in with_key["Fn::If"]

    def test_nothing_that_is_archived_can_be_deleted(self) -> None:
        bucket = self.RESOURCES["Archive"]["Properties"]
        rule = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert bucket["ObjectLockEnabled"] is True
        assert rule == {"Mode": {"Ref": "RetentionMode"}, "Days": {"Ref": "RetentionDays"}}
        assert self.DOCUMENT["Parameters"]["RetentionDays"]["MinValue"] >= 1
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert self.RESOURCES["Archive"]["DeletionPolicy"] == "Retain"

    def test_no_change_is_lost_in_silence(self) -> None:
        for name in ("BreakGlassChanges", "ApprovalChanges"):
            source = self.RESOURCES[name]["Properties"]
            assert source["StartingPosition"] == "TRIM_HORIZON"
            assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert source["MaximumRecordAgeInSeconds"] <= 12 * 3600, "a stream keeps a change for 24 hours"
            assert source["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["GivenUp", "Arn"]}}}
        for name in ("BreakGlassTable", "ApprovalTable"):
            assert self.RESOURCES[name]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
