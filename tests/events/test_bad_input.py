"""Whatever is wrong in a template is told by name before AWS is asked anything, and it keeps nobody from deleting."""

import json
from typing import Any

import pytest

from tests.worlds import Json, Scene, standing

NOTHING_LEFT_OUT = "\u2603 \u00fcn\u00efc\u00f6de"
NESTED: Any = {"a": [{"b": [{"c": "d" * 300}]}]}
JUNK: dict[str, Any] = {
    "another word": "banana!",
    "empty": "",
    "a list": ["true"],
    "a mapping": {"Key": "Value"},
    "5,000 characters": "x" * 5000,
    "not ASCII": NOTHING_LEFT_OUT,
    "5,000 digits": "9" * 5000,
    "a number of 4,000 digits": 10**4000,
    "a fraction": 1.5,
    "null": None,
    "nested junk": NESTED,
    "lines": "a\nb\r\n\x1b[31m",
}
BOOLEAN = "true or false"
TAG_TEXT = "letters, digits, spaces and + - = . _ : / @"
TAKES = {
    "Schema": "breakglass, approval, session or ratelimit",
    "TableName": "3 to 255 of a-z A-Z 0-9 _ . -",
    "ExistingTable": "Fail or Adopt",
    "DeletionProtectionEnabled": BOOLEAN,
    "PointInTimeRecoverySpecification": "a mapping with PointInTimeRecoveryEnabled, RecoveryPeriodInDays",
    "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": BOOLEAN,
    "PointInTimeRecoverySpecification.RecoveryPeriodInDays": "a whole number from 1 to 35",
    "SSESpecification": "a mapping with SSEEnabled, SSEType, KMSMasterKeyId",
    "SSESpecification.SSEEnabled": BOOLEAN,
    "SSESpecification.SSEType": "KMS",
    "SSESpecification.KMSMasterKeyId": "a KMS key's id, alias or ARN",
    "TimeToLiveSpecification": "a mapping with Enabled, AttributeName",
    "TimeToLiveSpecification.Enabled": BOOLEAN,
    "TimeToLiveSpecification.AttributeName": "ttl",
    "StreamSpecification": "a mapping with StreamViewType",
    "StreamSpecification.StreamViewType": "NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES or KEYS_ONLY",
    "TableClass": "STANDARD or STANDARD_INFREQUENT_ACCESS",
    "OnDemandThroughput": "a mapping with MaxReadRequestUnits, MaxWriteRequestUnits",
    "OnDemandThroughput.MaxReadRequestUnits": "a whole number, 1 or more, or -1 for no limit",
    "OnDemandThroughput.MaxWriteRequestUnits": "a whole number, 1 or more, or -1 for no limit",
    "ContributorInsightsSpecification": "a mapping with Enabled",
    "ContributorInsightsSpecification.Enabled": BOOLEAN,
    "ResourcePolicy": "a mapping with PolicyDocument",
    "ResourcePolicy.PolicyDocument": "a policy document with Version and Statement",
    "Tags": "a list",
    "Tags[0]": "a mapping with Key, Value",
    "Tags[0].Key": f"1 to 128 {TAG_TEXT}",
    "Tags[0].Value": f"up to 256 {TAG_TEXT}",
    "ServiceTimeout": "a whole number from 1 to 3600",
}
"""Every property at every depth, and what the reason says that it takes."""

GOOD_AFTER_ALL = {("Tags[0].Value", "empty")}
KNOWN_ELSEWHERE = {
    # a mapping or list where one belongs: the fault is in what it holds, as other rows show
    *(
        (place, kind)
        for place, takes in TAKES.items()
        if takes.startswith("a mapping")
        for kind in ("a mapping", "nested junk")
    ),
    ("Tags", "a list"),
}
OUT_OF_RANGE: list[tuple[str, Any]] = [
    ("Schema", "Approval"),
    ("Schema", "APPROVAL"),
    ("Schema", " approval"),
    ("TableName", "ab"),
    ("TableName", "sentinel-" + "x" * 247),
    ("TableName", "sentinel-a/b"),
    ("TableName", "sentinel-a\n"),
    ("ExistingTable", "adopt"),
    ("ExistingTable", "true"),
    ("DeletionProtectionEnabled", "yes"),
    ("DeletionProtectionEnabled", "1"),
    ("DeletionProtectionEnabled", 1),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "0"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "36"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "-1"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "1.0"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", " 7"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "7\n"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "1e1"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "0x10"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "\u0663"),
    ("PointInTimeRecoverySpecification.RecoveryPeriodInDays", True),
    ("SSESpecification.SSEType", "AES256"),
    ("SSESpecification.SSEType", "kms"),
    ("SSESpecification.KMSMasterKeyId", "arn:aws:s3:::bucket"),
    ("SSESpecification.KMSMasterKeyId", "k" * 257),
    ("TimeToLiveSpecification.AttributeName", "expires"),
    ("TimeToLiveSpecification.AttributeName", "TTL"),
    ("StreamSpecification.StreamViewType", "new_image"),
    ("TableClass", "STANDARD_IA"),
    ("TableClass", "standard"),
    ("OnDemandThroughput.MaxReadRequestUnits", "0"),
    ("OnDemandThroughput.MaxReadRequestUnits", "-2"),
    ("OnDemandThroughput.MaxWriteRequestUnits", "0"),
    ("OnDemandThroughput.MaxWriteRequestUnits", "-0.5"),
    ("Tags[0].Key", "aws:cost"),
    ("Tags[0].Key", "AWS:cost"),
    ("Tags[0].Key", "sentinel:origin"),
    ("Tags[0].Key", "Sentinel:origin"),
    ("Tags[0].Key", "k" * 129),
    ("Tags[0].Key", "a;b"),
    ("Tags[0].Value", "v" * 257),
    ("Tags[0].Value", "a<b>"),
    ("ServiceTimeout", "0"),
    ("ServiceTimeout", "3601"),
]
WRONG = [
    pytest.param(place, value, id=f"{place}-{kind}")
    for place in TAKES
    for kind, value in JUNK.items()
    if (place, kind) not in GOOD_AFTER_ALL | KNOWN_ELSEWHERE
] + [pytest.param(place, value, id=f"{place}-{str(value)[:24]!a}") for place, value in OUT_OF_RANGE]

