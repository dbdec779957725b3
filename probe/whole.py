"""What shows only in a whole step, in the stacks' own events, or over all answers."""

from collections.abc import Iterator

from probe.during import TAKES_BACK, Case
from probe.records import Event, Look, Said
from probe.timeline import Timeline, resource_of, seconds_behind, settles, stack_name, stack_of, summary

LONGEST_LAG_SECONDS = 60.0
TRIES = 3
DATE_SECONDS = 1.5
"""Two dates of CloudFormation's that are no farther apart are the same."""
VALID_SECONDS = 7200.0


def permitted(timeline: Timeline) -> Iterator[Case]:
    """No answer says AccessDenied."""
    yield from _no_error(timeline, "Denied", "denied")


def unthrottled(timeline: Timeline) -> Iterator[Case]:
    """No answer says Throttling, or that the rate was exceeded."""
    yield from _no_error(timeline, "Throttl", "throttled")


def replaced(timeline: Timeline) -> Iterator[Case]:
    """As the stack's own events say it afterwards."""
    wanted = ["UPDATE_IN_PROGRESS first", "UPDATE_IN_PROGRESS second", "UPDATE_COMPLETE second"]
    for event in timeline.at("life", "replacement", "Update"):
        changes = timeline.history.get((event.stack_id, event.logical_id), [])
        found = [f"{one.status} {one.physical_id}" for one in changes if one.at >= event.began - DATE_SECONDS]
        if found:
            own = [one for place, one in enumerate(found[:5]) if one not in found[:place]][: len(wanted)]
            yield Case(own == wanted, ", ".join(own))


def began_stays(timeline: Timeline) -> Iterator[Case]:
    """The dates of the stack in an update, beside those in its roll-back."""
    for scene, step in (("life", "update rolled back"), ("life", "replacement rolled back"), ("cancelled update", "update")):
        looks = [look for event in timeline.at(scene, step, "Update") for look in timeline.looks(event)]
        forward = _dates(looks, "UPDATE_IN_PROGRESS")
        backward = _dates(looks, TAKES_BACK)
        if forward and backward:
            moved = max(backward) - max(forward)
            yield Case(moved <= DATE_SECONDS, f"{scene}, {step}: {moved:.0f} s later in the roll-back")


def failed_id(timeline: Timeline) -> Iterator[Case]:
    """The Delete that undoes a Create of which the resource itself said that it failed."""
    answers = [timeline.answer(event) for event in timeline.at("failed create", "create", "Create")]
    told = [answer.physical_id for answer in answers if answer]
    if told:
        deletes = [event.physical_id for event in timeline.at("failed create", "create", "Delete")]
        yield Case(bool(deletes) and set(deletes) == set(told), f"answered {told[0]!r}, Delete of {deletes or 'nothing'}")


def three_tries(timeline: Timeline) -> Iterator[Case]:
    """How often the clean-up asks for a Delete that fails, and how its stack ends."""
    operation = timeline.operation("clean-up refused", "replacement")
    tries = timeline.at("clean-up refused", "replacement", "Delete")
    if operation and timeline.at("clean-up refused", "replacement", "Update"):
        good = len(tries) == TRIES and operation.status == "UPDATE_COMPLETE"
        yield Case(good, f"{len(tries)} Deletes, then {operation.status}")


def deleted_by_next(timeline: Timeline) -> Iterator[Case]:
    """What a failed Create had left is deleted by the operation after it. The evidence says in which status of the stack."""
    scene, operation = "preserved create", timeline.operation("preserved create", "retry")
    answers = [timeline.answer(event) for event in timeline.at(scene, "create", "Create")]
    failed = {answer.physical_id for answer in answers if answer}
    if failed and operation and not operation.is_refused:
        deletes = [event for event in timeline.at(scene, "retry", "Delete") if event.physical_id in failed]
        told = [summary(timeline.at_work(event), stack_of) for event in deletes]
        yield Case(bool(deletes), "; ".join(told) or "no Delete in the next operation")


