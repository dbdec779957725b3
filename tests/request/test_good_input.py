"""What a template says is what the table is: strings and all, and what is left out has its default."""

from typing import Any

import pytest

from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.model import Encryption, Facet, Settings
from sentinel_tables.request.envelope import Envelope
from sentinel_tables.request.event import Delete, parse
from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables.rules.policies import canonical_policy
from tests.aws import Client, Fault, Faults, KeyService, Kind
from tests.aws.keys import MANAGED_ALIAS
from tests.worlds import DEFAULT_NAMES, Json, Scene, standing

EVENT: Json = {
    "RequestType": "Update",
    "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1",
    "LogicalResourceId": "Records",
    "PhysicalResourceId": "sentinel-requests",
    "RequestId": "1",
    "ResponseURL": "https://example.com/?X-Amz-Date=20260922T000000Z",
}
STATEMENT: Json = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}
DOCUMENT: Json = {"Version": "2012-10-17", "Statement": [STATEMENT]}
ARN = "arn:aws:kms:eu-central-1:123456789012:key/0a1b"
SETTINGS: list[tuple[Json, Settings]] = [
    ({}, Settings()),
    ({"DeletionProtectionEnabled": "true"}, Settings(deletion_protection=True)),
    ({"DeletionProtectionEnabled": "True"}, Settings(deletion_protection=True)),
    ({"DeletionProtectionEnabled": True}, Settings(deletion_protection=True)),
    ({"DeletionProtectionEnabled": "false"}, Settings()),
    ({"DeletionProtectionEnabled": False}, Settings()),
    ({"PointInTimeRecoverySpecification": {}}, Settings()),
    ({"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"}}, Settings()),
    ({"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"}}, Settings(recovery_days=None)),
    ({"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": "1"}}, Settings(recovery_days=1)),
    ({"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": 35}}, Settings()),
    (
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true", "RecoveryPeriodInDays": "07"}},
        Settings(recovery_days=7),
    ),
    ({"SSESpecification": {}}, Settings()),
    ({"SSESpecification": {"SSEEnabled": "true"}}, Settings()),
    ({"SSESpecification": {"SSEEnabled": "true", "SSEType": "KMS"}}, Settings()),
    ({"SSESpecification": {"SSEEnabled": "false"}}, Settings(encryption=Encryption(kms=False))),
    ({"SSESpecification": {"KMSMasterKeyId": "alias/aws/dynamodb"}}, Settings()),
    ({"SSESpecification": {"KMSMasterKeyId": "alias/mine"}}, Settings(encryption=Encryption(key="alias/mine"))),
    ({"SSESpecification": {"SSEEnabled": "true", "KMSMasterKeyId": ARN}}, Settings(encryption=Encryption(key=ARN))),
    ({"TimeToLiveSpecification": {}}, Settings()),
    ({"TimeToLiveSpecification": {"Enabled": "true", "AttributeName": "ttl"}}, Settings()),
    ({"TimeToLiveSpecification": {"AttributeName": "ttl"}}, Settings()),
    ({"TimeToLiveSpecification": {"Enabled": "false"}}, Settings(time_to_live=None)),
    ({"TimeToLiveSpecification": {"Enabled": "false", "AttributeName": "ttl"}}, Settings(time_to_live=None)),
    *(
        ({"StreamSpecification": {"StreamViewType": view}}, Settings(stream=view))
        for view in ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
    ),
    ({"TableClass": "STANDARD"}, Settings()),
    ({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, Settings(table_class="STANDARD_INFREQUENT_ACCESS")),
    ({"OnDemandThroughput": {}}, Settings()),
    ({"OnDemandThroughput": {"MaxReadRequestUnits": "-1", "MaxWriteRequestUnits": "-1"}}, Settings()),
    ({"OnDemandThroughput": {"MaxReadRequestUnits": "1"}}, Settings(max_read_units=1)),
    ({"OnDemandThroughput": {"MaxWriteRequestUnits": "40000"}}, Settings(max_write_units=40_000)),
    ({"ContributorInsightsSpecification": {"Enabled": "true"}}, Settings(contributor_insights=True)),
    ({"ContributorInsightsSpecification": {"Enabled": "false"}}, Settings()),
    ({"ResourcePolicy": {"PolicyDocument": DOCUMENT}}, Settings(policy=canonical_policy(DOCUMENT))),
    (
        {"ResourcePolicy": {"PolicyDocument": '{"Version": "2012-10-17", "Statement": {"Sid": "\u00e9"}}'}},
        Settings(policy=canonical_policy({"Version": "2012-10-17", "Statement": {"Sid": "\u00e9"}})),
    ),
]
SERVICE_TIMEOUTS = [("1", 1.0), ("3600", 3600.0), (90, 90.0), ("0", 3600.0), ("x", 3600.0), (None, 3600.0), (["1"], 3600.0)]


