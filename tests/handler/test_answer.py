"""An answer is delivered whatever the network does, and for as long as there is time; it is never too long."""

import http.client
import http.server
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import pytest
import trustme

from handler.answer import Courier, Delivery, body_of, compact, put
from tests.aws import VirtualClock

URL = "https://example.com/answer?X-Amz-Signature=0a1b2c3d"
ANSWER = {"Status": "SUCCESS", "Reason": "", "PhysicalResourceId": "sentinel-requests", "Data": {"Arn": "arn"}}
DROPPED: list[Exception] = [
    ConnectionResetError(104, "Connection reset by peer"),
    ConnectionRefusedError(111, "Connection refused"),
    TimeoutError("The read operation timed out"),
    OSError(101, "Network is unreachable"),
    http.client.RemoteDisconnected("Remote end closed connection without response"),
    http.client.BadStatusLine("x"),
    http.client.IncompleteRead(b""),
    ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
    ssl.SSLCertVerificationError(1, "certificate verify failed"),
]
TRANSIENT = [500, 502, 503, 504, 408, 425, 429, 300, 301, 307, 399, 199]
FINAL = [400, 499, 401, 403, 404, 411, 412]


@dataclass
class Wire:
    """What answers to PUTs: a status or an error each, the last one again and again; each attempt takes a while."""

    replies: list[int | Exception]
    takes: float = 0.1
    left: float = 300.0
    clock: VirtualClock = field(default_factory=VirtualClock)
    bodies: list[bytes] = field(default_factory=list)
    allowed: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ends = self.clock.now() + self.left

    def put(self, url: str, body: bytes, seconds: float) -> int:
        assert url == URL
        self.bodies.append(body)
        self.allowed.append(seconds)
        self.clock.sleep(min(self.takes, seconds))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.sleep(seconds)

    def deliver(self, jitter: float = 0.5) -> Delivery:
        courier = Courier(lambda: self.ends - self.clock.now(), self.sleep, lambda: jitter, self.put)
        return courier.deliver(URL, ANSWER)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_an_answer_that_is_taken_is_put_once(status: int) -> None:
    wire = Wire([status])
    assert wire.deliver() is Delivery.DELIVERED
    assert [json.loads(body) for body in wire.bodies] == [ANSWER]
    assert wire.pauses == []


@pytest.mark.parametrize("reply", [*DROPPED, *TRANSIENT], ids=str)
def test_what_may_pass_is_tried_again_until_it_has_passed(reply: int | Exception) -> None:
    wire = Wire([reply, reply, reply, 200])
    assert wire.deliver() is Delivery.DELIVERED
    assert len(wire.bodies) == 4
    assert len(set(wire.bodies)) == 1


@pytest.mark.parametrize("status", FINAL)
def test_what_is_refused_for_good_is_not_tried_again(status: int) -> None:
    wire = Wire([status])
    assert wire.deliver() is Delivery.REFUSED
    assert len(wire.bodies) == 1


@pytest.mark.parametrize("reply", [503, *DROPPED[:2]], ids=str)
@pytest.mark.parametrize("left", [0.0, 0.05, 1.0, 60.0, 800.0])
def test_it_is_never_tried_for_ever(reply: int | Exception, left: float) -> None:
    wire = Wire([reply], left=left)
    assert wire.deliver() is Delivery.LATE
    assert wire.clock.now() - (wire.ends - left) <= left + 0.001
    assert len(wire.bodies) <= 40
    assert bool(wire.bodies) is (left > 0)


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_pauses_grow_and_stay_bearable(jitter: float) -> None:
    wire = Wire([503], left=600.0)
    wire.deliver(jitter)
    *growing, _before_the_last, _last = wire.pauses
    assert growing == sorted(growing)
    assert growing[1] > growing[0] > 0
    assert max(growing) <= 45


def test_a_pause_is_longer_than_the_one_before_whatever_the_jitter() -> None:
    wire = Wire([503], left=600.0)
    turns = cycle([1.0, 0.0])
    Courier(lambda: wire.ends - wire.clock.now(), wire.sleep, lambda: next(turns), wire.put).deliver(URL, ANSWER)
    growing = wire.pauses[:6]
    assert all(first < second for first, second in pairwise(growing)), growing


@pytest.mark.parametrize(
    ("left", "pauses"),
    [
        (1.0, [0.5, 0.3]),
        (12.0, [0.5, 1.0, 2.0, 4.0, 2.0, 1.9]),
        (60.0, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 25.8, 1.9]),
        (100.0, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 5.6, 1.9]),
    ],
)
def test_pauses_double_up_to_half_a_minute_and_leave_time_for_a_last_attempt(left: float, pauses: list[float]) -> None:
    wire = Wire([503], left=left)
    assert wire.deliver() is Delivery.LATE
    assert [round(pause, 3) for pause in wire.pauses] == pauses
    assert len(wire.bodies) == len(pauses), "one attempt before each pause, and none after the time"


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 0.375), (1.0, 0.625)])
def test_jitter_is_a_quarter_of_a_pause_either_way(jitter: float, first: float) -> None:
    wire = Wire([503, 200])
    wire.deliver(jitter)
    assert wire.pauses == [first]


