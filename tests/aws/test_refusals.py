"""DynamoDB's refusals, text by text, by what is to be done about them."""

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from sentinel_tables.aws.calls import Absent, DoneAlready, NeverHeardOf, call
from sentinel_tables.aws.refusals import ROWS, Verdict, sort
from sentinel_tables.errors import NotNow, ProtectedTable, RefusedByAws, SentinelTableError, TagsInMotion

WAIT, BACK_OFF, DOUBT = Verdict.WAIT, Verdict.BACK_OFF, Verdict.IN_DOUBT
DONE, ABSENT, PROTECTED, FAIL = Verdict.DONE, Verdict.ABSENT, Verdict.PROTECTED, Verdict.FAIL
HOURS, TAGS, A_MINUTE, LOOKED_UP = Verdict.LIMIT, Verdict.TAGS, Verdict.A_MINUTE, Verdict.LOOKED_UP
IN_USE, LIMIT, INVALID = "ResourceInUseException", "LimitExceededException", "ValidationException"
CHANGING = "Attempt to change a resource which is still in use: "
SUBSCRIBER = "Subscriber limit exceeded: "

TOLD: dict[Verdict, list[tuple[str, str]]] = {
    WAIT: [
        (IN_USE, "Table already exists: sentinel-requests"),
        (IN_USE, f"{CHANGING}Table is being created: sentinel-requests"),
        (IN_USE, f"{CHANGING}Table is being deleted: sentinel-requests"),
        (IN_USE, f"{CHANGING}Table: sentinel-requests is in the process of being updated."),
        (IN_USE, f"{CHANGING}Cannot delete table while indexes are being created, updated, or deleted."),
        (IN_USE, f"{CHANGING}Index is being created. Table: t Index: gsi-status"),
        (IN_USE, f"{CHANGING}Index creation is in resource allocation phase. Retry deletion during backfilling phase"),
        (IN_USE, f"{CHANGING}Server-Side Encryption is still being updated"),
        (IN_USE, f"{CHANGING}Can't change stream status when an index is being created."),
        (IN_USE, "Table needs to be in ACTIVE status to modify deletion protection setting."),
        (IN_USE, "something that nobody has seen yet"),
        (LIMIT, f"{SUBSCRIBER}Only 1 online index can be created or deleted simultaneously per table"),
        (LIMIT, f"{SUBSCRIBER}Only 500 tables can be created, updated, or deleted simultaneously"),
        (LIMIT, "Too many simultaneous operations"),
        (
            "ThrottlingException",
            (
                "Deletion protection setting for table t modified within the previous 15000 milliseconds. "
                "Please try again after 2026-10-01T00:00:00.000Z"
            ),
        ),
        ("ContinuousBackupsUnavailableException", "Backups are being enabled for the table: t. Please retry later"),
        (INVALID, "Cannot describe time to live while table is in CREATING state: Current table state is CREATING"),
        (INVALID, "Cannot describe time to live while table is in DELETING state: Current table state is DELETING"),
    ],
    BACK_OFF: [
        ("ThrottlingException", "Rate exceeded"),
        ("ThrottlingException", "The rate of control plane requests made by this account is too high"),
        ("ThrottlingException", "Resource-based policy for table t modified within the previous 15000 milliseconds."),
        ("Throttling", "Rate exceeded"),
        ("ThrottledException", ""),
        ("RequestThrottled", ""),
        ("RequestThrottledException", ""),
        ("BandwidthLimitExceeded", ""),
        ("SlowDown", "Please reduce your request rate"),
        ("PriorRequestNotComplete", ""),
        ("TransactionInProgressException", ""),
        ("EC2ThrottledException", ""),
        ("RequestLimitExceeded", "Throughput exceeds the current throughput limit for your account"),
        ("ProvisionedThroughputExceededException", ""),
        ("TooManyRequestsException", "Rate Exceeded."),
        (LIMIT, "words that nobody has seen yet"),
        (INVALID, "Time to live has been modified multiple times within a fixed interval"),
    ],
    DOUBT: [
        ("RequestTimeout", "Your socket connection to the server was not read from or written to"),
        ("RequestTimeoutException", ""),
        ("InternalServerError", "Internal server error"),
        ("InternalFailure", ""),
        ("ServiceUnavailable", "Service is unavailable"),
    ],
    DONE: [
        (INVALID, "TimeToLive is already enabled"),
        (INVALID, "TimeToLive is already disabled"),
        (INVALID, "Table already has an enabled stream: TableName: sentinel-requests"),
        (INVALID, "One or more parameter values were invalid: Table is already encrypted by default"),
        (INVALID, "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. Use..."),
        (INVALID, "Attempting to create an index which already exists"),
    ],
    PROTECTED: [
        (
            INVALID,
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ),
    ],
    ABSENT: [
        ("TableNotFoundException", "Table not found: sentinel-requests"),
        ("ResourceNotFoundException", "Requested resource not found: Table: sentinel-requests not found"),
        ("ResourceNotFoundException", "Requested resource not found: ResourceArn: arn:aws:dynamodb:x not found"),
        ("PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: arn:aws:dynamodb:x"),
    ],
    TAGS: [
        (IN_USE, f"{CHANGING}Table tags are being updated: sentinel-requests"),
        (LIMIT, f"{SUBSCRIBER}Table tags are being updated: sentinel-requests"),
    ],
    A_MINUTE: [
        (INVALID, "Invalid policy document: Invalid principal in policy document"),
        ("MalformedPolicyDocumentException", 'Invalid principal in policy: "AWS":"arn:aws:iam::1:role/new"'),
    ],
    LOOKED_UP: [
        ("ValidationError", "Stack [arn:aws:cloudformation:x] does not exist"),
        ("ValidationError", "Resource Records does not exist for stack records"),
    ],
    HOURS: [
        (
            LIMIT,
            (
                f"{SUBSCRIBER}Encryption mode changes are limited in the 24h window ending at 2026-10-01T00:00:00Z. "
                "After the first 4 change, each subsequent change in the same window can be performed at most once "
                "every 21600 seconds."
            ),
        ),
        (LIMIT, f"{SUBSCRIBER}Updates to TableClass are limited to 2 times in 30 day(s)."),
        (LIMIT, "Updates to table class are limited"),
        (LIMIT, f"{SUBSCRIBER}Update to PayPerRequest mode are limited to once in 1 day(s)"),
    ],
    FAIL: [
        ("ValidationError", "1 validation error detected: Value at 'stackName' failed to satisfy constraint"),
        (LIMIT, f"{SUBSCRIBER}Number of global secondary indexes exceeds per-table limit of 20"),
        (LIMIT, f"{SUBSCRIBER}There is a limit of 2500 tables per subscriber"),
        (INVALID, "TimeToLive is active on a different AttributeName: current AttributeName is expires"),
        (
            INVALID,
            "One or more parameter values were invalid: TableClass modification must be the only operation in the request",
        ),
        (INVALID, "Number of Tags exceed the current limit for the provided ResourceArn"),
        (INVALID, ""),
        (
            "AccessDeniedException",
            "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: dynamodb:CreateTable",
        ),
        ("UnrecognizedClientException", "The security token included in the request is invalid."),
        ("ExpiredTokenException", "The security token included in the request is expired"),
        ("UnknownOperationException", ""),
        ("SomethingNew", "that nobody foresaw"),
    ],
}
EVERY = [(code, text, verdict) for verdict, rows in TOLD.items() for code, text in rows]
each_refusal = pytest.mark.parametrize(("code", "text", "verdict"), EVERY)


