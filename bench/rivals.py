"""How else one waits for a table: each rival's own rhythm of looking, on the same clock and the same model."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any
from unittest import mock

import botocore.session
import botocore.waiter
from botocore.exceptions import ClientError

from tests.aws import Client, VirtualClock

Wait = Callable[[Client, VirtualClock, str], None]
"""Returns when the table of that name is ACTIVE."""


def boto3_waiter(name: str) -> Wait:
    """boto3's own waiter, `table_exists` or `table_not_exists`; only its sleeping is on the virtual clock."""

    def wait(client: Client, clock: VirtualClock, table: str) -> None:
        model: Any = botocore.session.get_session().get_waiter_model("dynamodb")
        describe: Any = client.describe_table
        operation = botocore.waiter.NormalizedOperationMethod(describe)
        waiter = botocore.waiter.Waiter(name, model.get_waiter(_camel(name)), operation)
        with mock.patch.object(botocore.waiter, "time", SimpleNamespace(sleep=clock.sleep)):
            waiter.wait(TableName=table)

    return wait


def looking(pauses: Callable[[], Iterable[float]], *, gone: bool) -> Wait:
    """Looks once in each of these pauses' ends, the first of which may be 0."""

    def wait(client: Client, clock: VirtualClock, table: str) -> None:
        for pause in pauses():
            clock.sleep(pause)
            if _status(client, table) == (None if gone else "ACTIVE"):
                return

    return wait


def terraform() -> Iterator[float]:
    """At once, then after pauses that double from 0.2 s to 10 s.

    So does `StateChangeConf` where neither Delay, MinTimeout nor PollInterval is set, and the provider's waits for tables
    set none: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/dynamodb/wait.go,
    https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/retry/state.go
    """
    yield 0.0
    yield from _doubling(0.2, 10.0)


def doubling() -> Iterator[float]:
    """Pauses that double from 1 s to 30 s, as they are written by hand."""
    return _doubling(1.0, 30.0)


def crhelper() -> Iterator[float]:
    """Every two minutes, by a rule of EventBridge that invokes the function again: its default, and its least but one."""
    return itertools.repeat(120.0)


def rivals(*, gone: bool) -> Mapping[str, Wait]:
    """Those that wait for a table to be there, or to be gone."""
    return {
        "boto3 waiter": boto3_waiter("table_not_exists" if gone else "table_exists"),
        "Terraform's cadence": looking(terraform, gone=gone),
        "doubling, 1 to 30 s": looking(doubling, gone=gone),
        "crhelper's polling": looking(crhelper, gone=gone),
    }


def _doubling(first: float, last: float) -> Iterator[float]:
    return (min(last, first * 2.0**turn) for turn in itertools.count())


def _status(client: Client, table: str) -> str | None:
    try:
        return str(client.describe_table(TableName=table)["Table"]["TableStatus"])
    except ClientError:
        return None


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))
