"""AWS's JSON protocol, as far as the endpoint of the tests needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

JSON_TYPE: Final = "application/x-amz-json-1.0"
DYNAMODB: Final = "com.amazonaws.dynamodb.v20120810#"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body."""

    status: int
    body: str

    @property
    def ok(self) -> bool:
        return self.status < 300

    @property
    def value(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body or "{}")
        return loaded

    @property
    def error(self) -> str:
        """The error's code, or nothing."""
        return "" if self.ok else str(self.value.get("__type", "")).rpartition("#")[2]


def answer(value: Mapping[str, Any]) -> Reply:
    return Reply(200, json.dumps(value))


def refusal(code: str, message: str, *, status: int = 400) -> Reply:
    return Reply(status, json.dumps({"__type": DYNAMODB + code, "message": message}))
