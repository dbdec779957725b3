"""Records made by hand. The clock begins at 1000; an event is at work for 40 s unless it says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from probe.records import Afterwards, Answer, Change, Event, Look, Operation, Record, Said
from probe.timeline import stack_name

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGAN = 1000.0
ABSENT = Said(error="ValidationError", message="Resource Watched does not exist for stack probe")


def stack_id(scene: str) -> str:
    return f"arn:aws:cloudformation:eu-central-1:123456789012:stack/run-{scene.replace(' ', '-')}/3598e5fc"


def said(text: str, changed_at: float | None = None) -> Said:
    """`STATUS id`, `STATUS`, `none` for what does not exist, or the code of an error with an exclamation mark."""
    status, _, physical_id = text.strip().partition(" ")
    if status == "none":
        return ABSENT
    return Said(error=status[:-1]) if status.endswith("!") else Said(status, physical_id, "", changed_at)


def operation(scene: str, step: str, at: float = 0, status: str = "UPDATE_COMPLETE") -> Operation:
    return Operation(scene, step, stack_id(scene), BEGAN + at, BEGAN + at + 90, status)


def event(  # noqa: PLR0913 - a test names what its point is, and leaves out the rest
    scene: str,
    step: str,
    verb: str,
    *looks: str,
    at: float = 1,
    lasts: float = 40,
    id_: str = "first",
    answered: str = "SUCCESS first",
    after: Sequence[str] = (),
    changed: float | None = None,
    stack_changed: float | None = None,
    operation_at: float | None = None,
    **fields: Any,
) -> list[Record]:
    """An event in a step, with what was said every 2 s (`RESOURCE | STACK`), its answer, and what was said after it.

    `changed` and `stack_changed` are the dates that the looks show, `at` is when it began: in seconds since BEGAN.
    """
    invocation = f"{scene}/{step}/{verb}/{at}"
    began = BEGAN + at
    resource_at = None if changed is None else BEGAN + changed
    stack_at = BEGAN + (at if stack_changed is None else stack_changed)

    def look(moment: float, text: str) -> Look:
        resource, _, stack = text.partition("|")
        return Look(invocation, moment, said(resource, resource_at), said(stack, stack_at))

    status, _, answered_id = answered.partition(" ")
    known = {"signature": "v4", "sent_at": began, "valid_seconds": 7200.0, "request_id": invocation, **fields}
    return [
        operation(scene, step, at - 1 if operation_at is None else operation_at),
        Event(invocation, began + 1, verb, known.pop("request_id"), stack_id(scene), "Watched", id_, **known),
        *(look(began + 2 * place, text) for place, text in enumerate(looks, 1)),
        Answer(invocation, began + lasts, status, answered_id),
        *(look(began + lasts + 2 * place, text) for place, text in enumerate(after, 1)),
    ]


def change(scene: str, text: str, at: float, reason: str = "", logical_id: str = "Watched") -> Change:
    """`STATUS id`, of the resource or of the stack itself (`logical_id` empty)."""
    status, _, physical_id = text.partition(" ")
    return Change(stack_id(scene), logical_id or stack_name(stack_id(scene)), physical_id, status, BEGAN + at, reason)


def afterwards(what: str, by_id: str, by_name: str, resource: str) -> Afterwards:
    return Afterwards(what, stack_id("life"), said(by_id), said(by_name), said(resource))
