"""Clients, clock and the other means that a real invocation has. Made once in a process, when it starts."""

import functools
import os
import random
import time

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from handler.answer import put
from handler.invocation import Means
from sentinel_tables.aws.calls import Client, call
from sentinel_tables.aws.stacks import CloudFormationStacks
from sentinel_tables.aws.tables import DynamoTables

CONNECT_SECONDS = 3.0
READ_SECONDS = 7.0
"""A call that has not been answered by then is made again, after a look at the table. The two together are well below
what is kept of an invocation for handing over."""


SERVICES = ("cloudformation", "cloudwatch", "dynamodb", "kms", "lambda")
"""The services that the functions call; `client` makes no other."""


class FewServices(Loader):
    """botocore's loader, told which services there are: left alone it looks into 900 folders, twice in a cold start.

    https://docs.aws.amazon.com/botocore/latest/reference/loaders.html
    """

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's signature
        """`SERVICES`, each of which has a file of every type."""
        return list(SERVICES)


class SystemClock:
    """The time of this machine."""

    now = staticmethod(time.time)
    sleep = staticmethod(time.sleep)
    jitter = staticmethod(random.random)


@functools.cache
def means(patience: float = CONNECT_SECONDS + READ_SECONDS) -> Means:
    """The means for calls that take no longer than `patience` seconds each."""
    tables = DynamoTables(client("dynamodb", patience), functools.cache(lambda: client("kms", patience)))
    prefix = os.environ.get("TABLE_NAME_PREFIX", "sentinel-")
    declare = os.environ.get("DECLARE_SETTINGS") == "true"
    ask = os.environ.get("ASK_CLOUDFORMATION", "true") != "false"
    stacks = CloudFormationStacks(functools.cache(lambda: client("cloudformation", patience))) if ask else None
    return Means(SystemClock(), tables, functools.partial(_invoke, patience), put, prefix, declare, stacks)


def means_within(patience: float) -> Means:
    """The means made at start, unless calls have to be shorter than those make them, for want of time."""
    return means() if round(patience) >= CONNECT_SECONDS + READ_SECONDS else means(max(0.1, round(patience, 1)))


def client(service: str, patience: float = CONNECT_SECONDS + READ_SECONDS, attempts: int = 1) -> Client:
    """A client whose calls take no longer than `patience` seconds each time that they are made, `attempts` times at most."""
    share = min(1.0, patience / (CONNECT_SECONDS + READ_SECONDS))
    config = Config(
        connect_timeout=CONNECT_SECONDS * share,
        read_timeout=READ_SECONDS * share,
        retries={"total_max_attempts": attempts, "mode": "standard"},
    )
    return _session().create_client(service, region_name=os.environ.get("AWS_REGION"), config=config)


@functools.cache
def _session() -> botocore.session.Session:
    """A session of botocore. It makes the same clients as one of boto3, without the resources that nobody here uses."""
    session = botocore.session.get_session()
    session.register_component("data_loader", FewServices())
    return session


def _invoke(patience: float, payload: bytes) -> None:
    """Starts this very function anew, under the name and qualifier that Lambda knows it by."""
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    call(client("lambda", patience / 3), "invoke", {"FunctionName": name, "InvocationType": "Event", "Payload": payload})
