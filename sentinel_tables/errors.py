"""The errors, sorted by whose fault they are and what is to be done.

Every message is one or two sentences for the template's author: what was found, what was wanted, what to do, the remedy
last, at most 240 characters. Values that come from outside go through `shown`.
"""

from sentinel_tables.values import Value

MESSAGE_CHARACTERS = 240
SHOWN_CHARACTERS = 48


def shown(value: object, limit: int = SHOWN_CHARACTERS) -> str:
    """A value from outside as it may stand in a message or a log line: ASCII, on one line, at most `limit` characters."""
    import json  # noqa: PLC0415 - a command line that reports no mistake starts without it

    if isinstance(value, str):
        text = json.dumps(value[: limit + 1])
        return text if len(text) <= limit else text[: limit - 4] + '..."'
    try:
        text = json.dumps(value, default=lambda other: type(other).__name__)
    except (ValueError, RecursionError):
        text = f"a very large {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def bounded(message: str, limit: int = MESSAGE_CHARACTERS) -> str:
    """A message of at most `limit` ASCII characters; what is too much goes from its middle, for the remedy stands last."""
    text = message.encode("ascii", "backslashreplace").decode("ascii")
    if len(text) <= limit:
        return text
    tail = limit // 3
    return text[: limit - tail - 3] + "..." + text[-tail:]


class SentinelTableError(Exception):
    """The base of all that this package raises; its text is fit for a stack event."""

    def __init__(self, message: str) -> None:
        super().__init__(bounded(message))


class InvalidRequest(SentinelTableError, ValueError):
    """The template's author wrote a property that the resource does not take; nothing was looked at or changed."""


class InvalidSchema(SentinelTableError, ValueError):
    """A schema asks for what DynamoDB would refuse."""


class NotOwned(SentinelTableError):
    """The table has another owner, or none, and adopting it was not asked for; nothing was changed."""


class UnsafeChange(SentinelTableError):
    """DynamoDB cannot make the change in place, or only by losing records; nothing was changed."""


class ProtectedTable(SentinelTableError):
    """The table is protected against deletion; nothing was changed."""


class Vanished(SentinelTableError):
    """The table went away, or was replaced by another, while this event was working on it."""


class RefusedByAws(SentinelTableError):
    """AWS refused a call for a reason that does not pass by waiting."""


class Contradicted(SentinelTableError):
    """CloudFormation says that it is not at work on the resource, so the event is not believed; nothing was changed."""


class Patience(Value):
    """For how many seconds a refused call is tried again, and the error that it is if it has not passed by then."""

    seconds: float
    error: SentinelTableError


class NotNow(SentinelTableError):
    """AWS refused a call for a reason that passes: wait, look again. For the loop in `converge`; nobody else sees it."""

    def __init__(
        self, message: str, *, back_off: bool = False, in_doubt: bool = False, patience: Patience | None = None
    ) -> None:
        super().__init__(message)
        self.back_off = back_off
        """True if the pauses have to grow."""
        self.in_doubt = in_doubt
        """True if the call may have taken effect all the same."""
        self.patience = patience
        """The limit to trying again. None if it is tried for as long as there is time."""


class TagsInMotion(NotNow):
    """The table's tags are being changed at this moment, and reading them lags behind."""


class OutOfTime(SentinelTableError):
    """Not settled yet, and this invocation's time, or the event's, is used up. The message says what is pending."""

    def __init__(self, message: str, *, since: float | None = None) -> None:
        super().__init__(message)
        self.since = since
        """Since when it has been pending, in seconds since the epoch."""