@pytest.mark.parametrize(
    ("reply", "level", "message", "field", "value"),
    [
        (503, "WARNING", "the answer was not taken", "status", 503),
        (403, "ERROR", "the answer was not taken", "status", 403),
        (ConnectionResetError(URL), "WARNING", "the answer was not taken", "reason", "ConnectionResetError"),
        (http.client.BadStatusLine(URL), "WARNING", "the answer was not taken", "reason", "BadStatusLine"),
        (ValueError(URL), "ERROR", "the answer cannot be delivered", "reason", "ValueError"),
        (http.client.InvalidURL(URL), "ERROR", "the answer cannot be delivered", "reason", "InvalidURL"),
    ],
)
def test_an_answer_that_is_not_taken_is_logged_by_its_status_or_by_the_kind_of_error(  # noqa: PLR0913 - a row's columns
    reply: int | Exception, level: str, message: str, field: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        Wire([reply, 200]).deliver()
    (line,) = [vars(record) for record in caplog.records]
    assert (line["levelname"], line["message"], line[field]) == (level, message, value)


def test_an_answer_that_is_late_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        Wire([503], left=1.0).deliver()
    assert [record.message for record in caplog.records] == ["the answer could not be delivered in time"]


def test_no_attempt_may_take_longer_than_ten_seconds_or_than_there_is() -> None:
    wire = Wire([TimeoutError()], takes=60.0, left=25.0)
    assert wire.deliver() is Delivery.LATE
    assert max(wire.allowed) == 10
    assert wire.allowed[-1] < 10


@pytest.mark.parametrize("error", [ValueError(URL), http.client.InvalidURL(URL), UnicodeError("idna", URL)], ids=repr)
def test_an_address_that_is_none_is_refused_and_not_logged(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert Wire([error]).deliver() is Delivery.REFUSED
    assert "0a1b2c3d" not in "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    ("data", "kept"),
    [({}, True), ({"Arn": "x" * 3000}, True), ({"Arn": "x" * 4096}, False), ({"Arn": "\u2603" * 1400}, False)],
)
def test_a_body_has_at_most_4096_bytes_and_loses_its_attributes_for_it(data: dict[str, str], kept: bool) -> None:
    body = body_of(ANSWER | {"Data": data})
    assert len(body) <= 4096
    assert json.loads(body) == ANSWER | {"Data": data if kept else {}}


def test_an_answer_is_json_in_as_few_bytes_as_it_takes_and_half_a_character_stays_an_escape() -> None:
    assert compact({"a": "\u00fc", "b": [1, True]}) == b'{"a":"\xc3\xbc","b":[1,true]}'
    assert compact({"a": "\ud83d"}) == b'{"a":"\\ud83d"}'


@pytest.mark.parametrize(("more", "kept"), [(0, True), (1, False)])
def test_an_answer_of_4096_bytes_keeps_its_attributes(more: int, kept: bool) -> None:
    room = 4096 - len(compact(ANSWER | {"Data": {"Arn": ""}}))
    body = json.loads(body_of(ANSWER | {"Data": {"Arn": "x" * (room + more)}}))
    assert bool(body["Data"]) is kept


def test_the_longest_answer_there_can_be_is_short_enough() -> None:
    longest = {
        "Status": "FAILED", "Reason": "\\" * 256, "PhysicalResourceId": "\u00e9" * 340, "StackId": "s" * 256,
        "RequestId": "r" * 128, "LogicalResourceId": "l" * 255, "NoEcho": False, "Data": {"Arn": "a" * 2000},
    }  # fmt: skip
    assert len(body_of(longest)) <= 4096


class Bucket(http.server.BaseHTTPRequestHandler):
    """What S3 sees of a PUT."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers.get("Content-Type"), body))  # type: ignore[attr-defined]
        self.send_response(503 if b"later" in body else 200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with http.server.HTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.seen = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_put_keeps_the_signed_query_and_sends_no_content_type(bucket: Any) -> None:
    url = f"https://localhost:{bucket.server_port}/arn%3Aaws%7Cx?X-Amz-Date=1&X-Amz-Signature=a%2Fb"
    assert put(url, b"{}", 5.0) == 200
    assert put(f"https://localhost:{bucket.server_port}", b"later", 5.0) == 503
    assert put(f"https://localhost:{bucket.server_port}/x", b"", 5.0) == 200
    assert put(f"https://localhost:{bucket.server_port}?x=1", b"{}", 5.0) == 200
    assert bucket.seen == [
        ("/arn%3Aaws%7Cx?X-Amz-Date=1&X-Amz-Signature=a%2Fb", "", b"{}"),
        ("/", "", b"later"),
        ("/x", "", b""),
        ("/?x=1", "", b"{}"),
    ]


def test_a_put_to_a_server_that_says_nothing_ends_after_its_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        put(f"https://127.0.0.1:{silent.getsockname()[1]}/", b"{}", 0.1)


def test_a_put_to_a_server_that_nobody_vouches_for_is_not_made(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLCertVerificationError):
        put(f"https://localhost:{bucket.server_port}/", b"{}", 5.0)
    assert bucket.seen == []


@pytest.mark.parametrize(
    "url", ["", "http://example.com/", "file:///etc/passwd", "https:///x", "//", "https://[", "https://x:y/"]
)
def test_a_put_to_anything_but_https_is_not_made(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - urlsplit's own, or that it is no https URL
        put(url, b"{}", 1.0)


def test_why_a_put_is_not_made_is_said_without_the_address() -> None:
    with pytest.raises(ValueError, match=r"^not an https URL$"):
        put("http://example.com/?signature=secret", b"{}", 1.0)
