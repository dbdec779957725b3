"""The stand-ins behave as what they stand for: else the tests beside this one prove nothing.

They run a function of a few lines, whose event says what it does.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from .answers import violations
from .aws import TEST_KEY
from .engines import Moto
from .events import FUNCTION_ARN, REGION, Resource
from .faults import Fault, reply
from .runtime_api import Outcome
from .world import ANSWER_SECONDS, World

pytestmark = [pytest.mark.awslambdaric, pytest.mark.timeout(900)]
"""The first test of each worker builds the artifact, and all run in real time."""

CLOUDFORMATION_FAULTS = [
    (Fault.THROTTLED, "Throttling", 400),
    (Fault.INTERNAL, "InternalFailure", 500),
    (Fault.DENIED, "AccessDenied", 403),
]

FUNCTION = """
import json, os, threading, time
import boto3

TICKS = []
threading.Thread(target=lambda: [TICKS.append(time.sleep(0.02)) for _ in range(5000)], daemon=True).start()
CLIENT = boto3.client("dynamodb")


def handler(event, context):
    match event["do"]:
        case "raise":
            raise ValueError("as ordered")
        case "exit":
            os._exit(3)
        case "sleep":
            time.sleep(3600)
        case "list":
            CLIENT.list_tables()
        case "again":
            body = json.dumps({"do": "tell"})
            boto3.client("lambda").invoke(FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"], InvocationType="Event",
                                          Payload=body)
    left = context.get_remaining_time_in_millis()
    print(json.dumps({"ticks": len(TICKS), "left": left, "arn": context.invoked_function_arn, "do": event["do"]}))
