"""What somebody who may invoke the function gets done with events of their own making: docs/explanation/security.md."""

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from handler.answer import put
from tests.worlds import Scene

NAME = "sentinel-records"
RECORD = {"id": "r-1"}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/forger"},
            "Action": "dynamodb:Scan",
            "Resource": f"arn:aws:dynamodb:eu-central-1:123456789012:table/{NAME}",
        }
    ],
}
ANSWERED = {"Status", "Reason", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId", "NoEcho", "Data"}


def owned(**settings: object) -> Scene:
    """A table that a stack made, with a record in it."""
    scene = Scene()
    assert scene.create(TableName=NAME, **settings)["Status"] == "SUCCESS"
    scene.plane.put_record(NAME, RECORD)
    scene.clock.sleep(86_400)
    return scene


def foreign() -> Scene:
    """A table under the prefix that no stack owns."""
    scene = Scene()
    scene.plane.given_table(NAME, tags={"team": "audit"}, records=[RECORD], protected=True)
    return scene


def forged(scene: Scene, verb: str, **changes: Any) -> dict[str, Any]:
    """The answer to an event that names whatever it likes."""
    properties = {"Schema": "approval", "TableName": NAME, **changes.pop("properties", {})}
    event = scene.event(verb, properties, NAME if verb != "Create" else "")
    return scene.ask(event | changes)


class TestWithTheIdsOfTheOwner:
    """Who names the stack and the logical id of the owner is the owner. Both stand in the table's tags."""

    def test_everything_that_the_owner_may_is_done_even_the_end_of_a_protected_table(self) -> None:
        scene = owned(DeletionProtectionEnabled="true")
        weakened = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"}}
        assert forged(scene, "Update", properties=weakened)["Status"] == "SUCCESS"
        assert forged(scene, "Delete")["Status"] == "SUCCESS"
        assert NAME not in scene.plane.tables
        assert scene.plane.system_backups == []

    def test_records_are_opened_to_others_by_a_resource_policy(self) -> None:
        scene = owned()
        forged(scene, "Update", properties={"ResourcePolicy": {"PolicyDocument": OPEN}})
        truth = scene.plane.truth(NAME)
        assert truth is not None
        assert "role/forger" in str(truth["ResourcePolicy"])


class TestWithOtherIds:
    """Who does not is held off by the ownership rules."""

    @pytest.mark.parametrize("ids", [{"LogicalResourceId": "Other"}, {"StackId": "arn:aws:cloudformation:x:1:stack/a/b"}])
    def test_a_table_of_others_is_neither_changed_nor_deleted(self, ids: dict[str, str]) -> None:
        scene = owned()
        before = scene.plane.truth(NAME)
        assert forged(scene, "Update", **ids)["Status"] == "FAILED"
        assert forged(scene, "Create", **ids)["Status"] == "FAILED"
        assert forged(scene, "Delete", **ids)["Status"] == "SUCCESS"
        assert scene.plane.truth(NAME) == before

    def test_adopting_takes_a_table_over_and_does_not_make_it_deletable(self) -> None:
        scene = foreign()
        assert forged(scene, "Create", properties={"ExistingTable": "Adopt"})["Status"] == "SUCCESS"
        assert forged(scene, "Delete")["Status"] == "SUCCESS"
        assert scene.plane.records(NAME) == [RECORD]

    def test_a_forged_memory_of_a_hand_over_gets_round_that(self) -> None:
        """The one thing that no template can say: which tags an adopted table had before."""
        scene = foreign()
        adopt = {"ExistingTable": "Adopt"}
        forged(scene, "Create", properties=adopt)
        memory = {"adopted": scene.tags("created"), "failure": "x", "alone": True, "answer_by": scene.clock.now() + 900}
        forged(scene, "Create", properties=adopt, SentinelTablesMemory=memory)
        forged(scene, "Delete")
        assert NAME not in scene.plane.tables


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
@pytest.mark.parametrize(
    "name", ["billing", "Sentinel-records", "sentine", "arn:aws:dynamodb:eu-central-1:1:table/sentinel-x"]
)
def test_nothing_outside_of_the_prefix_is_as_much_as_looked_at(verb: str, name: str) -> None:
    scene = Scene()
    scene.plane.given_table("billing", tags=scene.tags(), records=[RECORD])
    event = scene.event(verb, {"Schema": "approval", "TableName": name}, name if verb != "Create" else "")
    scene.ask(event)
    assert scene.calls_to_aws() == []


def test_an_answer_tells_of_the_table_and_of_the_event_and_nothing_else() -> None:
    scene = Scene()
    assert scene.create(StreamSpecification={"StreamViewType": "NEW_IMAGE"})["Status"] == "SUCCESS"
    body = json.loads(scene.sink.answers[-1].body)
    assert body.keys() == ANSWERED
    assert body["Data"].keys() == {"TableName", "Arn", "TableId", "Schema", "StreamArn"}


def test_an_answer_that_a_forged_memory_dictates_tells_what_the_forger_wrote() -> None:
    scene = owned()
    dictated = {"Status": "SUCCESS", "Reason": "as ordered"}
    event = scene.event("Update", {"Schema": "approval", "TableName": NAME}, NAME)
    event |= {"ResponseURL": scene.sink.url(event, lambda _answer: None), "SentinelTablesMemory": {"answer": dictated}}
    before = scene.calls_to_aws()
    scene.functions.submit(json.dumps(event).encode())
    scene.world.run()
    assert json.loads(scene.sink.answers[-1].body) == dictated
    assert scene.calls_to_aws() == before


class _Host(BaseHTTPRequestHandler):
    """Sends every PUT somewhere else."""

    seen: list[tuple[str, dict[str, str]]]

    def do_PUT(self) -> None:
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Says nothing."""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[_Host]]]:
    """An https server that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    kind = type("Host", (_Host,), {"seen": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}/answer?X-Amz-Signature=0", kind
    server.shutdown()
    server.server_close()
    thread.join(10)


class TestTheWayOfAnAnswer:
    """A ResponseURL is whatever the event says: the function can be made to PUT an answer to a host of the forger's."""

    def test_no_redirect_is_followed(self, host: tuple[str, type[_Host]]) -> None:
        url, kind = host
        assert put(url, b"{}", 5) == 307
        assert [path for path, _ in kind.seen] == ["/answer?X-Amz-Signature=0"]

    def test_it_carries_no_credentials(self, host: tuple[str, type[_Host]]) -> None:
        url, kind = host
        put(url, b"{}", 5)
        assert kind.seen[0][1].keys() == {"host", "accept-encoding", "content-type", "content-length"}

    def test_a_host_without_a_certificate_of_its_own_gets_nothing(
        self, host: tuple[str, type[_Host]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url, kind = host
        with pytest.raises(ssl.SSLError):
            put(url.replace("localhost", "127.0.0.1"), b"{}", 5)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(ssl.SSLError):
            put(url, b"{}", 5)
        assert kind.seen == []

    @pytest.mark.parametrize(
        "url",
        [
            "http://169.254.169.254/latest/api/token", "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
            "http://example.com/", "ftp://example.com/x", "file:///etc/passwd", "//example.com/", "https:///x", "",
        ],
    )  # fmt: skip
    def test_it_goes_over_https_alone(self, url: str) -> None:
        with pytest.raises(ValueError, match="not an https URL"):
            put(url, b"{}", 1)

    @pytest.mark.parametrize("injected", ["https://example.com/x\r\nX-Forged: 1", "https://example.com/a b"])
    def test_no_header_is_smuggled_into_it(self, injected: str) -> None:
        with pytest.raises(http.client.InvalidURL):
            put(injected, b"{}", 1)
