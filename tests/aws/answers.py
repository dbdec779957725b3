"""Where custom resources answer to: a pre-signed URL for each request, of which the first PUT counts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import VirtualClock
    from .tables import Json

EXPIRES_SECONDS = 7_200
LARGEST_BYTES = 4_096
SIGV4 = "SigV4"
SIGV2 = "SigV2"
"""The older way, dated by its `Expires` less 7,200 s."""
UNDATED = "undated"
"""No way of AWS's: a URL that says nothing of when it was made."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was PUT, and what CloudFormation makes of it."""

    time: float
    url: str
    body: bytes
    parsed: Json
    problem: str | None
    """Why CloudFormation refuses it; None where it does not."""

    @property
    def succeeded(self) -> bool:
        """SUCCESS, and well-formed."""
        return self.problem is None and self.parsed["Status"] == "SUCCESS"

    @property
    def reason(self) -> str:
        """The reason that the stack's events show."""
        return self.problem or str(self.parsed.get("Reason", ""))


@dataclass(slots=True)
class Attempt:
    """One PUT, whatever became of it."""

    time: float
    url: str
    status: int


@dataclass(slots=True)
class AnswerSink:
    """S3's part. `faulty` are statuses to give out instead, one for each PUT, before any is accepted again."""

    clock: VirtualClock
    region: str = "eu-central-1"
    seed: int = 0
    answers: list[Answer] = field(default_factory=list)
    """Those that counted."""
    ignored: list[Answer] = field(default_factory=list)
    """Second answers to one URL, and answers that nobody waits for any more."""
    attempts: list[Attempt] = field(default_factory=list)
    faulty: list[int] = field(default_factory=list)
    _open: dict[str, tuple[Json, Callable[[Answer], None]]] = field(default_factory=dict)
    signing: str = SIGV4
    """How URLs are signed unless they say so themselves."""
    _expires: dict[str, float] = field(default_factory=dict)
    _made: int = 0

    def url(self, event: Json, then: Callable[[Answer], None], signing: str | None = None) -> str:
        """A new URL for the answer to `event`, signed as `signing` says; `then` gets the first one."""
        self._made += 1
        host = f"cloudformation-custom-resource-response-{self.region.replace('-', '')}.s3.{self.region}.amazonaws.com"
        path = quote(f"{event['StackId']}|{event['LogicalResourceId']}|{event['RequestId']}", safe="")
        url = f"https://{host}/{path}?{self._query(signing or self.signing)}"
        self._open[url] = (event, then)
        self._expires[url] = self.clock.now() + EXPIRES_SECONDS
        return url

    def _query(self, signing: str) -> str:
        token = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.seed}/{self._made}").hex
        if signing == UNDATED:
            return f"Signature={token}"
        if signing == SIGV2:
            return f"AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires={int(self.clock.now()) + EXPIRES_SECONDS}&Signature={token}"
        stamp = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        return (
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={stamp}&X-Amz-SignedHeaders=host"
            f"&X-Amz-Expires={EXPIRES_SECONDS}"
            f"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F{stamp[:8]}%2F{self.region}%2Fs3%2Faws4_request"
            f"&X-Amz-Signature={token}{token}"
        )

    def close(self, url: str) -> None:
        """Nobody waits for this answer any more."""
        self._open.pop(url, None)

    def put(self, url: str, body: bytes) -> int:
        """The HTTP status of one PUT."""
        status = self._status(url)
        self.attempts.append(Attempt(self.clock.now(), url, status))
        if status == 200:
            self._take(url, body)
        return status

    def _status(self, url: str) -> int:
        if self.faulty:
            return self.faulty.pop(0)
        query = parse_qs(urlsplit(url).query)
        if "X-Amz-Date" not in query:
            return 200 if self.clock.now() <= self._expires.get(url, float("-inf")) else 403
        try:
            made = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
            lives = int(query["X-Amz-Expires"][0])
        except (KeyError, ValueError):
            return 403
        return 403 if self.clock.now() > made + lives or "X-Amz-Signature" not in query else 200

    def _take(self, url: str, body: bytes) -> None:
        event, then = self._open.pop(url, (None, None))
        parsed, problem = _parse(body, event or {})
        answer = Answer(self.clock.now(), url, body, parsed, problem)
        if then is None:
            self.ignored.append(answer)
            return
        self.answers.append(answer)
        then(answer)


def _parse(body: bytes, event: Json) -> tuple[Json, str | None]:
    if len(body) > LARGEST_BYTES:
        return {}, "Response object is too long."
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}, "Invalid response: not JSON"
    return (parsed, _problem(parsed, event)) if isinstance(parsed, dict) else ({}, "Invalid response: no object")


def _problem(parsed: Json, event: Json) -> str | None:
    for member in ("StackId", "RequestId", "LogicalResourceId"):
        if parsed.get(member) != event.get(member):
            return f"Invalid response: {member} does not match"
    physical: Any = parsed.get("PhysicalResourceId")
    if not isinstance(physical, str) or not 0 < len(physical.encode()) <= 1_024:
        return "Invalid PhysicalResourceId"
    if parsed.get("Status") not in {"SUCCESS", "FAILED"}:
        return "Invalid response: Status"
    if parsed["Status"] == "FAILED" and not parsed.get("Reason"):
        return "Invalid response: FAILED without Reason"
    return None
