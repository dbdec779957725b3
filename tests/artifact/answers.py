"""The other end of a `ResponseURL`: S3's presigned PUT over TLS, as CloudFormation makes it, and its bad days.

What S3 and CloudFormation refuse is refused here: a `Content-Type` (the signature covers an empty one), a body over
4,096 bytes, an answer without its fields. See "Custom resource response objects" in CloudFormation's docs.
"""

import json
import secrets
import ssl
import tempfile
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import trustme

from .events import REGION, Event

MAX_BYTES: Final = 4096
MAX_REASON: Final = 256
SIGV4: Final = "SigV4"
SIGV2: Final = "SigV2"
"""The older way of signing, which says when the URL ends and not when it was made."""
UNDATED: Final = "undated"
"""No way of AWS's: a URL that says nothing of when it was made."""
LIFE_SECONDS: Final = 7200
MUST: Final = frozenset({"Status", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId"})
MAY: Final = frozenset({"Reason", "Data", "NoEcho"})


@dataclass(frozen=True, slots=True)
class BadDay:
    """What happens to one PUT: after `delay` seconds the connection drops (no `status`), or `status` is answered."""

    status: int | None = None
    delay: float = 0.0


DROPPED: Final = BadDay()


@dataclass(frozen=True, slots=True)
class Put:
    """A PUT that came in, and what was answered (None: nothing). `at` is `time.monotonic()`."""

    request_id: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int | None

    @property
    def answer(self) -> dict[str, Any]:
        """The body, parsed."""
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


class Answers:
    """The endpoint. `url` makes a ResponseURL, `wait` gives the answer that was accepted for a request.

    `then` is called with each answer that is accepted.
    """

    def __init__(self, then: Callable[[Mapping[str, Any]], None] = lambda _: None) -> None:
        self._then = then
        self._folder = tempfile.TemporaryDirectory()
        self.puts: list[Put] = []
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._bad_days: deque[BadDay] = deque()
        self._signatures: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.socket = _context(self.ca_file).wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every signature given out so far: none may be in a log."""
        return tuple(self._signatures.values())

    def url(self, event: Event, age: float = 0.0, signing: str = SIGV4) -> str:
        """The ResponseURL of `event`, the same at each delivery: signed `age` seconds ago when it is first asked for."""
        request_id = event["RequestId"]
        if request_id not in self._urls:
            signature = self._signatures.setdefault(request_id, secrets.token_hex(32))
            path = urllib.parse.quote(f"{event['StackId']}|{event['LogicalResourceId']}|{request_id}", safe="/")
            query = urllib.parse.urlencode(_signed(signing, signature, time.time() - age))
            self._urls[request_id] = f"https://localhost:{self._server.server_port}/{path}?{query}"
        return self._urls[request_id]

    def order(self, *bad_days: BadDay) -> None:
        """The next PUTs meet these, one each."""
        self._bad_days.extend(bad_days)

    def accepted(self, request_id: str) -> list[Put]:
        return [put for put in list(self.puts) if put.request_id == request_id and put.status == 200]

    def wait(self, request_id: str, seconds: float, nth: int = 1) -> Put:
        """The `nth` accepted answer to `request_id`; AssertionError when there is none in time."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.accepted(request_id)) >= nth, timeout=seconds)
        assert came, f"no answer within {seconds:.0f} s; PUTs so far: {[(p.request_id, p.status) for p in self.puts]}"
        return self.accepted(request_id)[nth - 1]

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """Records a PUT, and decides what it is answered."""
        url = urllib.parse.urlsplit(path)
        request_id = urllib.parse.unquote(url.path).rpartition("|")[2]
        day = self._bad_days.popleft() if self._bad_days else BadDay(200)
        time.sleep(day.delay)
        status = day.status
        query = urllib.parse.parse_qs(url.query)
        signature = (query.get("X-Amz-Signature") or query.get("Signature") or [""])[0]
        if status == 200 and (headers.get("Content-Type") or signature != self._signatures.get(request_id)):
            status = 403  # SignatureDoesNotMatch
        if status == 200:
            self._then(json.loads(body))
        with self._changed:
            self.puts.append(Put(request_id, headers, body, time.monotonic(), status))
            self._changed.notify_all()
        return status

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
        self._folder.cleanup()


def violations(put: Put, event: Event) -> list[str]:
    """What CloudFormation, or the contract, would find wrong with this answer to `event`."""
    answer = put.answer
    given = event.get("PhysicalResourceId")
    status, physical_id, reason = (answer.get(key) for key in ("Status", "PhysicalResourceId", "Reason"))
    rules = {
        "Content-Type is not empty": not put.headers.get("Content-Type"),
        "Content-Length is not the body's": int(put.headers.get("Content-Length", "-1")) == len(put.body),
        f"body of {len(put.body)} bytes": len(put.body) <= MAX_BYTES,
        f"keys {sorted(answer)}": MUST <= answer.keys() <= MUST | MAY,
        f"Status {status!r}": status in {"SUCCESS", "FAILED"},
        f"PhysicalResourceId {physical_id!r}": isinstance(physical_id, str) and 1 <= len(physical_id) <= 1024,
        f"Reason {reason!r}": status == "SUCCESS" or (isinstance(reason, str) and 0 < len(reason) <= MAX_REASON),
        f"Reason is a stack trace: {reason!r}": "Traceback" not in (reason or "") and "\n" not in (reason or ""),
        f"FAILED with another id than {given!r}": status == "SUCCESS" or not given or physical_id == given,
        **{
            f"{key} is not the event's": answer.get(key) == event[key]
            for key in ("StackId", "RequestId", "LogicalResourceId")
        },
    }
    return [text for text, holds in rules.items() if not holds]


def _signed(signing: str, signature: str, now: float) -> dict[str, str]:
    """The query of a URL that was signed at that moment."""
    if signing == UNDATED:
        return {"Signature": signature}
    if signing == SIGV2:
        ends = str(int(now) + LIFE_SECONDS)
        return {"AWSAccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Expires": ends, "Signature": signature}
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    return {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": stamp,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Expires": str(LIFE_SECONDS),
        "X-Amz-Credential": f"AKIAIOSFODNN7EXAMPLE/{stamp[:8]}/{REGION}/s3/aws4_request",
        "X-Amz-Signature": signature,
    }


def _context(ca_file: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def _handler_of(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 60

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = answers.take(self.path, dict(self.headers), body)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True  # the process at the other end was killed

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            """Says nothing."""

    return Handler
