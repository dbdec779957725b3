"""`examples/archive.yaml`, deployed: each change of a record is found in the bucket, whatever becomes of the record."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from local import environment

if TYPE_CHECKING:
    from .conftest import Here

EXAMPLES = environment.ROOT / "examples"
SECONDS = 120.0


def objects(here: Here, bucket: str) -> dict[str, dict[str, Any]]:
    """What is in the bucket, by key."""
    s3 = here.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys}


def archived(here: Here, bucket: str, many: int) -> dict[str, dict[str, Any]]:
    """The same, when so many are there."""
    ends_at = time.monotonic() + SECONDS
    while len(found := objects(here, bucket)) < many:
        assert time.monotonic() < ends_at, f"{len(found)} of {many} changes are in the bucket after {SECONDS:.0f} s"
        time.sleep(0.2)
    return found


def test_a_record_that_is_written_overwritten_and_deleted_is_found_three_times(here: Here) -> None:
    stack = here.stack("records")
    stack.expect(stack.create(EXAMPLES / "archive.yaml"), "CREATE_COMPLETE")
    bucket, dynamodb = stack.outputs()["ArchiveName"], here.client("dynamodb")
    here.put("sentinel-requests", {"id": "r-1", "status": "pending"})
    here.put("sentinel-requests", {"id": "r-1", "status": "approved"})
    dynamodb.delete_item(TableName="sentinel-requests", Key={"id": {"S": "r-1"}})

    found = archived(here, bucket, 3)

    changes = [found[key] for key in sorted(found)]
    assert [change["eventName"] for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    images = [[change["dynamodb"].get(image, {}).get("status") for image in ("OldImage", "NewImage")] for change in changes]
    pending, approved = {"S": "pending"}, {"S": "approved"}
    assert images == [[None, pending], [pending, approved], [approved, None]]
    assert not any(change["expired"] for change in changes)
    assert all(key.startswith("sentinel-requests/2") for key in found)

    here.put("sentinel-breakglass", {"id": "b-1", "status": "active"})
    assert len(archived(here, bucket, 4)) == 4
    stack.expect(stack.delete(), "DELETE_COMPLETE")
    assert objects(here, bucket).keys() > found.keys()
