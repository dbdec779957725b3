"""The boto3 clients on the model: arguments, errors and answers are as botocore has them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from tests.aws import APIS, Client, KeyService
from tests.aws.bench import NAME, POLICY, Bench, Json, new, pitr, tags, ttl
from tests.aws.client import operation, with_moments


def test_every_answer_has_the_shape_that_botocore_knows() -> None:
    bench = Bench()
    bench.plane.given_table(
        NAME,
        indexes={"by-a": ("a", "b")},
        stream="KEYS_ONLY",
        key="alias/aws/dynamodb",
        policy=POLICY,
        ttl="ttl",
        recovery_days=35,
        insights=True,
        tags={"a": "1"},
        cap={"MaxReadRequestUnits": 4},
    )
    arguments: dict[str, Json] = {
        "create_table": new(name="another"),
        "update_table": {"DeletionProtectionEnabled": False},
        "tag_resource": {"Tags": tags(b="2")},
        "untag_resource": {"TagKeys": ["c"]},
        "update_time_to_live": ttl(False),
        "update_continuous_backups": pitr(True),
        "update_contributor_insights": {"ContributorInsightsAction": "DISABLE"},
        "put_resource_policy": {"Policy": POLICY},
    }
    for api in sorted(APIS, key=lambda api: api == "delete_table"):
        bench.clock.sleep(20)
        shape = operation("dynamodb", api).output_shape
        answer = with_moments(bench.on(api, **arguments.get(api, {})))
        if shape is not None:
            report = ParamValidator().validate(answer, shape).generate_report().splitlines()
            # The model of the answer has the limits of the request; the service shows 0 where nothing is provisioned.
            assert [line for line in report if "value: 0, valid min value: 1" not in line] == [], api
            assert set(answer) <= set(shape.members), api


def test_the_client_checks_arguments_as_botocore_does(bench: Bench) -> None:
    client = Client(bench.plane)
    for arguments in ({}, {"TableName": 5}, {"TableName": NAME, "Colour": "red"}):
        with pytest.raises(ParamValidationError):
            client.describe_table(**arguments)
    assert not bench.plane.history
    with pytest.raises(AttributeError):
        client.list_tables  # noqa: B018 - the model does not know it


def test_the_client_raises_modelled_errors_with_their_status(bench: Bench) -> None:
    client = Client(bench.plane)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_table(TableName=NAME)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.operation_name == "DescribeTable"


def test_a_call_takes_its_latency_and_moments_are_datetimes(bench: Bench) -> None:
    bench.plane.given_table(NAME, age=100)
    began = bench.clock.now()
    table = Client(bench.plane, latency=0.02).describe_table(TableName=NAME)["Table"]
    assert bench.clock.now() == pytest.approx(began + 0.02)
    assert table["CreationDateTime"].timestamp() == began - 100


def test_kms_knows_the_managed_key_and_given_ones(bench: Bench) -> None:
    own = bench.plane.keys.add("alias/own")
    kms = KeyService(bench.plane)
    managed = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert (managed["KeyManager"], managed["Arn"]) == ("AWS", bench.plane.keys.managed.arn)
    for name in ("alias/own", own.key_id, own.arn, "arn:aws:kms:eu-central-1:123456789012:alias/own"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == own.arn
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="alias/none")
