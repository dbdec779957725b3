"""What the commands have in common: their options, and what becomes of a user's mistake."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sentinel_tables.errors import SentinelTableError
from sentinel_tables_cli import present
from sentinel_tables_cli.mistakes import Mistake, clean

USAGE_STATUS = 2


class Commands(TyperGroup):
    """Turns a user's mistake into a sentence and status 1, for status 2 means changes."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """See click."""
        return _told(lambda: super(Commands, self).make_context(*args, **kwargs))

    def invoke(self, ctx: Any) -> Any:
        """See click."""
        return _told(lambda: super(Commands, self).invoke(ctx))


def _told(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except TyperException as error:
        error.exit_code = 1 if error.exit_code == USAGE_STATUS else error.exit_code
        raise
    except (Mistake, SentinelTableError) as error:
        sentence = str(error)
    except RecursionError:
        sentence = "The template is nested too deeply. Take some of its nesting out."
    present.console(stderr=True).print(f"Error: {sentence}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def pairs(words: list[str]) -> dict[str, str]:
    """KEY=VALUE, as often as there are words. Raises Mistake."""
    for word in words:
        if "=" not in word.lstrip("="):
            raise Mistake(f"{clean(word)} is not KEY=VALUE. Write --parameters Key=Value, with further ones after it.")
    return {name: value for name, _, value in (word.partition("=") for word in words)}


TemplateFile = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template's file, or - for standard input.")]
More = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", hidden=True)]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameters", "-p", metavar="KEY=VALUE ...", help="Values for the template's parameters."),
]
TablePrefix = Annotated[
    str,
    typer.Option(envvar="SENTINEL_TABLES_PREFIX", help="How the provider's tables begin: its TableNamePrefix."),
]
Profile = Annotated[str | None, typer.Option(help="The profile of the AWS configuration to use.")]
Region = Annotated[str | None, typer.Option(envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="The AWS Region to look at.")]
EndpointUrl = Annotated[
    str | None, typer.Option(envvar="AWS_ENDPOINT_URL", help="Another address for the AWS services, a local AWS say.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
