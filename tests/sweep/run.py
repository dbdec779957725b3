"""One run of a scenario with some faults, and what an operator does afterwards."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.aws import Durations, Fault, Kind, Resource
from tests.sweep.invariants import complaints, failed
from tests.sweep.scenario import Scenario
from tests.sweep.stage import Stage, Statuses

QUIET_SECONDS = 2 * 3600.0


@cache
def without_faults(scenario: Scenario, durations: Durations) -> tuple[int, dict[str, Any], Statuses]:
    """How many calls the scenario makes, what stands at its end, and what the stack's events say."""
    stage = played(scenario, durations, ())
    return len(stage.functions.faults.calls), stage.shapes(), stage.course


@dataclass(slots=True)
class Courses:
    """What a sweep has been through: its runs, their calls, and the different courses that they took."""

    runs: int = 0
    calls: int = 0
    seen: set[int] = field(default_factory=set)

    def note(self, stage: Stage) -> None:
        """Counts a run. Looking twice at the same thing is no other course."""
        history = [(call.environment, call.api, call.outcome) for call in stage.plane.history]
        self.runs, self.calls = self.runs + 1, self.calls + len(history)
        self.seen.add(hash(tuple(call for call, before in zip(history, [None, *history], strict=False) if call != before)))


def survivors(
    scenario: Scenario, durations: Durations, faults: tuple[Fault, ...], courses: Courses | None = None
) -> list[str]:
    """What is wrong after the scenario with these faults; empty where nothing is."""
    _, goal, statuses = without_faults(scenario, durations)
    stage = played(scenario, durations, faults)
    if courses:
        courses.note(stage)
    if _denied_an_answer(stage):
        return []  # the URL has expired: there is no answering through a 403
    words = [] if faults else astray(scenario, stage)
    for resource in failed(stage):
        _repeat(stage, resource)
    return [*words, *complaints(scenario, stage, goal, statuses)]


def astray(scenario: Scenario, stage: Stage) -> list[str]:
    """Where a run without faults has not gone the way that its scenario is about."""
    ends = tuple(stage.ends_of_table)
    words = [] if ends == scenario.ends else [f"the table comes to {ends}, and not to {scenario.ends}"]
    return words if scenario.meets(stage) else [*words, "the act has not met what the scenario is about"]


def played(scenario: Scenario, durations: Durations, faults: tuple[Fault, ...]) -> Stage:
    stage = Stage(durations, declares=scenario.declares)
    scenario.before.play(stage)
    stage.begins()
    stage.ordered = stage.order(*scenario.standing, *faults)
    scenario.act(stage)
    stage.world.run()
    stage.ends()
    return stage


def _denied_an_answer(stage: Stage) -> bool:
    calls = stage.ordered.calls
    return any(
        fault.kind in (Kind.ACCESS_DENIED, Kind.ACCESS_DENIED_FROM_NOW) and calls[fault.call - 1] == "deliver"
        for fault in stage.ordered.struck
        if fault.api is None
    )


def _repeat(stage: Stage, resource: Resource) -> None:
    """What CloudFormation's user does with a stack that is stuck: the same again, when the trouble is over."""
    stage.order()
    stage.clock.sleep(QUIET_SECONDS)
    if not resource.gone:
        stage.stack.repeat(resource.logical_id)
    stage.world.run()
