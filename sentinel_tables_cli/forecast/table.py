"""Forecasts one table of a template: the function's own plan, for the table as far as it can be seen.

What cannot be seen, or is not known before a deployment, is assumed to be as it stands, and noted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sentinel_tables.errors import SentinelTableError
from sentinel_tables.model import Facet, LiveTable, Owner, Table
from sentinel_tables.request.envelope import Envelope
from sentinel_tables.rules import ownership, silence
from sentinel_tables.rules.desired import Desired, Origin
from sentinel_tables.rules.plan import plan
from sentinel_tables.rules.steps import Effect, Step
from sentinel_tables_cli.account.stacks import NO_TABLE, Stack
from sentinel_tables_cli.account.tables import READ_BY, Eyes, Sight
from sentinel_tables_cli.checks.prices import prices
from sentinel_tables_cli.checks.properties import WHOLE, Gap, Known, desired, known, problems
from sentinel_tables_cli.forecast.assumptions import as_created, as_it_stands, as_wanted
from sentinel_tables_cli.forecast.changes import Change, changes_of
from sentinel_tables_cli.forecast.durations import in_all
from sentinel_tables_cli.forecast.outcome import UNKNOWN_STACK, Circumstances, Forecast, TableOutcome, refused
from sentinel_tables_cli.template.document import Resource
from sentinel_tables_cli.template.values import Unknown

IDENTIFYING = ("", WHOLE, "Schema", "TableName")
"""The places of the properties without which it is not known which table it is; the first is all of them."""


def forecast(resource: Resource, before: Mapping[str, Any] | None, around: Circumstances) -> Forecast:
    """Forecasts a resource. `before` are the properties that it was deployed with, if they are known."""
    name = ""
    found = known(resource.properties)
    try:
        if wrong := problems(resource.properties, around.prefix):
            return refused(resource.logical_id, name, TableOutcome.REFUSED, *(problem.message for problem in wrong))
        if found.properties is None or not found.name_known:
            return _unknown(resource.logical_id, found.gaps)
        wanted = desired(found.properties, Owner(UNKNOWN_STACK, resource.logical_id), around.prefix, before)
        name = wanted.table.name
        return _forecast(resource, wanted, found, around)
    except SentinelTableError as error:
        return refused(resource.logical_id, name, TableOutcome.REFUSED, str(error))


def _unknown(logical_id: str, gaps: tuple[Gap, ...]) -> Forecast:
    """No table without its name and its schema; any other gap stands in nothing's way."""
    decisive = [gap for gap in gaps if gap.place in IDENTIFYING]
    others = tuple(gap for gap in gaps if gap.place not in IDENTIFYING)
    return replace(refused(logical_id, "", TableOutcome.UNKNOWN, *map(_undecided, decisive)), gaps=others)


def _of_the_key(gap: Gap) -> bool:
    return gap.place.startswith("SSESpecification")


def _undecided(gap: Gap) -> str:
    return f"Property {gap.place or 'Properties'} is {gap.why}. Without it, the table is not known."


def _forecast(resource: Resource, wanted: Desired, found: Known, around: Circumstances) -> Forecast:
    sight = around.eyes.see(wanted.table.name)
    physical_id = _physical_id(resource, around.stack, sight)
    wanted = _claimed(wanted, physical_id, around, sight)
    if (not_yet := _not_at_rest(sight.live)) and sight.live and sight.live.status != "DELETING":
        return refused(resource.logical_id, wanted.table.name, TableOutcome.UNKNOWN, not_yet)
    wanted, key_note = _with_key_arn(wanted, around.eyes)
    wanted, live = _assumed(wanted, found, sight, opaque_key=bool(key_note))
    wanted, steps = _planned(wanted, live, around.stack)
    changes = changes_of(steps, _as_planned(wanted, steps, live), live, key_known=not any(map(_of_the_key, found.gaps)))
    notes = [*_notes(resource, sight, around, physical_id), *filter(None, (key_note, not_yet))]
    notes += silence.left(wanted, live) if live else ()
    old = physical_id if physical_id != wanted.table.name else ""
    if old and live:
        notes.append(f"Table {wanted.table.name} stands already, and keeps its records.")
    return Forecast(
        logical_id=resource.logical_id,
        table=wanted.table.name,
        outcome=TableOutcome.REPLACE if old else _outcome(steps, live),
        schema=wanted.claim.schema_name,
        changes=changes,
        notes=(*notes, *_too_long(found, changes)),
        gaps=found.gaps,
        seen=Facet.TABLE not in sight.unseen,
        replaces=old,
    )


def _too_long(found: Known, changes: tuple[Change, ...]) -> Iterator[str]:
    patience = Envelope.read({"ResourceProperties": found.properties}).service_timeout
    span = in_all(change.kind for change in changes)
    if span.high > patience:
        yield f"It may take longer than the {patience:.0f} s of ServiceTimeout. Deploy again then: what is done stays done."


def _physical_id(resource: Resource, stack: Stack | None, sight: Sight) -> str:
    """The table that the resource has now; empty if it has none."""
    if stack is not None:
        physical_id = stack.tables.get(resource.logical_id, "")
        return "" if physical_id.startswith(NO_TABLE) else physical_id
    return sight.live.table.name if sight.live and _tagged_owner(resource.logical_id, sight.live) else ""


