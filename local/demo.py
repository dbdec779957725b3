"""The demo: ``make demo``. It deploys the provider, uses it, and checks everything that it shows."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from local import environment, ministack, records, sam, tables
from local.environment import ROOT
from local.expect import UnexpectedError, expect, expect_equal
from local.show import Screen
from local.stacks import Stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from local.ministack import Engine, Session
    from local.records import BreakGlassRecord
    from local.tables import Standing

EXAMPLE = ROOT / "examples" / "tables.yaml"
SINGLE = ROOT / "examples" / "breakglass.yaml"
WANTED = {
    "sentinel-breakglass": ("breakglass", "BreakGlassTable", ("gsi-invoker", "gsi-profile", "gsi-status")),
    "sentinel-requests": ("approval", "ApprovalTable", ("gsi-profile", "gsi-requester", "gsi-status")),
    "sentinel-sessions": ("session", "SessionTable", ("gsi-profile", "gsi-server-instance", "gsi-status", "gsi-user")),
}
TOOLS = {"the SAM CLI": ".venv-sam", "MiniStack": ".venv-ministack"}
BREAKGLASS = "sentinel-breakglass"
FOREIGN = "sentinel-incidents"
AS_DEPLOYED = {"TimeToLive": "true", "DeletionProtection": "false", "Team": "platform"}
AS_CHANGED = {"TimeToLive": "false", "DeletionProtection": "true", "Team": "security"}


@dataclass(frozen=True, slots=True)
class Demo:
    """A provider in a local AWS, and the screen that its story is told on."""

    screen: Screen
    engine: Engine
    dynamodb: DynamoDBClient
    example: Stack
    refused: Stack

    def tell(self) -> None:
        """Tell the whole story; UnexpectedError where something is not as it should be."""
        foreign = self.make_by_hand()
        self.screen.title("The provider, and a stack that uses it")
        with self.screen.step("the SAM CLI builds the provider"):
            sam.build(self.engine)
        with self.screen.step("the SAM CLI deploys it as the stack sentinel-tables"):
            sam.deploy(self.engine)
        self.deploy()
        self.screen.title("A break-glass record")
        record = self.use()
        self.screen.title("A change in place")
        self.change(record)
        self.screen.title("A table that somebody else made")
        self.refuse(foreign)
        self.screen.title("The end of the stack")
        self.remove()

    def make_by_hand(self) -> BreakGlassRecord:
        """Be somebody else, who has a table with a record in it. It is made early: the provider doubts a newborn table."""
        record = records.new("bob@example.com", "billing")
        with self.screen.step(f"somebody makes a table of their own, {FOREIGN}, and writes a record"):
            records.make_by_hand(self.dynamodb, FOREIGN)
            records.write(self.dynamodb, FOREIGN, record)
        return record

    def deploy(self) -> None:
        """Deploy the example, and show what stands."""
        with self.screen.step("CloudFormation makes the three tables of examples/tables.yaml"):
            self.example.expect(self.example.create(EXAMPLE, **AS_DEPLOYED), "CREATE_COMPLETE")
        self.screen.standing(self.expect_tables(AS_DEPLOYED))

    def use(self) -> BreakGlassRecord:
        """Write a record and read it back through every index."""
        record = records.new("alice@example.com", "prod-admin")
        with self.screen.step(f"written: {record.invoker} uses {record.profile}, {record.created_at}"):
            records.write(self.dynamodb, BREAKGLASS, record)
        for index, attribute in records.INDEXES.items():
            with self.screen.step(f"read back through {index}"):
                found = records.find(self.dynamodb, BREAKGLASS, index, getattr(record, attribute))
                expect_equal(found, [record], f"What {index} of {BREAKGLASS} has")
        return record

    def change(self, record: BreakGlassRecord) -> None:
        """Change all three tables in place: the same tables with the same record in them."""
        before = {name: tables.read(self.dynamodb, name).table_id for name in WANTED}
        with self.screen.step("TTL off, protection on, another team"):
            self.example.expect(self.example.update(EXAMPLE, **AS_CHANGED), "UPDATE_COMPLETE")
        standing = self.expect_tables(AS_CHANGED)
        self.screen.standing(standing)
        with self.screen.step("they are the same tables, and the record is still there"):
            expect_equal({table.name: table.table_id for table in standing}, before, "The tables' ids")
            self.expect_record(BREAKGLASS, record)

    def refuse(self, record: BreakGlassRecord) -> None:
        """Ask for a table whose name somebody else's table has."""
        before = tables.read(self.dynamodb, FOREIGN)
        with self.screen.step(f"a stack that asks for {FOREIGN} is refused"):
            self.refused.expect(self.refused.create(SINGLE, TableName=FOREIGN), "ROLLBACK_COMPLETE")
        reason = self.refused.reason("BreakGlassTable")
        self.screen.quote(f"BreakGlassTable CREATE_FAILED: {reason}")
        expect(FOREIGN in reason, f"The reason does not name the table {FOREIGN}: {reason}")
        with self.screen.step("the stack is deleted; the table is as it was, and so is its record"):
            self.refused.expect(self.refused.delete(), "DELETE_COMPLETE")
            expect_equal(tables.read(self.dynamodb, FOREIGN), before, f"The table {FOREIGN}")
            self.expect_record(FOREIGN, record)

    def remove(self) -> None:
        """Turn the protection off, and delete the stack with its tables."""
        with self.screen.step("protection off"):
            parameters = AS_CHANGED | {"DeletionProtection": "false"}
            self.example.expect(self.example.update(EXAMPLE, **parameters), "UPDATE_COMPLETE")
            self.expect_tables(parameters)
        with self.screen.step("CloudFormation deletes the stack and its three tables"):
            self.example.expect(self.example.delete(), "DELETE_COMPLETE")
            expect_equal(tables.names(self.dynamodb), {FOREIGN}, "The tables that are left")

    def expect_tables(self, parameters: dict[str, str]) -> list[Standing]:
        """Read the three tables; UnexpectedError unless they are what the example says with these parameters."""
        standing = [tables.read(self.dynamodb, name) for name in WANTED]
        for table in standing:
            schema, logical_id, indexes = WANTED[table.name]
            expect_equal(table.schema, schema, f"The schema of {table.name}")
            expect_equal(table.indexes, indexes, f"The indexes of {table.name}")
            expect_equal(table.owner, f"{self.example.name}/{logical_id}, created", f"The owner of {table.name}")
            expect_equal(table.ttl != "off", parameters["TimeToLive"] == "true", f"TTL of {table.name}")
            expect_equal(table.recovery, "35 days", f"Recovery of {table.name}")
            expect_equal(table.protected, parameters["DeletionProtection"] == "true", f"Protection of {table.name}")
            expect(table.encryption.startswith("KMS"), f"Encryption of {table.name}: found {table.encryption}")
            expect_equal(table.tags.get("team"), parameters["Team"], f"The tag team of {table.name}")
        return standing

    def expect_record(self, table: str, record: BreakGlassRecord) -> None:
        """Raise UnexpectedError unless the table has the record."""
        found = records.find(self.dynamodb, table, "gsi-invoker", record.invoker)
        expect_equal(found, [record], f"The records of {record.invoker} in {table}")


