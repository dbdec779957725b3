"""What CloudFormation says while an event is at work. Each function yields a case for each event that it applies to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from probe.contradiction import contradicts, is_over
from probe.records import Event, Look
from probe.timeline import Timeline, resource_of, settles, stack_of, summary

BELIEVED_SECONDS = 60.0
MARGIN_SECONDS = 120.0
CLEANS_UP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
TAKES_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
UNDOES = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class Case:
    """One time that an assumption could be seen: whether it was good, and what was seen."""

    good: bool
    evidence: str


def answered_inside(timeline: Timeline) -> Iterator[Case]:
    """Every event had an answer about its resource while it was at work. A Delete may come for one that is gone."""
    for event in timeline.events:
        if event.verb != "Delete":
            yield from _seen(timeline, event, lambda look: bool(look.resource.status), resource_of)


def create_without_id(timeline: Timeline) -> Iterator[Case]:
    """Once CloudFormation's answers have caught up with a Create, they are these until its end."""

    def right(look: Look) -> bool:
        return (look.resource.status, look.resource.physical_id) == ("CREATE_IN_PROGRESS", "")

    for event in timeline.events:
        if event.verb == "Create":
            yield from _settled(timeline, event, right, resource_of)


def id_after_answer(timeline: Timeline) -> Iterator[Case]:
    """In the looks after the answer of a Create that succeeded."""
    for event in timeline.events:
        answer, looks = timeline.answer(event), timeline.after(event)
        if event.verb == "Create" and looks and answer and answer.status == "SUCCESS" and not timeline.over_at(event):
            good = any(look.resource.physical_id == answer.physical_id for look in looks)
            yield Case(good, f"{_title(timeline, event)}: {summary(looks, resource_of)}")


def update_with_old_id(timeline: Timeline) -> Iterator[Case]:
    """As for a Create. In preserve mode the resource may be UPDATE_FAILED meanwhile, which is another assumption."""
    for event in timeline.events:
        if event.verb == "Update" and not _preserved(timeline, event):
            yield from _settled(timeline, event, _is_resource("UPDATE_IN_PROGRESS", event), resource_of)


def cleaned_up(timeline: Timeline) -> Iterator[Case]:
    """The Delete of a replaced id, by what is said of the stack."""
    for event in timeline.at("life", "replacement", "Delete"):
        yield from _settled(timeline, event, _is_stack(CLEANS_UP), stack_of)


def removed(timeline: Timeline) -> Iterator[Case]:
    """The Delete of a resource that left the template."""
    for event in timeline.at("life", "removal", "Delete"):
        yield from _settled(timeline, event, _is_stack(CLEANS_UP), stack_of)


def deleted(timeline: Timeline) -> Iterator[Case]:
    """The Delete of a resource whose stack is deleted, nested or not."""
    for event in (*timeline.at("life", "delete", "Delete"), *timeline.at("nested", "delete", "Delete")):
        yield from _settled(timeline, event, _is_stack("DELETE_IN_PROGRESS"), stack_of)


def clean_up_names_other(timeline: Timeline) -> Iterator[Case]:
    """What is said of the resource while an id that it no longer has is deleted. The evidence is the point here."""
    places = [("life", "replacement"), ("life", "replacement rolled back"), ("nested", "replacement")]
    for event in (one for place in places for one in timeline.at(*place, "Delete")):
        yield from _settled(timeline, event, _has_other_id(event), resource_of)


def taken_back(timeline: Timeline) -> Iterator[Case]:
    """The second Update of a step that is rolled back."""
    for step in ("update rolled back", "replacement rolled back", "own failure"):
        for event in timeline.at("life", step, "Update")[1:]:
            yield from _settled(timeline, event, _is_stack(TAKES_BACK), stack_of)


def undone(timeline: Timeline) -> Iterator[Case]:
    """The Delete of what a replacement had made before it was rolled back."""
    for event in timeline.at("life", "replacement rolled back", "Delete"):
        yield from _settled(timeline, event, _is_stack(UNDOES), stack_of)


def preserved_back(timeline: Timeline) -> Iterator[Case]:
    """The second Update of a step whose failure is preserved: R2 believes it, whatever is said of the resource."""
    for step in ("update", "failed again"):
        for event in timeline.at("preserved update", step, "Update")[1:]:
            yield from _seen(timeline, event, _believes(event), _both_of)


