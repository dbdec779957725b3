"""Plays the scenes in an account, and deletes what it made. Every wait is bounded.

The clients are boto3's, or whatever answers like them.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from probe.records import REFUSED, Afterwards, Answer, Change, Event, Operation, Record, Records, Said, read
from probe.scenes import SERVICE_TIMEOUT_SECONDS, Scene, Stage, Step, with_child
from probe.timeline import WATCHED, stack_name

PREFIX = "sentinel-probe-run-"
POLL_SECONDS = 3.0
TIMES_SEEN = 3
"""How often in a row an operation's end is to be seen, since DescribeStacks may be late and say how the stack was before."""
SIDE_BY_SIDE = 4
"""How many scenes are played at once: a new account runs ten invocations at a time, and a scene takes two or three."""
LAST_MINUTES = 15.0
"""What deleting, and waiting for the last events, may take after the time of the scenes has run out."""
MOST_EVENTS_OF_A_STACK = 1000
DISABLED = {"DisableRollback": True}


@dataclass(frozen=True, slots=True)
class Account:
    """The clients, a clock, and where nested templates may be put; without a bucket, the nested scene is left out."""

    cloudformation: Any
    dynamodb: Any
    s3: Any
    now: Callable[[], float]
    sleep: Callable[[float], None]
    bucket: str = ""
    say: Callable[[str], None] = print