def main() -> None:
    """Run the demo, and end with a status that says whether everything was as it should be."""
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--keep", action="store_true", help="leave it running")
    keep = arguments.parse_args().keep
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    environment.become(environment.outside())
    screen = Screen()
    try:
        _run(screen, keep=keep)
    except (UnexpectedError, ClientError, BotoCoreError) as error:
        screen.fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        screen.say("Interrupted; nothing is left running.")
        sys.exit(128 + signal.SIGINT)


def _run(screen: Screen, *, keep: bool) -> None:
    expect(not (keep and ministack.is_kept()), "An earlier demo is still running. Stop it first: make demo-stop")
    screen.title("A local AWS")
    for name, folder in TOOLS.items():
        with screen.step(f"{name} is installed from its lock"):
            environment.install(folder)
    with ExitStack() as until_the_end:
        with screen.step("MiniStack starts"):
            session = until_the_end.enter_context(ministack.session())
        demo = _demo(screen, session.engine)
        demo.tell()
        if keep:
            demo.deploy()
            _keep(screen, session)
    screen.say("\nEverything was as it should be.")


def _demo(screen: Screen, engine: Engine) -> Demo:
    cloudformation = engine.client("cloudformation")
    return Demo(
        screen=screen,
        engine=engine,
        dynamodb=engine.client("dynamodb"),
        example=Stack(cloudformation, "sentinel-records"),
        refused=Stack(cloudformation, "sentinel-refused"),
    )


def _keep(screen: Screen, session: Session) -> None:
    session.keep()
    screen.title("The local AWS keeps running. For the AWS CLI:")
    screen.exports(session.engine.variables())
    screen.say("\nStop it with: make demo-stop")


def _stop(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
