"""Updates of which the provider never hears: CloudFormation sends no event, or refuses. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from sentinel_tables_cli.forecast.outcome import Forecast, TableOutcome
from sentinel_tables_cli.template.document import Resource
from sentinel_tables_cli.template.values import Unknown

NO_EVENT = "The template asks for what the stack was deployed with, and CloudFormation sends no Update for that."
UNCHANGED = f"{NO_EVENT} Change a property (a tag, say) to have a deployment repair the drift."
OTHER_PROVIDER = (
    'ServiceToken is another one, and CloudFormation refuses that: "Modifying service token is not allowed". '
    "Give the resource another logical id: docs/how-to/rename.md says how its table is kept."
)
PERHAPS_ANOTHER_PROVIDER = (
    "ServiceToken was {}, and is {}. If that is another one, CloudFormation refuses the update; "
    "docs/how-to/rename.md says how a table is moved to another provider."
)


def sent(found: Forecast, resource: Resource, before: Resource | None) -> Forecast:
    """The forecast, changed if no event is sent. `before` is the resource as it was deployed; None if it was not."""
    if before is None:
        return found
    return _unsent(found) if before.properties == resource.properties else _with_token(found, resource, before)


def typed(found: Forecast, before: Mapping[str, str], after: Mapping[str, str]) -> Forecast:
    """The forecast, refused if the resource changes its type; types by logical id."""
    old, new = before.get(found.logical_id), after.get(found.logical_id)
    if old is None or new is None or old == new:
        return found
    return found.stopped(f"Its type was {old}, and CloudFormation changes no resource's type. Give it another logical id.")


def _unsent(found: Forecast) -> Forecast:
    """Nothing is done to a table that is not as it is wanted. A refusal that names a table is about one that stands."""
    if found.seen and found.outcome in (TableOutcome.CHANGE, TableOutcome.CREATE, TableOutcome.ADOPT):
        return replace(found, outcome=TableOutcome.DRIFTED, notes=(*found.notes, UNCHANGED))
    if found.outcome is TableOutcome.REFUSED and found.table:
        return replace(found, outcome=TableOutcome.DRIFTED, reasons=(), notes=(*found.notes, *found.reasons, NO_EVENT))
    return found


def _with_token(found: Forecast, resource: Resource, before: Resource) -> Forecast:
    old, new = _token(before), _token(resource)
    if old is None or new is None or old == new:
        return found
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        note = PERHAPS_ANOTHER_PROVIDER.format(_told(old), _told(new))
        return replace(found, notes=(*found.notes, note))
    return found.stopped(OTHER_PROVIDER)


def _token(resource: Resource) -> object:
    return resource.properties.get("ServiceToken") if isinstance(resource.properties, Mapping) else None


def _told(token: object) -> str:
    return token.why if isinstance(token, Unknown) else str(token)
