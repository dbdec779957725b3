"""Tags: written at once, read later, and locked meanwhile.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
"""

from __future__ import annotations

from .parts import known
from .refusals import in_use, invalid, limit, no_resource, validation
from .state import Arguments, State, bare_name
from .tables import Json, Table, tag_dict
from .validation import check_tag_count, check_tags


def _table(state: State, arguments: Arguments) -> Table:
    arn = arguments["ResourceArn"]
    if not arn.startswith("arn:"):
        raise invalid(f"ARNs must start with 'arn:': {arn}")
    if arn != state.table_arn(bare_name(arn)):
        raise no_resource(arn)
    return known(state, bare_name(arn), no_resource(arn))


def list_tags_of_resource(state: State, arguments: Arguments) -> Json:
    """The tags as they were 1 to 3 seconds ago, a page at a time; an unknown token begins again."""
    table = _table(state, arguments)
    tags = [{"Key": key, "Value": value} for key, value in sorted(table.tags.shown.items())]
    token = arguments.get("NextToken", "")
    start = int(token) if token.isdigit() and int(token) < len(tags) else 0
    page, rest = tags[start : start + state.tag_page], tags[start + state.tag_page :]
    state.shuffle(page)
    return {"Tags": page} | ({"NextToken": str(start + state.tag_page)} if rest else {})


def tag_resource(state: State, arguments: Arguments) -> Json:
    """Add or replace. While another write is under way, only one that holds all of it is accepted."""
    check_tags(arguments["Tags"], state.limits)
    if not arguments["Tags"]:
        raise validation("Atleast one Tag needs to be provided as Input.")
    table = _table(state, arguments)
    _refuse_state(table)
    wanted = tag_dict(arguments["Tags"])
    locked = state.now < table.tags.locked_until
    if locked and not (table.tags.in_flight and table.tags.in_flight.items() <= wanted.items()):
        raise limit(f"Table tags are being updated: {table.name}")
    merged = table.tags.current | wanted
    check_tag_count(len(merged), state.limits)
    _write(state, table, merged, wanted)
    return {}


def untag_resource(state: State, arguments: Arguments) -> Json:
    """Remove; a key that is not there is no error, yet waits for the lock."""
    if not arguments["TagKeys"]:
        raise validation("Atleast one Tag Key needs to be provided as Input.")
    table = _table(state, arguments)
    if table.status == "DELETING":
        raise in_use(f"Table is being deleted: {table.name}")
    if state.now < table.tags.locked_until:
        raise limit(f"Table tags are being updated: {table.name}")
    keys = set(arguments["TagKeys"])
    _write(state, table, {key: value for key, value in table.tags.current.items() if key not in keys}, {})
    return {}


def _refuse_state(table: Table) -> None:
    if table.status in {"CREATING", "DELETING"}:
        raise in_use(f"Table is being {'created' if table.status == 'CREATING' else 'deleted'}: {table.name}")


def _write(state: State, table: Table, tags: dict[str, str], in_flight: dict[str, str]) -> None:
    """What changes nothing takes no lock."""
    if tags == table.tags.current:
        return
    state.changed(table, f"tags {sorted(tags.items() ^ table.tags.current.items())}")
    table.tags.current = tags
    table.tags.in_flight = in_flight
    table.tags.locked_until = state.now + state.draw(state.durations.tag_lock)
    state.after(state.draw(state.durations.tag_lag), lambda: _show(table, tags))


def _show(table: Table, tags: dict[str, str]) -> None:
    table.tags.shown = dict(tags)
    if tags == table.tags.current:
        table.tags.in_flight = {}