def gone(timeline: Timeline) -> Iterator[Case]:
    """Once the resource has left the template; and in the looks after a rolled-back Create's Delete."""
    for one in timeline.afterwards:
        if one.what == "removed":
            yield Case(one.resource.is_absent, f"after the removal: {_resource(one.resource)}")
    for event in timeline.at("failed create", "create", "Delete"):
        looks = timeline.after(event)
        if looks:
            good = settles(looks, lambda look: look.resource.is_absent)
            yield Case(good, f"after a rolled-back Create: {summary(looks, resource_of)}")


def deleted_answers(timeline: Timeline) -> Iterator[Case]:
    """When the stack is gone: DescribeStacks by both, and what is said of the resource."""
    for one in timeline.afterwards:
        if one.what == "deleted":
            good = one.by_id.status == "DELETE_COMPLETE" and one.by_name.is_absent
            yield Case(good, f"by id: {one.by_id}; by name: {one.by_name}; the resource: {_resource(one.resource)}")


def request_id_reused(timeline: Timeline) -> Iterator[Case]:
    """The ids of Updates in the first and in the repeated operation, and of a Delete that is tried again."""
    groups = {
        "a repeated update": [event for step in ("update", "retry", "failed again")
                              for event in timeline.at("preserved update", step, "Update")],
        "a Delete tried again": timeline.at("clean-up refused", "replacement", "Delete"),
    }  # fmt: skip
    for what, events in groups.items():
        if len(events) > 1:
            ids = {event.request_id for event in events}
            yield Case(len(ids) < len(events), f"{what}: {len(ids)} ids for {len(events)} events")


def signed(timeline: Timeline) -> Iterator[Case]:
    """Of every event."""
    kinds: dict[tuple[str, float | None], list[Event]] = {}
    for event in timeline.every_event:
        kinds.setdefault((event.signature, event.valid_seconds), []).append(event)
    for (signature, seconds), events in kinds.items():
        good = (signature, seconds) == ("v4", VALID_SECONDS)
        yield Case(good, f"{signature}, {f'{seconds:.0f} s' if seconds else 'no term'}, {len(events)} events")


def resource_lag(timeline: Timeline) -> Iterator[Case]:
    """In Creates and Updates. A Delete may be about an id that the resource no longer has."""
    behind = [
        seconds_behind(look.at, look.resource, timeline.history.get((event.stack_id, event.logical_id), []))
        for event in timeline.events
        if event.verb != "Delete"
        for look in timeline.at_work(event)
        if look.resource.status or look.resource.is_absent
    ]
    yield from _lag(timeline, behind)


def stack_lag(timeline: Timeline) -> Iterator[Case]:
    """In all looks."""
    behind = [
        seconds_behind(look.at, look.stack, timeline.history.get((event.stack_id, stack_name(event.stack_id)), []))
        for event in timeline.events
        for look in timeline.looks(event)
        if look.stack.status
    ]
    yield from _lag(timeline, behind)


def _lag(timeline: Timeline, behind: list[float]) -> Iterator[Case]:
    if behind and timeline.changes:
        late = sum(1 for seconds in behind if seconds > 0)
        worst = max(behind)
        yield Case(worst < LONGEST_LAG_SECONDS, f"{worst:.1f} s at most, {late} of {len(behind)} answers late")


def _no_error(timeline: Timeline, code: str, word: str) -> Iterator[Case]:
    answers = [
        said for event in timeline.every_event for look in timeline.looks(event) for said in (look.resource, look.stack)
    ]
    if answers:
        found = sum(1 for said in answers if code in said.error)
        yield Case(not found, f"{found} of {len(answers)} answers {word}")


def _dates(looks: list[Look], status: str) -> list[float]:
    return [look.stack.changed_at for look in looks if look.stack.status == status and look.stack.changed_at is not None]


def _resource(said: Said) -> str:
    return f"{said} {said.physical_id!r}" if said.status else str(said)
