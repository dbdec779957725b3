"""One endpoint that stands for AWS: it records every call, sends it to an engine, and has bad days on order.

Calls of the function are told from those of the test by their access key: only the function's are recorded and meet
faults. What its role has to allow for each, action, resource and the values of condition keys, also goes to the file that
the variable `CALLS_FILE` names, one JSON object a line.
"""

import json
import os
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.config
from mypy_boto3_dynamodb import DynamoDBClient

from .engines import Engine, Settings
from .events import ACCOUNT, FUNCTION_ARN, REGION, table_arn
from .faults import DIES, HAPPENS, SLOW_SECONDS, Fault, Faults, reply
from .stacks import Stacks
from .wire import Reply, refusal

TEST_KEY: Final = "TESTTESTTESTTESTTEST"
HANG_SECONDS: Final = 300.0
SERVICES: Final = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms"}
KEY_ACTIONS: Final = (
    "DescribeKey",
    "CreateGrant",
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
VIA_DYNAMODB: Final = {
    "kms:ViaService": f"dynamodb.{REGION}.amazonaws.com",
    "kms:GrantIsForAWSResource": "true",
    "kms:CallerAccount": ACCOUNT,
}
CONTRIBUTOR_SERVICE: Final = "contributorinsights.dynamodb.amazonaws.com"
CONTRIBUTOR_ROLE: Final = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{CONTRIBUTOR_SERVICE}/"
    "AWSServiceRoleForDynamoDBCloudWatchContributorInsights"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the function. `at` and `ended_at` are `time.monotonic()`; `error` is the code, or nothing."""

    service: str
    action: str
    resource: str
    arguments: Mapping[str, Any]
    at: float
    ended_at: float
    error: str

    @property
    def is_write(self) -> bool:
        return not self.action.startswith(("Describe", "List", "Get"))


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs, with the values of the condition keys that a policy may ask for."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Request:
    service: str
    action: str
    arguments: dict[str, Any]
    by_test: bool


@dataclass
class FakeAws:
    """The endpoint. `invoke` takes an asynchronous invocation of the function, `kill` ends its busy processes."""

    engine: Engine
    invoke: Callable[[Any], None] = lambda _: None
    kill: Callable[[], object] = lambda: None
    calls: list[Call] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.settings, self.stacks = Settings(self.engine), Stacks()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def client(self) -> DynamoDBClient:
        """The test's own client: what it does is not recorded. Close it."""
        return boto3.client(
            "dynamodb",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=TEST_KEY,
            aws_secret_access_key="test",
            config=botocore.config.Config(connect_timeout=5, read_timeout=60, max_pool_connections=20),
        )

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def take(self, request: _Request) -> Reply | None:
        """The answer to a call; None when the connection is to drop."""
        if request.by_test:
            return self._perform(request)
        at = time.monotonic()
        told = self._meet(request, self.faults.meet(request.action))
        self._record(request, at, told)
        return told

    def _meet(self, request: _Request, fault: Fault | None) -> Reply | None:
        if fault is Fault.SLOW:
            self._closed.wait(SLOW_SECONDS)
        if fault is None or fault is Fault.SLOW:
            return self._perform(request)
        if fault in HAPPENS:
            self._perform(request)
        if fault in DIES:
            self.kill()
        if fault is Fault.HANGS:
            self._closed.wait(HANG_SECONDS)
        return reply(fault, request.service, request.action, _resource(request))

    def _perform(self, request: _Request) -> Reply:
        if request.service == "lambda":
            if not request.by_test:
                self.invoke(request.arguments["Payload"])
            return Reply(202, "")
        if request.service == "cloudformation":
            return self.stacks.call(request.action, request.arguments)
        if request.service in SERVICES.values():
            return self.settings.call(request.service, request.action, request.arguments)
        return refusal("UnknownOperationException", f"no {request.service}:{request.action} here")

    def _record(self, request: _Request, at: float, told: Reply | None) -> None:
        needs = list(_needs(request))
        error = "dropped" if told is None else told.error
        now = time.monotonic()
        self.calls.append(Call(request.service, request.action, needs[0].resource, request.arguments, at, now, error))
        if path := os.environ.get("CALLS_FILE"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with Path(path).open("a", encoding="utf-8") as file:
                file.write("".join(f"{json.dumps(asdict(self._with_key(need)))}\n" for need in needs))

    def _with_key(self, need: Need) -> Need:
        """IAM looks at the key that an alias stands for, and at the alias as a condition."""
        alias = need.context.get("kms:RequestAlias")
        found = self.engine.call("kms", "DescribeKey", {"KeyId": alias}) if alias else None
        return replace(need, resource=found.value["KeyMetadata"]["Arn"]) if found and found.ok else need


def _needs(request: _Request) -> Iterator[Need]:
    """The permissions that AWS asks for: the call's own, then those that its arguments bring with them."""
    given = request.arguments
    own = _resource(request)
    name = "InvokeFunction" if request.service == "lambda" else request.action
    yield Need(f"{request.service}:{name}", own, _alias(given.get("KeyId", "")))
    if request.action == "CreateTable" and given.get("Tags"):
        yield Need("dynamodb:TagResource", own)
    if request.action == "CreateTable" and given.get("ResourcePolicy"):
        yield Need("dynamodb:PutResourcePolicy", own)
    if key := given.get("SSESpecification", {}).get("KMSMasterKeyId"):
        yield from (Need(f"kms:{action}", _key_arn(key), VIA_DYNAMODB | _alias(key)) for action in KEY_ACTIONS)
    if request.action == "UpdateContributorInsights" and given.get("ContributorInsightsAction") == "ENABLE":
        yield Need("iam:CreateServiceLinkedRole", CONTRIBUTOR_ROLE, {"iam:AWSServiceName": CONTRIBUTOR_SERVICE})


def _alias(key: str) -> dict[str, str]:
    return {"kms:RequestAlias": key} if key.startswith("alias/") else {}


def _resource(request: _Request) -> str:
    given = request.arguments
    if request.service == "lambda":
        name = str(given["FunctionName"])
        return name if name.startswith("arn:") else f"{FUNCTION_ARN.rpartition(':')[0]}:{name}"
    if request.service == "kms":
        return _key_arn(given["KeyId"])
    if request.service == "cloudformation":
        return str(given["StackName"])
    name = given.get("ResourceArn") or given.get("TableName") or "*"
    return str(name) if name == "*" or name.startswith("arn:") else table_arn(name)


def _key_arn(key: str) -> str:
    if key.startswith("arn:"):
        return key
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:{key if key.startswith('alias/') else f'key/{key}'}"


def _read(http: BaseHTTPRequestHandler) -> _Request:
    body = http.rfile.read(int(http.headers.get("Content-Length") or 0)).decode()
    by_test = TEST_KEY in http.headers.get("Authorization", "")
    prefix, _, action = http.headers.get("X-Amz-Target", "").partition(".")
    if prefix:
        return _Request(SERVICES.get(prefix, prefix), action, json.loads(body or "{}"), by_test)
    if "/functions/" in http.path:
        name = urllib.parse.unquote(http.path.split("/functions/")[1].rpartition("/invocations")[0])
        kind = http.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        given = {"FunctionName": name, "InvocationType": kind, "Payload": json.loads(body or "null")}
        return _Request("lambda", "Invoke", given, by_test)
    scope = http.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    form = dict(urllib.parse.parse_qsl(body))
    return _Request(scope[3] if len(scope) > 3 else "unknown", form.get("Action", http.path), form, by_test)


def _handler_of(aws: FakeAws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two of them wait for each other, 40 ms each time
        timeout = 600

        def do_POST(self) -> None:
            reply = aws.take(_read(self))
            if reply is None:
                self.close_connection = True
                return
            body = reply.body.encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # the process at the other end was killed

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            """Says nothing: `calls` has it."""

    return Handler
