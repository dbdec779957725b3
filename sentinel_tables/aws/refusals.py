"""AWS's refusals, sorted by what to do. The one table of codes and stable pieces of text.

The code alone does not decide: some codes mean both "wait" and "never". The first row that fits is the one that counts.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from enum import Enum

REQUEST_TIMEOUT = 408
HTTP_SERVER_ERROR = 500


class Verdict(Enum):
    """The ways to deal with a refusal."""

    WAIT = "look again soon: the table is busy"
    BACK_OFF = "come back at ever longer intervals"
    IN_DOUBT = "come back at ever longer intervals: the call may have taken effect"
    DONE = "read again and go on: it is so already"
    ABSENT = "there is no such table, or it is not visible yet"
    PROTECTED = "fail: the table is protected against deletion"
    TAGS = "look again: the table's tags are being changed, and reading them lags behind"
    A_MINUTE = "try again for a minute: it passes by then, or never"
    LIMIT = "fail at once: the limit passes only with hours"
    LOOKED_UP = "there is no such stack, or no such resource in it"
    FAIL = "fail at once"


THROTTLED = (
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
    "TransactionInProgressException",
    "EC2ThrottledException",
)
"""The codes of a request that AWS did not begin. Its own SDKs try these again, and so does the loop in `converge`."""
TRANSIENT = ("RequestTimeout", "RequestTimeoutException", "InternalServerError", "InternalFailure", "ServiceUnavailable")
"""The codes of a request that may have taken effect. AWS's own SDKs try these again too."""

ROWS: tuple[tuple[str, str, Verdict], ...] = (
    ("ResourceInUseException", "tags are being updated", Verdict.TAGS),
    # CreateTable's "Table already exists" among them: looking again finds whose it is
    ("ResourceInUseException", "", Verdict.WAIT),
    ("LimitExceededException", "tags are being updated", Verdict.TAGS),
    ("LimitExceededException", "simultaneous", Verdict.WAIT),
    ("LimitExceededException", "online index", Verdict.WAIT),
    ("LimitExceededException", "encryption", Verdict.LIMIT),
    ("LimitExceededException", " sse", Verdict.LIMIT),
    ("LimitExceededException", "table class", Verdict.LIMIT),
    ("LimitExceededException", "tableclass", Verdict.LIMIT),
    ("LimitExceededException", "payperrequest", Verdict.LIMIT),
    ("LimitExceededException", "billing mode", Verdict.LIMIT),
    ("LimitExceededException", "24 h", Verdict.LIMIT),
    ("LimitExceededException", "1 day", Verdict.LIMIT),
    ("LimitExceededException", "30 day", Verdict.LIMIT),
    ("LimitExceededException", "number of", Verdict.FAIL),
    ("LimitExceededException", "limit of", Verdict.FAIL),
    ("LimitExceededException", "maximum", Verdict.FAIL),
    ("LimitExceededException", "tables per", Verdict.FAIL),
    ("LimitExceededException", "indexes per", Verdict.FAIL),
    ("LimitExceededException", "", Verdict.BACK_OFF),
    ("ThrottlingException", "deletion protection", Verdict.WAIT),
    *((code, "", Verdict.BACK_OFF) for code in THROTTLED),
    *((code, "", Verdict.IN_DOUBT) for code in TRANSIENT),
    ("ContinuousBackupsUnavailableException", "", Verdict.WAIT),
    ("ValidationException", "timetolive is already", Verdict.DONE),
    ("ValidationException", "already has an enabled stream", Verdict.DONE),
    ("ValidationException", "already has a disabled stream", Verdict.DONE),
    ("ValidationException", "no stream to disable", Verdict.DONE),
    ("ValidationException", "stream is already", Verdict.DONE),
    ("ValidationException", "already encrypted", Verdict.DONE),
    ("ValidationException", "create an index which already exists", Verdict.DONE),
    ("ValidationException", "time to live has been modified multiple times", Verdict.BACK_OFF),
    ("ValidationException", "cannot describe time to live while table is in", Verdict.WAIT),
    ("ValidationException", "invalid principal", Verdict.A_MINUTE),
    ("MalformedPolicyDocumentException", "invalid principal", Verdict.A_MINUTE),
    ("PolicyDocumentInvalidException", "invalid principal", Verdict.A_MINUTE),
    ("ValidationException", "protected against deletion", Verdict.PROTECTED),
    ("ValidationError", "does not exist", Verdict.LOOKED_UP),
    ("PolicyNotFoundException", "", Verdict.ABSENT),
    ("TableNotFoundException", "", Verdict.ABSENT),
    ("ResourceNotFoundException", "", Verdict.ABSENT),
)


def sort(code: str, message: str, status: int) -> Verdict:
    """Finds the verdict on an error code with this message and HTTP status. An unforeseen one fails at once."""
    text = message.lower()
    for row_code, piece, verdict in ROWS:
        if code == row_code and piece in text:
            return verdict
    return Verdict.IN_DOUBT if status == REQUEST_TIMEOUT or status >= HTTP_SERVER_ERROR else Verdict.FAIL
