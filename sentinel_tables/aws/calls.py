"""Calls to AWS: each answers, or raises what is to be done about its refusal, as the table in `refusals` sorts it."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004
from botocore.parsers import ResponseParserError

from sentinel_tables.allowance import PRINCIPAL_SECONDS
from sentinel_tables.aws import refusals
from sentinel_tables.aws.refusals import Verdict
from sentinel_tables.errors import NotNow, Patience, ProtectedTable, RefusedByAws, SentinelTableError, TagsInMotion, shown

PREAMBLE = re.compile(r"^User: \S+ is not authorized to perform: ")
"""The beginning of every refused permission. The rest names the action and the resource."""
Client = Any
"""A client of boto3: its methods are made at run time, and steps name them as data."""


class Absent(SentinelTableError):
    """There is no such table, or no such thing on it, or it is not visible yet."""


class DoneAlready(SentinelTableError):
    """The call asks for what is so already."""


class NeverHeardOf(SentinelTableError):
    """CloudFormation knows no such stack, or no such resource in it."""


class Unanswered(NotNow):
    """The service could not be reached, or said nothing."""


def call(client: Client, api: str, arguments: Mapping[str, object]) -> Any:
    """The answer of `client` to `api`, a method of it.

    Raises NotNow, RefusedByAws, ProtectedTable, Absent, NeverHeardOf or DoneAlready.
    """
    try:
        return getattr(client, api)(**arguments)
    except ClientError as error:
        raise _sorted(api, _table(arguments), error) from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unanswered(f"{api} was not answered", back_off=True, in_doubt=True) from error
    except BotoCoreError as error:
        raise RefusedByAws(f"{api} could not be called: {shown(str(error), 160)}.") from error


def _table(arguments: Mapping[str, object]) -> str:
    return str(arguments.get("TableName") or arguments.get("ResourceArn", "")).rpartition("/")[2]


def _sorted(api: str, table: str, error: ClientError) -> SentinelTableError:
    """Turns a refusal into its error, with AWS's own words, shortened, and the table's name unless they have it."""
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    verdict = refusals.sort(code, message, error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    words = f"{api}: {code}: {shown(PREAMBLE.sub('', message), 130)}"
    where = f"Table {shown(table)}: " if table and table not in message else ""
    match verdict:
        case Verdict.ABSENT | Verdict.LOOKED_UP | Verdict.DONE | Verdict.TAGS:
            return PLAIN[verdict](words)
        case Verdict.PROTECTED:
            what = f"Table {shown(table)} is protected against deletion."
            return ProtectedTable(f"{what} Turn DeletionProtectionEnabled off first.")
        case Verdict.FAIL:
            return RefusedByAws(f"{where}{words}. Fix the cause above, then retry.")
        case Verdict.LIMIT:
            return RefusedByAws(f"{where}{words}. Wait until the limit has passed, then retry.")
    return _not_now(verdict, where, words)


def _not_now(verdict: Verdict, where: str, words: str) -> NotNow:
    patience = None
    if verdict is Verdict.A_MINUTE:
        final = RefusedByAws(f"{where}{words}. Name a principal that exists, then retry.")
        patience = Patience(PRINCIPAL_SECONDS, final)
    in_doubt = verdict is Verdict.IN_DOUBT
    back_off = verdict in (Verdict.BACK_OFF, Verdict.IN_DOUBT, Verdict.A_MINUTE)
    return NotNow(words, back_off=back_off, in_doubt=in_doubt, patience=patience)


PLAIN: Mapping[Verdict, type[SentinelTableError]] = {
    Verdict.ABSENT: Absent,
    Verdict.LOOKED_UP: NeverHeardOf,
    Verdict.DONE: DoneAlready,
    Verdict.TAGS: TagsInMotion,
}
