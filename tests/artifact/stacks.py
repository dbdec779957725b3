"""CloudFormation, as somebody sees it who asks: its Query API, with a record of every stack behind it.

What it says while an event runs is what the model of the other tests says (`tests.aws.announcements`), here in real time.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypedDict, Unpack

from tests.aws.announcements import announce
from tests.aws.answers import Answer
from tests.aws.refusals import Refused
from tests.aws.stack_records import ShownResource, StackRecords
from tests.aws.stacks_client import said_of_resource, said_of_stack

from .events import Event, Resource
from .wire import Reply, xml_answer, xml_refusal

ACTIONS: Final[Mapping[str, Callable[..., Mapping[str, Any]]]] = {
    "DescribeStackResource": said_of_resource,
    "DescribeStacks": said_of_stack,
}


class Said(TypedDict, total=False):
    """What a test may say of an event's stack and resource beside the event: see `announce`."""

    during: str
    own: str
    began: float


class Stacks:
    """What CloudFormation knows. `records.lag` is how late its answers are, in seconds."""

    def __init__(self) -> None:
        self.records = StackRecords()
        self.tags: dict[str, Mapping[str, str]] = {}
        """By stack id: the stack's own tags, as of the next event that is announced."""
        self._waiting: dict[tuple[str, str], tuple[str, Callable[[Answer], None]]] = {}
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def announce(self, event: Event, age: float = 0.0, **said: Unpack[Said]) -> None:
        """From `age` seconds ago on, CloudFormation is at work on the event, and waits for its answer and no earlier one.

        An event is announced once: its second delivery is Lambda's, and CloudFormation knows nothing of it.
        """
        with self._lock:
            if event["RequestId"] in self._known:
                return
            self._known.add(event["RequestId"])
            tags = self.tags.get(event["StackId"], {})
            settle = announce(self.records, dict(event), time.time() - age, tags=tags, **said)
            self._waiting[event["StackId"], event["LogicalResourceId"]] = (event["RequestId"], settle)

    def forget(self, event: Event) -> None:
        """CloudFormation never hears of the event: somebody else made it."""
        self._known.add(event["RequestId"])

    def settle(self, answer: Mapping[str, Any]) -> None:
        """What became of an event, from the body of its answer."""
        with self._lock:
            owner = str(answer.get("StackId")), str(answer.get("LogicalResourceId"))
            request_id, settle = self._waiting.get(owner, ("", None))
            if settle is not None and request_id == answer.get("RequestId"):
                del self._waiting[owner]
                settle(Answer(time.time(), "", b"", dict(answer), None))

    def retain(self, resource: Resource) -> None:
        """The resource leaves its stack by an update, its table stays, and nobody is told."""
        with self._lock:
            record, now = self.records.by_id[resource.stack_id], time.time()
            record.say_of(resource.logical_id, now, None)
            record.say(now, "UPDATE_COMPLETE", {}, now)

    def keep_failed(self, resource: Resource, physical_id: str) -> None:
        """A Create is waited for no longer, and its resource is kept under an id that CloudFormation makes up."""
        with self._lock:
            record, now = self.records.by_id[resource.stack_id], time.time()
            record.say_of(resource.logical_id, now, ShownResource(now, "CREATE_FAILED", physical_id))
            record.say(now, "CREATE_FAILED", {})

    def call(self, action: str, form: Mapping[str, str]) -> Reply:
        """The answer to a call of the Query API."""
        if action not in ACTIONS:
            return xml_refusal("InvalidAction", f"Could not find operation {action}")
        arguments = {key: value for key, value in form.items() if key not in {"Action", "Version"}}
        try:
            with self._lock:
                return xml_answer(action, ACTIONS[action](self.records, time.time(), **arguments))
        except Refused as refused:
            return xml_refusal(refused.code, refused.message, status=refused.status)
