"""Reads tables, as far as the credentials show them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from sentinel_tables.aws.calls import Client
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.errors import NotNow, RefusedByAws
from sentinel_tables.model import Encryption, Facet, LiveTable
from sentinel_tables_cli.mistakes import Mistake, clean

NONE: frozenset[Facet] = frozenset()
READ_BY: Mapping[Facet, str] = {
    Facet.TABLE: "dynamodb:DescribeTable",
    Facet.TAGS: "dynamodb:ListTagsOfResource",
    Facet.TIME_TO_LIVE: "dynamodb:DescribeTimeToLive",
    Facet.BACKUPS: "dynamodb:DescribeContinuousBackups",
    Facet.INSIGHTS: "dynamodb:DescribeContributorInsights",
    Facet.POLICY: "dynamodb:GetResourcePolicy",
}
"""The permission that it takes to see each facet."""

DENIED = ("AccessDenied", "Unauthorized")
CREDENTIALS = ("Credential", "Token", "UnrecognizedClient", "Signature", "AuthFailure", "InvalidAccessKey", "SSO", "Login")
"""Parts of AWS's codes, or of the names of botocore's errors, that say that AWS does not know who asks."""
UNSUPPORTED = "UnknownOperationException"
"""The code of a local AWS for a call that it does not have. The rest of the table can be seen all the same."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A table as it was seen, or None; and the facets that could not be seen, each with the reason."""

    live: LiveTable | None
    unseen: Mapping[Facet, str] = field(default_factory=dict)


class Eyes:
    """Looks at tables."""

    def __init__(self, client: Client, tables: DynamoTables) -> None:
        self._client = client
        self._tables = tables

    def see(self, name: str, facets: frozenset[Facet] = frozenset(Facet)) -> Sight:
        """The table of that name, without what there is no permission to see. Raises Mistake for any other refusal."""
        try:
            return Sight(self._tables.read(name, None, facets, NONE))
        except NotNow as error:
            raise Mistake(_no_answer(error)) from error
        except RefusedByAws:
            return self._see_in_parts(name, facets)

    def with_key_arn(self, encryption: Encryption) -> tuple[Encryption, str]:
        """The encryption with its key's ARN, as live tables have it; or as it was, and why the key is not seen."""
        try:
            return self._tables.with_key_arn(encryption), ""
        except NotNow as error:
            raise Mistake(_no_answer(error)) from error
        except RefusedByAws as error:
            if is_denied(error):
                return encryption, why(error)
            if is_about_who_asks(error):
                raise Mistake(f"Key {clean(encryption.key)} cannot be looked at: {why(error)}. {remedy(error)}") from error
            raise

    def names(self, prefix: str) -> Iterator[str]:
        """The names of all tables that begin with the prefix. Raises Mistake."""
        try:
            for page in self._client.get_paginator("list_tables").paginate():
                yield from (name for name in page["TableNames"] if name.startswith(prefix))
        except (ClientError, BotoCoreError) as error:
            raise Mistake(f"The tables cannot be listed: {why(error)}. {remedy(error, 'dynamodb:ListTables')}") from error

    def _see_in_parts(self, name: str, facets: frozenset[Facet]) -> Sight:
        unseen: dict[Facet, str] = {}
        live: LiveTable | None = None
        for facet in (Facet.TABLE, *sorted(facets - {Facet.TABLE})):
            try:
                live = self._tables.read(name, live, (live.facets if live else NONE) | {facet}, NONE)
            except NotNow as error:
                raise Mistake(_no_answer(error)) from error
            except RefusedByAws as error:
                if not (is_denied(error) or (facet is not Facet.TABLE and _code(error) == UNSUPPORTED)):
                    raise Mistake(f"Table {clean(name)} cannot be looked at: {why(error)}. {remedy(error)}") from error
                unseen[facet] = why(error)
            if live is None:
                break
        return Sight(live, unseen)


def why(error: BaseException) -> str:
    """A refusal's code, or what else went wrong, in a few words."""
    cause = _cause(error)
    if isinstance(cause, ClientError):
        return _code(error) or "refused"
    return str(cause).rstrip(".")


def is_denied(error: BaseException) -> bool:
    """True if AWS knew who asked, and refused for lack of permission."""
    return any(word in _code(error) for word in DENIED)


def is_about_who_asks(error: BaseException) -> bool:
    """True if there were no credentials, or AWS did not take them."""
    cause = _cause(error)
    text = _code(error) if isinstance(cause, ClientError) else type(cause).__name__
    return any(word in text for word in CREDENTIALS)


def remedy(error: BaseException, permission: str = "") -> str:
    """The remedy for a look that failed. `permission` is the one that the look takes."""
    if permission and is_denied(error):
        return f"It takes {permission}."
    if is_about_who_asks(error):
        return "Look at the credentials: --profile, or the variables AWS_..."
    return "Look at --endpoint-url and --region, or try again."


def _code(error: BaseException) -> str:
    """AWS's own code for a refusal; empty if AWS was not asked."""
    cause = _cause(error)
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""


def _cause(error: BaseException) -> BaseException:
    while not isinstance(error, ClientError | BotoCoreError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _no_answer(error: NotNow) -> str:
    return f"DynamoDB did not answer ({why(error)}). Look at --endpoint-url and --region, or try again."


@dataclass(frozen=True, slots=True)
class Account:
    """The ways by which commands look at an account. `now` gives seconds since the epoch."""

    eyes: Eyes
    cloudformation: Callable[[], Client]
    ssm: Callable[[], Client]
    pseudo: Callable[[bool], Mapping[str, object]]
    """Gives the pseudo parameters that are known; with the account's id if that is asked for, for it costs a call."""
    now: Callable[[], float]
