"""The command line: options in, an exit status out. 0 is well, 1 is refused or failed, 2 is changes if they are asked for.

A command imports what it needs when it runs, so that none waits for what only another one uses.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentinel_tables_cli import help as texts
from sentinel_tables_cli.mistakes import Mistake
from sentinel_tables_cli.options import (
    AsJson,
    Commands,
    EndpointUrl,
    MaybeTemplateFile,
    More,
    OptionalIndex,
    Parameters,
    Profile,
    Region,
    SchemaName,
    StackName,
    TablePrefix,
    TemplateFiles,
    asked,
    common,
    files,
    files_and_values,
    offered,
    prefix_of,
    settings,
)
from sentinel_tables_cli.report import screen
from sentinel_tables_cli.report.envelope import enveloped

if TYPE_CHECKING:
    from sentinel_tables_cli.account.tables import Account

Connect = Callable[[str | None, str | None, str | None], "Account"]

app = typer.Typer(
    cls=Commands,
    name="sentinel-tables",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _role_names() -> list[str]:
    return [*texts.ROLE_NAMES]


class Format(StrEnum):
    """The languages that a schema is printed in."""

    TABLE = "table"
    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"
    ADOPT = "adopt"


class PolicyFormat(StrEnum):
    """The languages that a policy is printed in."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


class Findings(StrEnum):
    """The forms that findings are printed in."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def _version(value: bool) -> None:  # noqa: FBT001 - the shape that typer asks for
    if value:
        from sentinel_tables import __version__  # noqa: PLC0415 - for this option alone

        typer.echo(f"sentinel-tables {__version__}")
        raise typer.Exit


@app.callback(help=texts.MAIN)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """See what Custom::SentinelTable resources will do before you deploy them, and how their tables stand."""
    del version


@app.command(help=texts.PLAN, short_help=texts.SHORT["plan"])
@common
def plan(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    template: MaybeTemplateFile = "",
    more: More = None,
    *,
    parameters: Parameters = None,
    stack: StackName = "",
    change_set: Annotated[str, typer.Option(help="Plan this change set of the stack, in place of a template.")] = "",
    prefix: TablePrefix = None,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit with 2 if there are changes.")] = False,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Show what deploying TEMPLATE would do to each of its tables."""
    from sentinel_tables_cli.forecast.deployment import plan_change_set, plan_template  # noqa: PLC0415 - as above
    from sentinel_tables_cli.forecast.outcome import exit_status  # noqa: PLC0415
    from sentinel_tables_cli.report import machine, paper  # noqa: PLC0415

    stack = stack or settings().stack
    if change_set:
        if template or more or parameters:
            raise Mistake("A change set has its own template and values. Leave out TEMPLATE and --parameters.")
        report = plan_change_set(change_set, stack, prefix_of(prefix), _means(ctx, profile, region, endpoint_url))
    else:
        document, given = asked(template, more, parameters)
        report = plan_template(document, given, stack, prefix_of(prefix), _means(ctx, profile, region, endpoint_url))
    status = exit_status(report, detailed=detailed)
    if as_json:
        typer.echo(enveloped(machine.report_data(report), status))
    else:
        paper.print_report(report)
    raise typer.Exit(status)


