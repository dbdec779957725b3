"""From an event to a request: whose, about which table, and what the template before it said of the same table."""

from typing import Any

import pytest

from sentinel_tables.errors import InvalidRequest
from sentinel_tables.model import Owner
from sentinel_tables.request.event import Create, Delete, Update, desired_by, parse
from sentinel_tables.rules.desired import Claim, Desired, Origin
from tests.worlds import Json

NAME, SENT = "sentinel-requests", 1_790_000_000.0
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
EVENT: Json = {
    "StackId": OWNER.stack_id,
    "LogicalResourceId": OWNER.logical_id,
    "RequestId": "r-1",
    "PhysicalResourceId": NAME,
    "ResourceProperties": {"Schema": "approval"},
}
KEY = {"SSESpecification": {"KMSMasterKeyId": "alias/mine"}}


def created(**event: object) -> Create:
    request = parse(EVENT | {"RequestType": "Create"} | event, "sentinel-", sent_at=SENT)
    assert isinstance(request, Create)
    return request


def updated(before: object = None, **properties: object) -> Update:
    event = {"RequestType": "Update", "OldResourceProperties": before}
    request = parse(EVENT | event | {"ResourceProperties": {"Schema": "approval"} | properties}, "sentinel-", sent_at=SENT)
    assert isinstance(request, Update)
    return request


def deleted(**event: object) -> Delete:
    request = parse(EVENT | {"RequestType": "Delete"} | event, "sentinel-", sent_at=SENT)
    assert isinstance(request, Delete)
    return request


def test_a_request_says_whose_it_is_which_it_is_and_when_it_was_sent() -> None:
    for request in (created(), updated(), deleted()):
        assert (request.owner, request.request_id, request.sent_at) == (OWNER, "r-1", SENT)
    assert updated().physical_id == deleted().physical_id == NAME
    assert created(RequestId="r" * 129).request_id == "r" * 128
    assert (
        parse({name: EVENT[name] for name in EVENT if name != "RequestId"} | {"RequestType": "Create"}, "").request_id == ""
    )


def test_the_claim_has_the_date_of_the_event() -> None:
    assert created().desired.claim.sent_at == updated().desired.claim.sent_at == SENT


def test_what_properties_ask_for_can_be_read_without_the_rest_of_an_event() -> None:
    asked = desired_by({"ResourceProperties": {"Schema": "approval"}}, "sentinel-", OWNER)
    assert asked.claim == Claim(OWNER, "approval", origin=Origin.CREATE, propagate=True)
    with pytest.raises(InvalidRequest, match="Property Schema is missing"):
        desired_by({}, "sentinel-", OWNER)


def test_a_date_that_nobody_knows_is_none_and_nothing_is_declared_unasked() -> None:
    for verb in ("Create", "Update", "Delete"):
        request = parse(EVENT | {"RequestType": verb}, "sentinel-")
        assert request.sent_at is None
        if not isinstance(request, Delete):
            assert request.desired.claim.sent_at is None
            assert request.desired.claim.declare is False
            declared = parse(EVENT | {"RequestType": verb}, "sentinel-", declare=True)
            assert not isinstance(declared, Delete)
            assert declared.desired.claim.declare is True


@pytest.mark.parametrize(
    ("properties", "adopt", "propagate"),
    [
        ({}, False, True),
        ({"ExistingTable": "Adopt", "StackTags": "Propagate"}, True, True),
        ({"ExistingTable": "Fail", "StackTags": "Ignore"}, False, False),
    ],
)
def test_a_claim_says_what_the_template_says_of_the_table_as_a_whole(properties: Json, adopt: bool, propagate: bool) -> None:
    expected = Claim(
        OWNER, "approval", adopt=adopt, origin=Origin.OWN_TABLE, sent_at=SENT, declare=False, propagate=propagate
    )
    assert updated(**properties).desired.claim == expected


def test_where_a_claim_comes_from_decides_whose_tables_it_may_take_back() -> None:
    assert created().desired.claim.origin is Origin.CREATE
    assert updated().desired.claim.origin is Origin.OWN_TABLE
    assert updated(TableName="sentinel-other").desired.claim.origin is Origin.REPLACEMENT
    assert [request.replaces for request in (updated(), updated(TableName="sentinel-other"))] == [False, True]


def remembered(desired: Desired) -> dict[str, Any]:
    names = ("taken_back", "forgotten_indexes", "forgotten_tags", "former_key")
    return {name: getattr(desired, name) for name in names if getattr(desired, name)}


