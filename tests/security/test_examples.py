"""The policies that docs/explanation/security.md recommends do what it says of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.security.conftest import ROOT
from tests.security.iam import Request, Statement, allowed, listed, request
from tests.security.runs import Record
from tests.security.template import Stack
from tests.security.test_least_privilege import MADE_BY_LAMBDA, NEVER, missing

STACK_NAME: Final = "sentinel-tables"
FULL_ACCESS: Final[Statement] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
"""What an organization and an administrator have to begin with."""
TABLE: Final = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-breakglass"
PROVIDER: Final = f"arn:aws:iam::123456789012:role/{STACK_NAME}-ProviderRole-1A2B3C4D5E6F"
ADMINISTRATOR: Final = "arn:aws:iam::123456789012:role/Administrator"
FUNCTION: Final = f"arn:aws:lambda:eu-central-1:123456789012:function:{STACK_NAME}"
CLOUDFORMATION: Final = "cloudformation.amazonaws.com"
TEXT: Final = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
POLICIES: Final[Mapping[str, list[Statement]]] = {
    policy["Statement"][0]["Sid"]: policy["Statement"]
    for policy in map(json.loads, re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
}


def under(sid: str, asked: Request) -> bool:
    """Whether it is allowed where all is allowed but for this policy."""
    return allowed(asked, [FULL_ACCESS, *POLICIES[sid]])


class TestTables:
    @pytest.mark.parametrize("action", ["dynamodb:DeleteTable", "dynamodb:UpdateContinuousBackups"])
    def test_only_the_provider_ends_a_table(self, action: str) -> None:
        assert under("OnlyTheProviderEndsTables", request(action, TABLE, aws__PrincipalArn=PROVIDER))
        assert not under("OnlyTheProviderEndsTables", request(action, TABLE, aws__PrincipalArn=ADMINISTRATOR))
        other = TABLE.replace("sentinel-", "billing-")
        assert under("OnlyTheProviderEndsTables", request(action, other, aws__PrincipalArn=ADMINISTRATOR))

    @pytest.mark.parametrize(("keys", "may"), [(("team",), True), (("team", "sentinel:origin"), False)])
    def test_only_the_provider_writes_the_tags_of_ownership(self, keys: tuple[str, ...], *, may: bool) -> None:
        for action in ("dynamodb:TagResource", "dynamodb:UntagResource"):
            asked = request(action, TABLE, aws__PrincipalArn=ADMINISTRATOR, aws__TagKeys=keys)
            assert under("OnlyTheProviderEndsTables", asked) is may
            own = request(action, TABLE, aws__PrincipalArn=PROVIDER, aws__TagKeys=keys)
            assert under("OnlyTheProviderEndsTables", own)

    @pytest.mark.parametrize("who", [PROVIDER, ADMINISTRATOR])
    def test_nobody_deletes_a_backup(self, who: str) -> None:
        asked = request("dynamodb:DeleteBackup", f"{TABLE}/backup/01489602797149-73d8d5bc", aws__PrincipalArn=who)
        assert not under("OnlyTheProviderEndsTables", asked)


class TestInvocations:
    SID: Final = "OnlyCloudFormationInvokesTheProvider"

    @pytest.mark.parametrize("function", [FUNCTION, f"{FUNCTION}:$LATEST"])
    def test_people_invoke_the_function_through_cloudformation_alone(self, function: str) -> None:
        asked = request("lambda:InvokeFunction", function, aws__PrincipalArn=ADMINISTRATOR)
        through = request(
            "lambda:InvokeFunction", function, aws__PrincipalArn=ADMINISTRATOR, aws__CalledViaLast=CLOUDFORMATION
        )
        assert not under(self.SID, asked)
        assert under(self.SID, through)

    def test_the_function_invokes_itself(self) -> None:
        assert under(self.SID, request("lambda:InvokeFunction", FUNCTION, aws__PrincipalArn=PROVIDER))

    def test_other_functions_are_invoked_as_before(self) -> None:
        assert under(self.SID, request("lambda:InvokeFunction", f"{FUNCTION}-other", aws__PrincipalArn=ADMINISTRATOR))


class TestBoundary:
    SID: Final = "Tables"

    def test_it_leaves_the_role_all_that_it_needs(self, template: dict[str, Any], record: Record) -> None:
        stack = Stack(template, {"KmsKeyArns": ",".join(record.keys)}, name=STACK_NAME)
        asked = {replace(one, resource=FUNCTION) if one.action == "lambda:InvokeFunction" else one for one in record.asked}
        assert missing(asked, stack.role(), POLICIES[self.SID]) == []

    def test_it_leaves_lambda_what_it_does_for_the_function(self, template: dict[str, Any]) -> None:
        stack = Stack(template, name=STACK_NAME)
        for one in stack.role():
            for action in listed(one["Action"]):
                if (one["Sid"], action) in MADE_BY_LAMBDA:
                    asked = request(action, one["Resource"].replace(":*", ":log-stream:x"))
                    assert allowed(asked, stack.role(), POLICIES[self.SID]), action

    @pytest.mark.parametrize("action", ["cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"])
    def test_it_lets_the_function_ask_cloudformation_of_its_own_account(self, action: str) -> None:
        stack = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/d816f729-0000-4cac-a29f-6fbed82c07cd"
        assert allowed(request(action, stack), [FULL_ACCESS], POLICIES[self.SID])
        other = stack.replace("123456789012", "210987654321")
        assert not allowed(request(action, other), [FULL_ACCESS], POLICIES[self.SID])

    @pytest.mark.parametrize("action", NEVER)
    def test_it_keeps_records_out_of_reach_whatever_the_role_allows(self, action: str) -> None:
        for resource in (TABLE, f"{TABLE}/index/gsi-status", f"{TABLE}/stream/x", FUNCTION, PROVIDER):
            assert not allowed(request(action, resource), [FULL_ACCESS], POLICIES[self.SID])
