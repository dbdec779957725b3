"""The group of all commands: it turns a user's mistake into a sentence and an exit status."""

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sentinel_tables_cli.mistakes import NO_READER, Mistake
from sentinel_tables_cli.options import help as texts
from sentinel_tables_cli.report import envelope, screen

USAGE_STATUS = 2
TEXTS, LISTS = (str, str | None), (list[str], list[str] | None)
"""The types of parameters that need no conversion."""


class Commands(TyperGroup):
    """Turns a user's mistake into a sentence and status 1, for status 2 means changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for command in self.commands.values():
            command.get_params = functools.partial(_read_plainly, command.get_params)  # type: ignore[method-assign]

    def list_commands(self, ctx: Any) -> list[str]:
        """See click. The commands that most people want come first."""
        order = [*texts.SHORT]
        return sorted(super().list_commands(ctx), key=lambda name: order.index(name) if name in order else len(order))

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


class _Plain(NamedTuple):
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
