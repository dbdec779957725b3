"""The tables as the contract states them. What the artifact makes is compared with this, never with itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

Keys: TypeAlias = tuple[str, str]

DEFAULT_NAMES: Final = {
    "breakglass": "sentinel-breakglass", "approval": "sentinel-requests", "session": "sentinel-sessions",
}  # fmt: skip
INDEXES: Final[Mapping[str, Mapping[str, Keys]]] = {
    "breakglass": {
        "gsi-invoker": ("invoker", "created_at"),
        "gsi-status": ("status", "created_at"),
        "gsi-profile": ("profile", "created_at"),
    },
    "approval": {
        "gsi-requester": ("requester", "created_at"),
        "gsi-status": ("status", "created_at"),
        "gsi-profile": ("profile", "created_at"),
    },
    "session": {
        "gsi-user": ("user", "created_at"),
        "gsi-status": ("status", "created_at"),
        "gsi-profile": ("profile", "created_at"),
        "gsi-server-instance": ("server_instance_id", "status"),
    },
}


def expected_indexes(schema: str) -> dict[str, tuple[Keys, str, str]]:
    """Each index of `schema`: its keys, its projection and its status, as `live_indexes` reads them."""
    return {name: (keys, "ALL", "ACTIVE") for name, keys in INDEXES[schema].items()}


def live_indexes(table: Mapping[str, Any]) -> dict[str, tuple[Keys, str, str]]:
    """What DescribeTable says of the indexes."""
    return {
        index["IndexName"]: (_keys(index["KeySchema"]), index["Projection"]["ProjectionType"], index["IndexStatus"])
        for index in table.get("GlobalSecondaryIndexes", [])
    }


def _keys(schema: Sequence[Mapping[str, str]]) -> Keys:
    by_type = {key["KeyType"]: key["AttributeName"] for key in schema}
    return by_type["HASH"], by_type.get("RANGE", "")


def index(name: str, keys: Keys) -> dict[str, Any]:
    """An index as CreateTable and UpdateTable take it."""
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def attributes(*names: str) -> list[dict[str, str]]:
    """String attributes, each once."""
    return [{"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(names)]


def table(name: str, indexes: Iterable[tuple[str, Keys]] = (), **more: Any) -> dict[str, Any]:
    """CreateTable's arguments for a table that somebody else made, with these indexes."""
    made = list(indexes)
    names = [key for _, keys in made for key in keys]
    given = {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST", **more,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": attributes("id", *names),
    }  # fmt: skip
    return {**given, "GlobalSecondaryIndexes": [index(*each) for each in made]} if made else given
