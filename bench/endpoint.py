"""AWS on the loopback: a DynamoDB that has no tables and notes when it is first called, and the place for answers."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import trustme

NO_TABLE = json.dumps(
    {
        "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        "message": "Requested resource not found: Table: sentinel-requests not found",
    }
).encode()


class _Endpoint(BaseHTTPRequestHandler):
    """Answers calls and PUTs. `server` is the `Loopback`'s, which keeps the moments."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """A call to AWS."""
        self.server.called.append(time.monotonic())  # type: ignore[attr-defined] # a member of _Server
        self._answer(400, NO_TABLE)

    def do_PUT(self) -> None:
        """An answer to CloudFormation."""
        self._answer(200, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the requests are what is measured."""


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Endpoint)
        self.called: list[float] = []


class Loopback:
    """The two addresses, and the moments (of the monotonic clock) at which AWS was called."""

    def __init__(self, aws: _Server, answers: _Server, certificate: Path) -> None:
        self.aws_url = f"http://127.0.0.1:{aws.server_port}"
        self.answer_url = f"https://localhost:{answers.server_port}/answer"
        self.certificate = certificate
        self.called = aws.called


@contextmanager
def loopback(folder: Path) -> Iterator[Loopback]:
    """Serves both for as long as the context lasts; `folder` is for the certificate."""
    authority = trustme.CA()
    certificate = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    aws, answers = _Server(), _Server()
    answers.socket = context.wrap_socket(answers.socket, server_side=True)
    servers: tuple[HTTPServer, ...] = (aws, answers)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Loopback(aws, answers, certificate)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
