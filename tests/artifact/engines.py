"""What answers behind the endpoint: Amazon's DynamoDB Local, moto, and the settings that neither of them keeps.

Each engine sees the calls under an account of its own, so that tests do not meet each other's tables; `aws` puts the
account of the tests in its place.
"""

import datetime
import http.client
import json
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, Protocol

import boto3
import botocore.config
import botocore.exceptions
from botocore import xform_name

from .events import ACCOUNT, REGION, table_arn
from .wire import JSON_TYPE, Reply, answer, refusal

SECONDS: Final = 30.0
LOCAL_ACCOUNT: Final = "arn:aws:dynamodb:ddblocal:000000000000:"
OUR_ACCOUNT: Final = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:"

Arguments = Mapping[str, Any]


class Engine(Protocol):
    """Anything that answers a call of a service."""

    def call(self, service: str, action: str, arguments: Arguments) -> Reply:
        """The answer to `action` of `service` (`dynamodb`, `kms`)."""
        ...


class Moto:
    """moto, in this process. `account` is its own, so that each test has empty tables; see `mocked` in conftest."""

    def __init__(self) -> None:
        self.account = str(uuid.uuid4().int % 10**12).zfill(12)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def call(self, service: str, action: str, arguments: Arguments) -> Reply:
        theirs = json.loads(json.dumps(arguments).replace(ACCOUNT, self.account))
        try:
            with self._lock:  # moto's backends are not made for threads
                value = getattr(self._client(service), xform_name(action))(**theirs)
        except botocore.exceptions.ClientError as error:
            found, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            reply = refusal(found["Code"], found["Message"], status=status)
        except botocore.exceptions.ParamValidationError as error:
            reply = refusal("ValidationException", str(error))
        else:
            value.pop("ResponseMetadata", None)
            reply = Reply(200, json.dumps(value, default=_timestamp))
        return Reply(reply.status, reply.body.replace(self.account, ACCOUNT))

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            make: Any = boto3.client  # the name of the service is only known here
            client = make(
                service,
                region_name=REGION,
                aws_access_key_id="moto",
                aws_secret_access_key="moto",
                config=botocore.config.Config(retries={"total_max_attempts": 1}),
            )
            client.meta.events.register("before-sign", self._in_account)
            self._clients[service] = client
        return self._clients[service]

    def _in_account(self, request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = self.account


def _timestamp(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime.datetime) else str(value)


NOT_LOCAL: Final = {  # what DynamoDB Local does not know, and how the service says that there is no such table
    "TagResource": "ResourceNotFoundException",
    "UntagResource": "ResourceNotFoundException",
    "ListTagsOfResource": "ResourceNotFoundException",
    "PutResourcePolicy": "ResourceNotFoundException",
    "GetResourcePolicy": "ResourceNotFoundException",
    "DeleteResourcePolicy": "ResourceNotFoundException",
    "DescribeContinuousBackups": "TableNotFoundException",
    "UpdateContinuousBackups": "TableNotFoundException",
}


class Local:
    """DynamoDB Local for the tables; a table of the same name in moto carries what DynamoDB Local does not know."""

    def __init__(self, port: int) -> None:
        self._port, self._access_key = port, uuid.uuid4().hex
        self._moto = Moto()

    def call(self, service: str, action: str, arguments: Arguments) -> Reply:
        if service != "dynamodb":
            return self._moto.call(service, action, arguments)
        if action == "CreateTable":
            return self._create(arguments)
        if action in NOT_LOCAL:
            return self._beside(action, arguments)
        return self._local(action, arguments)

    def _create(self, arguments: Arguments) -> Reply:
        beside = {"Tags", "ResourcePolicy"}
        reply = self._local("CreateTable", {key: value for key, value in arguments.items() if key not in beside})
        if reply.ok:
            self._mirror(arguments)
        return reply

    def _mirror(self, arguments: Arguments) -> None:
        name, keys = arguments["TableName"], [key["AttributeName"] for key in arguments["KeySchema"]]
        self._moto.call("dynamodb", "DeleteTable", {"TableName": name})
        made = self._moto.call(
            "dynamodb",
            "CreateTable",
            {
                "TableName": name,
                "KeySchema": arguments["KeySchema"],
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
                "Tags": arguments.get("Tags", []),
            },
        )
        assert made.ok, made.body
        if policy := arguments.get("ResourcePolicy"):
            self._moto.call("dynamodb", "PutResourcePolicy", {"ResourceArn": table_arn(name), "Policy": policy})

    def _beside(self, action: str, arguments: Arguments) -> Reply:
        name = arguments.get("TableName") or arguments["ResourceArn"].rpartition("/")[2]
        found = self._local("DescribeTable", {"TableName": name})
        if not found.ok:
            return refusal(NOT_LOCAL[action], found.value["message"])
        return self._moto.call("dynamodb", action, arguments)

    def _local(self, action: str, arguments: Arguments) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        credential = f"{self._access_key}/20260101/{REGION}/dynamodb/aws4_request"
        try:
            connection.request(
                "POST",
                "/",
                json.dumps(arguments).replace(OUR_ACCOUNT, LOCAL_ACCOUNT),
                {
                    "X-Amz-Target": f"DynamoDB_20120810.{action}",
                    "Content-Type": JSON_TYPE,
                    "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
                },
            )
            response = connection.getresponse()
            body = response.read().decode().replace(LOCAL_ACCOUNT, OUR_ACCOUNT)
        finally:
            connection.close()
        loaded = json.loads(body)
        if "Message" in loaded:
            body = json.dumps({**loaded, "message": loaded["Message"]})
        return Reply(response.status, body)


KEPT: Final = ("SSESpecification", "TableClass", "OnDemandThroughput")
INSIGHTS: Final = frozenset({"UpdateContributorInsights", "DescribeContributorInsights"})
TABLES: Final = frozenset({"CreateTable", "UpdateTable", "DescribeTable", "DeleteTable"})


class Settings:
    """What neither engine keeps: encryption, table class, throughput caps, contributor insights, replicas, a table's id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[str, dict[str, Any]] = {}

    def call(self, service: str, action: str, arguments: Arguments) -> Reply:
        if service == "dynamodb" and action in INSIGHTS:
            return self._insights(action, arguments)
        if service == "dynamodb" and action in TABLES:
            return self._table(action, arguments)
        return self._engine.call(service, action, arguments)

    def age(self, name: str, seconds: float) -> None:
        """From now on the table was made that long ago."""
        self._kept.setdefault(name, {})["CreationDateTime"] = time.time() - seconds

    def replicate(self, name: str, region: str, view: str = "NEW_AND_OLD_IMAGES") -> None:
        """From now on the table has a replica there, and the stream that replicas live on."""
        on = {"StreamEnabled": True, "StreamViewType": view}
        assert self._engine.call("dynamodb", "UpdateTable", {"TableName": name, "StreamSpecification": on}).ok
        replica = {"RegionName": region, "ReplicaStatus": "ACTIVE"}
        self._kept.setdefault(name, {})["Replicas"] = [replica]

    def _table(self, action: str, arguments: Arguments) -> Reply:
        name = arguments["TableName"]
        kept = {key: value for key, value in arguments.items() if key in KEPT}
        rest = {key: value for key, value in arguments.items() if key not in KEPT}
        only_kept = action == "UpdateTable" and kept and not rest.keys() - {"TableName"}
        reply = self._engine.call("dynamodb", "DescribeTable" if only_kept else action, rest)
        if not reply.ok:
            return reply
        if action == "CreateTable":
            self._kept[name] = {"TableId": str(uuid.uuid4()), "Insights": "DISABLED"}
        self._kept.setdefault(name, {}).update(self._described(kept))
        outer = "Table" if action == "DescribeTable" else "TableDescription"
        described = reply.value.get("Table") or reply.value["TableDescription"]
        return answer({outer: {**described, **self._overlay(name)}})

    def _overlay(self, name: str) -> dict[str, Any]:
        kept = self._kept.get(name, {})
        return {key: value for key, value in kept.items() if key != "Insights" and value is not None}

    def _described(self, kept: Arguments) -> dict[str, Any]:
        """The arguments as DescribeTable tells them; None for what it leaves out."""
        described: dict[str, Any] = {}
        if "SSESpecification" in kept:
            described["SSEDescription"] = self._encryption(kept["SSESpecification"])
        if "TableClass" in kept:
            described["TableClassSummary"] = {"TableClass": kept["TableClass"]}
        if "OnDemandThroughput" in kept:
            described["OnDemandThroughput"] = kept["OnDemandThroughput"]
        return described

    def _encryption(self, specification: Arguments) -> dict[str, Any] | None:
        if not specification.get("Enabled"):
            return None
        key = specification.get("KMSMasterKeyId", "alias/aws/dynamodb")
        found = self._engine.call("kms", "DescribeKey", {"KeyId": key})
        arn = found.value["KeyMetadata"]["Arn"] if found.ok else f"arn:aws:kms:{REGION}:{ACCOUNT}:key/aws-dynamodb"
        return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}

    def _insights(self, action: str, arguments: Arguments) -> Reply:
        name = arguments["TableName"].rpartition("/")[2]
        found = self._engine.call("dynamodb", "DescribeTable", {"TableName": name})
        if not found.ok:
            return found
        kept = self._kept.setdefault(name, {})
        if action == "UpdateContributorInsights":
            kept["Insights"] = f"{arguments['ContributorInsightsAction']}D"
        return answer({"TableName": name, "ContributorInsightsStatus": kept.get("Insights", "DISABLED")})
