"""What must hold after a run, whatever went wrong in it. Each returns the complaints that it has."""

from collections.abc import Iterator
from typing import Any

from tests.aws import Kind, Resource
from tests.sweep.scenario import Scenario
from tests.sweep.settings import has_failed, taken_unsaid, wrong
from tests.sweep.stage import Stage, Statuses

LATE = (Kind.ANSWER_LOST, Kind.ANSWER_LOST_AND_RETRIED, Kind.INTERNAL_ERROR_AFTER, Kind.KILLED_AFTER)
"""Faults after which the same may be done once more, since nobody can know that it was done."""
PASSING = (Kind.THROTTLED, Kind.INTERNAL_ERROR, Kind.REQUEST_LOST, Kind.ANSWER_LOST, Kind.INTERNAL_ERROR_AFTER)
"""Faults that a user is not to hear of."""
COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
LONG_SECONDS = 1200.0
LEFT_BY_SILENCE = ("DeletionProtectionEnabled", "TimeToLive")
"""What a roll-back to a silent template leaves as it is."""


def complaints(scenario: Scenario, stage: Stage, goal: dict[str, Any], statuses: Statuses) -> Iterator[str]:
    """All of them, for a run that has come to its end, and whose failed operations have been repeated.

    `goal` is what stands, and `statuses` what the stack's events say, where nothing goes wrong.
    """
    yield from _ends(scenario, stage, goal)
    yield from _sound(scenario, stage)
    yield from _silence(stage)
    yield from _in_vain(scenario, stage, statuses)
    yield from _changes_of_others(scenario, stage)
    yield from _lost_records(scenario, stage)
    yield from _strays(stage)
    yield from _answers(scenario, stage)
    yield from (f"the provider crashed: {error!r}" for error in stage.functions.crashes())
    if not scenario.unanswered:
        yield from (f"an event was given up: {event['RequestType']}" for event in stage.functions.failed)


def _ends(scenario: Scenario, stage: Stage, goal: dict[str, Any]) -> Iterator[str]:
    """The end state is the desired one or the untouched one; of a table that was given back, the settings may be new."""
    shapes = stage.shapes()
    if shapes in (goal, stage.shapes_before, *scenario.also):
        return
    if scenario.adopts and _held_as_before(shapes, stage.shapes_before):
        return
    if any(_as_silence_leaves(shapes, end, goal) for end in (stage.shapes_before, *scenario.also)):
        return
    if scenario.again and (_complete(stage) or (has_failed(stage) and shapes.keys() == goal.keys())):
        return  # what was half made by then is finished, or taken back as adopted, by the rules of silence: `_sound`
    told = f"{_difference(shapes, goal)}; against before: {_difference(shapes, dict(stage.shapes_before))}"
    if not _told_of(stage, shapes):
        yield f"neither the desired state nor the one before: {told}"


def _as_silence_leaves(shapes: dict[str, Any], end: Any, goal: dict[str, Any]) -> bool:
    """Whether it is that end, but for what the failed operation said and a silent template does not take back."""
    if shapes.keys() != end.keys():
        return False
    for name, shape in shapes.items():
        for key in shape.keys() | end[name].keys():
            ends = [end[name].get(key)] + ([goal[name].get(key)] if name in goal and key in LEFT_BY_SILENCE else [])
            if shape.get(key) not in ends:
                return False
    return True


def _complete(stage: Stage) -> bool:
    """Whether each resource is complete, so that `_sound` judges its table."""
    return all(resource.status in COMPLETE for resource in stage.stack.resources.values())


def _told_of(stage: Stage, shapes: dict[str, Any]) -> bool:
    """Whether each table that is left is named: by the stack's events, or by the log if a rule has spared it."""
    words = [reason for resource in stage.stack.resources.values() for _, _, reason in resource.statuses]
    unclean = [resource for resource in stage.stack.resources.values() if resource.unclean]
    held = {resource.physical_id for resource in stage.stack.resources.values()}
    spare = [name for name in shapes if name not in held]
    told = [name in stage.warned or any(f"{name} was left behind" in word for word in words) for name in spare]
    return bool(spare) and (bool(unclean) or all(told))


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


