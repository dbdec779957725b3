"""The how-tos that lead records through a loss or a move, followed to the letter as far as the local AWS goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local import environment, sam, tables

from .conftest import EXAMPLES, Here, need_environments
from .page import Block, read
from .shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)  # the first test starts a local AWS and deploys the provider, and all run in real time

HOW_TO = environment.ROOT / "docs" / "how-to"
PAGE = "get-records-back.md"
TABLE, COPY = "sentinel-breakglass", "sentinel-breakglass-restored"
RECORD = {"id": "r-1", "invoker": "alice", "profile": "prod", "status": "open", "created_at": "2026-11-22"}
SECOND = "us-west-2"


@pytest.fixture
def shell(here: Here, tmp_path: Path) -> Shell:
    """With the AWS CLI, the command line, and the local AWS."""
    need_environments(".venv-stacks")
    command = tmp_path / "bin" / "sentinel-tables"
    command.parent.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={environment.ROOT} exec {environment.python(".venv")} -m sentinel_tables_cli "$@"\n'
    )
    command.chmod(0o755)
    outside = environment.outside()
    path = f"{environment.python('.venv-stacks').parent}:{command.parent}:{outside['PATH']}"
    return Shell(tmp_path, outside | here.engine.variables() | {"PATH": path})


def follow(shell: Shell, page: Iterable[Block]) -> None:
    """Writes each file down, and types each command. The command line ends with status 2 if it has something to show."""
    for block in page:
        if block.language == "yaml":
            (shell.folder / block.named).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            shell.run(re.sub(r"^(sentinel-tables .*)$", r"\1 || [ $? = 2 ]", block.text, flags=re.MULTILINE))


def blocks(page: str, since: str, until: str) -> Iterator[Block]:
    return (one for one in read(HOW_TO / page, until, since) if isinstance(one, Block))


def lose_the_table(here: Here) -> None:
    """A table with a record, and a backup of it, as the system one that the local AWS does not make."""
    stack = here.stack("records")
    stack.expect(stack.create(EXAMPLES / "breakglass.yaml", TableName=TABLE), "CREATE_COMPLETE")
    here.put(TABLE, RECORD)
    dynamodb = here.client("dynamodb")
    dynamodb.create_backup(TableName=TABLE, BackupName="system")
    dynamodb.delete_table(TableName=TABLE)


def test_records_come_back_with_their_table_and_from_a_standing_one(here: Here, shell: Shell) -> None:
    lose_the_table(here)

    follow(shell, blocks(PAGE, "The template", "Records are gone from a standing table"))

    table = here.table(TABLE)
    assert here.get(TABLE, "r-1") == RECORD
    assert (table.owner, table.ttl, table.recovery) == ("records/BreakGlassTable, adopted", "off", "35 days")

    stack = here.stack("records")
    stack.expect(stack.update(EXAMPLES / "breakglass.yaml", TableName=TABLE), "UPDATE_COMPLETE")
    standing = list(blocks(PAGE, "Records are gone from a standing table", "A backup of your own"))
    put_back = next(block for block in standing if "put-item" in block.text)
    follow(shell, standing[: standing.index(put_back)])
    here.client("dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": "r-1"}})
    follow(shell, [put_back])
    assert here.get(TABLE, "r-1") == RECORD

    follow(shell, standing[standing.index(put_back) + 1 :])
    table = here.table(COPY)
    assert (table.owner, table.ttl) == ("records/BreakGlassTable, adopted", "off")
    assert here.get(COPY, "r-1") == here.get(TABLE, "r-1") == RECORD

    assert here.table(TABLE).owner == "records/BreakGlassTable, adopted"
    follow(shell, blocks(PAGE, "Tags that a copy brings along", "What a restore brings, and what the deployment adds"))
    assert here.table(TABLE).owner == "nobody"


def test_a_second_region_has_the_records_and_an_owner_of_its_own(here: Here, shell: Shell) -> None:
    """The second provider has another stack name here: the local AWS gives the roles of like stacks one name."""
    sam.deploy(here.engine, SECOND, "sentinel-tables-second", ExportName="sentinel-tables-ServiceToken")
    page = list(blocks("second-region.md", "Set it up", "Keep it"))
    deploy = page[0]
    assert re.findall(r"^sam .*", deploy.text, re.MULTILINE) == [
        "sam build", 'sam deploy --region "$FIRST"', 'sam deploy --region "$SECOND"',
    ]  # fmt: skip
    shell.run(re.sub(r"^sam .*\n", "", deploy.text, flags=re.MULTILINE))

    follow(shell, page[1:])

    here.put(TABLE, RECORD)
    there = here.engine.client("dynamodb", region=SECOND)
    copy = tables.read(there, TABLE)
    assert (copy.owner, copy.protected, copy.recovery) == ("records/BreakGlassTable, adopted", True, "35 days")
    assert there.get_item(TableName=TABLE, Key={"id": {"S": "r-1"}})["Item"]["invoker"] == {"S": "alice"}
