"""Properties that contradict each other, or the schema: which of them, what it says, and what to do about it."""

import json

import pytest

from sentinel_tables.errors import InvalidRequest
from sentinel_tables.model import Encryption
from sentinel_tables.request import properties
from sentinel_tables.rules.policies import canonical_policy
from tests.worlds import Json

RECOVERY, TTL = "PointInTimeRecoverySpecification", "TimeToLiveSpecification"
DOCUMENT: Json = {"Version": "2012-10-17", "Statement": [{"Sid": "b"}, {"Sid": "a"}]}
CONTRADICTIONS: list[tuple[Json, str]] = [
    ({"TableName": "records"},
     'Property TableName is "records". It takes a name that begins with \'sentinel-\', as this provider\'s tables do.'),
    ({"OptionalIndexes": ["gsi-x"]},
     'Property OptionalIndexes has "gsi-x", which schema approval does not offer. Take it out.'),
    ({"Schema": "session", "OptionalIndexes": ["gsi-x"]},
     'Property OptionalIndexes has "gsi-x", which schema session does not offer. It takes gsi-device-id.'),
    ({"Schema": "session", "OptionalIndexes": ["gsi-device-id", "gsi-device-id"]},
     'Property OptionalIndexes has "gsi-device-id" twice. Name each index once.'),
    ({RECOVERY: {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}},
     (f"Property {RECOVERY}.RecoveryPeriodInDays is 7, and recovery is not enabled. "
     "Take RecoveryPeriodInDays out, or set PointInTimeRecoveryEnabled to true.")),
    ({"SSESpecification": {"SSEEnabled": False, "SSEType": "KMS"}},
     'Property SSESpecification.SSEType is "KMS", and SSEEnabled is false. Take SSEType out, or set SSEEnabled to true.'),
    ({"SSESpecification": {"SSEEnabled": False, "KMSMasterKeyId": "alias/a"}},
     ('Property SSESpecification.KMSMasterKeyId is "alias/a", and SSEEnabled is false. '
     "Take KMSMasterKeyId out, or set SSEEnabled to true.")),
    ({TTL: {"AttributeName": "expires"}},
     f'Property {TTL}.AttributeName is "expires". It takes ttl, as the schema has it.'),
    ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}, {"Key": "a", "Value": "1"}]},
     'Property Tags has the key "a" twice. Name each key once.'),
]  # fmt: skip


def asked(**more: object) -> Json:
    return {"Schema": "approval"} | more


@pytest.mark.parametrize(("more", "message"), CONTRADICTIONS, ids=[message[:60] for _, message in CONTRADICTIONS])
def test_a_contradiction_is_told_by_its_property_with_the_remedy(more: Json, message: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        properties.table(asked(**more), "sentinel-")
    assert str(refusal.value) == message


def test_optional_indexes_come_with_the_schema_s_own() -> None:
    plain = properties.table({"Schema": "session"}, "sentinel-").schema.gsi_names()
    more = properties.table({"Schema": "session", "OptionalIndexes": ["gsi-device-id"]}, "sentinel-").schema.gsi_names()
    assert set(more) - set(plain) == {"gsi-device-id"}


@pytest.mark.parametrize(
    ("specification", "encryption"),
    [
        ({}, Encryption()),
        ({"KMSMasterKeyId": "alias/aws/dynamodb"}, Encryption()),
        ({"KMSMasterKeyId": "arn:aws:kms:eu-central-1:123456789012:alias/aws/dynamodb"}, Encryption()),
        ({"KMSMasterKeyId": "alias/aws/dynamodb2"}, Encryption(key="alias/aws/dynamodb2")),
        ({"SSEEnabled": False}, Encryption(kms=False)),
    ],
)
def test_the_aws_managed_key_is_no_customer_s_key_however_it_is_named(specification: Json, encryption: Encryption) -> None:
    assert properties.table(asked(SSESpecification=specification), "sentinel-").settings.encryption == encryption


def test_a_policy_is_compared_in_canonical_form_and_sent_as_it_is_written_in_as_few_characters_as_it_takes() -> None:
    settings = properties.table(asked(ResourcePolicy={"PolicyDocument": DOCUMENT}), "sentinel-").settings
    assert settings.policy == canonical_policy(DOCUMENT)
    assert settings.policy_as_written == json.dumps(DOCUMENT, separators=(",", ":"))
    without = properties.table(asked(), "sentinel-").settings
    assert (without.policy, without.policy_as_written) == (None, None)


def test_what_is_wrong_with_the_properties_is_named_from_the_top() -> None:
    with pytest.raises(InvalidRequest, match=r"^Property TableClass is"):
        properties.read(asked(TableClass="x"))
    assert properties.read(asked(ServiceTimeout="7")) == {"Schema": "approval", "ServiceTimeout": 7}
