"""A resource policy is put once, however it is written and however DynamoDB writes it back."""

import json

import pytest

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
