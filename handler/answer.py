"""The delivery of an answer to CloudFormation, by Python's own library alone, so that a broken installation is told too.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import http.client
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

LONGEST_ANSWER = 4096
ATTEMPT_SECONDS = 10.0
FIRST_PUT_PAUSE_SECONDS = 0.5
LONGEST_PUT_PAUSE_SECONDS = 30.0
LAST_ATTEMPT_SECONDS = 2.0
"""What the last pause leaves of the time for one more attempt."""
TRANSIENT_STATUSES = (408, 425, 429)
"""Of the statuses below 500, those that may be another one next time."""


class Delivery(Enum):
    """The end of a delivery."""

    DELIVERED = "delivered"
    REFUSED = "refused for good"
    LATE = "time ran out"


def body_of(answer: Mapping[str, Any]) -> bytes:
    """The answer as CloudFormation takes it; without its attributes, where they would make it too long."""
    body = compact(answer)
    return body if len(body) <= LONGEST_ANSWER else compact({**answer, "Data": {}})


def compact(value: Mapping[str, Any]) -> bytes:
    """JSON in as few bytes as it takes. Half of a surrogate pair, which UTF-8 does not have, stays an escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


class Courier(NamedTuple):
    """Delivers answers. `put` makes one attempt, given a URL, a body and the seconds it may take, and returns the status."""

    left: Callable[[], float]
    """Gives the seconds that are left for all attempts."""
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    put: Callable[[str, bytes, float], int]

    def deliver(self, url: str, answer: Mapping[str, Any]) -> Delivery:
        """Puts the answer to the ResponseURL, again and again with growing pauses, for as long as there is time."""
        body, pause = body_of(answer), FIRST_PUT_PAUSE_SECONDS
        while (seconds := self.left()) > 0:
            told = self._attempt(url, body, min(ATTEMPT_SECONDS, seconds))
            if told is not None:
                return told
            self._wait(pause * (0.75 + self.jitter() / 2))
            pause = min(LONGEST_PUT_PAUSE_SECONDS, pause * 2)
        log.error("the answer could not be delivered in time")
        return Delivery.LATE

    def _wait(self, pause: float) -> None:
        """Lets the pause pass, or as much of it as leaves time for a last attempt; after that one, all that is left."""
        left = self.left()
        self.sleep(max(0.0, min(pause, left - LAST_ATTEMPT_SECONDS if left > LAST_ATTEMPT_SECONDS else left)))

    def _attempt(self, url: str, body: bytes, seconds: float) -> Delivery | None:
        """Makes one attempt. Returns its end, or None if another attempt may go better."""
        try:
            status = self.put(url, body, seconds)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # without the error's text, which holds the URL; a refused certificate is an OSError and a ValueError
            if not isinstance(error, OSError) and isinstance(error, ValueError | http.client.InvalidURL):
                log.error("the answer cannot be delivered", extra={"reason": type(error).__name__})  # noqa: TRY400
                return Delivery.REFUSED
            log.warning("the answer was not taken", extra={"reason": type(error).__name__})
            return None
        return _judged(status)


def _judged(status: int) -> Delivery | None:
    if http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        return Delivery.DELIVERED
    final = http.client.BAD_REQUEST <= status < http.client.INTERNAL_SERVER_ERROR and status not in TRANSIENT_STATUSES
    log.log(logging.ERROR if final else logging.WARNING, "the answer was not taken", extra={"status": status})
    return Delivery.REFUSED if final else None


def put(url: str, body: bytes, seconds: float) -> int:
    """Makes one PUT, and gives its status. The signature of the URL covers an empty Content-Type.

    Raises ValueError for what is no https URL. Its text does not hold the URL.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("not an https URL")
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=seconds, context=ssl.create_default_context()
    )
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("PUT", target, body, {"Content-Type": ""})
        return connection.getresponse().status
    finally:
        connection.close()
