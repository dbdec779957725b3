"""What must hold after a run, whatever went wrong in it. Each returns the complaints that it has."""

from collections.abc import Iterator
from typing import Any

from tests.aws import Fault, Kind, Resource
from tests.sweep.scenarios import Scenario
from tests.sweep.stage import Stage

LATE = (Kind.ANSWER_LOST, Kind.ANSWER_LOST_AND_RETRIED, Kind.INTERNAL_ERROR_AFTER, Kind.KILLED_AFTER)
"""Faults after which the same may be done once more, since nobody can know that it was done."""
PASSING = (Kind.THROTTLED, Kind.INTERNAL_ERROR, Kind.REQUEST_LOST, Kind.ANSWER_LOST, Kind.INTERNAL_ERROR_AFTER)
"""Faults that a user is not to hear of."""
LONG_SECONDS = 1200.0
Statuses = dict[str, list[str]]
KILLS = {Kind.KILLED_BEFORE, Kind.KILLED_AFTER}


def complaints(scenario: Scenario, stage: Stage, goal: dict[str, Any], statuses: Statuses) -> Iterator[str]:
    """All of them, for a run that has come to its end, and whose failed operations have been repeated.

    `goal` is what stands, and `statuses` what the stack's events say, where nothing goes wrong.
    """
    yield from _ends(scenario, stage, goal)
    yield from _sound(scenario, stage)
    yield from _in_vain(scenario, stage, statuses)
    yield from _changes_of_others(scenario, stage)
    yield from _lost_records(scenario, stage)
    yield from _strays(scenario, stage)
    yield from _answers(scenario, stage)
    yield from (f"the provider crashed: {error!r}" for error in stage.functions.crashes())
    yield from (f"an event was given up: {event['RequestType']}" for event in stage.functions.failed)


def _ends(scenario: Scenario, stage: Stage, goal: dict[str, Any]) -> Iterator[str]:
    """The end state is the desired one or the untouched one; of a table that was given back, the settings may be new."""
    shapes = stage.shapes()
    if shapes in (goal, stage.shapes_before, *scenario.also):
        return
    if scenario.adopts and _held_as_before(shapes, stage.shapes_before):
        return
    if _came_again(scenario, stage):
        empty = {name for name, table in stage.plane.tables.items() if not table.records} - stage.shapes_before.keys()
        if {name: shape for name, shape in shapes.items() if name not in empty} in (goal, stage.shapes_before):
            return
    told = f"{_difference(shapes, goal)}; against before: {_difference(shapes, dict(stage.shapes_before))}"
    if not _told_of(stage, shapes):
        yield f"neither the desired state nor the one before: {told}"


def _came_again(scenario: Scenario, stage: Stage) -> bool:
    """Whether Lambda delivered an event again that was over: cancelled, or answered a moment before the process died.

    Nothing tells it from one that is not over. It makes an empty table, which docs/explanation/reliability.md admits.
    """
    faults = stage.ordered
    killed = [fault for fault in faults.struck if fault.kind in KILLS]
    answered = [fault for fault in killed if fault.api is None and _after_an_answer(fault, faults.calls)]
    return bool(answered) or (scenario.cancels and bool(killed))


def _after_an_answer(fault: Fault, calls: list[str]) -> bool:
    """Whether the process died right after a PUT, or before the repetition of one."""
    last, before = calls[fault.call - 1], calls[fault.call - 2] if fault.call > 1 else ""
    return last == "deliver" and (fault.kind is Kind.KILLED_AFTER or before == "deliver")


def _told_of(stage: Stage, shapes: dict[str, Any]) -> bool:
    """Whether the stack's events tell of each table that is left, because no call could remove it."""
    words = [reason for resource in stage.stack.resources.values() for _, _, reason in resource.statuses]
    unclean = [resource for resource in stage.stack.resources.values() if resource.unclean]
    held = {resource.physical_id for resource in stage.stack.resources.values()}
    spare = [name for name in shapes if name not in held]
    return bool(spare) and all(unclean or any(f"{name} was left behind" in word for word in words) for name in spare)


def _held_as_before(shapes: dict[str, Any], before: Any) -> bool:
    def tags(shape: dict[str, Any]) -> dict[str, str]:
        return {key: value for key, value in shape["Tags"].items() if not key.startswith("sentinel:")}

    return shapes.keys() == before.keys() and all(tags(shapes[name]) == tags(before[name]) for name in shapes)


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    if found.keys() != wanted.keys():
        return f"tables {sorted(found)} instead of {sorted(wanted)}"
    return "; ".join(
        f"{name}.{key}: {found[name].get(key)!r} instead of {wanted[name].get(key)!r}"
        for name in found
        for key in found[name].keys() | wanted[name].keys()
        if found[name].get(key) != wanted[name].get(key)
    )


