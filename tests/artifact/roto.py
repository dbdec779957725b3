"""roto: a Lambda and a DynamoDB that have nothing in common with the other engines, in a process that a test may script.

A function is deployed as anybody deploys one, by Lambda's API. roto keeps its zip, and runs a process that the set-up in
`roto.luau` names: AWS's runtime client, in a folder with what the zip holds. https://github.com/vivainio/roto
"""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import botocore.config

from .build import ROOT
from .events import ACCOUNT, REGION
from .machines import READY_SECONDS, missing
from .runtime_api import END_SECONDS, GUARD
from .wire import DYNAMODB, JSON_TYPE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient

SERVER: Final = ROOT / ".venv-roto" / "bin" / "roto-server"
SETUP: Final = Path(__file__).with_name("roto.luau")
FUNCTION_KEY: Final = "ROTO_FUNCTION"
TEST_KEY: Final = "ROTO_TEST"
"""roto notes with each call who made it, if the access key begins like this."""
SCOPE: Final = (
    f"AWS4-HMAC-SHA256 Credential={TEST_KEY}/20260101/{REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0"
)
PAUSE_SECONDS: Final = 0.02
KEPT: Final = 100
"""How many invocations roto remembers."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One call of the function; `error` is the code, or nothing."""

    service: str
    action: str
    error: str

    @property
    def is_write(self) -> bool:
        return not self.action.startswith(("Describe", "List", "Get"))


class Roto:
    """The server, empty, from its start to `close()`."""

    def __init__(self, **variables: str) -> None:
        if not SERVER.exists():
            missing("roto is not there; `make engines` fetches it.")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        given = {"region": REGION, **variables}
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [str(SERVER), "--host", "127.0.0.1", "--port", str(port), "--ephemeral", "--account-id", ACCOUNT,
             "--setup", str(SETUP), "--enable-lua-api", *(f"--set={name}={value}" for name, value in given.items())],
            env=_nothing_of_the_shell(),
            stdin=subprocess.DEVNULL,
            stdout=self._told,
            stderr=self._told,
            start_new_session=True,
        )  # fmt: skip
        self._guard = subprocess.Popen(  # noqa: S603 - our own command
            [*GUARD, str(self._process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )
        self.dynamodb: DynamoDBClient = self._client("dynamodb")
        self.kms: KMSClient = self._client("kms")
        self.functions: LambdaClient = self._client("lambda")
        self._until_ready()

    def run(self, script: str) -> None:
        """Runs Luau in the server."""
        self._ask("/lua", script.encode())

    def refuse(self, action: str, code: str, message: str) -> None:
        """From now on DynamoDB refuses every such call."""
        body = json.dumps(json.dumps({"__type": DYNAMODB + code, "message": message}))
        answer = f'{{ status = 400, headers = {{ ["content-type"] = "{JSON_TYPE}" }}, body = {body} }}'
        self._hook(action, answer)

    def allow(self, action: str) -> None:
        """From now on DynamoDB answers such calls itself again."""
        self._hook(action, "nil")

    def calls(self) -> list[Traced]:
        """The calls of the function so far."""
        entries = self._ask(f"/trace?trace_id={FUNCTION_KEY}")["entries"]
        return [Traced(entry["service"], entry["operation"], entry["error_code"] or "") for entry in entries]

    def invocations(self) -> list[Mapping[str, Any]]:
        """What Lambda took on so far, the oldest first: `state`, `attempts`, `logs`, `result`."""
        found: list[Mapping[str, Any]] = self._ask("/lambda/invocations")["invocations"]
        assert len(found) < KEPT
        return found[::-1]

    def close(self) -> None:
        for client in (self.dynamodb, self.kms, self.functions):
            client.close()
        self._process.terminate()
        self._process.wait(END_SECONDS)
        self._guard.communicate(timeout=END_SECONDS)
        self._told.close()

    def _hook(self, action: str, answer: str) -> None:
        self.run(f'roto.hooks.request("dynamodb", "{action}", function() return {answer} end)')

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}/roto-api{path}", body, {"Authorization": SCOPE})  # noqa: S310 - http
        with urllib.request.urlopen(request, timeout=READY_SECONDS) as response:  # noqa: S310 - http
            return json.load(response)

    def _client(self, service: str) -> Any:
        make: Any = boto3.client  # the name of the service is only known here
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        return make(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=TEST_KEY,
            aws_secret_access_key="test",
            config=config,
        )

    def _until_ready(self) -> None:
        ends_at = time.monotonic() + READY_SECONDS
        while True:
            try:
                self._ask("/health")
            except urllib.error.URLError:
                if self._process.poll() is not None or time.monotonic() > ends_at:
                    self._told.seek(0)
                    raise RuntimeError(f"roto did not start: {self._told.read().decode()}") from None
                time.sleep(PAUSE_SECONDS)
            else:
                return


def _nothing_of_the_shell() -> dict[str, str]:
    """The function inherits roto's variables: these are Lambda's, and what roto sets itself is added."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - where roto keeps what it stores
    }