def _tagged_owner(logical_id: str, live: LiveTable) -> Owner | None:
    """The owner that the table's tags name, if that can be this resource."""
    tags = live.table.tags
    same = tags.get(ownership.LOGICAL_ID) == logical_id and ownership.STACK_ID in tags
    return Owner(tags[ownership.STACK_ID], logical_id) if same else None


def _claimed(wanted: Desired, physical_id: str, around: Circumstances, sight: Sight) -> Desired:
    """With the owner that the deployment will have, as far as that is known; the tag of the declared settings is kept up."""
    owner = wanted.claim.owner
    if around.stack is not None:
        owner = Owner(around.stack.owner_id, owner.logical_id)
    elif sight.live is not None:
        owner = _tagged_owner(owner.logical_id, sight.live) or owner
    origin = Origin.CREATE
    if physical_id:
        origin = Origin.OWN_TABLE if physical_id == wanted.table.name else Origin.REPLACEMENT
    sent_at = None if physical_id else around.now
    declare = sight.live is not None and ownership.DECLARED in sight.live.table.tags
    return replace(wanted, claim=replace(wanted.claim, owner=owner, origin=origin, sent_at=sent_at, declare=declare))


def _with_key_arn(wanted: Desired, eyes: Eyes) -> tuple[Desired, str]:
    """The same with the ARN of a customer managed key; and a note if the key may not be looked at."""
    encryption, why = eyes.with_key_arn(wanted.table.settings.encryption)
    settings = replace(wanted.table.settings, encryption=encryption)
    note = f"Not seen: the key {encryption.key} (kms:DescribeKey, {why}); it is taken to be the one in use." if why else ""
    return replace(wanted, table=replace(wanted.table, settings=settings)), note


def _assumed(wanted: Desired, found: Known, sight: Sight, *, opaque_key: bool) -> tuple[Desired, LiveTable | None]:
    """Both tables, what is unknown of one taken from the other. A table on its way out is none."""
    live = None if sight.live and sight.live.status == "DELETING" else sight.live
    places = [gap.place for gap in found.gaps] + (["SSESpecification"] if opaque_key else [])
    if any(place.startswith("Tags") for place in places):
        wanted = replace(wanted, forgotten_tags=frozenset())
    as_found = live.table.settings if live else as_created(wanted.table.settings)
    wanted = replace(wanted, table=as_it_stands(wanted.table, places, as_found))
    return wanted, as_wanted(live, frozenset(sight.unseen), wanted) if live else None


def _planned(wanted: Desired, live: LiveTable | None, stack: Stack | None) -> tuple[Desired, tuple[Step, ...]]:
    """The steps, with the stack's own tags if something else is written, as the provider puts them on a table."""
    steps = plan(wanted, live)
    if not (steps and stack and wanted.claim.propagate):
        return wanted, steps
    wanted = replace(wanted, stack_tags=stack.tags)
    return wanted, plan(wanted, live)


def _as_planned(wanted: Desired, steps: tuple[Step, ...], live: LiveTable | None) -> Table:
    """The table as it will be: what silence leaves as it is, and all the tags that it is created with."""
    settings = silence.settled(wanted, live) if live else wanted.table.settings
    created = any(step.effect is Effect.CREATES for step in steps)
    marks = ownership.tags_of_new(wanted.claim) if created else {}
    marks = {key: value for key, value in marks.items() if key != ownership.STACK_ID}
    return replace(wanted.table, settings=settings, tags={**(wanted.stack_tags or {}), **wanted.table.tags, **marks})


def _outcome(steps: tuple[Step, ...], live: LiveTable | None) -> TableOutcome:
    if live is None:
        return TableOutcome.CREATE
    if not steps:
        return TableOutcome.NOTHING
    return TableOutcome.ADOPT if steps[0].effect is Effect.ADOPTS else TableOutcome.CHANGE


def _not_at_rest(live: LiveTable | None) -> str:
    if live is None or live.status not in ("CREATING", "DELETING"):
        return ""
    if live.status == "DELETING":
        return f"Table {live.table.name} of old is being deleted; the deployment waits until it is gone."
    return f"Table {live.table.name} is being created. Plan again once it is ACTIVE."


def _notes(resource: Resource, sight: Sight, around: Circumstances, physical_id: str) -> Iterator[str]:
    for facet, why in sight.unseen.items():
        takes = "it that there is no such table" if facet is Facet.TABLE else "it to be as the template says"
        yield f"Not seen: the {facet} ({READ_BY[facet]}: {why}); the plan takes {takes}."
    if Facet.TABLE in sight.unseen and physical_id:
        yield f"CloudFormation says that the resource has table {physical_id}."
    if isinstance(resource.present, Unknown):
        yield f"It is in the deployment only if its Condition is true ({resource.present.why})."
    yield from (price.message for price in prices(resource.properties))
    live = sight.live
    if live is None:
        return
    if around.stack is None and physical_id:
        stack = live.table.tags[ownership.STACK_ID]
        yield f"The plan takes the stack to be {stack}, which the table's tags name. Name it with --stack."
    if live.key_unknown:
        yield "The AWS managed key cannot be distinguished from others here (kms:DescribeKey); any KMS key is taken for it."
    for motion in live.motions:
        if not motion.replica:
            yield f"The deployment waits first: {motion.what}."
    for replica in live.replicas:
        yield f"It has a replica in {replica.region} ({replica.status}), which is left as it is."
