"""The facts that an event states about itself: when it was sent, and how long CloudFormation waits. Each is read once.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from sentinel_tables.allowance import CLOCK_SKEW_SECONDS, OLDEST_EVENT_SECONDS, SERVICE_TIMEOUT_SECONDS
from sentinel_tables.errors import InvalidRequest
from sentinel_tables.request.properties import PROPERTIES
from sentinel_tables.values import Value

LIFE_OF_OLDER_URL_SECONDS = 7200.0
"""The life of a URL that is signed the older way (signature version 2). It says when it ends, not when it was signed."""


class Envelope(Value):
    """When the event was signed, in seconds since the epoch (None if nobody knows), and how long CloudFormation waits."""

    signed_at: float | None
    service_timeout: float

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Self:
        """From an event, as far as anybody can read it."""
        return cls(_signed_at(event), _service_timeout(event))

    def sent_at(self, now: float) -> float | None:
        """When CloudFormation sent the event, which came now.

        A date that cannot be, such as that of a sample event, is none: Lambda keeps no event for over six hours.
        """
        signed = self.signed_at
        possible = signed is not None and now - OLDEST_EVENT_SECONDS < signed <= now + CLOCK_SKEW_SECONDS
        return signed if possible else None

    def answer_by(self, now: float) -> float:
        """By when CloudFormation has to have its answer, in seconds since the epoch."""
        sent_at = self.sent_at(now)
        return self.service_timeout + (now if sent_at is None else min(sent_at, now))


def _service_timeout(event: Mapping[str, Any]) -> float:
    """The seconds that CloudFormation waits for the answer."""
    try:
        return float(PROPERTIES["ServiceTimeout"]("ServiceTimeout", event["ResourceProperties"]["ServiceTimeout"]))
    except (InvalidRequest, KeyError, TypeError, AttributeError):
        return SERVICE_TIMEOUT_SECONDS


def _signed_at(event: Mapping[str, Any]) -> float | None:
    """When the ResponseURL was signed, in seconds since the epoch: CloudFormation does that as it sends the event."""
    try:
        query = parse_qs(urlsplit(event["ResponseURL"]).query)
        if "X-Amz-Date" in query:
            signed = datetime.fromisoformat(query["X-Amz-Date"][0])  # strptime would load and compile its tables first
            return signed.timestamp() if signed.tzinfo else None
        return float(int(query["Expires"][0])) - LIFE_OF_OLDER_URL_SECONDS
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return None
