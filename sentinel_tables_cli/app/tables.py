"""The commands that look at the tables of an account: `status`, `left-behind` and `wiring`.

A command imports what it needs when it runs, so that none waits for what only another one uses.
"""

from typing import Annotated

import typer

from sentinel_tables_cli.app.root import account_of, app
from sentinel_tables_cli.options import AsJson, EndpointUrl, Profile, Region, TablePrefix, common, prefix_of
from sentinel_tables_cli.options import help as texts
from sentinel_tables_cli.report import screen
from sentinel_tables_cli.report.envelope import enveloped


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

    found = survey(account_of(ctx, profile, region, endpoint_url).eyes, prefix, screen.progress)
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

    found = search.search_leftovers(account_of(ctx, profile, region, endpoint_url), prefix_of(prefix), screen.progress)
    if as_json:
        typer.echo(enveloped(machine.leftovers_data(found.leftovers, found.notes), 0))
    else:
        screen.emit(leftovers.leftover_lines(found))


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

    found = wires.wiring(account_of(ctx, profile, region, endpoint_url), stack)
    if as_json:
        typer.echo(enveloped(wiring_data(found), 0))
    else:
        print_wiring(found)
