"""The calls that Sentinel's Go stores make, as arguments of boto3: read from its source, written down once.

`tests/artifact` replays them on Amazon's own engine, `tests/security` holds the policies of Sentinel's roles against them.
The source: `request`, `breakglass`, `session` and `ratelimit` of Sentinel, each in its `dynamodb.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

NAMES: Final = {
    "approval": "sentinel-requests", "breakglass": "sentinel-breakglass", "session": "sentinel-sessions",
    "ratelimit": "sentinel-ratelimit",
}  # fmt: skip
LIMIT: Final = 100
"""How many records a list asks for, in one page."""
NEW: Final = "attribute_not_exists(id)"
UNCHANGED: Final = "attribute_exists(id) AND updated_at = :old_updated_at"

Item = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A method of boto3's client for DynamoDB, with its arguments; `schema` is that of the table."""

    schema: str
    api: str
    arguments: Mapping[str, Any]


def create(schema: str, item: Item) -> Call:
    """`Create`: the whole item, empty strings included."""
    return _call(schema, "put_item", Item=item, ConditionExpression=NEW)


def get(schema: str, id_: str) -> Call:
    """`Get`."""
    return _call(schema, "get_item", Key=_key(id_))


def exists(schema: str, id_: str) -> Call:
    """What an `Update` asks after its condition failed."""
    return _call(schema, "get_item", Key=_key(id_), ProjectionExpression="id")


def update(schema: str, item: Item, read_at: str) -> Call:
    """`Update`: the whole item again, if it is still the version that was read. Never an UpdateItem."""
    values = {":old_updated_at": {"S": read_at}}
    return _call(schema, "put_item", Item=item, ConditionExpression=UNCHANGED, ExpressionAttributeValues=values)


def list_by(schema: str, index: str, attribute: str, value: str, limit: int = LIMIT) -> Call:
    """`ListBy...`: one page, descending."""
    return _query(
        schema, index, KeyConditionExpression="#pk = :v", ExpressionAttributeNames={"#pk": attribute},
        ExpressionAttributeValues={":v": {"S": value}}, ScanIndexForward=False, Limit=limit,
    )  # fmt: skip


def find_active(invoker: str, profile: str) -> Call:
    """`FindActiveByInvokerAndProfile`: the filter looks at the one record that the limit leaves."""
    return _query(
        "breakglass", "gsi-invoker", KeyConditionExpression="invoker = :invoker",
        FilterExpression="profile = :profile AND #status = :status", ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":invoker": {"S": invoker}, ":profile": {"S": profile}, ":status": {"S": "active"}},
        ScanIndexForward=False, Limit=1,
    )  # fmt: skip


def find_last(invoker: str, profile: str) -> Call:
    """`GetLastByInvokerAndProfile`, by which a cooldown is reckoned."""
    return _query(
        "breakglass", "gsi-invoker", KeyConditionExpression="invoker = :invoker", FilterExpression="profile = :profile",
        ExpressionAttributeValues={":invoker": {"S": invoker}, ":profile": {"S": profile}}, ScanIndexForward=False, Limit=1,
    )  # fmt: skip


def count_since(index: str, attribute: str, value: str, since: str) -> Call:
    """`CountBy...Since`: a filter on `created_at`, which is a key of the index."""
    return _query(
        "breakglass", index, KeyConditionExpression="#pk = :v", FilterExpression="created_at >= :since",
        ExpressionAttributeNames={"#pk": attribute}, ExpressionAttributeValues={":v": {"S": value}, ":since": {"S": since}},
        Select="COUNT",
    )  # fmt: skip


def find_active_on_server(instance: str) -> Call:
    """`FindActiveByServerInstance`: a filter on `status`, which is a key of the index."""
    return _query(
        "session", "gsi-server-instance", KeyConditionExpression="server_instance_id = :server_instance_id",
        FilterExpression="#status = :status", ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":server_instance_id": {"S": instance}, ":status": {"S": "active"}},
        ScanIndexForward=False, Limit=1,
    )  # fmt: skip


def touch(id_: str, now: str) -> Call:
    """`Touch`, at every use of a session."""
    return _call(
        "session", "update_item", Key=_key(id_), ConditionExpression="attribute_exists(id)",
        UpdateExpression="SET last_access_at = :now, request_count = request_count + :inc, updated_at = :now",
        ExpressionAttributeValues={":now": {"S": now}, ":inc": {"N": "1"}},
    )  # fmt: skip


def list_by_time(start: str, end: str, after: Item | None = None) -> Call:
    """`ListByTimeRange`: one page of its scan."""
    more = {"ExclusiveStartKey": after} if after else {}
    return _call(
        "session", "scan", FilterExpression="created_at BETWEEN :start AND :end",
        ExpressionAttributeValues={":start": {"S": start}, ":end": {"S": end}}, **more,
    )  # fmt: skip


def by_source_identity(identity: str) -> Call:
    """`GetBySourceIdentity`: the filter looks at the one record that the limit leaves."""
    return _call(
        "session", "scan", FilterExpression="source_identity = :sid",
        ExpressionAttributeValues={":sid": {"S": identity}}, Limit=1,
    )  # fmt: skip


