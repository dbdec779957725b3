"""What the service says when it refuses.

Codes, texts and statuses are those of the real service; the changing parts are filled in. The API reference is
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html and, for what it does not say,
`aws-controllers-k8s/dynamodb-controller`, `docs/api-quirks` (message catalogues of October 2026).
"""

from __future__ import annotations

INVALID = "One or more parameter values were invalid: "
IN_USE = "Attempt to change a resource which is still in use: "
SUBSCRIBER = "Subscriber limit exceeded: "


class Refused(Exception):
    """The service's answer to a call that it does not carry out."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> Refused:
    """A ValidationException with its usual beginning."""
    return Refused("ValidationException", INVALID + message)


def validation(message: str) -> Refused:
    """A ValidationException without one."""
    return Refused("ValidationException", message)


def constraint(value: object, field: str, rule: str) -> Refused:
    """The generic shape validator's refusal."""
    text = f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
    return Refused("ValidationException", text)


def in_use(message: str) -> Refused:
    """A ResourceInUseException that clears by waiting."""
    return Refused("ResourceInUseException", IN_USE + message)


def limit(message: str) -> Refused:
    """A LimitExceededException."""
    return Refused("LimitExceededException", SUBSCRIBER + message)


def throttled(message: str) -> Refused:
    """A ThrottlingException."""
    return Refused("ThrottlingException", message)


def no_table(name: str) -> Refused:
    """Every API but tags and backups says this of a missing table."""
    return Refused("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")


def no_resource(arn: str) -> Refused:
    """The tag APIs say this."""
    return Refused("ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found")


def no_backup_table(name: str) -> Refused:
    """The backup APIs have a code of their own."""
    return Refused("TableNotFoundException", f"Table not found: {name}")


def no_index(index: str, name: str) -> Refused:
    """UpdateTable on an index that does not exist."""
    return Refused("ResourceNotFoundException", f"Requested resource not found: Index {index} for table {name}")
