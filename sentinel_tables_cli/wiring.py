"""The names by which the parts of Sentinel ask for the tables of a stack: the command `wiring`.

The names are those of Sentinel's command line, of its Lambda function, and of the Terraform module and the CDK app that
deploy that function (`terraform/sentinel-tvm` and `cdk/sentinel-tvm` of Sentinel).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sentinel_tables.model import Facet
from sentinel_tables.rules import ownership
from sentinel_tables.schemas import SCHEMAS
from sentinel_tables_cli.account.stacks import NO_TABLE, Stack, look_up
from sentinel_tables_cli.account.tables import Account
from sentinel_tables_cli.checks.properties import known
from sentinel_tables_cli.mistakes import Mistake, clean

LEFT_OUT = "{} is left out: it has no table, or its schema is not known."
PERMISSIONS = "cloudformation:DescribeStacks, ListStackResources and GetTemplate"


@dataclass(frozen=True, slots=True)
class Names:
    """The names by which Sentinel asks for a table of one schema; empty if it does not ask."""

    variable: str
    flag: str = ""
    commands: tuple[str, ...] = ()
    """The commands of Sentinel that take the flag."""
    terraform: str = ""
    context: str = ""


NAMES: Mapping[str, Names] = {
    "approval": Names(
        "SENTINEL_APPROVAL_TABLE",
        "--request-table",
        ("request", "check", "list", "approve", "deny"),
        "approval_table",
        "approvalTable",
    ),
    "breakglass": Names(
        "SENTINEL_BREAKGLASS_TABLE",
        "--breakglass-table",
        ("breakglass", "breakglass-check", "breakglass-list", "breakglass-close"),
        "breakglass_table",
        "breakglassTable",
    ),
    "session": Names(
        "SENTINEL_SESSION_TABLE",
        "--table",
        ("server-sessions", "server-session", "server-revoke", "devices", "device-sessions"),
        "session_table",
        "sessionTable",
    ),
    "ratelimit": Names("SENTINEL_RATE_LIMIT_TABLE"),
}
"""By schema. The Lambda function alone counts requests, and nothing that deploys it passes the name of that table."""
NOT_PASSED = (
    "Sentinel's Terraform module and CDK app do not pass SENTINEL_RATE_LIMIT_TABLE. Set it on the function, and attach "
    "`sentinel-tables policy ratelimit --role tvm` to its role."
)


@dataclass(frozen=True, slots=True)
class Wire:
    """A table of the stack, and the schema that says what Sentinel uses it for."""

    logical_id: str
    schema: str
    table: str

    @property
    def names(self) -> Names:
        """Sentinel's own name for it."""
        return NAMES[self.schema]


@dataclass(frozen=True, slots=True)
class Wiring:
    """The tables of a stack, in the order of the schemas, and what has to be said about them."""

    stack: str
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()


def wiring(means: Account, name: str) -> Wiring:
    """The names for the tables of the stack of that name. Raises Mistake if nothing of it is known."""
    stack, why = look_up(means.cloudformation(), name)
    if stack is None:
        raise Mistake(f"{why[:1].upper()}{why[1:]}. It takes {PERMISSIONS}.")
    if not stack.state:
        raise Mistake(f"There is no stack {clean(name)} here. Name a deployed one, or another --region.")
    schemas = _schemas(stack, means)
    found = [Wire(logical_id, schema, stack.tables[logical_id]) for logical_id, schema in schemas.items() if schema]
    if not found:
        raise Mistake(f"Stack {clean(stack.name)} has no table of Custom::SentinelTable. Name a stack that has one.")
    wires = tuple(sorted(found, key=lambda wire: [*SCHEMAS].index(wire.schema)))
    left = (LEFT_OUT.format(clean(logical_id)) for logical_id, schema in schemas.items() if not schema)
    return Wiring(stack.name, wires, (*_notes(wires), *left))


def _schemas(stack: Stack, means: Account) -> dict[str, str]:
    """The schema of each table: as the template says it, else as the table's own tag does; empty if neither is known."""
    said = {} if stack.template is None else {
        table.logical_id: (known(table.properties).properties or {}).get("Schema")
        for table in stack.template.tables(stack.template.scope(stack.parameters, {}))
    }  # fmt: skip
    return {
        logical_id: "" if table.startswith(NO_TABLE) else _known(said.get(logical_id)) or _tagged(means, table)
        for logical_id, table in stack.tables.items()
    }


def _known(schema: object) -> str:
    return schema if isinstance(schema, str) and schema in SCHEMAS else ""


def _tagged(means: Account, table: str) -> str:
    live = means.eyes.see(table, frozenset({Facet.TABLE, Facet.TAGS})).live
    return _known(live.table.tags.get(ownership.SCHEMA)) if live else ""


def _notes(wires: Iterable[Wire]) -> Iterator[str]:
    schemas = [wire.schema for wire in wires]
    for schema in dict.fromkeys(schemas):
        if schemas.count(schema) > 1:
            yield f"The stack has {schemas.count(schema)} tables of schema {schema}, and Sentinel is told of one. Choose it."
    if "ratelimit" in schemas:
        yield NOT_PASSED