UNKNOWN: list[tuple[str, Json, str]] = [
    ("Colour", {"Colour": "red"}, "Take it out"),
    ("schema", {"schema": "approval"}, "Did you mean Schema?"),
    ("TABLENAME", {"TABLENAME": "sentinel-x"}, "Did you mean TableName?"),
    ("BillingMode", {"BillingMode": "PROVISIONED"}, "Take it out"),
    ("KeySchema", {"KeySchema": []}, "Did you mean Schema?"),
    ("TableNames", {"TableNames": "sentinel-x"}, "Did you mean TableName?"),
    ("PointInTimeRecoverySpecification.Enabled", {"PointInTimeRecoverySpecification": {"Enabled": "true"}}, "PointInTime"),
    ("SSESpecification.sseEnabled", {"SSESpecification": {"sseEnabled": "true"}}, "Did you mean SSEEnabled?"),
    ("TimeToLiveSpecification.Days", {"TimeToLiveSpecification": {"Days": "1"}}, "Enabled, AttributeName"),
    ("StreamSpecification.Arn", {"StreamSpecification": {"Arn": "x", "StreamViewType": "NEW_IMAGE"}}, "StreamViewType"),
    ("OnDemandThroughput.Max", {"OnDemandThroughput": {"Max": "1"}}, "MaxReadRequestUnits"),
    ("ContributorInsightsSpecification.Mode", {"ContributorInsightsSpecification": {"Mode": "ALL"}}, "Enabled"),
    ("ResourcePolicy.Policy", {"ResourcePolicy": {"Policy": {}}}, "PolicyDocument"),
    ("Tags[1].Name", {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d", "Name": "e"}]}, "Key, Value"),
    ("ResourcePolicy.PolicyDocument.Statements",
     {"ResourcePolicy": {"PolicyDocument": {"Statement": [{}], "Statements": []}}}, "Version, Id and Statement"),
    (r"\u2603", {NOTHING_LEFT_OUT: "x"}, "Take it out"),
    ("xxxx", {"x" * 5000: "x"}, "Take it out"),
]  # fmt: skip
MISSING: list[tuple[str, Json]] = [
    ("Schema", {}),
    ("StreamSpecification.StreamViewType", {"StreamSpecification": {}}),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {}}),
    ("Tags[0].Key", {"Tags": [{"Value": "v"}]}),
    ("Tags[0].Value", {"Tags": [{"Key": "k"}]}),
]
AT_ODDS: list[tuple[str, Json, str]] = [
    (
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false", "RecoveryPeriodInDays": "7"}},
        "Take RecoveryPeriodInDays out",
    ),
    (
        "SSESpecification.KMSMasterKeyId",
        {"SSESpecification": {"SSEEnabled": "false", "KMSMasterKeyId": "alias/mine"}},
        "Take KMSMasterKeyId out",
    ),
    ("SSESpecification.SSEType", {"SSESpecification": {"SSEEnabled": "false", "SSEType": "KMS"}}, "Take SSEType out"),
    ("TableName", {"TableName": "records"}, "begins with 'sentinel-'"),
    ("TableName", {"TableName": "Sentinel-records"}, "begins with 'sentinel-'"),
    ("Tags", {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "Name each key once"),
    ("Tags", {"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(41)]}, "at most 40"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": {"Version": "2012-10-17"}}}, "Statement"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": {"Statement": []}}}, "Statement"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": "{not json"}}, "Statement"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": {"Statement": ["Allow"]}}}, "Statement"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": {"Statement": [[]]}}}, "Statement"),
    ("ResourcePolicy.PolicyDocument", {"ResourcePolicy": {"PolicyDocument": "[" * 20_000}}, "Statement"),
    ("ResourcePolicy.PolicyDocument",
     {"ResourcePolicy": {"PolicyDocument": '{"Statement": ["' + "x" * 21_000 + '"]}'}}, "olicy"),
    ("ResourcePolicy.PolicyDocument",
     {"ResourcePolicy": {"PolicyDocument": {"Statement": [{"Sid": "x" * 21_000}]}}}, "20480"),
]  # fmt: skip