"""


@pytest.fixture
def stub(newest: Path, tmp_path: Path, mocked: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:  # noqa: ARG001
    monkeypatch.delenv("CALLS_FILE", raising=False)  # what this function calls is not what the artifact's may
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "app.py").write_text(FUNCTION)
    with World(tmp_path, newest, Moto()) as world:
        yield world


def _do(world: World, what: str) -> list[Outcome]:
    before = len(world.host.attempts)
    world.host.invoke({"do": what})
    world.host.wait(ANSWER_SECONDS)
    return [attempt.outcome for attempt in world.host.attempts[before:]]


def _told(world: World, key: str) -> Any:
    ends_at = time.monotonic() + ANSWER_SECONDS
    while not world.log_lines():
        assert time.monotonic() < ends_at
        time.sleep(0.01)
    return json.loads(world.log_lines()[-1])[key]


def test_an_environment_is_reused_and_a_new_one_is_cold(stub: World) -> None:
    assert _do(stub, "tell") + _do(stub, "tell") == [Outcome.RESPONSE] * 2
    stub.host.cool()
    _do(stub, "tell")
    assert [attempt.cold for attempt in stub.host.attempts] == [True, False, True]
    assert 0 < _told(stub, "left") <= 120_000
    assert _told(stub, "arn") == FUNCTION_ARN


def test_nothing_runs_between_two_invocations(stub: World) -> None:
    """A frozen process has no timers: 2 s are 100 ticks of its thread, and hardly any of them happen."""
    _do(stub, "tell")
    before = _told(stub, "ticks")
    time.sleep(2)
    _do(stub, "tell")
    assert _told(stub, "ticks") - before < 50


@pytest.mark.parametrize(("what", "outcome"), [("raise", Outcome.ERROR), ("exit", Outcome.DIED), ("sleep", Outcome.TIMEOUT)])
def test_an_invocation_that_fails_is_run_again_twice(stub: World, what: str, outcome: Outcome) -> None:
    stub.host.timeout = 3 if what == "sleep" else stub.host.timeout
    assert _do(stub, what) == [outcome] * 3
    assert len({attempt.request_id for attempt in stub.host.attempts}) == 1


def test_the_function_can_invoke_itself(stub: World) -> None:
    assert _do(stub, "again") == [Outcome.RESPONSE] * 2
    assert [(call.service, call.resource) for call in stub.aws.calls] == [("lambda", FUNCTION_ARN)]


def test_a_module_that_cannot_be_imported_is_an_init_error(newest: Path, tmp_path: Path) -> None:
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "app.py").write_text("import no_such_module")
    with World(tmp_path, newest, Moto()) as world:
        assert _do(world, "tell") == [Outcome.INIT_ERROR] * 3


@pytest.mark.parametrize("fault", [Fault.DIES_BEFORE, Fault.DIES_AFTER])
def test_a_process_dies_on_order_at_a_call(stub: World, fault: Fault) -> None:
    stub.aws.faults.order(fault, "ListTables")
    assert _do(stub, "list") == [Outcome.DIED, Outcome.RESPONSE]


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.INTERNAL, Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER])
def test_botocore_meets_the_faults_that_pass(stub: World, fault: Fault) -> None:
    stub.aws.faults.order(fault, "ListTables")
    assert _do(stub, "list") == [Outcome.RESPONSE]
    assert [bool(call.error) for call in stub.aws.calls] == [True, False]


def test_an_answer_is_refused_as_s3_and_cloudformation_refuse_it(stub: World) -> None:
    event = Resource("breakglass").create()
    path = stub.answers.url(event).partition("://localhost")[2].partition("/")[2]
    assert stub.answers.take(f"/{path}", {"Content-Type": "application/json"}, b"{}") == 403
    assert stub.answers.take(f"/{path}", {"Content-Length": "2"}, b"{}") == 200
    found = violations(stub.put_of(event), event)
    assert len(found) == 7, found


@pytest.fixture
def stacks(stub: World) -> Iterator[Any]:
    """The test's own client, so that botocore parses what the function's would."""
    client = boto3.client(
        "cloudformation", endpoint_url=stub.aws.url, region_name=REGION, aws_access_key_id=TEST_KEY,
        aws_secret_access_key="test",
    )  # fmt: skip
    yield client
    client.close()


def _refused(ask: Callable[[], Any]) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as found:
        ask()
    response = found.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_cloudformation_says_what_it_is_at_work_on_and_what_became_of_it(stub: World, stacks: Any) -> None:
    resource = Resource("breakglass")
    ids = {"StackName": resource.stack_id, "LogicalResourceId": "Table"}
    before, event = time.time(), resource.create()
    stub.stacks.tags[resource.stack_id] = {"cost": "4 & 2"}
    stub.stacks.announce(event)
    detail = stacks.describe_stack_resource(**ids)["StackResourceDetail"]
    (stack,) = stacks.describe_stacks(StackName=resource.stack_id)["Stacks"]
    assert (detail["ResourceStatus"], "PhysicalResourceId" in detail) == ("CREATE_IN_PROGRESS", False)
    assert (stack["StackStatus"], stack["Tags"]) == ("CREATE_IN_PROGRESS", [{"Key": "cost", "Value": "4 & 2"}])
    for moment in (detail["LastUpdatedTimestamp"], stack["CreationTime"]):
        assert before - 0.001 <= moment.timestamp() <= time.time()
    assert "LastUpdatedTime" not in stack
    stub.stacks.settle({**event, "Status": "SUCCESS", "PhysicalResourceId": "sentinel-x"})
    detail = stacks.describe_stack_resource(**ids)["StackResourceDetail"]
    assert (detail["ResourceStatus"], detail["PhysicalResourceId"]) == ("CREATE_COMPLETE", "sentinel-x")
    assert stacks.describe_stacks(StackName=resource.stack_id)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


def test_cloudformation_says_of_what_it_has_never_heard_of(stub: World, stacks: Any) -> None:
    resource = Resource("breakglass")
    stack, name = resource.stack_id, resource.stack_id.split("/")[1]
    told = _refused(lambda: stacks.describe_stacks(StackName=stack))
    assert told == ("ValidationError", f"Stack with id {stack} does not exist", 400)
    stub.stacks.announce(resource.create())
    told = _refused(lambda: stacks.describe_stack_resource(StackName=stack, LogicalResourceId="Other"))
    assert told == ("ValidationError", f"Resource Other does not exist for stack {name}", 400)


@pytest.mark.parametrize(("fault", "code", "status"), CLOUDFORMATION_FAULTS, ids=str)
def test_cloudformation_has_words_of_its_own_for_a_bad_day(fault: Fault, code: str, status: int) -> None:
    told = reply(fault, "cloudformation", "DescribeStacks", "arn:aws:cloudformation:eu-west-1:123456789012:stack/a/b")
    assert told is not None
    assert (told.error, told.status, told.content_type) == (code, status, "text/xml")
