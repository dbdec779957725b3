"""Opens sessions and clients of AWS. The only module that knows boto3."""

import functools
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UnknownRegionError

from sentinel_tables.aws.calls import Client
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables_cli.account.tables import Account, Eyes
from sentinel_tables_cli.mistakes import Mistake, clean

logger = logging.getLogger("sentinel_tables_cli")

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 20, 3


def connect(profile: str | None, region: str | None, endpoint_url: str | None) -> Account:
    """The means of a real account. Raises Mistake if there is no such profile, or no Region."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        client = functools.cache(functools.partial(_client, session, endpoint_url))
        dynamodb = client("dynamodb")
    except (BotoCoreError, ValueError) as error:
        remedy = "Name one with --region or AWS_REGION." if "region" in str(error) else "Look at the options."
        raise Mistake(f"{clean(error).rstrip('.')}. {remedy}") from error
    tables = DynamoTables(dynamodb, functools.partial(client, "kms"))
    return Account(
        eyes=Eyes(dynamodb, tables),
        cloudformation=functools.partial(client, "cloudformation"),
        ssm=functools.partial(client, "ssm"),
        pseudo=functools.partial(_pseudo, session, dynamodb, client),
        now=time.time,
    )


def _client(session: boto3.Session, endpoint_url: str | None, service: str) -> Client:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    client: Client = session.client(service, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload]
    if logger.isEnabledFor(logging.DEBUG):
        _time_calls(client, service)
    return client


def _time_calls(client: Client, service: str) -> None:
    """Logs each call and its seconds. Calls may run side by side, each in a thread of its own."""
    begun: dict[int, tuple[str, float]] = {}

    def begin(model: Any, **_more: Any) -> None:
        begun[threading.get_ident()] = (model.name, time.monotonic())

    def end(**_more: Any) -> None:
        name, since = begun.pop(threading.get_ident())
        logger.debug("%s %s: %.3f s", service, name, time.monotonic() - since)

    client.meta.events.register("before-call", begin)
    client.meta.events.register("after-call", end)
    client.meta.events.register("after-call-error", end)


def _pseudo(
    session: boto3.Session,
    dynamodb: Client,
    client: "functools._lru_cache_wrapper[Client]",
    with_account: bool,  # noqa: FBT001 - the one question there is
) -> Mapping[str, object]:
    region = dynamodb.meta.region_name
    pseudo = {"AWS::Region": region}
    with suppress(UnknownRegionError):  # a local AWS takes any; elsewhere the look at the tables fails, and says so
        partition = session.get_partition_for_region(region)
        suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
        pseudo |= {"AWS::Partition": partition, "AWS::URLSuffix": suffix}
    if with_account:
        try:
            pseudo["AWS::AccountId"] = client("sts").get_caller_identity()["Account"]
        except (ClientError, BotoCoreError):
            return pseudo
    return pseudo