@app.command(help=texts.STATUS, short_help=texts.SHORT["status"])
@common
def status(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    *,
    prefix: Annotated[str, typer.Option(help="Look only at tables whose names begin with this.")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what has drifted, in full.")] = False,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List the tables that carry the tags of ownership: schema, owner, and drift from the schema."""
    from sentinel_tables.drift.judgement import Drift  # noqa: PLC0415 - as above
    from sentinel_tables_cli.report import machine, paper  # noqa: PLC0415
    from sentinel_tables_cli.status.survey import survey  # noqa: PLC0415

    found = survey(_means(ctx, profile, region, endpoint_url).eyes, prefix, screen.progress)
    code = 2 if any(state.drift in (Drift.DRIFTED, Drift.BROKEN) for state in found.states) else 0
    if as_json:
        typer.echo(enveloped(machine.states_data(found.states, found.notes), code))
    else:
        paper.print_states(found.states, found.notes, verbose=verbose)
    raise typer.Exit(code)


@app.command("left-behind", help=texts.LEFT_BEHIND, short_help=texts.SHORT["left-behind"])
@common
def left_behind(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    *,
    prefix: TablePrefix = None,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List the tables that no resource has any more."""
    from sentinel_tables_cli.report import leftovers, machine  # noqa: PLC0415 - as above
    from sentinel_tables_cli.status import left_behind as search  # noqa: PLC0415

    found = search.search_leftovers(_means(ctx, profile, region, endpoint_url), prefix_of(prefix), screen.progress)
    if as_json:
        typer.echo(enveloped(machine.leftovers_data(found.leftovers, found.notes), 0))
    else:
        screen.emit(leftovers.leftover_lines(found))


@app.command(help=texts.SCHEMA, short_help=texts.SHORT["schema"])
@common
def schema(
    name: SchemaName,
    *,
    form: Annotated[Format, typer.Option("--format", "-f", help="The language to print it in.")] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    table_name: Annotated[str, typer.Option(help="The table's name, in place of the schema's own.")] = "",
    optional_index: OptionalIndex = None,
) -> None:
    """Print a schema as text, as data, or as a native resource of CloudFormation or Terraform."""
    from sentinel_tables.schemas import resolve  # noqa: PLC0415 - as above
    from sentinel_tables_cli.report.schemas import FORMATS  # noqa: PLC0415

    named = resolve(name)
    found = named.named(table_name or named.default_table_name, offered(name, named, optional_index))
    found.validate()
    typer.echo(FORMATS[Format.JSON if as_json else form](found, name), nl=False)


@app.command(help=texts.POLICY, short_help=texts.SHORT["policy"])
@common
def policy(  # noqa: PLR0913 - a command's options
    name: SchemaName,
    *,
    role: Annotated[
        str,
        typer.Option(
            "--role", "-r", help=f"One of {', '.join(texts.ROLE_NAMES)}.", autocompletion=lambda: [*texts.ROLE_NAMES]
        ),
    ],
    form: Annotated[PolicyFormat, typer.Option("--format", "-f", help="The language to print it in.")] = PolicyFormat.JSON,
    table_name: Annotated[str, typer.Option(help="The table's name or its ARN, in place of the schema's own name.")] = "",
    key: Annotated[str, typer.Option(help="The ARN of the customer managed key that the table is encrypted with.")] = "",
    optional_index: OptionalIndex = None,
) -> None:
    """Print what one of Sentinel's roles may do with a table of schema NAME, as an IAM policy."""
    from sentinel_tables.schemas import resolve  # noqa: PLC0415 - as above
    from sentinel_tables_cli.policies.statements import table_of  # noqa: PLC0415
    from sentinel_tables_cli.report.policies import FORMATS, Wanted  # noqa: PLC0415

    named = resolve(name)
    table, arn = table_of(table_name or named.default_table_name)
    found = named.named(table, offered(name, named, optional_index))
    found.validate()
    typer.echo(FORMATS[form](Wanted(role, name, found, arn, key)), nl=False)


@app.command(help=texts.WIRING, short_help=texts.SHORT["wiring"])
@common
def wiring(  # noqa: PLR0913 - a command's options
    ctx: typer.Context,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="The name or the id of a deployed stack.")],
    *,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Print the names by which Sentinel asks for the tables of STACK."""
    from sentinel_tables_cli import wiring as wires  # noqa: PLC0415 - as above
    from sentinel_tables_cli.report.wiring import print_wiring, wiring_data  # noqa: PLC0415

    found = wires.wiring(_means(ctx, profile, region, endpoint_url), stack)
    if as_json:
        typer.echo(enveloped(wiring_data(found), 0))
    else:
        print_wiring(found)


@app.command(help=texts.VALIDATE, short_help=texts.SHORT["validate"])
@common
def validate(
    templates: TemplateFiles,
    *,
    parameters: Parameters = None,
    prefix: TablePrefix = None,
    form: Annotated[Findings, typer.Option("--format", "-f", help="The form to print the findings in.")] = Findings.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Check the properties of every Custom::SentinelTable in the templates, without a call to AWS."""
    from sentinel_tables_cli.checks.files import check_file  # noqa: PLC0415 - as above
    from sentinel_tables_cli.report import findings  # noqa: PLC0415

    names, given = files_and_values(templates, parameters)
    if not names:
        raise Mistake("No template is named. Write TEMPLATE first, then --parameters Key=Value.")
    named = [*files(names)]
    usual = settings().parameters
    checked = [check_file(name, given, usual, prefix_of(prefix), alone=len(named) == 1) for name in named]
    code = findings.findings_status(checked)
    if as_json or form is Findings.JSON:
        typer.echo(enveloped(findings.as_data(checked), code))
    elif form is Findings.SARIF:
        import json  # noqa: PLC0415 - as above

        from sentinel_tables import __version__  # noqa: PLC0415

        typer.echo(json.dumps(findings.as_sarif(checked, __version__), indent=2))
    else:
        screen.emit(findings.finding_lines(checked))
    raise typer.Exit(code)


@app.command(help=texts.RULES, short_help=texts.SHORT["rules"])
@common
def rules(*, as_json: AsJson = False) -> None:
    """Print the folder of the rules for cfn-lint."""
    folder = Path(__file__).parent / "cfn_lint_rules"
    typer.echo(enveloped({"folder": str(folder)}, 0) if as_json else folder)


def _means(ctx: typer.Context, profile: str | None, region: str | None, endpoint_url: str | None) -> "Account":
    """The account that a test put into the context, else a real one."""
    import gc  # noqa: PLC0415 - as above
    import logging  # noqa: PLC0415

    gc.enable()  # from here on it may take minutes
    logging.getLogger("sentinel_tables").addHandler(logging.NullHandler())
    given: Connect | None = ctx.obj
    if given is not None:
        return given(profile, region, endpoint_url)
    from sentinel_tables_cli.account.session import connect  # noqa: PLC0415 - boto3 takes its time

    return connect(profile, region, endpoint_url)