class Driver:
    """Plays scenes, and collects what was written down."""

    def __init__(self, account: Account, stage: Stage, minutes: float) -> None:
        self._account = account
        self._stage = stage
        self._until = account.now() + 60 * minutes
        self._last = self._until + 60 * LAST_MINUTES
        self._records: list[Record] = []
        self._uploaded: list[str] = []
        self._lock = threading.Lock()

    def play(self, scenes: tuple[Scene, ...], table: str, side_by_side: int = SIDE_BY_SIDE) -> Records:
        """Plays the scenes, waits for the last events, and returns everything that was written down."""
        try:
            with ThreadPoolExecutor(side_by_side) as pool, self._hurried_if_interrupted():
                list(pool.map(self._play, [scene for scene in scenes if self._account.bucket or scene.name != "nested"]))
        finally:
            for key in self._uploaded:
                self._account.s3.delete_object(Bucket=self._account.bucket, Key=key)
        written = self._written(table)
        stacks = {record.stack_id for record in written if isinstance(record, Event)}
        stacks |= {record.stack_id for record in self._records if isinstance(record, Operation) and record.stack_id}
        history = [change for stack_id in sorted(stacks) for change in self._history(stack_id)]
        return Records((*self._records, *written, *history))

    def _play(self, scene: Scene) -> None:
        """Plays a scene as far as it goes; its stack is deleted whatever happens."""
        stack_id = ""
        for step in scene.steps:
            began, delete = self._account.now(), step.call == "delete"
            if began >= self._until and not delete:
                continue
            try:
                stack_id = self._call(scene, step, stack_id)
                status = self._wait(stack_id, to_the_last=delete)
            except (ClientError, BotoCoreError) as error:
                status = f"{REFUSED}: {error}"
            ended = self._account.now()
            self._note(Operation(scene.name, step.name, stack_id, began, ended, status))
            self._account.say(f"{scene.name}, {step.name}: {status} ({ended - began:.0f} s)")
            if not stack_id:
                return
            if step.name == "removal":
                self._note(self._afterwards("removed", stack_id))
        self._note(self._afterwards("deleted", stack_id))

    def _call(self, scene: Scene, step: Step, stack_id: str) -> str:
        """Asks for the step, and returns the stack's id."""
        cloudformation = self._account.cloudformation
        if step.call == "delete":
            cloudformation.delete_stack(StackName=stack_id)
            return stack_id
        if step.call == "roll_back":
            cloudformation.rollback_stack(StackName=stack_id)
            return stack_id
        template = with_child(step.template, self._upload(step))
        arguments = {"TemplateBody": json.dumps(template), **(DISABLED if step.preserve else {})}
        if step.call == "update":
            cloudformation.update_stack(StackName=stack_id, **arguments)
            return stack_id
        name = f"{PREFIX}{self._stage.run}-{scene.name.replace(' ', '-')}"
        return str(cloudformation.create_stack(StackName=name, **arguments)["StackId"])

    def _upload(self, step: Step) -> str:
        """Puts the nested stack's template where CloudFormation reads it, and returns its address, or nothing."""
        if not step.child:
            return ""
        key = f"{PREFIX}{self._stage.run}/{step.name.replace(' ', '-')}.json"
        self._account.s3.put_object(Bucket=self._account.bucket, Key=key, Body=json.dumps(step.child).encode())
        self._uploaded.append(key)
        return f"{self._account.s3.meta.endpoint_url}/{self._account.bucket}/{key}"

    def _wait(self, stack_id: str, *, to_the_last: bool) -> str:
        """The status that the operation ends in; one that ends in _IN_PROGRESS if time runs out."""
        status, seen = "", 0
        while seen < TIMES_SEEN and self._account.now() < (self._last if to_the_last else self._until):
            self._account.sleep(POLL_SECONDS)
            found = self._stack(stack_id)
            ended = found.is_absent or not (found.error or found.status.endswith("_IN_PROGRESS"))
            seen = seen + 1 if ended and str(found) == status else int(ended)
            status = str(found)
        return status

    def _afterwards(self, what: str, stack_id: str) -> Afterwards:
        arguments = {"StackName": stack_id, "LogicalResourceId": WATCHED}
        resource = self._said("describe_stack_resource", arguments, lambda told: told["StackResourceDetail"])
        return Afterwards(what, stack_id, self._stack(stack_id), self._stack(stack_name(stack_id)), resource)

    def _stack(self, name: str) -> Said:
        return self._said("describe_stacks", {"StackName": name}, lambda told: told["Stacks"][0])

    def _said(self, method: str, arguments: dict[str, str], find: Callable[[Any], dict[str, Any]]) -> Said:
        try:
            found = find(getattr(self._account.cloudformation, method)(**arguments))
        except ClientError as error:
            return Said(error=error.response["Error"]["Code"], message=error.response["Error"]["Message"])
        except BotoCoreError as error:
            return Said(error=type(error).__name__, message=str(error))
        changed, created = found.get("LastUpdatedTimestamp") or found.get("LastUpdatedTime"), found.get("CreationTime")
        status = found.get("StackStatus") or found.get("ResourceStatus") or ""
        return Said(status, found.get("PhysicalResourceId") or "", "", _epoch(changed), _epoch(created))

    def _written(self, table: str) -> list[Record]:
        """What the function wrote down, once every event has been answered and has looked on for a while."""
        until = min(self._last, self._account.now() + SERVICE_TIMEOUT_SECONDS)
        while True:
            written = list(self._items(table))
            events = {record.invocation for record in written if isinstance(record, Event)}
            unanswered = events - {record.invocation for record in written if isinstance(record, Answer)}
            if not unanswered or self._account.now() >= until:
                break
            self._account.sleep(POLL_SECONDS)
        self._account.sleep(self._stage.seconds / 2 + POLL_SECONDS)
        return list(self._items(table))

    def _items(self, table: str) -> Iterator[Record]:
        pages = self._account.dynamodb.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="#run = :run", ConsistentRead=True,
            ExpressionAttributeNames={"#run": "Run"}, ExpressionAttributeValues={":run": {"S": self._stage.run}},
        )  # fmt: skip
        for page in pages:
            yield from (read(json.loads(item["Record"]["S"])) for item in page["Items"])

    def _history(self, stack_id: str) -> Iterator[Change]:
        """The events of a stack, also of one that is deleted."""
        pages = self._account.cloudformation.get_paginator("describe_stack_events")
        try:
            for page in pages.paginate(StackName=stack_id, PaginationConfig={"MaxItems": MOST_EVENTS_OF_A_STACK}):
                yield from (_change(event) for event in page["StackEvents"])
        except ClientError as error:
            self._account.say(f"The events of {stack_name(stack_id)} cannot be read: {error}.")

    @contextmanager
    def _hurried_if_interrupted(self) -> Iterator[None]:
        """If the run is interrupted, no step begins any more but the deletions."""
        try:
            yield
        except BaseException:
            self._until = self._account.now()
            raise

    def _note(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)


def clean(account: Account, minutes: float = LAST_MINUTES) -> int:
    """Deletes the stacks that earlier runs left behind, and returns how many are left after that."""
    until = account.now() + 60 * minutes
    while (left := _left(account)) and account.now() < until:
        for name, status in left.items():
            if not status.endswith("_IN_PROGRESS"):
                with suppress(ClientError):  # such as one that is at work after all: it comes up again
                    account.cloudformation.delete_stack(StackName=name)
        account.sleep(POLL_SECONDS)
    return len(left)


def _left(account: Account) -> dict[str, str]:
    """The names of the runs' stacks that are not deleted, with their statuses; nested ones go with their parents."""
    pages = account.cloudformation.get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(PREFIX)]
    own = [stack for stack in stacks if not stack.get("ParentId")]
    return {stack["StackName"]: stack["StackStatus"] for stack in own if stack["StackStatus"] != "DELETE_COMPLETE"}


def _change(event: dict[str, Any]) -> Change:
    return Change(
        event["StackId"], event["LogicalResourceId"], event.get("PhysicalResourceId", ""), event.get("ResourceStatus", ""),
        event["Timestamp"].timestamp(), event.get("ResourceStatusReason", "")[:300],
    )  # fmt: skip


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