def statuses_of(stage: Stage) -> Statuses:
    """What the stack's events say of each resource."""
    return {name: [status for _, status, _ in one.statuses] for name, one in stage.stack.resources.items()}


def _in_vain(scenario: Scenario, stage: Stage, statuses: Statuses) -> Iterator[str]:
    """What passes is no reason to fail, and what does not pass is no reason to wait."""
    passing = all(fault.kind in PASSING for fault in stage.ordered.struck)
    if passing and not scenario.cancels and statuses_of(stage) != statuses:
        yield f"what passes by itself made it fail: {statuses_of(stage)}"
    alone = scenario.standing and stage.ordered.struck == list(scenario.standing)
    if alone and stage.clock.now() - stage.began > LONG_SECONDS:
        yield "it was a long time in failing"


def _sound(scenario: Scenario, stage: Stage) -> Iterator[str]:
    """What a resource is told to be complete is complete, by the properties and not by the provider's own word."""
    for resource in stage.stack.resources.values():
        table = stage.plane.truth(resource.physical_id or "")
        if table is None or resource.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            continue
        wanted = resource.properties
        expires = wanted.get("TimeToLiveSpecification", {}).get("Enabled", True)
        days = wanted.get("PointInTimeRecoverySpecification", {}).get("RecoveryPeriodInDays", 35)
        indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", ())}
        facts = {
            "at rest": scenario.twice or stage.plane.at_rest(),
            "expiry": table["TimeToLive"] == ("ttl" if expires else None),
            "recovery": table["RecoveryPeriodInDays"] == days,
            "protection": table["DeletionProtectionEnabled"] == wanted.get("DeletionProtectionEnabled", False),
            "indexes": indexes >= {"gsi-invoker", "gsi-status", "gsi-profile"},
        }
        yield from (f"{resource.status}, but not its {fact}" for fact, holds in facts.items() if not holds)


def _changes_of_others(scenario: Scenario, stage: Stage) -> Iterator[str]:
    owners = [stage.stack.owner(logical_id) for logical_id in ("Table", "Renamed")]
    for change in stage.plane.changes:
        adopting = scenario.adopts and change.api == "tag_resource"
        if change.environment and change.api != "create_table" and change.owner not in owners and not adopting:
            yield f"{change.api} changed {change.table}, which belongs to {change.owner}: {change.what}"


def _lost_records(scenario: Scenario, stage: Stage) -> Iterator[str]:
    for lost in stage.plane.lost_records:
        if lost.table not in scenario.deletes:
            yield f"a record of {lost.table} was lost"


def _strays(scenario: Scenario, stage: Stage) -> Iterator[str]:
    """A table that names one of the stack's resources is one that the stack knows."""
    held = {(resource.physical_id, resource.logical_id) for resource in stage.stack.resources.values() if not resource.gone}
    dropped = {resource.logical_id for resource in stage.stack.resources.values() if resource.unclean}
    for name, table in stage.plane.tables.items():
        tags = table.tags.current
        ours = tags.get("sentinel:stack-id") == stage.stack.stack_id
        if tags.get("sentinel:logical-id") in dropped:
            continue  # the stack's events say so: three Deletes failed
        if ours and (name, tags["sentinel:logical-id"]) not in held and not _told_of(stage, {name: table}):
            if _came_again(scenario, stage) and not table.records:
                continue
            yield f"table {name} was left behind"


def _answers(scenario: Scenario, stage: Stage) -> Iterator[str]:
    struck = {fault.kind for fault in stage.ordered.struck}
    for request in stage.stack.requests:
        if request.outcome is not None and request.outcome.timed_out:
            yield f"nobody answered a {request.kind}"
    for answer in stage.sink.answers:
        if answer.problem:
            yield f"CloudFormation cannot read an answer: {answer.problem}"
        if not answer.succeeded and not 0 < len(answer.reason) <= 256:
            yield f"a reason has {len(answer.reason)} characters"
    answered = [answer.url for answer in stage.sink.answers]
    if not scenario.twice and not struck & set(LATE):
        twice = [answer for answer in stage.sink.ignored if answer.url in answered]
        yield from (f"answered twice: {answer.parsed['Status']}" for answer in twice)


def failed(stage: Stage) -> list[Resource]:
    """The resources whose operation an operator would have to repeat."""
    resources = stage.stack.resources.values()
    return [resource for resource in resources if resource.status.endswith("_FAILED") and not resource.gone]