def began_known(timeline: Timeline) -> Iterator[Case]:
    """What R4 and R5 take for the operation's beginning is neither after the event nor before the operation."""
    for event in timeline.events:
        looks = [look for look in timeline.at_work(event) if look.stack.status]
        operation = timeline.operation(*timeline.place(event))
        if not looks or operation is None:
            continue
        began = [look.stack.changed_at or look.stack.created_at or 0.0 for look in looks]
        good = min(began) >= operation.began - MARGIN_SECONDS and max(began) <= event.began + MARGIN_SECONDS
        before = ", ".join(sorted({f"{event.began - one:.0f} s" for one in began}))
        yield Case(good, f"{_title(timeline, event)}: {before} before the event")


def believed(timeline: Timeline) -> Iterator[Case]:
    """Contradicted for less than a minute, and not when its time was up."""
    for event in timeline.events:
        looks = timeline.at_work(event)
        if not looks:
            continue
        against = [not _believes(event)(look) for look in looks]
        last = looks[-1].at if against[-1] else 0.0
        good = _longest(looks, against) < BELIEVED_SECONDS and not last
        yield Case(good, f"{_title(timeline, event)}: {summary(looks, _both_of)}")


def not_over(timeline: Timeline) -> Iterator[Case]:
    """The resource's timestamp against the event's date."""
    for event in timeline.events:
        dates = [look.resource.changed_at for look in timeline.at_work(event) if look.resource.changed_at is not None]
        if event.sent_at is not None and dates:
            good = not any(is_over(event.sent_at, look.resource) for look in timeline.at_work(event))
            yield Case(good, f"{_title(timeline, event)}: at most {max(dates) - event.sent_at:.0f} s younger")


def nested_alike(timeline: Timeline) -> Iterator[Case]:
    """The clean-up and the roll-back of a nested stack, by what is said of that stack."""
    for event in timeline.at("nested", "replacement", "Delete"):
        yield from _settled(timeline, event, _is_stack(CLEANS_UP), stack_of)
    for event in timeline.at("nested", "update rolled back", "Update")[1:]:
        yield from _settled(timeline, event, _is_stack(TAKES_BACK), stack_of)


def _settled(timeline: Timeline, event: Event, right: Callable[[Look], bool], say: Callable[[Look], str]) -> Iterator[Case]:
    """A case if there are looks: good if right answers came, and none but right ones from then on."""
    if looks := timeline.at_work(event):
        yield Case(settles(looks, right), f"{_title(timeline, event)}: {summary(looks, say)}")


def _seen(timeline: Timeline, event: Event, right: Callable[[Look], bool], say: Callable[[Look], str]) -> Iterator[Case]:
    """A case if there are looks: good if a right answer came at all."""
    if looks := timeline.at_work(event):
        yield Case(any(map(right, looks)), f"{_title(timeline, event)}: {summary(looks, say)}")


def _longest(looks: list[Look], against: list[bool]) -> float:
    """For how many seconds on end events were contradicted, at most."""
    longest, since = 0.0, None
    for look, contradicted in zip(looks, against, strict=True):
        since = (look.at if since is None else since) if contradicted else None
        longest = max(longest, look.at - since if since is not None else 0.0)
    return longest


def _believes(event: Event) -> Callable[[Look], bool]:
    return lambda look: not contradicts(event.verb, event.physical_id, look.resource, look.stack)


def _is_stack(status: str) -> Callable[[Look], bool]:
    return lambda look: look.stack.status == status


def _is_resource(status: str, event: Event) -> Callable[[Look], bool]:
    return lambda look: (look.resource.status, look.resource.physical_id) == (status, event.physical_id)


def _has_other_id(event: Event) -> Callable[[Look], bool]:
    return lambda look: bool(look.resource.physical_id) and look.resource.physical_id != event.physical_id


def _both_of(look: Look) -> str:
    return f"{resource_of(look)} in {stack_of(look)}"


def _preserved(timeline: Timeline, event: Event) -> bool:
    return timeline.place(event)[0] == "preserved update"


def _title(timeline: Timeline, event: Event) -> str:
    return f"{', '.join(timeline.place(event))}, {event.verb}"
