"""The control plane on a bench: short words for its calls, and for the table that they are made on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws import ControlPlane, Durations, Limits, Rate, Refused, Switches, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


Json = dict[str, Any]
NAME = "records"
ARN = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{NAME}"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*"}]})
OTHER_POLICY = POLICY.replace("Deny", "Allow")


def keys(*names: str) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def strings(*names: str) -> list[Json]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def an_index(name: str, *names: str, **more: Any) -> Json:
    return {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": "ALL"}} | more


def new(name: str = NAME, **more: Any) -> Json:
    """The arguments of a CreateTable that nobody refuses, and more."""
    return {
        "TableName": name,
        "KeySchema": keys("id"),
        "AttributeDefinitions": strings("id"),
        "BillingMode": "PAY_PER_REQUEST",
    } | more


def with_indexes(*names: str) -> Json:
    indexes = [an_index(f"by-{name}", name) for name in names]
    return new(AttributeDefinitions=strings("id", *names), GlobalSecondaryIndexes=indexes)


def add(name: str, **more: Any) -> Json:
    """The arguments of an UpdateTable that adds an index on an attribute of that name."""
    updates = [{"Create": an_index(f"by-{name}", name, **more)}]
    return {"AttributeDefinitions": strings(name), "GlobalSecondaryIndexUpdates": updates}


def drop(name: str) -> Json:
    return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": f"by-{name}"}}]}


def ttl(enabled: bool, attribute: str = "ttl") -> Json:
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def pitr(enabled: bool, **more: Any) -> Json:
    return {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled} | more}


def tags(**pairs: str) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


@dataclass
class Bench:
    """A control plane, its clock, and short words for what the tests do with them."""

    durations: Durations = field(default_factory=Durations)
    limits: Limits = field(default_factory=Limits)
    switches: Switches = field(default_factory=Switches)
    rate: Rate | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.plane = ControlPlane(
            self.clock,
            seed=self.seed,
            durations=self.durations,
            limits=self.limits,
            switches=self.switches,
            rate=self.rate,
        )

    def call(self, api: str, **arguments: Any) -> Json:
        return self.plane.call(api, arguments)

    def on(self, api: str, **arguments: Any) -> Json:
        """A call on the table of the tests."""
        by_arn = {"list_tags_of_resource", "tag_resource", "untag_resource"}
        resource = {"ResourceArn": ARN} if api in by_arn or "policy" in api else {"TableName": NAME}
        return self.plane.call(api, resource | arguments)

    def refusal(self, api: str, **arguments: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.on(api, **arguments)
        return caught.value

    def describe(self) -> Json:
        table: Json = self.on("describe_table")["Table"]
        return table

    def status(self) -> str:
        return str(self.describe()["TableStatus"])

    def index(self, name: str) -> Json | None:
        indexes: Iterable[Json] = self.describe().get("GlobalSecondaryIndexes", ())
        return next((index for index in indexes if index["IndexName"] == f"by-{name}"), None)

    def tags(self) -> Json:
        return {tag["Key"]: tag["Value"] for tag in self.on("list_tags_of_resource")["Tags"]}

    def seconds(self, condition: Callable[[], bool], most: float = 7_200.0) -> float:
        """How long it takes until the condition holds."""
        began = self.clock.now()
        while not condition():
            assert self.clock.now() < began + most, "it never came"
            self.clock.sleep(0.05)
        return self.clock.now() - began

    def rest(self) -> None:
        self.seconds(self.plane.at_rest)

    def made(self, **more: Any) -> Bench:
        """With the table, a day after it was made."""
        self.on("create_table", **new(**more))
        self.clock.sleep(86_400)
        return self


STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
SSE = {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}
PROTECT = {"DeletionProtectionEnabled": True}
CLASS = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
CAP = {"OnDemandThroughput": {"MaxReadRequestUnits": 5}}
GONE, NO_BACKUP = "ResourceNotFoundException", "TableNotFoundException"
