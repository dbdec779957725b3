"""The commands that print what the project knows: `schema`, `policy` and `rules`.

A command imports what it needs when it runs, so that none waits for what only another one uses.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sentinel_tables_cli.app.root import app
from sentinel_tables_cli.options import AsJson, OptionalIndex, SchemaName, common, offered
from sentinel_tables_cli.options import help as texts
from sentinel_tables_cli.report.envelope import enveloped


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


def _role_names() -> list[str]:
    return [*texts.ROLE_NAMES]


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


@app.command(help=texts.RULES, short_help=texts.SHORT["rules"])
@common
def rules(*, as_json: AsJson = False) -> None:
    """Print the folder of the rules for cfn-lint."""
    folder = Path(__file__).parents[1] / "cfn_lint_rules"
    typer.echo(enveloped({"folder": str(folder)}, 0) if as_json else folder)
