"""The records in order: which event belongs to which step, and what was said while it was at work, and afterwards. Pure."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import groupby

from probe.records import Afterwards, Answer, Change, Event, Look, Operation, Records, Said

SKEW_SECONDS = 5.0
"""How far the clocks of CloudFormation, of the function and of the driver may be apart, dates in whole seconds included."""
WATCHED = "Watched"
ENDS = {verb: {f"{verb.upper()}_COMPLETE", f"{verb.upper()}_FAILED"} for verb in ("Create", "Update", "Delete")}


class Timeline:
    """The records of a run, by event. Only events of the watched resource are judged: the one beside it plays the foil."""

    def __init__(self, records: Records) -> None:
        self.operations = sorted(records.of(Operation), key=lambda one: one.began)
        self.changes = sorted(records.of(Change), key=lambda one: one.at)
        self.afterwards: Sequence[Afterwards] = records.of(Afterwards)
        self.every_event = sorted(records.of(Event), key=lambda one: (one.began, one.received_at))
        self.events = [event for event in self.every_event if event.logical_id == WATCHED]
        self._answers = {answer.invocation: answer for answer in records.of(Answer)}
        looks = sorted(records.of(Look), key=lambda one: (one.invocation, one.at))
        self._looks = {key: tuple(group) for key, group in groupby(looks, lambda one: one.invocation)}

    def at(self, scene: str, step: str, verb: str) -> list[Event]:
        """The watched resource's events of a verb in a step of a scene."""
        return [event for event in self.events if event.verb == verb and self.place(event) == (scene, step)]

    def place(self, event: Event) -> tuple[str, str]:
        """The scene and the step that an event belongs to, by its stack and its date; empty if there is none."""
        name = stack_name(event.stack_id)
        found = ("", "")
        for one in self.operations:
            own = stack_name(one.stack_id)
            if (name == own or name.startswith(f"{own}-Child-")) and one.began - SKEW_SECONDS <= event.began:
                found = (one.scene, one.step)
        return found

    def operation(self, scene: str, step: str) -> Operation | None:
        """The step as the driver wrote it down."""
        return next((one for one in self.operations if (one.scene, one.step) == (scene, step)), None)

    def answer(self, event: Event) -> Answer | None:
        """The answer to an event, if there was one."""
        return self._answers.get(event.invocation)

    def over_at(self, event: Event) -> float | None:
        """When CloudFormation went on without waiting for the answer; None if it waited."""
        answer = self.answer(event)
        answered = answer.at if answer else float("inf")
        later = [
            one.began for one in self.events if self._same(one, event) and one.verb == event.verb and one.began > event.began
        ]
        ended = [
            one.at
            for one in self.changes
            if self._same(one, event) and one.at > event.began + SKEW_SECONDS and one.status in ENDS[event.verb]
        ]
        gone_on = [at for at in (*later, *ended) if at < answered - SKEW_SECONDS]
        return min(gone_on, default=None)

    def at_work(self, event: Event) -> list[Look]:
        """The looks while the event was at work: before its answer, and before CloudFormation went on without it."""
        answer, over = self.answer(event), self.over_at(event)
        until = min(answer.at if answer else float("inf"), over if over is not None else float("inf"))
        return [look for look in self.looks(event) if look.at <= until]

    def when_over(self, event: Event) -> list[Look]:
        """The looks after CloudFormation went on without the event, until its answer."""
        answer, over = self.answer(event), self.over_at(event)
        if over is None:
            return []
        return [look for look in self.looks(event) if look.at > over and (answer is None or look.at <= answer.at)]

    def after(self, event: Event) -> list[Look]:
        """The looks after the event's answer."""
        answer = self.answer(event)
        return [look for look in self.looks(event) if answer and look.at > answer.at]

    def looks(self, event: Event) -> tuple[Look, ...]:
        """Every look of the invocation that got the event, in order."""
        return self._looks.get(event.invocation, ())

    @cached_property
    def history(self) -> dict[tuple[str, str], list[Change]]:
        """What changed, for each stack id and logical id, in order. A stack has its own name for a logical id."""
        found: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            found.setdefault((change.stack_id, change.logical_id), []).append(change)
        return found

    @staticmethod
    def _same(one: Event | Change, event: Event) -> bool:
        return (one.stack_id, one.logical_id) == (event.stack_id, event.logical_id)


def stack_name(stack_id: str) -> str:
    """The name in a stack's id (arn:...:stack/NAME/UUID); the id itself if it is none."""
    parts = stack_id.split("/")
    return parts[1] if len(parts) > 1 else stack_id


def settles(looks: Sequence[Look], right: Callable[[Look], bool]) -> bool:
    """True if a right look was had, and none but right ones after it: answers that are late at first do no harm."""
    first = next((place for place, look in enumerate(looks) if right(look)), None)
    return first is not None and all(right(look) for look in looks[first:])


def seconds_behind(at: float, said: Said, history: Sequence[Change]) -> float:
    """How long ago, at that moment, the history had gone on from what was said; 0.0 if it had not.

    An answer that fits nothing in the history counts from the history's beginning.
    """
    past = [change for change in history if change.at <= at + SKEW_SECONDS]
    shown = max((place for place, change in enumerate(past) if change.status == said.status), default=-1)
    return max(0.0, at - past[shown + 1].at) if shown + 1 < len(past) else 0.0


def summary(looks: Iterable[Look], say: Callable[[Look], str]) -> str:
    """What was said, in order, each change of it once, with how often it was said."""
    runs = [(text, sum(1 for _ in group)) for text, group in groupby(map(say, looks))]
    return ", ".join(f"{text} x{count}" if count > 1 else text for text, count in runs) or "nothing"


def resource_of(look: Look) -> str:
    """What was said of the resource: its status and physical id."""
    said = look.resource
    return f"{said} {said.physical_id!r}" if said.status else str(said)


def stack_of(look: Look) -> str:
    """What was said of the stack: its status."""
    return str(look.stack)
