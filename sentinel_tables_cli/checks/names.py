"""Tables that more than one resource of a template asks for. Pure."""

from collections.abc import Iterable, Iterator

from sentinel_tables.errors import InvalidRequest, InvalidSchema
from sentinel_tables_cli.checks.properties import SOME_OWNER, Problem, desired, known
from sentinel_tables_cli.template.document import Resource

ANY_PREFIX = ""


def contested(resources: Iterable[Resource]) -> Iterator[tuple[str, Problem]]:
    """Each resource that asks for the table of one before it, by logical id, if both are surely deployed."""
    holders: dict[str, str] = {}
    for resource in resources:
        name = _table_name(resource) if resource.present is True else ""
        holder = holders.setdefault(name, resource.logical_id)
        if name and holder != resource.logical_id:
            message = (
                f'Table "{name}" is asked for by "{holder}" and by "{resource.logical_id}", and has one owner. '
                "Give one of them another TableName."
            )
            yield resource.logical_id, Problem((*resource.path, _place(resource)), message)


def _table_name(resource: Resource) -> str:
    """The name of its table; empty if it is not known before a deployment, or is no name."""
    found = known(resource.properties)
    if found.properties is None or not found.name_known:
        return ""
    try:
        return desired(found.properties, SOME_OWNER, ANY_PREFIX).table.name
    except (InvalidRequest, InvalidSchema):
        return ""


def _place(resource: Resource) -> str:
    return "TableName" if "TableName" in dict(resource.properties) else "Schema"  # type: ignore[call-overload]
