"""The function of `examples/archive.yaml`: it stands in the template, and is run here from there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cfnlint.decode import decode  # type: ignore[import-untyped]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "archive.yaml"
STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/sentinel-requests/stream/2026-03-01T00:00:00.000"
TIME_TO_LIVE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
MARCH_1 = 1772366400.0
"""2026-03-01 12:00 UTC."""
Handler = Callable[[Any, Any], Any]


@dataclass
class Bucket:
    """S3's side of the one call: a key that is there is not written again."""

    objects: dict[str, bytes] = field(default_factory=dict)
    failing: str = ""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str, ContentType: str) -> None:  # noqa: N803
        assert (Bucket, IfNoneMatch, ContentType) == ("archive", "*", "application/json")
        if self.failing and self.failing in Key:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "Reduce your request rate."}}, "PutObject")
        if Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": "At least one"}}, "PutObject")
        self.objects[Key] = Body


@pytest.fixture
def archive() -> Bucket:
    return Bucket()


@pytest.fixture
def handler(archive: Bucket, monkeypatch: pytest.MonkeyPatch) -> Handler:
    document, _ = decode(str(EXAMPLE))
    code = str(document["Resources"]["Archiver"]["Properties"]["Code"]["ZipFile"])
    assert len(code) <= 4096, "what CloudFormation takes of a function in a template"
    monkeypatch.setenv("BUCKET", "archive")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    module: dict[str, Any] = {}
    exec(code, module)  # noqa: S102 - our own, from the example
    module["S3"] = archive
    found: Handler = module["handler"]
    return found


def change(number: int, name: str = "MODIFY", **more: Any) -> dict[str, Any]:
    return {
        "eventID": f"e{number}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "eventSourceARN": STREAM,
        "dynamodb": {
            "ApproximateCreationDateTime": MARCH_1,
            "Keys": {"id": {"S": "r-1"}},
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        **more,
    }


def test_each_change_is_an_object_by_its_table_its_day_and_its_sequence_number(archive: Bucket, handler: Handler) -> None:
    assert handler({"Records": [change(1, "INSERT"), change(2)]}, None) == {"batchItemFailures": []}
    assert [*archive.objects] == ["sentinel-requests/2026/03/01/1-e1.json", "sentinel-requests/2026/03/01/2-e2.json"]
    told = json.loads(archive.objects["sentinel-requests/2026/03/01/1-e1.json"])
    assert (told["eventName"], told["dynamodb"]["Keys"], told["expired"]) == ("INSERT", {"id": {"S": "r-1"}}, False)


def test_a_change_that_comes_twice_is_kept_once_as_it_was(archive: Bucket, handler: Handler) -> None:
    handler({"Records": [change(1, "INSERT")]}, None)
    assert handler({"Records": [change(1, "REMOVE"), change(2)]}, None) == {"batchItemFailures": []}
    assert len(archive.objects) == 2
    assert json.loads(archive.objects["sentinel-requests/2026/03/01/1-e1.json"])["eventName"] == "INSERT"


@pytest.mark.parametrize(
    ("who", "expired"), [({}, False), ({"userIdentity": None}, False), ({"userIdentity": TIME_TO_LIVE}, True)]
)
def test_a_deletion_by_time_to_live_is_marked(archive: Bucket, handler: Handler, who: Any, *, expired: bool) -> None:
    handler({"Records": [change(1, "REMOVE", **who)]}, None)
    (body,) = archive.objects.values()
    assert json.loads(body)["expired"] is expired


def test_lambda_goes_on_from_the_first_that_failed(archive: Bucket, handler: Handler) -> None:
    archive.failing = "/2-"
    batch = {"Records": [change(number) for number in (1, 2, 3)]}
    assert handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(archive.objects) == 1
    archive.failing = ""
    assert handler({"Records": batch["Records"][1:]}, None) == {"batchItemFailures": []}
    assert len(archive.objects) == 3
