"""The commands' common ground: `group` catches mistakes, `settings` are a project's defaults, and here are the options.

It imports as little as it can, for it is loaded before it is known which command is to run.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentinel_tables_cli.mistakes import Mistake, clean
from sentinel_tables_cli.options.group import Commands
from sentinel_tables_cli.options.help import SCHEMA_NAMES
from sentinel_tables_cli.options.settings import settings
from sentinel_tables_cli.report import screen

if TYPE_CHECKING:
    from sentinel_tables.schemas import NamedSchema
    from sentinel_tables_cli.template.document import Template

GLOB = "*?["
__all__ = ["Commands", "settings"]


def prefix_of(given: str | None) -> str:
    """The prefix that was given, else that of the settings."""
    return settings().prefix if given is None else given


def asked(template: str, more: list[str] | None, parameters: list[str] | None) -> tuple["Template", dict[str, str]]:
    """The template, and the values that are given for its parameters. Raises Mistake."""
    names, given = files_and_values([template, *(more or [])], parameters)
    if len(names) != 1:
        which = "No template is named." if not names else "More than one template is named."
        raise Mistake(f"{which} Write TEMPLATE first, then --parameters Key=Value.")
    return read_with(names[0], given)


def read_with(name: str, given: Mapping[str, str]) -> tuple["Template", dict[str, str]]:
    """The template in that file, and the values for it: those of the settings that it takes, and those given."""
    from sentinel_tables_cli.template.document import read  # noqa: PLC0415 - for the commands that read one
    from sentinel_tables_cli.template.parameters import check_values  # noqa: PLC0415

    template = read(name)
    return template, check_values(template, values_for(template, given))


def values_for(template: "Template", given: Mapping[str, str]) -> dict[str, str]:
    """The values that are given, and those of the settings that the template has a parameter for."""
    usual = {name: value for name, value in settings().parameters.items() if name in template.parameters}
    return usual | dict(given)


def files_and_values(words: Iterable[str], parameters: list[str] | None) -> tuple[list[str], dict[str, str]]:
    """Names of files, and values for parameters.

    Words that follow --parameters arrive as arguments, so their form distinguishes them from files.
    """
    from sentinel_tables_cli.template.parameters import is_value, values  # noqa: PLC0415 - see above

    words = [word for word in words if word]
    names = [word for word in words if not is_value(word) or Path(word).exists()]
    given = values([*(parameters or []), *(word for word in words if word not in names)])
    return names, given


def files(names: Iterable[str]) -> Iterator[str]:
    """The files that these name; a pattern stands for all that match it. Raises Mistake."""
    import glob  # noqa: PLC0415 - for this command alone

    for name in names:
        if not any(letter in name for letter in GLOB) or Path(name).exists():
            yield name
            continue
        found = sorted(path for path in glob.glob(name, recursive=True) if Path(path).is_file())  # noqa: PTH207 - any path
        if not found:
            raise Mistake(f"No file matches {clean(name)}. Correct the pattern.")
        yield from found


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that every command has."""
    more = {"no_color": NoColor, "quiet": Quiet, "debug": Debug}
    signature = inspect.signature(command)

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        chosen = {name: kwargs.pop(name) for name in more}
        screen.HABITS.set(screen.Habits(no_color=chosen["no_color"], quiet=chosen["quiet"]))
        with _log_to_stderr() if chosen["debug"] else nullcontext():
            command(*args, **kwargs)

    extra = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in more.items()
    ]
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *extra])  # type: ignore[attr-defined]
    run.__annotations__ = command.__annotations__ | more
    return run


@contextmanager
def _log_to_stderr() -> Iterator[None]:
    import logging  # noqa: PLC0415 - for this option alone

    logger, handler = logging.getLogger("sentinel_tables_cli"), logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def offered(schema: str, named: "NamedSchema", names: list[str] | None) -> list[str]:
    """The names of optional indexes, each once. Raises Mistake for one that the schema does not offer."""
    for name in names or ():
        if name not in named.optional_indexes:
            offers = f"It offers {', '.join(named.optional_indexes)}." if named.optional_indexes else "Leave the option out."
            raise Mistake(f"Schema {schema} does not offer index {clean(name)}. {offers}")
    return list(dict.fromkeys(names or ()))


SchemaName = Annotated[
    str, typer.Argument(metavar="NAME", help=f"One of {', '.join(SCHEMA_NAMES)}.", autocompletion=lambda: [*SCHEMA_NAMES])
]
OptionalIndex = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="An index that the schema has only on request; may be repeated."),
]
TemplateFile = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template's file, or - for standard input.")]
MaybeTemplateFile = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="A template's file, or - for standard input.", show_default=False)
]
TemplateFiles = Annotated[
    list[str], typer.Argument(metavar="TEMPLATE", help="Files of templates, patterns of them, or - for standard input.")
]
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
    str | None,
    typer.Option(
        envvar="SENTINEL_TABLES_PREFIX",
        help="The provider's TableNamePrefix, which its tables' names begin with. [default: sentinel-]",
        show_default=False,
    ),
]
Profile = Annotated[str | None, typer.Option(help="The profile of the AWS configuration to use.")]
Region = Annotated[str | None, typer.Option(envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="The AWS Region to look at.")]
EndpointUrl = Annotated[
    str | None, typer.Option(help="Another address for the AWS services, a local AWS say. [env: AWS_ENDPOINT_URL...]")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colours. [env: NO_COLOR, CLICOLOR_FORCE]")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is wrong.")]
Debug = Annotated[bool, typer.Option("--debug", help="Print each call to AWS, and its seconds, on stderr.")]
