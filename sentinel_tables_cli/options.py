"""What the commands have in common: their options and defaults, and what becomes of a user's mistake.

It imports as little as it can, for it is loaded before it is known which command is to run.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sentinel_tables_cli.mistakes import NO_READER, Mistake, clean
from sentinel_tables_cli.report import envelope, screen

if TYPE_CHECKING:
    from sentinel_tables_cli.template.document import Template

USAGE_STATUS = 2
PREFIX = "sentinel-"
OWN_FILE, SHARED_FILE, TABLE = "sentinel-tables.toml", "pyproject.toml", "sentinel-tables"
GLOB = "*?["
TEXTS, LISTS = (str, str | None), (list[str], list[str] | None)
"""The types of parameters that need no conversion."""


class Commands(TyperGroup):
    """Turns a user's mistake into a sentence and status 1, for status 2 means changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for command in self.commands.values():
            command.get_params = functools.partial(_read_plainly, command.get_params)  # type: ignore[method-assign]

    def get_params(self, ctx: Any) -> list[Any]:
        """See click."""
        return _read_plainly(super().get_params, ctx)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **more: Any) -> Any:
        """See click. With --json, a mistake is reported as JSON too."""
        screen.HABITS.set(screen.Habits(no_color="--no-color" in args))
        self._as_json = "--json" in args
        return self._caught(lambda: super(Commands, self).make_context(info_name, args, parent, **more))

    def invoke(self, ctx: Any) -> Any:
        """See click."""
        return self._caught(lambda: super(Commands, self).invoke(ctx))

    def _caught(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except TyperException as error:
            error.exit_code = 1 if error.exit_code == USAGE_STATUS else error.exit_code
            if self._as_json:
                typer.echo(envelope.error(error.format_message(), error.exit_code))
            raise
        except (typer.Exit, typer.Abort):
            raise
        except (Mistake, _provider_s_error()) as error:
            sentence = str(error)
        except BrokenPipeError:
            raise typer.Exit(NO_READER) from None
        except RecursionError:
            sentence = "The template is nested too deeply. Take some of its nesting out."
        if self._as_json:
            typer.echo(envelope.error(sentence))
        screen.fail(sentence)
        raise typer.Exit(1)


def _read_plainly(get_params: Callable[[Any], list[Any]], ctx: Any) -> list[Any]:
    """Spares simple parameters the library by which typer converts values, whose import takes longer than all else."""
    params = get_params(ctx)
    for param in params:
        kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if kind is bool or kind in TEXTS or kind in LISTS or (isinstance(kind, type) and issubclass(kind, StrEnum)):
            param.get_runtime_param = functools.partial(_Plain, kind)
    return params


@dataclass(frozen=True, slots=True)
class _Plain:
    """Takes text as it is. The word of an enumeration has to be one of its words."""

    kind: Any

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """See typer's `RuntimeParam`."""
        if self.kind in LISTS:
            return list(value or ())
        if value is None or self.kind is bool or self.kind in TEXTS:
            return value
        try:
            return self.kind(value)
        except ValueError:
            words = ", ".join(self.kind)
            raise typer.BadParameter(f"{value!r} is not one of {words}.", ctx=ctx, param=param) from None


def _provider_s_error() -> type[Exception]:
    """Imported if something was raised, and not before: a help needs none of it."""
    from sentinel_tables.errors import SentinelTableError  # noqa: PLC0415

    return SentinelTableError


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults from `sentinel-tables.toml`, or from the table `[tool.sentinel-tables]` of a `pyproject.toml`."""

    prefix: str = PREFIX
    stack: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@functools.lru_cache(maxsize=1)
def _settings_in(folder: Path) -> Settings:
    for parent in (folder, *folder.parents):
        for path in (parent / OWN_FILE, parent / SHARED_FILE):
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                table = _table_in(path)
                if table is not None:
                    return _checked(table, path)
    return Settings()


def settings() -> Settings:
    """The settings of the nearest file, from the current folder upwards. Raises Mistake."""
    return _settings_in(Path.cwd())


def _table_in(path: Path) -> Mapping[str, Any] | None:
    """What the file says for this command; None if it is about something else."""
    import tomllib  # noqa: PLC0415 - for those who have such a file

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if path.name == SHARED_FILE:
            return None
        raise Mistake(f"{clean(path)} is not TOML: {clean(error)}. Mend it there.") from None
    if path.name == OWN_FILE:
        return document
    tools = document.get("tool", {})
    found = tools.get(TABLE) if isinstance(tools, dict) else None
    return found if isinstance(found, dict) else None


def _checked(table: Mapping[str, Any], path: Path) -> Settings:
    for key, value in table.items():
        if key not in ("prefix", "stack", "parameters"):
            raise Mistake(f"{clean(path)} has the key {clean(key)}. It takes prefix, stack and parameters.")
        if not isinstance(value, dict if key == "parameters" else str):
            kind = "a table of values" if key == "parameters" else "text"
            raise Mistake(f"{clean(path)}: {key} is not {kind}. Write it so.")
    parameters = {str(key): _text(value) for key, value in table.get("parameters", {}).items()}
    return Settings(table.get("prefix", PREFIX), table.get("stack", ""), parameters)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def prefix_of(given: str | None) -> str:
    """The prefix that was given, else that of the settings."""
    return settings().prefix if given is None else given


def asked(template: str, more: list[str] | None, parameters: list[str] | None) -> tuple["Template", dict[str, str]]:
    """The template, and the values that are given for its parameters. Raises Mistake."""
    names, given = told_apart([template, *(more or [])], parameters)
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


def told_apart(words: Iterable[str], parameters: list[str] | None) -> tuple[list[str], dict[str, str]]:
    """Names of files, and values for parameters.

    Words that follow --parameters arrive as arguments, so they are told from files by their form.
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
