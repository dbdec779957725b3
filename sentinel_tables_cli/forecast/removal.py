"""Forecasts a table that its resource leaves, by the provider's own plan: removed, released, or left as it is."""

from dataclasses import replace

from sentinel_tables.errors import ProtectedTable
from sentinel_tables.model import Facet, Owner
from sentinel_tables.rules.plan import plan_removal
from sentinel_tables_cli.account.stacks import NO_TABLE
from sentinel_tables_cli.account.tables import READ_BY, Sight
from sentinel_tables_cli.forecast.changes import Change, changes_of
from sentinel_tables_cli.forecast.outcome import UNKNOWN_STACK, Circumstances, Forecast, TableOutcome, refused
from sentinel_tables_cli.template.document import POLICY_UNKNOWN, Resource

RETAINED = ("Retain", "RetainExceptOnCreate")


def removal(resource: Resource, name: str, around: Circumstances) -> Forecast:
    """Forecasts the table of a resource that the template no longer has."""
    if resource.deletion_policy in RETAINED:
        note = f"The template no longer has it; DeletionPolicy: {resource.deletion_policy} keeps the table as it is."
        return Forecast(resource.logical_id, name, TableOutcome.NOTHING, notes=(note,))
    changes, notes, seen = _removed(resource.logical_id, name, around, "DeletionPolicy")
    if not seen:
        return refused(resource.logical_id, name, TableOutcome.UNKNOWN, "The template no longer has it.", *notes)
    notes = ("The template no longer has it.", *_taken("DeletionPolicy", resource.deletion_policy), *notes)
    return Forecast(
        resource.logical_id, name, TableOutcome.REMOVE if changes else TableOutcome.NOTHING, changes=changes, notes=notes
    )


def replaced(found: Forecast, resource: Resource, around: Circumstances) -> Forecast:
    """Adds to the forecast of a replacement what becomes of the table that is replaced."""
    old = found.replaces
    if resource.replace_policy in RETAINED:
        note = f"Table {old} is replaced, and kept as it is by UpdateReplacePolicy: {resource.replace_policy}."
        return replace(found, notes=(*found.notes, note))
    changes, notes, _ = _removed(resource.logical_id, old, around, "UpdateReplacePolicy")
    kept = " With UpdateReplacePolicy: Retain it would be kept." if changes else ""
    notes = (
        *found.notes,
        f"Table {old} is replaced.{kept}",
        *_taken("UpdateReplacePolicy", resource.replace_policy),
        *notes,
    )
    return replace(found, changes=(*found.changes, *changes), notes=notes)


def _taken(name: str, policy: str) -> tuple[str, ...]:
    return (f"Its {name} is not known; the plan takes it to be Delete.",) if policy == POLICY_UNKNOWN else ()


def _removed(
    logical_id: str, name: str, around: Circumstances, policy: str
) -> tuple[tuple[Change, ...], tuple[str, ...], bool]:
    """The steps of a Delete, the notes, and true if the table was seen.

    A Delete that fails does not make the deployment fail, because it comes after all else.
    """
    if adopter := around.adopters.get(name):
        return (), (f"Table {name} is left as it is: {adopter} takes it over before.",), True
    sight = around.eyes.see(name, frozenset({Facet.TAGS})) if not name.startswith(NO_TABLE) else Sight(None)
    if sight.unseen:
        why = ", ".join(f"{READ_BY[facet]}: {why}" for facet, why in sight.unseen.items())
        return (), (f"Not seen: table {name} ({why}), so what becomes of it is not known.",), False
    if sight.live is None:
        return (), (f"There is no table {name}.",), True
    owner = Owner(around.stack.owner_id if around.stack else UNKNOWN_STACK, logical_id)
    try:
        steps = plan_removal(owner, sight.live)
    except ProtectedTable:
        note = f"Table {name} is protected against deletion: it stays behind, and no resource has it any more."
        return (), (f"{note} Say so on purpose with {policy}: Retain.",), True
    if not steps:
        return (), (f"Table {name} is left as it is: its tags do not name this resource as its owner.",), True
    return changes_of(steps, sight.live.table, sight.live), (), True