BEFORE: list[tuple[str, Json, Json, Json]] = [
    ("a setting is said no more", {"TableClass": "STANDARD"}, {}, {"taken_back": {"table_class"}}),
    ("a setting is still said", {"TableClass": "STANDARD"}, {"TableClass": "STANDARD"}, {}),
    ("a key is said no more", KEY, {}, {"taken_back": {"encryption"}, "former_key": "alias/mine"}),
    ("a key is still said", KEY, KEY, {"former_key": "alias/mine"}),
    ("a key that is no text", {"SSESpecification": {"KMSMasterKeyId": 7}}, {}, {"taken_back": {"encryption"}}),
    ("a key that is in no mapping", {"SSESpecification": ["alias/mine"]}, {}, {"taken_back": {"encryption"}}),
    ("a tag is named no more", {"Tags": [{"Key": "a", "Value": "1"}]}, {}, {"forgotten_tags": {"a"}}),
    ("a tag has another value", {"Tags": [{"Key": "a", "Value": "1"}]}, {"Tags": [{"Key": "a", "Value": "2"}]}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "expected"), [row[1:] for row in BEFORE], ids=[row[0] for row in BEFORE])
def test_what_the_template_before_said_of_this_table_is_remembered(before: Json, now: Json, expected: Json) -> None:
    same = {"Schema": "approval"} | before
    assert remembered(updated(same, **now).desired) == expected
    assert remembered(updated(same | {"TableName": NAME}, **now).desired) == expected
    assert remembered(updated(same | {"TableName": "sentinel-other"}, **now).desired) == {}, "that was another table"
    assert remembered(updated(before, **now).desired) == {}, "that was no table of this provider"
    if not now:
        assert remembered(created(OldResourceProperties=same).desired) == {}, "a Create follows no other template"


def test_an_optional_index_that_the_template_lists_no_more_is_forgotten_unless_the_schema_has_none_such() -> None:
    session = {"Schema": "session", "TableName": NAME}
    listed = updated(session | {"OptionalIndexes": ["gsi-device-id", "gsi-strange", 7]}, **session).desired
    device = frozenset({"gsi-device-id"})
    assert (listed.forgotten_indexes, listed.optional_indexes) == (device, frozenset())
    kept = updated(session | {"OptionalIndexes": ["gsi-device-id"]}, **session, OptionalIndexes=["gsi-device-id"]).desired
    assert (kept.forgotten_indexes, kept.optional_indexes) == (frozenset(), device)
    assert updated(session | {"OptionalIndexes": "gsi-device-id"}, **session).desired.forgotten_indexes == frozenset()


@pytest.mark.parametrize("given", ["", None])
def test_a_delete_of_no_id_is_of_no_table_and_keeps_no_stack(given: object) -> None:
    assert deleted(PhysicalResourceId=given).physical_id == ""


@pytest.mark.parametrize(
    ("properties", "named", "schema"),
    [
        ({"Schema": "approval"}, NAME, "approval"),
        ({"Schema": "approval", "TableName": "sentinel-x"}, "sentinel-x", "approval"),
        ({"Schema": "approval", "TableName": "records"}, "", "approval"),
        ({"Schema": "approval", "TableName": 7}, "", "approval"),
        ({"Schema": "strange"}, "", ""),
        ({"Schema": ["approval"]}, "", ""),
        ({"Schema": "strange", "TableName": "sentinel-x"}, "sentinel-x", ""),
        ({}, "", ""),
        (None, "", ""),
        ("approval", "", ""),
    ],
)
def test_a_delete_reads_its_properties_as_far_as_they_can_be_read(properties: object, named: str, schema: str) -> None:
    request = deleted(ResourceProperties=properties)
    assert (request.named, request.schema) == (named, schema)


def test_a_delete_without_properties_names_nothing_even_if_tables_may_have_any_name() -> None:
    assert parse(EVENT | {"RequestType": "Delete", "ResourceProperties": {}}, "") == Delete(OWNER, "r-1", NAME)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"RequestType": "Destroy"}, 'RequestType of the event is "Destroy". It takes Create, Update or Delete.'),
        ({"RequestType": None}, "RequestType of the event is null. It takes Create, Update or Delete."),
        ({"StackId": ""}, 'StackId of the event is "". Send an event as CloudFormation does.'),
        ({"StackId": "s" * 257}, f'StackId of the event is "{"s" * 43}...". Send an event as CloudFormation does.'),
        ({"LogicalResourceId": "a b"}, 'LogicalResourceId of the event is "a b". Send an event as CloudFormation does.'),
        ({"LogicalResourceId": 7}, "LogicalResourceId of the event is 7. Send an event as CloudFormation does."),
        ({"PhysicalResourceId": ""}, 'PhysicalResourceId of the event is "". Send an event as CloudFormation does.'),
        ({"PhysicalResourceId": None}, "PhysicalResourceId of the event is null. Send an event as CloudFormation does."),
    ],
)
def test_what_is_no_event_of_cloudformation_s_is_refused_by_the_name_of_its_field(wrong: Json, message: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse(EVENT | {"RequestType": "Update"} | wrong, "sentinel-")
    assert str(refusal.value) == message
