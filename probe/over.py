"""What CloudFormation does when an event fails, or when it goes on without waiting for the answer."""

from collections.abc import Iterator

from probe.contradiction import contradicts, is_over
from probe.during import Case
from probe.records import Event
from probe.timeline import Timeline, resource_of, summary

CANCELLED = "cancelled"


def swapped(timeline: Timeline) -> Iterator[Case]:
    """The second Update has the settings of the first, the other way round."""
    updates = timeline.at("life", "own failure", "Update")
    if updates:
        settings = [(event.old_setting, event.setting) for event in updates]
        told = ", ".join(f"{old!r} to {new!r}" for old, new in settings)
        yield Case(len(settings) > 1 and settings[1] == settings[0][::-1], f"Updates from {told}")


def update_runs_on(timeline: Timeline) -> Iterator[Case]:
    """The second Update comes before the first one is answered."""
    updates = timeline.at("cancelled update", "update", "Update")
    if updates:
        first = timeline.answer(updates[0])
        good = len(updates) > 1 and (first is None or updates[1].received_at < first.at)
        told = [f"{event.received_at - updates[0].received_at:.0f} s" for event in updates[1:]]
        answered = f"{first.at - updates[0].received_at:.0f} s" if first else "never"
        yield Case(good, f"the next Update after {', '.join(told) or 'never'}, the first answered after {answered}")


def update_known(timeline: Timeline) -> Iterator[Case]:
    """R2 or R3 has contradicted the cancelled Update by the time that it ends."""
    yield from _known(timeline, timeline.at("cancelled update", "update", "Update")[:1])


def create_known(timeline: Timeline) -> Iterator[Case]:
    """R2 or R3 has contradicted the cancelled Create by the time that it ends."""
    yield from _known(timeline, timeline.at("cancelled create", "create", "Create")[:1])


def create_cancelled(timeline: Timeline) -> Iterator[Case]:
    """As the stack's own events say it afterwards."""
    for event in timeline.at("cancelled create", "create", "Create")[:1]:
        changes = timeline.history.get((event.stack_id, event.logical_id), [])
        failed = [change for change in changes if change.status == "CREATE_FAILED"]
        if changes:
            told = ", ".join(f"{change.status} ({change.reason})" for change in failed) or "no CREATE_FAILED"
            yield Case(any(CANCELLED in change.reason.lower() for change in failed), told)


def invented_id(timeline: Timeline) -> Iterator[Case]:
    """The Delete comes before the Create is answered, with an id that the Create never answered."""
    creates = timeline.at("cancelled create", "create", "Create")
    deletes = timeline.at("cancelled create", "create", "Delete")
    if creates:
        answer = timeline.answer(creates[0])
        made_up = [
            event.physical_id
            for event in deletes
            if answer is None or (event.received_at < answer.at and event.physical_id != answer.physical_id)
        ]
        told = ", ".join(f"{event.physical_id!r} after {event.began - creates[0].began:.0f} s" for event in deletes)
        answered = f"{answer.physical_id!r} after {answer.at - creates[0].began:.0f} s" if answer else "never"
        yield Case(any(made_up), f"Delete: {told or 'none'}; the Create answered {answered}")


def _known(timeline: Timeline, cancelled: list[Event]) -> Iterator[Case]:
    for event in cancelled:
        if looks := timeline.when_over(event):
            last, dated = looks[-1], looks[-1].resource.changed_at
            known = contradicts(event.verb, event.physical_id, last.resource, last.stack)
            younger = f"{dated - event.began:.0f} s younger than the event at last" if dated else "without a date"
            yield Case(known or is_over(event.sent_at, last.resource), f"{summary(looks, resource_of)}, {younger}")
