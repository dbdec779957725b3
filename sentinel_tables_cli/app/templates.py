"""The commands that read templates: `plan` and `validate`.

A command imports what it needs when it runs, so that none waits for what only another one uses.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sentinel_tables_cli.app.root import account_of, app
from sentinel_tables_cli.mistakes import Mistake
from sentinel_tables_cli.options import (
    AsJson,
    EndpointUrl,
    MaybeTemplateFile,
    More,
    Parameters,
    Profile,
    Region,
    StackName,
    TablePrefix,
    TemplateFiles,
    asked,
    common,
    files,
    files_and_values,
    prefix_of,
    settings,
)
from sentinel_tables_cli.options import help as texts
from sentinel_tables_cli.report import screen
from sentinel_tables_cli.report.envelope import enveloped

if TYPE_CHECKING:
    from sentinel_tables_cli.forecast.outcome import Report


class Findings(StrEnum):
    """The forms that findings are printed in."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


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

    stack = stack or settings().stack
    if change_set:
        if template or more or parameters:
            raise Mistake("A change set has its own template and values. Leave out TEMPLATE and --parameters.")
        report = plan_change_set(change_set, stack, prefix_of(prefix), account_of(ctx, profile, region, endpoint_url))
    else:
        document, given = asked(template, more, parameters)
        report = plan_template(document, given, stack, prefix_of(prefix), account_of(ctx, profile, region, endpoint_url))
    _end(report, detailed=detailed, as_json=as_json)


def _end(report: "Report", *, detailed: bool, as_json: bool) -> NoReturn:
    from sentinel_tables_cli.forecast.outcome import exit_status  # noqa: PLC0415 - as above
    from sentinel_tables_cli.report import machine, paper  # noqa: PLC0415

    status = exit_status(report, detailed=detailed)
    if as_json:
        typer.echo(enveloped(machine.report_data(report), status))
    else:
        paper.print_report(report)
    raise typer.Exit(status)


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
