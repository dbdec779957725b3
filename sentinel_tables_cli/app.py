"""The command line: options in, an exit status out. 0 is well, 1 is refused or failed, 2 is changes."""

import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sentinel_tables import __version__
from sentinel_tables.schemas import resolve
from sentinel_tables_cli import help as texts
from sentinel_tables_cli.account.tables import Means
from sentinel_tables_cli.checks.validation import validated
from sentinel_tables_cli.forecast.deployment import plan_template
from sentinel_tables_cli.forecast.outcome import exit_status
from sentinel_tables_cli.options import (
    AsJson,
    Commands,
    EndpointUrl,
    More,
    OptionalIndex,
    Parameters,
    Profile,
    Region,
    SchemaName,
    StackName,
    TablePrefix,
    TemplateFile,
    asked,
    offered,
)
from sentinel_tables_cli.policies.roles import ROLES
from sentinel_tables_cli.policies.statements import table_of
from sentinel_tables_cli.report import machine, paper

Connect = Callable[[str | None, str | None, str | None], Means]

app = typer.Typer(
    cls=Commands,
    name="sentinel-tables",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """The languages that a schema is told in."""

    TABLE = "table"
    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


class PolicyFormat(StrEnum):
    """The languages that a policy is told in."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


def _version(value: bool) -> None:  # noqa: FBT001 - the shape that typer asks for
    if value:
        typer.echo(f"sentinel-tables {__version__}")
        raise typer.Exit


@app.callback(help=texts.MAIN)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """See what Custom::SentinelTable resources will do before you deploy them, and how their tables stand."""
    del version
    logging.getLogger("sentinel_tables").addHandler(logging.NullHandler())


@app.command(help=texts.PLAN)
def plan(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    template: TemplateFile,
    more: More = None,
    *,
    parameters: Parameters = None,
    stack: StackName = "",
    prefix: TablePrefix = "sentinel-",
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Show what deploying TEMPLATE would do to each of its tables."""
    document, given = asked(template, more, parameters)
    report = plan_template(document, given, stack, prefix, _means(ctx, profile, region, endpoint_url))
    if as_json:
        typer.echo(machine.report_json(report))
    else:
        paper.print_report(report)
    raise typer.Exit(exit_status(report))


@app.command(help=texts.STATUS)
def status(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    *,
    prefix: Annotated[str, typer.Option(help="Look only at tables whose names begin so.")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what has drifted, in full.")] = False,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List the tables that carry the tags of ownership: schema, owner, and drift from the schema."""
    from sentinel_tables.drift.judgement import Drift  # noqa: PLC0415 - for this command alone
    from sentinel_tables_cli.status.survey import survey  # noqa: PLC0415 - for this command alone

    found = survey(_means(ctx, profile, region, endpoint_url).eyes, prefix)
    if as_json:
        typer.echo(machine.states_json(found.states, found.notes))
    else:
        paper.print_states(found.states, found.notes, verbose=verbose)
    raise typer.Exit(2 if any(state.drift in (Drift.DRIFTED, Drift.BROKEN) for state in found.states) else 0)


@app.command(help=texts.SCHEMA)
def schema(
    name: SchemaName,
    *,
    form: Annotated[Format, typer.Option("--format", "-f", help="The language to print it in.")] = Format.TABLE,
    table_name: Annotated[str, typer.Option(help="The table's name, in place of the schema's own.")] = "",
    optional_index: OptionalIndex = None,
) -> None:
    """Print a schema as text, as data, or as a native resource of CloudFormation or Terraform."""
    from sentinel_tables_cli.report.schemas import FORMATS  # noqa: PLC0415 - for this command alone

    named = resolve(name)
    found = named.named(table_name or named.default_table_name, offered(name, named, optional_index))
    found.validate()
    typer.echo(FORMATS[form](found, name), nl=False)


@app.command(help=texts.POLICY)
def policy(  # noqa: PLR0913 - a command's options
    name: SchemaName,
    *,
    role: Annotated[str, typer.Option("--role", "-r", help=f"One of {', '.join(ROLES)}.", autocompletion=lambda: [*ROLES])],
    form: Annotated[PolicyFormat, typer.Option("--format", "-f", help="The language to print it in.")] = PolicyFormat.JSON,
    table_name: Annotated[str, typer.Option(help="The table's name or its ARN, in place of the schema's own name.")] = "",
    key: Annotated[str, typer.Option(help="The ARN of the customer managed key that the table is encrypted with.")] = "",
    optional_index: OptionalIndex = None,
) -> None:
    """Print what one of Sentinel's roles may do with a table of schema NAME, as an IAM policy."""
    from sentinel_tables_cli.report.policies import FORMATS, Wanted  # noqa: PLC0415 - for this command alone

    named = resolve(name)
    table, arn = table_of(table_name or named.default_table_name)
    found = named.named(table, offered(name, named, optional_index))
    found.validate()
    typer.echo(FORMATS[form](Wanted(role, name, found, arn, key)), nl=False)


@app.command(help=texts.WIRING)
def wiring(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="The name or the id of a deployed stack.")],
    *,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Print what Sentinel has to be told for the tables of STACK."""
    from sentinel_tables_cli import wiring as wires  # noqa: PLC0415 - for this command alone
    from sentinel_tables_cli.report.wiring import print_wiring, wiring_json  # noqa: PLC0415 - for this command alone

    found = wires.wiring(_means(ctx, profile, region, endpoint_url), stack)
    if as_json:
        typer.echo(wiring_json(found))
    else:
        print_wiring(found)


@app.command(help=texts.VALIDATE)
def validate(
    template: TemplateFile,
    more: More = None,
    *,
    parameters: Parameters = None,
    prefix: TablePrefix = "sentinel-",
) -> None:
    """Check the properties of every Custom::SentinelTable in TEMPLATE, without a call to AWS."""
    document, given = asked(template, more, parameters)
    findings = validated(document, given, prefix)
    paper.print_findings(findings, document)
    raise typer.Exit(1 if any(finding.problems for finding in findings) else 0)


@app.command(help=texts.RULES)
def rules() -> None:
    """Print the folder of the rules for cfn-lint."""
    typer.echo(Path(__file__).parent / "cfn_lint_rules")


def _means(ctx: typer.Context, profile: str | None, region: str | None, endpoint_url: str | None) -> Means:
    """What a test put into the context, else a real account."""
    given: Connect | None = ctx.obj
    if given is not None:
        return given(profile, region, endpoint_url)
    from sentinel_tables_cli.account.session import connect  # noqa: PLC0415 - boto3 takes its time

    return connect(profile, region, endpoint_url)
