"""A scenario once more, with one of its events delivered once more, or with CloudFormation's answers late.

What CloudFormation says of the stack is all that tells an event that comes again from one that is at work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.aws import REAL, late
from tests.sweep.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import Durations
    from tests.sweep.scenario import Scenario

QUICK = REAL.scaled(0.2)
AFTER_IT = (0.5, 3.0, 8.0, 20.0)
AFTER_OTHERS = (0.1, 1.0, 4.0, 9.0, 45.0)
"""Seconds after its own sending, and after each later event's."""
BEFORE_THE_END = (0.15, 0.3, 0.6)
"""Seconds before each later event is answered: what is done then, the other event does not see any more."""
YOUNGER_SECONDS = 30.0
LATEST = 30.0
"""By how many seconds CloudFormation's answers are late, each call on its own."""


@dataclass(frozen=True)
class Replay:
    """The event of that number comes once more at that moment."""

    event: int
    moment: float


def play(  # noqa: PLR0913 - what a run is made of
    scenario: Scenario,
    replay: Replay | None = None,
    *,
    lag: float = 0.0,
    seed: int = 0,
    asking: bool = True,
    durations: Durations = QUICK,
) -> Stage:
    stage = Stage(durations, declares=scenario.declares, asking=asking)
    stage.functions.stacks.lag = late(lag, seed)
    scenario.before.play(stage)
    stage.begins()
    stage.order(*scenario.standing)
    if replay is not None:
        stage.world.at(max(replay.moment, stage.clock.now()), lambda: again(stage, replay.event))
    scenario.act(stage)
    stage.world.run()
    stage.ends()
    return stage


def again(stage: Stage, number: int) -> None:
    if number < len(stage.stack.requests):
        stage.stack.redeliver(stage.stack.requests[number].event)


def replays(stage: Stage) -> Iterator[Replay]:
    """All of them, for a run without any."""
    sent = [request.sent_at for request in stage.stack.requests]
    answered = [answer.time for answer in stage.sink.answers]
    end = max(answered)
    for number, moment in enumerate(sent):
        moments = {moment + span for span in AFTER_IT}
        moments |= {later + span for later in sent[number + 1 :] for span in AFTER_OTHERS}
        moments |= {later - span for later in answered for span in BEFORE_THE_END if later - span > moment}
        yield from (Replay(number, when) for when in sorted(moments) if when < end)


def outcome(stage: Stage) -> dict[str, Any]:
    """What stands, what was lost, and what the stack says of its resources."""
    return {
        "tables": stage.shapes(),
        "names": sorted(stage.plane.tables),
        "lost": sorted(lost.table for lost in stage.plane.lost_records),
        "statuses": {name: resource.status for name, resource in stage.stack.resources.items()},
        "crashes": stage.functions.crashes(),
    }


def differences(scenario: Scenario, step: int = 1) -> Iterator[str]:
    """What an event changes that comes once more while others are at work; `step` takes one replay in so many."""
    plain = play(scenario)
    wanted = outcome(plain)
    for replay in list(replays(plain))[::step]:
        ended = outcome(play(scenario, replay))
        names = [name for name in wanted if name not in spoiled(scenario, plain, replay)]
        yield from (f"{replay}: {name} {ended[name]}" for name in names if ended[name] != wanted[name])


def spoiled(scenario: Scenario, plain: Stage, replay: Replay) -> tuple[str, ...]:
    """What such a replay may change.

    A fault that strikes once may strike the other delivery. And an event that comes again within half a minute of a newer
    event's beginning cannot be told from that: docs/explanation/reliability.md.
    """
    if scenario.again:
        return "tables", "names", "statuses"
    sent = [request.sent_at for request in plain.stack.requests[replay.event + 1 :]]
    newer = any(moment <= replay.moment < moment + YOUNGER_SECONDS for moment in sent)
    return ("tables",) if newer and plain.stack.requests[replay.event].kind == "Update" else ()


def changed_afterwards(stage: Stage) -> list[str]:
    """What the events change that come once more, 40 s after the end."""
    stage.order()
    stage.clock.sleep(40)
    found = []
    for number, request in enumerate(list(stage.stack.requests)):
        before = len(stage.plane.changes)
        again(stage, number)
        stage.world.run()
        found += [f"{request.kind}: {change.api} {change.table}" for change in stage.plane.changes[before:]]
    return found


def refused(scenario: Scenario, seed: int = 0) -> str:
    """How the stack's events differ if CloudFormation's answers are late; empty if they do not."""
    found = play(scenario, lag=LATEST, seed=seed, durations=REAL)
    if scenario.cancels:
        return ""
    wanted = play(scenario, durations=REAL)
    tables, others = found.shapes(), wanted.shapes()
    if found.course != wanted.course:
        return f"{found.course} instead of {wanted.course}"
    return "" if tables.keys() == others.keys() else f"tables {sorted(tables)} instead of {sorted(others)}"