def _in_vain(scenario: Scenario, stage: Stage, statuses: Statuses) -> Iterator[str]:
    """What passes is no reason to fail, and what does not pass is no reason to wait."""
    passing = all(fault.kind in PASSING for fault in stage.ordered.struck)
    if passing and not scenario.cancels and stage.course != statuses:
        yield f"what passes by itself made it fail: {stage.course}"
    if scenario.standing and stage.ordered.struck == list(scenario.standing):
        sent = {request.event["ResponseURL"]: request.sent_at for request in stage.stack.requests}
        failed = [answer for answer in stage.sink.answers if not answer.succeeded]
        if any(answer.time - sent[answer.url] > LONG_SECONDS for answer in failed):
            yield "it was a long time in failing"


def _sound(scenario: Scenario, stage: Stage) -> Iterator[str]:
    """What a resource is told to be complete is complete, by the properties and not by the provider's own word."""
    for resource in stage.stack.resources.values():
        if resource.status not in COMPLETE:
            continue
        table = stage.plane.truth(resource.physical_id or "")
        if table is None:
            yield f"{resource.status}, but there is no table"
            continue
        indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", ())}
        if not (scenario.twice or stage.plane.at_rest(*_staying(stage))):
            yield f"{resource.status}, but not at rest"
        if not indexes >= {"gsi-invoker", "gsi-status", "gsi-profile"}:
            yield f"{resource.status}, but not its indexes"
        others = [told for told in _told_to(stage, resource) if told != resource.properties]
        words = wrong(stage, table["TableName"], resource.properties, others)
        yield from (f"{resource.status}, but its {word}" for word in words)


def _staying(stage: Stage) -> list[str]:
    """The tables that are not on their way out: a Delete that has failed thrice by then may have begun all the same."""
    return [name for name, table in stage.plane.tables.items() if table.status != "DELETING"]


def _told_to(stage: Stage, resource: Resource) -> list[Any]:
    """All properties that the resource had in the run, as the templates wrote them."""
    given = (resource.properties, resource.tried, resource.before, *stage.said)
    return [properties for properties in given if properties]


def _silence(stage: Stage) -> Iterator[str]:
    """Silence takes nothing away, and nothing makes a table unreadable or lets its records expire."""
    told = [properties for resource in stage.stack.resources.values() for properties in _told_to(stage, resource)]
    yield from taken_unsaid(stage, told)
    for name, table in stage.plane.tables.items():
        if table.inaccessible_at is not None:
            yield f"{name} is encrypted with a key that is gone"
    yield from (f"a record of {lost.table} has expired" for lost in stage.plane.expired_records)


def _changes_of_others(scenario: Scenario, stage: Stage) -> Iterator[str]:
    owners = [stage.stack.owner(logical_id) for logical_id in ("Table", "Renamed")]
    for change in stage.plane.changes:
        adopting = scenario.adopts and change.api == "tag_resource"
        if change.environment and change.api != "create_table" and change.owner not in owners and not adopting:
            yield f"{change.api} changed {change.table}, which belongs to {change.owner}: {change.what}"


def _lost_records(scenario: Scenario, stage: Stage) -> Iterator[str]:
    for lost in stage.plane.lost_records:
        if lost.table not in scenario.deletes and lost.time >= stage.began:
            yield f"a record of {lost.table} was lost"


def _strays(stage: Stage) -> Iterator[str]:
    """A table that names one of the stack's resources is one that the stack knows."""
    held = {(resource.physical_id, resource.logical_id) for resource in stage.stack.resources.values() if not resource.gone}
    dropped = {resource.logical_id for resource in stage.stack.resources.values() if resource.unclean}
    for name, table in stage.plane.tables.items():
        tags = table.tags.current
        ours = tags.get("sentinel:stack-id") == stage.stack.stack_id
        if tags.get("sentinel:logical-id") in dropped:
            continue  # the stack's events say so: three Deletes failed
        if ours and (name, tags["sentinel:logical-id"]) not in held and not _told_of(stage, {name: table}):
            yield f"table {name} was left behind"


def _answers(scenario: Scenario, stage: Stage) -> Iterator[str]:
    struck = {fault.kind for fault in stage.ordered.struck}
    for request in stage.stack.requests:
        if request.outcome is not None and request.outcome.timed_out and not scenario.unanswered:
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
