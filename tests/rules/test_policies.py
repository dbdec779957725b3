"""A resource policy is put once, however it is written and however DynamoDB writes it back."""

import json

import pytest

from sentinel_tables.rules.policies import canonical_policy
from tests.worlds import Json, Scene

STATEMENT: Json = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:Query", "Resource": "*"}
ROLE = "arn:aws:iam::123456789012:role/reader"
POLICIES: list[tuple[str, object]] = [
    ("with a version", {"Version": "2012-10-17", "Statement": [STATEMENT]}),
    ("without a version", {"Statement": [STATEMENT]}),
    ("one statement, in no list", {"Version": "2012-10-17", "Statement": STATEMENT}),
    ("as text", json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]}, indent=4)),
    ("with an id", {"Version": "2012-10-17", "Id": "mine", "Statement": [STATEMENT]}),
    ("a list of one action", {"Version": "2012-10-17", "Statement": [STATEMENT | {"Action": ["dynamodb:Query"]}]}),
    (
        "actions in another order",
        {"Version": "2012-10-17", "Statement": [STATEMENT | {"Action": ["dynamodb:Scan", "dynamodb:Get*"]}]},
    ),
    (
        "an account by its number",
        {"Version": "2012-10-17", "Statement": [STATEMENT | {"Principal": {"AWS": "123456789012"}}]},
    ),
    (
        "accounts in a list",
        {"Version": "2012-10-17", "Statement": [STATEMENT | {"Principal": {"AWS": ["123456789012", ROLE]}}]},
    ),
    ("two statements", {"Version": "2012-10-17", "Statement": [STATEMENT | {"Sid": "B"}, STATEMENT | {"Sid": "A"}]}),
    (
        "a condition",
        {
            "Version": "2012-10-17",
            "Statement": [
                STATEMENT
                | {
                    "Condition": {
                        "StringEquals": {"aws:PrincipalOrgID": ["o-2", "o-1"]},
                        "Bool": {"aws:SecureTransport": "true"},
                    }
                }
            ],
        },
    ),
]


def written(document: object) -> object:
    return json.loads(document) if isinstance(document, str) else document


@pytest.mark.parametrize("document", [policy for _, policy in POLICIES], ids=[name for name, _ in POLICIES])
def test_a_policy_is_put_once_and_never_again(document: object) -> None:
    scene = Scene()
    properties = {"ResourcePolicy": {"PolicyDocument": document}}
    assert scene.create()["Status"] == "SUCCESS"
    scene.clock.sleep(60)
    answer = scene.update("sentinel-requests", old={"Schema": "approval"}, **properties)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    (put,) = [call for call in scene.plane.writes() if call.api == "put_resource_policy"]
    assert json.loads(put.arguments["Policy"]) == written(document), "in the words of the template"
    scene.clock.sleep(60)
    before = len(scene.plane.writes())
    assert scene.update("sentinel-requests", **properties)["Status"] == "SUCCESS"
    assert scene.plane.writes()[before:] == []


@pytest.mark.parametrize("document", [policy for _, policy in POLICIES], ids=[name for name, _ in POLICIES])
def test_a_policy_of_a_new_table_comes_with_it(document: object) -> None:
    scene = Scene()
    answer = scene.create(ResourcePolicy={"PolicyDocument": document})
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert "put_resource_policy" not in [call.api for call in scene.plane.writes()]
    made = scene.plane.writes()[0]
    assert json.loads(made.arguments["ResourcePolicy"]) == written(document), "in the words of the template"


ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def of(**statement: object) -> str:
    """What compares, of a policy with that statement."""
    return canonical_policy({"Version": "2012-10-17", "Statement": [STATEMENT | statement]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": ROOT}}),
        ({"Principal": {"AWS": [ROLE, ACCOUNT]}}, {"Principal": {"AWS": [ROOT, ROLE]}}),
        ({"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": f"arn:aws-us-gov:iam::{ACCOUNT}:root"}}),
        ({"Action": "dynamodb:Query"}, {"Action": ["dynamodb:Query"]}),
        ({"Action": ["a:B", "a:C"]}, {"Action": ["a:C", "a:B"]}),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}}}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        ({"Condition": {"Bool": {"aws:SecureTransport": False}}}, {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        ({"Condition": {"NumericLessThan": {"x": 7}}}, {"Condition": {"NumericLessThan": {"x": "7"}}}),
        ({"Condition": {"NumericLessThan": {"x": 1.5}}}, {"Condition": {"NumericLessThan": {"x": "1.5"}}}),
        ({"Condition": {"a": {"x": "1", "y": "2"}}}, {"Condition": {"a": {"y": "2", "x": "1"}}}),
    ],
)
def test_two_ways_to_write_a_statement_compare_equal(one: Json, other: Json) -> None:
    assert of(**one) == of(**other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": {"Service": ACCOUNT}}, {"Principal": {"Service": ROOT}}),
        ({"Principal": {"AWS": ACCOUNT}}, {"Principal": {"Service": ACCOUNT}}),
        ({"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": "210987654321"}}),
        ({"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/root"}}),
        ({"Principal": ACCOUNT}, {"Principal": ROOT}),
        ({"Condition": {"StringEquals": {"x": ACCOUNT}}}, {"Condition": {"StringEquals": {"x": ROOT}}}),
        ({"Action": ["a:B", "a:C"]}, {"Action": ["a:B", "a:D"]}),
        ({"Action": ["a:B", "a:C"]}, {"Action": "a:B"}),
        ({"Condition": {"Bool": {"x": True}}}, {"Condition": {"Bool": {"x": 1}}}),
        ({"Action": "a:B"}, {"NotAction": "a:B"}),
        ({"Action": "a:B"}, {"Action": "a:b"}),
        ({"Principal": "*"}, {"Principal": {"AWS": ACCOUNT}}),
        ({"Effect": "Deny"}, {"Effect": "Allow"}),
    ],
)
def test_two_statements_that_say_different_things_compare_different(one: Json, other: Json) -> None:
    assert of(**one) != of(**other)


def test_statements_are_put_in_an_order_that_does_not_depend_on_how_each_is_written() -> None:
    one = [{"Sid": "a", "Effect": "Deny"}, {"Effect": "Deny", "Sid": "b"}]
    other = [{"Effect": "Deny", "Sid": "a"}, {"Sid": "b", "Effect": "Deny"}]
    assert canonical_policy({"Statement": one}) == canonical_policy({"Statement": other})


def test_a_policy_compares_by_the_text_that_the_tag_of_what_is_declared_has_had_since_0_1_0() -> None:
    """That tag holds a digest of it: another way to write the same would be drift on every table."""
    document = {"Statement": [{"Sid": "b"}, {"Sid": "a", "Principal": {"AWS": [ROOT]}, "Condition": {"Bool": {"x": True}}}]}
    assert canonical_policy(document) == (
        '{"Statement":[{"Condition":{"Bool":{"x":"true"}},"Principal":{"AWS":"123456789012"},"Sid":"a"},{"Sid":"b"}],'
        '"Version":"2008-10-17"}'
    )