def asked(properties: Json, **event: object) -> Any:
    """What is desired of a table of approvals with those properties."""
    request = parse(EVENT | {"ResourceProperties": {"Schema": "approval"} | properties} | event, "sentinel-")
    assert not isinstance(request, Delete)
    return request.desired


@pytest.mark.parametrize(("properties", "settings"), SETTINGS)
def test_properties_are_read_strings_and_all(properties: Json, settings: Settings) -> None:
    assert asked(properties).table.settings == settings


def test_there_is_a_row_for_each_property_that_is_a_setting() -> None:
    told = {name for properties, _ in SETTINGS for name in properties}
    others = {
        "ServiceToken",
        "ServiceTimeout",
        "Schema",
        "TableName",
        "ExistingTable",
        "OptionalIndexes",
        "Tags",
        "StackTags",
    }
    assert told == PROPERTIES.keys() - others


@pytest.mark.parametrize("schema", DEFAULT_NAMES)
def test_a_schema_has_its_table_name(schema: str) -> None:
    assert asked({"Schema": schema}).table.name == DEFAULT_NAMES[schema]
    assert asked({"Schema": schema, "TableName": "sentinel-x.Y_1"}).table.name == "sentinel-x.Y_1"


@pytest.mark.parametrize("name", ["sentinel-", "sentinel-" + "x" * 246])
def test_a_table_name_has_3_to_255_characters(name: str) -> None:
    assert asked({"TableName": name}).table.name == name


def test_tags_may_hold_what_dynamodb_takes() -> None:
    tags = {"k" * 128: "v" * 256, "a:b/c @_.-+=": "", "\u00fc": "\u00df \u4e2d", "sentine": "l:"}
    assert asked({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}).table.tags == tags
    forty = [{"Key": f"k{number}", "Value": "v"} for number in range(40)]
    assert len(asked({"Tags": forty}).table.tags) == 40


@pytest.mark.parametrize(
    ("old", "new", "forgotten"),
    [
        (["a", "b"], ["b", "c"], {"a"}),
        ([], ["a"], set()),
        (["sentinel:origin", "a"], [], {"a"}),
        (["aws:cloudformation:stack-name", "AWS:x", "Sentinel:Origin", "a"], [], {"a"}),
    ],
)
def test_a_tag_that_the_template_no_longer_names_is_to_go(old: list[str], new: list[str], forgotten: set[str]) -> None:
    before, now = ([{"Key": key, "Value": "v"} for key in keys] for keys in (old, new))
    old_properties = {"Schema": "approval", "Tags": before}
    assert asked({"Tags": now}, OldResourceProperties=old_properties).forgotten_tags == forgotten
    other_table = old_properties | {"TableName": "sentinel-other"}
    assert asked({"Tags": now}, OldResourceProperties=other_table).forgotten_tags == set()


@pytest.mark.parametrize("old", [None, [], "x", {"Tags": "x"}, {"Tags": [7, {"Key": 7}, {"Value": "v"}, None]}])
def test_old_properties_of_any_shape_are_borne(old: object) -> None:
    assert asked({}, OldResourceProperties=old).forgotten_tags == frozenset()


@pytest.mark.parametrize(("value", "adopt"), [("Fail", False), ("Adopt", True), (None, False)])
def test_adopting_is_explicit(value: str | None, adopt: bool) -> None:
    assert asked({"ExistingTable": value} if value else {}).claim.adopt is adopt


@pytest.mark.parametrize(("value", "seconds"), SERVICE_TIMEOUTS)
def test_the_service_timeout_counts_where_it_is_one(value: object, seconds: float) -> None:
    assert Envelope.read({"ResourceProperties": {"ServiceTimeout": value}}).service_timeout == seconds
    assert Envelope.read({}).service_timeout == 3600.0
    assert Envelope.read({"ResourceProperties": value}).service_timeout == 3600.0


@pytest.mark.parametrize(
    ("url", "moment"),
    [
        ("https://example.com/?X-Amz-Date=20260922T000000Z&a=b", 1790035200.0),
        ("https://example.com/?X-Amz-Date=2026", None),
        ("https://example.com/?X-Amz-Date=20260922", None),
        ("https://example.com/?X-Amz-Date=20260922T000000", None),
        ("https://example.com/?AWSAccessKeyId=A&Expires=1790042400&Signature=s", 1790035200.0),
        ("https://example.com/?Expires=soon", None),
        ("https://example.com/?Expires=" + "9" * 5000, None),
        ("https://example.com/", None),
        ("http://[", None),
        (None, None),
        (7, None),
    ],
)
def test_an_event_is_as_old_as_its_url(url: object, moment: float | None) -> None:
    assert Envelope.read({"ResponseURL": url}).signed_at == moment


