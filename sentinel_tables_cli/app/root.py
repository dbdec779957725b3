"""The command line itself: what stands before every command, and the account that a command looks at."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from sentinel_tables_cli.options import Commands
from sentinel_tables_cli.options import help as texts

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


def account_of(ctx: typer.Context, profile: str | None, region: str | None, endpoint_url: str | None) -> "Account":
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
