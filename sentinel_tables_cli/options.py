"""What the commands have in common: their options, and what becomes of a user's mistake."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sentinel_tables.errors import SentinelTableError
from sentinel_tables.schemas import SCHEMAS, NamedSchema
from sentinel_tables_cli.mistakes import NO_READER, Mistake, clean
from sentinel_tables_cli.report import paper
from sentinel_tables_cli.template.document import Template, read
from sentinel_tables_cli.template.parameters import check_values, is_value, values

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
    except BrokenPipeError:
        raise typer.Exit(NO_READER) from None
    except RecursionError:
        sentence = "The template is nested too deeply. Take some of its nesting out."
    paper.console(stderr=True).print(f"Error: {sentence}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def asked(template: str, more: list[str] | None, parameters: list[str] | None) -> tuple[Template, dict[str, str]]:
    """The template, and what is given for its parameters. Raises Mistake.

    Words that follow --parameters are taken for arguments, so the first of them comes in the template's place where the
    template stands last.
    """
    words = [template, *(more or [])]
    names = [word for word in words if not is_value(word)]
    if is_value(template) and not Path(template).exists():
        if len(names) != 1:
            raise Mistake("No template is named. Write TEMPLATE first, then --parameters Key=Value.")
        template = names[0]
    words.remove(template)
    given = values([*(parameters or []), *words])
    document = read(template)
    check_values(document, given)
    return document, given


def offered(schema: str, named: NamedSchema, names: list[str] | None) -> list[str]:
    """The names of optional indexes, each once. Raises Mistake for one that the schema does not offer."""
    for name in names or ():
        if name not in named.optional_indexes:
            offers = f"It offers {', '.join(named.optional_indexes)}." if named.optional_indexes else "Leave the option out."
            raise Mistake(f"Schema {schema} does not offer index {clean(name)}. {offers}")
    return list(dict.fromkeys(names or ()))


TemplateFile = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template's file, or - for standard input.")]
More = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", hidden=True)]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        "--parameter-overrides",
        "-p",
        metavar="KEY=VALUE ...",
        help="Values for the template's parameters, or file://FILE with them.",
    ),
]
StackName = Annotated[str, typer.Option("--stack", "--stack-name", help="The stack that the template is deployed as.")]
TablePrefix = Annotated[
    str,
    typer.Option(envvar="SENTINEL_TABLES_PREFIX", help="How the provider's tables begin: its TableNamePrefix."),
]
Profile = Annotated[str | None, typer.Option(help="The profile of the AWS configuration to use.")]
Region = Annotated[str | None, typer.Option(envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="The AWS Region to look at.")]
EndpointUrl = Annotated[
    str | None, typer.Option(help="Another address for the AWS services, a local AWS say. [env: AWS_ENDPOINT_URL...]")
]
SchemaName = Annotated[
    str, typer.Argument(metavar="NAME", help=f"One of {', '.join(SCHEMAS)}.", autocompletion=lambda: [*SCHEMAS])
]
OptionalIndex = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="An index that the schema has only on request; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