@pytest.mark.parametrize(("properties", "settings"), SETTINGS)
def test_what_is_taken_back_means_its_default_again_or_stays(properties: Json, settings: Settings) -> None:
    scene = Scene()
    if isinstance(settings.encryption.key, str):
        key = scene.plane.keys.add("alias/mine")
        properties = {"SSESpecification": {"KMSMasterKeyId": key.arn}}
    scene.plane.given_table("sentinel-requests", **standing(tags=scene.tags()))
    untouched = scene.plane.truth("sentinel-requests")
    assert scene.update("sentinel-requests", **properties)["Status"] == "SUCCESS"
    assert (scene.plane.truth("sentinel-requests") == untouched) is (settings == Settings())
    assert scene.update("sentinel-requests", old=properties)["Status"] == "SUCCESS"
    again, expected = scene.plane.truth("sentinel-requests") or {}, dict(untouched or {})
    for told in ("LatestStreamLabel", "LatestStreamArn", "TableClassSummary"):
        again.pop(told, None)
    expected |= {"DeletionProtectionEnabled": settings.deletion_protection, "TimeToLive": settings.time_to_live}
    assert again == expected


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize("form", ["arn", "key_id", "alias", "alias arn"])
def test_the_aws_managed_key_may_be_named_in_any_way(verb: str, form: str) -> None:
    scene = Scene()
    managed = scene.plane.keys.managed
    forms = {"alias": MANAGED_ALIAS, "alias arn": f"{managed.arn.partition(':key/')[0]}:{MANAGED_ALIAS}"}
    named = {"SSESpecification": {"KMSMasterKeyId": forms.get(form) or getattr(managed, form)}}
    if verb == "update":
        scene.plane.given_table("sentinel-requests", **standing(tags=scene.tags()))
        assert scene.update("sentinel-requests", **named)["Status"] == "SUCCESS"
        assert scene.plane.writes() == []
    else:
        assert scene.create(**named)["Status"] == "SUCCESS"
        assert "update_table" not in [call.api for call in scene.plane.writes()]
    described = (scene.plane.truth("sentinel-requests") or {})["SSEDescription"]
    assert described["KMSMasterKeyArn"] == managed.arn


def test_a_key_that_may_not_be_looked_at_once_is_looked_at_again() -> None:
    scene = Scene()
    scene.plane.given_table("sentinel-requests", **standing(tags=scene.tags()))
    keys = KeyService(scene.plane, faults=Faults(Fault(Kind.ACCESS_DENIED, 1, "describe_key")))
    tables = DynamoTables(Client(scene.plane), lambda: keys)
    seen = [tables.read("sentinel-requests", None, frozenset(Facet), frozenset()) for _ in range(2)]
    assert [live and live.key_unknown for live in seen] == [True, False]


def test_a_key_service_that_is_throttled_is_waited_for() -> None:
    """Until it answers, the AWS managed key cannot be told from the one that the table has."""
    scene = Scene(faults=tuple(Fault(Kind.THROTTLED, call, "describe_key") for call in range(1, 8)))
    key = scene.plane.keys.add("alias/records")
    scene.plane.given_table("sentinel-requests", **standing(tags=scene.tags(), key=key.arn))
    assert scene.update("sentinel-requests", SSESpecification={"SSEEnabled": "true"})["Status"] == "SUCCESS"
    described = (scene.plane.truth("sentinel-requests") or {})["SSEDescription"]
    assert described["KMSMasterKeyArn"] == scene.plane.keys.managed.arn


def test_a_customer_s_key_that_may_not_be_looked_at_is_taken_by_its_arn() -> None:
    scene = Scene(faults=(Fault(Kind.ACCESS_DENIED_FROM_NOW, 1, "describe_key"),))
    key = scene.plane.keys.add("alias/records")
    named = {"SSESpecification": {"KMSMasterKeyId": key.arn}}
    assert scene.create(**named)["Status"] == "SUCCESS"
    assert (scene.plane.truth("sentinel-requests") or {})["SSEDescription"]["KMSMasterKeyArn"] == key.arn
    before = len(scene.plane.writes())
    assert scene.update("sentinel-requests", old=named, **named)["Status"] == "SUCCESS"
    assert len(scene.plane.writes()) == before


def test_forty_tags_may_be_exchanged_for_forty_others() -> None:
    scene = Scene()
    before, after = ([{"Key": f"{letter}{number}", "Value": "v"} for number in range(40)] for letter in "ab")
    scene.create(Tags=before)
    answer = scene.update("sentinel-requests", old={"Schema": "approval", "Tags": before}, Tags=after)
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert {key for key in scene.plane.tables["sentinel-requests"].tags.current if ":" not in key} == {
        tag["Key"] for tag in after
    }
