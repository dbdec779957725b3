"""The parts of a table that few templates ask for: keys of one's own, a resource policy."""

import json
from pathlib import Path

import pytest

from .conftest import Worlds
from .engines import Moto
from .events import ACCOUNT, REGION, Resource, table_arn

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "dynamodb:DeleteItem",
            "Resource": table_arn("sentinel-breakglass"),
        }
    ],
}


@pytest.mark.parametrize("named_by", ["KeyId", "Arn", "alias"])
def test_a_customer_managed_key_is_set_once_however_it_is_named(worlds: Worlds, newest: Path, named_by: str) -> None:
    """A second update with the same key must not start a new encryption, of which a day has four."""
    engine = Moto()
    key = engine.call("kms", "CreateKey", {}).value["KeyMetadata"]
    alias = {"AliasName": "alias/audit", "TargetKeyId": key["KeyId"]}
    assert engine.call("kms", "CreateAlias", alias).ok
    here = worlds(newest, engine)
    name = {**key, "alias": "alias/audit"}[named_by]
    resource = Resource("breakglass", SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": name})
    here.succeed(resource, resource.create())
    live = here.client.describe_table(TableName=resource.physical_id)["Table"]
    assert live["SSEDescription"]["KMSMasterKeyArn"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key['KeyId']}"
    assert not [call.action for call in here.calls_of(resource.update()) if call.is_write]
    here.succeed(resource, resource.update(SSESpecification=None))
    assert not [call.action for call in here.calls_of(resource.update()) if call.is_write]


def test_a_key_that_does_not_exist_fails_before_anything_is_made(worlds: Worlds, newest: Path) -> None:
    here = worlds(newest, Moto())
    resource = Resource("breakglass", SSESpecification={"SSEEnabled": True, "KMSMasterKeyId": "alias/nothing"})
    assert "KMSMasterKeyId" in here.fail(resource.create())
    assert not here.client.list_tables()["TableNames"]


def test_a_resource_policy_comes_changes_and_goes(worlds: Worlds, newest: Path) -> None:
    here = worlds(newest, Moto())
    resource = Resource("breakglass", ResourcePolicy={"PolicyDocument": POLICY})
    here.succeed(resource, resource.create())
    arn = table_arn(resource.physical_id)
    assert json.loads(here.client.get_resource_policy(ResourceArn=arn)["Policy"]) == POLICY
    assert not [call.action for call in here.calls_of(resource.update()) if call.is_write]
    here.succeed(resource, resource.update(ResourcePolicy=None))
    with pytest.raises(here.client.exceptions.PolicyNotFoundException):
        here.client.get_resource_policy(ResourceArn=arn)
    here.succeed(resource, resource.update(ResourcePolicy={"PolicyDocument": POLICY}))
    here.succeed(resource, resource.delete())
