"""A local AWS with the provider in it: once for a worker."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local import environment, ministack, sam, tables
from local.stacks import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.ministack import Engine

EXAMPLES = environment.ROOT / "examples"


def need(found: object, what: str) -> None:
    """Skips the test where something is not installed; in CI that is an error."""
    if not found:
        assert not os.environ.get("CI"), f"{what}. CI installs it: make stacks"
        pytest.skip(f"{what}: make stacks installs it")


def need_environments(*names: str) -> None:
    """Skips the test where an environment is not there."""
    for name in names:
        need(environment.python(name).exists(), f"there is no {name}")


@dataclass(frozen=True)
class Here:
    """The provider deployed in a local AWS, with the drift watch on, and a key that it may use."""

    engine: Engine
    key: str

    def client(self, service: str) -> Any:
        return self.engine.client(service)

    def stack(self, name: str) -> Stack:
        return Stack(self.client("cloudformation"), name)

    def table(self, name: str) -> tables.Standing:
        return tables.read(self.client("dynamodb"), name)

    def put(self, table: str, record: dict[str, str]) -> None:
        """Writes a record of strings."""
        item = {name: {"S": value} for name, value in record.items()}
        self.client("dynamodb").put_item(TableName=table, Item=item)

    def get(self, table: str, id_: str) -> dict[str, str]:
        """The record of that id; empty where there is none."""
        item = self.client("dynamodb").get_item(TableName=table, Key={"id": {"S": id_}}).get("Item", {})
        return {name: value["S"] for name, value in item.items()}

    def clear(self) -> None:
        """Removes every stack but the provider's, and every table, protected or not."""
        cloudformation, dynamodb = self.client("cloudformation"), self.client("dynamodb")
        for name in sorted(tables.names(dynamodb)):
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        for stack in cloudformation.describe_stacks()["Stacks"]:
            if stack["StackName"].startswith("records"):
                self.stack(stack["StackName"]).delete()
        for name in sorted(tables.names(dynamodb)):
            dynamodb.delete_table(TableName=name)


@pytest.fixture(scope="session")
def place() -> Iterator[Here]:
    need_environments(".venv-sam", ".venv-ministack")
    before = dict(os.environ)
    environment.become(environment.outside())
    try:
        with ministack.session() as session:
            key = session.engine.client("kms").create_key()["KeyMetadata"]["Arn"]
            sam.build(session.engine)
            sam.deploy(session.engine, KmsKeyArns=key, DriftSchedule="rate(1 minute)")
            yield Here(session.engine, key)
    finally:
        environment.become(before)


@pytest.fixture
def here(place: Here) -> Iterator[Here]:
    yield place
    place.clear()


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git has of this checkout, with its environments: what is done in it leaves no trace."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the machine's own
        cwd=environment.ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        _copy(environment.ROOT / name, folder / name)
    for name in (".venv", ".venv-sam", ".venv-ministack"):
        (folder / name).symlink_to(environment.ROOT / name)
    return folder


def _copy(source: Path, target: Path) -> None:
    """With its time, or make would take the environments to be older than their locks."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(source.stat().st_mode)
        os.utime(target, (source.stat().st_atime, source.stat().st_mtime))