def written(place: str, value: Any) -> Json:
    """Properties with that value at that place."""
    names = place.replace("[0]", ".[0]").split(".")
    for name in reversed(names[1:]):
        if name == "[0]":
            value = [value]
        else:
            value = {name: value} | ({"Key": "k", "Value": "v", name: value} if name in ("Key", "Value") else {})
    return {"Schema": "approval", names[0]: value}


def reason_of(properties: object, verb: str = "Create") -> str:
    """The reason of the one FAILED answer, before which AWS was asked nothing."""
    scene = Scene()
    began = scene.clock.now()
    event = scene.event(verb, properties, "" if verb == "Create" else "sentinel-requests")
    answer = scene.ask(event)
    reason = answer["Reason"]
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == event.get("PhysicalResourceId", answer["PhysicalResourceId"])
    assert scene.calls_to_aws() == []
    assert scene.plane.history == []
    assert scene.sink.answers[0].time - began < 1
    assert len(reason) <= 256
    assert reason.isascii()
    assert reason.isprintable()
    assert "Traceback" not in reason
    assert scene.ask(scene.event("Delete", properties, "sentinel-requests"))["Status"] == "SUCCESS"
    assert scene.plane.writes() == []
    return str(reason)


@pytest.mark.parametrize(("place", "value"), WRONG)
def test_a_wrong_value_is_told_with_its_place_what_it_is_and_what_would_do(place: str, value: Any) -> None:
    reason = reason_of(written(place, value))
    assert f"Property {place} is " in reason
    assert json.dumps(value)[:20] in reason
    assert TAKES[place] in reason


@pytest.mark.parametrize(("place", "more", "remedy"), UNKNOWN)
def test_a_property_that_is_not_known_is_an_error_at_any_depth(place: str, more: Json, remedy: str) -> None:
    reason = reason_of({"Schema": "approval"} | more)
    assert place in reason
    assert "is not known" in reason
    assert remedy in reason


@pytest.mark.parametrize(("place", "more"), MISSING)
def test_a_required_property_that_is_missing_is_named(place: str, more: Json) -> None:
    properties: Json = {"Schema": "approval"} | more if more else {}
    reason = reason_of(properties)
    assert f"Property {place} is missing" in reason
    assert TAKES[place] in reason


@pytest.mark.parametrize(("place", "more", "remedy"), AT_ODDS)
def test_properties_that_do_not_go_together_are_told(place: str, more: Json, remedy: str) -> None:
    reason = reason_of({"Schema": "approval"} | more)
    assert f"Property {place}" in reason
    assert remedy in reason


@pytest.mark.parametrize("properties", [None, [], "Schema", 7, [{"Schema": "approval"}]])
def test_properties_that_are_no_mapping_are_told(properties: object) -> None:
    reason = reason_of(properties)
    assert "It takes a mapping with" in reason
    assert "  " not in reason, "what is wrong has a name"


@pytest.mark.parametrize(("place", "more", "_remedy"), UNKNOWN[:3] + AT_ODDS[:3])
def test_an_update_with_bad_properties_keeps_its_physical_id(place: str, more: Json, _remedy: str) -> None:
    assert place in reason_of({"Schema": "approval"} | more, "Update")


@pytest.mark.parametrize("properties", [{}, {"Schema": ["x"]}, None, {"TableName": 7, "Colour": "red"}])
def test_a_delete_with_bad_properties_deletes_what_its_physical_id_names(properties: object) -> None:
    scene = Scene()
    scene.plane.given_table("sentinel-requests", **standing(tags=scene.tags()))
    assert scene.ask(scene.event("Delete", properties, "sentinel-requests"))["Status"] == "SUCCESS"
    assert not scene.plane.tables


@pytest.mark.parametrize("number", [0, 36, 10**18, 10**4000], ids=["0", "36", "10 to the 18", "10 to the 4,000"])
def test_a_number_is_told_as_it_was_written(number: int) -> None:
    reason = reason_of(written("PointInTimeRecoverySpecification.RecoveryPeriodInDays", number))
    assert f"RecoveryPeriodInDays is {str(number)[:18]}" in reason.replace('"', "")
