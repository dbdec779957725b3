"""DynamoDB's refusals, sorted by what to do. The one table of codes and stable pieces of text.

The code alone does not decide: some codes mean both "wait" and "never". The first row that fits is the one that counts.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from enum import Enum

HTTP_SERVER_ERROR = 500


class Verdict(Enum):
    """What to do about a refusal."""

    WAIT = "look again soon: the table is busy"
    BACK_OFF = "come back at ever longer intervals"
    IN_DOUBT = "come back at ever longer intervals: the call may have taken effect"
    DONE = "read again and go on: it is so already"
    ABSENT = "there is no such table, or it is not visible yet"
    PROTECTED = "fail: the table is protected against deletion"
    FAIL = "fail at once"


ROWS: tuple[tuple[str, str, Verdict], ...] = (
    # CreateTable's "Table already exists" among them: looking again tells whose it is
    ("ResourceInUseException", "", Verdict.WAIT),
    ("LimitExceededException", "simultaneous", Verdict.WAIT),
    ("LimitExceededException", "online index", Verdict.WAIT),
    ("LimitExceededException", "tags are being updated", Verdict.WAIT),
    ("LimitExceededException", "encryption", Verdict.FAIL),
    ("LimitExceededException", " sse", Verdict.FAIL),
    ("LimitExceededException", "table class", Verdict.FAIL),
    ("LimitExceededException", "tableclass", Verdict.FAIL),
    ("LimitExceededException", "24 h", Verdict.FAIL),
    ("LimitExceededException", "30 day", Verdict.FAIL),
    ("LimitExceededException", "number of", Verdict.FAIL),
    ("LimitExceededException", "limit of", Verdict.FAIL),
    ("LimitExceededException", "maximum", Verdict.FAIL),
    ("LimitExceededException", "tables per", Verdict.FAIL),
    ("LimitExceededException", "indexes per", Verdict.FAIL),
    ("LimitExceededException", "", Verdict.BACK_OFF),
    ("ThrottlingException", "deletion protection", Verdict.WAIT),
    ("ThrottlingException", "", Verdict.BACK_OFF),
    ("Throttling", "", Verdict.BACK_OFF),
    ("ThrottledException", "", Verdict.BACK_OFF),
    ("RequestLimitExceeded", "", Verdict.BACK_OFF),
    ("ProvisionedThroughputExceededException", "", Verdict.BACK_OFF),
    ("TooManyRequestsException", "", Verdict.BACK_OFF),
    ("InternalServerError", "", Verdict.IN_DOUBT),
    ("InternalFailure", "", Verdict.IN_DOUBT),
    ("ServiceUnavailable", "", Verdict.IN_DOUBT),
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
    ("ValidationException", "protected against deletion", Verdict.PROTECTED),
    ("PolicyNotFoundException", "", Verdict.ABSENT),
    ("TableNotFoundException", "", Verdict.ABSENT),
    ("ResourceNotFoundException", "", Verdict.ABSENT),
)


def sort(code: str, message: str, status: int) -> Verdict:
    """What to do about an error code with this message and HTTP status. What nobody foresaw fails at once."""
    text = message.lower()
    for row_code, piece, verdict in ROWS:
        if code == row_code and piece in text:
            return verdict
    return Verdict.IN_DOUBT if status >= HTTP_SERVER_ERROR else Verdict.FAIL