def count_request(who: str, window: str, expires: int) -> Call:
    """The rate limit's `Allow`: one more in the window, if it is still the same."""
    return _counted(
        who, window, expires, ConditionExpression="attribute_not_exists(#ws) OR #ws = :ws",
        UpdateExpression="SET #count = if_not_exists(#count, :zero) + :one, #ws = if_not_exists(#ws, :ws), #ttl = :ttl",
    )  # fmt: skip


def begin_window(who: str, window: str, expires: int) -> Call:
    """What the rate limit does after that condition failed."""
    return _counted(who, window, expires, UpdateExpression="SET #count = :one, #ws = :ws, #ttl = :ttl")


def _counted(who: str, window: str, expires: int, **expressions: str) -> Call:
    values = {":one": {"N": "1"}, ":ws": {"S": window}, ":ttl": {"N": str(expires)}}
    zero = {":zero": {"N": "0"}} if ":zero" in expressions["UpdateExpression"] else {}
    return _call(
        "ratelimit", "update_item", Key={"PK": {"S": f"RL#{who}"}}, ReturnValues="ALL_NEW",
        ExpressionAttributeNames={"#count": "Count", "#ws": "WindowStart", "#ttl": "TTL"},
        ExpressionAttributeValues=values | zero, **expressions,
    )  # fmt: skip


def _query(schema: str, index: str, **arguments: Any) -> Call:
    return _call(schema, "query", IndexName=index, **arguments)


def _call(schema: str, api: str, **arguments: Any) -> Call:
    return Call(schema, api, {"TableName": NAMES[schema], **arguments})


def _key(id_: str) -> Item:
    return {"id": {"S": id_}}


def record(schema: str, id_: str, created_at: str, **fields: str) -> Item:
    """A record as `Create` writes it: every field of Sentinel's struct, most of them empty or made up."""
    times = dict.fromkeys(("created_at", "updated_at", "expires_at"), created_at)
    texts = {"id": id_, **dict.fromkeys(TEXTS[schema], ""), **times, **fields}
    numbers = {"ttl": "2082758400", NUMBER[schema]: "0"}
    return {name: {"S": text} for name, text in texts.items()} | {name: {"N": text} for name, text in numbers.items()}


TEXTS: Final = {
    "approval": ("requester", "profile", "justification", "status", "approver", "approver_comment"),
    "breakglass": (
        "invoker", "profile", "reason_code", "justification", "status", "closed_by", "closed_reason", "request_id",
    ),
    "session": (
        "user", "profile", "server_instance_id", "status", "started_at", "last_access_at", "source_identity", "device_id",
        "revoked_by", "revoked_reason",
    ),
}  # fmt: skip
"""The strings of each record, beside its id and its times."""
NUMBER: Final = {"approval": "duration", "breakglass": "duration", "session": "request_count"}

NOW: Final = "2026-03-01T12:00:00.5Z"
SOME: Final = {schema: record(schema, "r-1", NOW) for schema in TEXTS}
ROLES: Final[Mapping[str, tuple[Call, ...]]] = {
    "requester": (
        create("approval", SOME["approval"]), get("approval", "r-1"), list_by("approval", "gsi-requester", "requester", "a"),
    ),
    "approver": (
        get("approval", "r-1"), update("approval", SOME["approval"], NOW), exists("approval", "r-1"),
        list_by("approval", "gsi-status", "status", "pending"), list_by("approval", "gsi-profile", "profile", "prod"),
    ),
    "invoker": (
        create("breakglass", SOME["breakglass"]), find_active("a", "prod"), find_last("a", "prod"),
        count_since("gsi-invoker", "invoker", "a", NOW), count_since("gsi-profile", "profile", "prod", NOW),
    ),
    "closer": (
        get("breakglass", "r-1"), update("breakglass", SOME["breakglass"], NOW), exists("breakglass", "r-1"),
        list_by("breakglass", "gsi-invoker", "invoker", "a"), list_by("breakglass", "gsi-status", "status", "active"),
        list_by("breakglass", "gsi-profile", "profile", "prod"),
    ),
    "tvm": (
        list_by("approval", "gsi-requester", "requester", "a"), find_active("a", "prod"),
        create("session", SOME["session"]), get("session", "r-1"), touch("r-1", NOW),
        count_request("a", NOW, 2082758400), begin_window("a", NOW, 2082758400),
    ),
    "authorizer": (get("session", "r-1"),),
    "revoker": (get("session", "r-1"), update("session", SOME["session"], NOW), exists("session", "r-1")),
    "auditor": (
        *(get(schema, "r-1") for schema in TEXTS),
        *(list_by("approval", index, key, "a") for index, key in (
            ("gsi-requester", "requester"), ("gsi-status", "status"), ("gsi-profile", "profile"))),
        *(list_by("breakglass", index, key, "a") for index, key in (
            ("gsi-invoker", "invoker"), ("gsi-status", "status"), ("gsi-profile", "profile"))),
        *(list_by("session", index, key, "a") for index, key in (
            ("gsi-user", "user"), ("gsi-status", "status"), ("gsi-profile", "profile"))),
        find_active_on_server("i-1"), list_by_time(NOW, NOW), by_source_identity("a"),
        *(_call(schema, "scan") for schema in ("approval", "breakglass")),
    ),
}  # fmt: skip
"""What each role of Sentinel's calls. The last two are an auditor's own: nothing of Sentinel's scans these tables."""
DEVICES: Final = list_by("session", "gsi-device-id", "device_id", "d-1")
"""What `device-sessions` asks, an auditor's command: of a table that has the index."""