class Refusing:
    """A client whose one call ends in an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def update_table(self, **_arguments: object) -> Any:
        raise self._error


NAME = "sentinel-requests"


def refused(code: str, text: str, status: int = 400) -> SentinelTableError:
    answer: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return raised_by(ClientError(answer, "UpdateTable"))


def raised_by(error: Exception, arguments: dict[str, str] | None = None) -> SentinelTableError:
    with pytest.raises(SentinelTableError) as raised:
        call(Refusing(error), "update_table", arguments or {"TableName": NAME})
    assert raised.value.__cause__ is error
    return raised.value


@each_refusal
def test_each_refusal_has_its_remedy(code: str, text: str, verdict: Verdict) -> None:
    assert sort(code, text, 500 if verdict is DOUBT else 400) is verdict


@each_refusal
def test_letters_in_other_case_make_no_difference_to_the_text(code: str, text: str, verdict: Verdict) -> None:
    assert sort(code, text.upper(), 400) is verdict
    assert sort(code, text.lower(), 400) is verdict


@each_refusal
def test_a_call_raises_what_the_refusal_means(code: str, text: str, verdict: Verdict) -> None:
    error = refused(code, text)
    assert type(error) is {
        ABSENT: Absent, DONE: DoneAlready, PROTECTED: ProtectedTable, FAIL: RefusedByAws, HOURS: RefusedByAws,
        LOOKED_UP: NeverHeardOf, TAGS: TagsInMotion,
    }.get(verdict, NotNow)  # fmt: skip
    if isinstance(error, NotNow):
        assert error.back_off is (verdict in (BACK_OFF, DOUBT, A_MINUTE))
        assert (error.patience is not None) is (verdict is A_MINUTE)
        assert error.in_doubt is (verdict is DOUBT)


@pytest.mark.parametrize(("code", "text"), TOLD[FAIL])
def test_a_failure_says_which_call_which_code_and_in_which_words(code: str, text: str) -> None:
    told = str(refused(code, text))
    assert told.startswith(f'Table "{NAME}": update_table: {code}: ')
    assert text[:60] in told or text.rpartition(" ")[2] in told
    assert told.endswith("Fix the cause above, then retry.")
    assert len(told) <= 240


@pytest.mark.parametrize(
    ("arguments", "message", "where"),
    [
        ({"ResourceArn": f"arn:aws:dynamodb:eu-central-1:1:table/{NAME}"}, "no", f'Table "{NAME}": '),
        ({"TableName": NAME}, f"{NAME} has too many indexes", ""),
        ({"KeyId": "alias/mine"}, "no", ""),
    ],
)
def test_a_failure_names_its_table_unless_aws_does(arguments: dict[str, str], message: str, where: str) -> None:
    error = ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "UpdateTable")
    assert str(raised_by(error, arguments)).startswith(f"{where}update_table: ValidationException: ")


@pytest.mark.parametrize(
    "status_and_verdict", [(400, FAIL), (403, FAIL), (413, FAIL), (500, DOUBT), (502, DOUBT), (503, DOUBT), (504, DOUBT)]
)
def test_a_code_that_nobody_knows_is_judged_by_its_status(status_and_verdict: tuple[int, Verdict]) -> None:
    status, verdict = status_and_verdict
    assert sort("Unheard", "of", status) is verdict
    assert sort("", "", status) is verdict


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}, {row[1] or 'any text'}")
def test_each_row_of_the_product_is_the_first_that_fits_some_text(row: tuple[str, str, Verdict]) -> None:
    code, piece, verdict = row
    assert sort(code, piece, 400) is verdict
    assert piece == piece.lower()


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://x"),
        ConnectTimeoutError(endpoint_url="https://x"),
        ConnectionClosedError(endpoint_url="https://x"),
        EndpointConnectionError(endpoint_url="https://x"),
        ResponseParserError("not JSON"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_that_was_not_answered_is_in_doubt(error: Exception) -> None:
    told = raised_by(error)
    assert isinstance(told, NotNow)
    assert told.back_off
    assert told.in_doubt


@pytest.mark.parametrize(
    "error",
    [NoCredentialsError(), ParamValidationError(report="x" * 5000), BotoCoreError()],
    ids=lambda error: type(error).__name__,
)
def test_a_call_that_cannot_be_made_fails_at_once(error: Exception) -> None:
    told = raised_by(error)
    assert type(told) is RefusedByAws
    assert str(told).startswith("update_table could not be called: ")


@pytest.mark.parametrize("answer", [{}, {"Error": {}}, {"Error": {"Code": None, "Message": None}}])
def test_a_refusal_without_words_fails(answer: Any) -> None:
    assert type(raised_by(ClientError(answer, "UpdateTable"))) is RefusedByAws


def test_what_aws_says_is_shortened_and_escaped() -> None:
    told = str(refused("AccessDeniedException", "caf\u00e9\n" + "x" * 5000))
    assert told.isascii()
    assert told.isprintable()
    assert len(told) <= 240


def test_what_the_sdks_of_aws_try_again_is_tried_again() -> None:
    """A code that botocore learns makes this fail, and has to be sorted."""
    again = {Verdict.WAIT, Verdict.BACK_OFF, Verdict.IN_DOUBT, Verdict.TAGS, Verdict.A_MINUTE}
    throttled: Any = ThrottledRetryableChecker
    transient: Any = TransientRetryableChecker
    codes = (*throttled._THROTTLED_ERROR_CODES, *transient._TRANSIENT_ERROR_CODES)  # noqa: SLF001
    assert {code: sort(code, "", 400) for code in codes if sort(code, "", 400) not in again} == {}
    statuses = (*transient._TRANSIENT_STATUS_CODES, 408)  # noqa: SLF001
    assert {status: sort("Unheard", "", status) for status in statuses} == dict.fromkeys(statuses, Verdict.IN_DOUBT)
