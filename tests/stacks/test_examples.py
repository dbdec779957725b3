"""Each example, deployed: what it makes, what it keeps, and what is left when its stack is gone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from local import environment, sam, tables
from local.stacks import Stack

from .conftest import EXAMPLES, Here, need, need_environments

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)  # the first test starts a local AWS and deploys the provider, and all run in real time

RECORD = {
    "id": "r-1",
    "requester": "alice",
    "invoker": "alice",
    "profile": "prod",
    "status": "open",
    "created_at": "2026-11-22",
}
MEMBER = "222222222222"
"""Another account of the organisation."""
TABLES = {
    "sentinel-breakglass": "BreakGlassTable",
    "sentinel-requests": "ApprovalTable",
    "sentinel-sessions": "SessionTable",
}


def deployed(stack: Stack, template: Path, **parameters: str) -> Stack:
    stack.expect(stack.create(template, **parameters), "CREATE_COMPLETE")
    return stack


def updated(stack: Stack, template: Path, **parameters: str) -> None:
    stack.expect(stack.update(template, **parameters), "UPDATE_COMPLETE")


def deleted(stack: Stack) -> None:
    stack.expect(stack.delete(), "DELETE_COMPLETE")


def without(line: str, template: Path, folder: Path) -> Path:
    """The template, one line of it taken out."""
    text = template.read_text(encoding="utf-8")
    kept = [one for one in text.splitlines() if line not in one or one.startswith("#")]
    assert len(kept) == len(text.splitlines()) - 1
    path = folder / template.name
    path.write_text("\n".join(kept), encoding="utf-8")
    return path


def owner(here: Here, table: str) -> str:
    return here.table(table).owner


def test_tables(here: Here) -> None:
    stack = deployed(here.stack("records"), EXAMPLES / "tables.yaml")
    assert {name: owner(here, name) for name in TABLES} == {
        name: f"records/{logical_id}, created" for name, logical_id in TABLES.items()
    }
    updated(stack, EXAMPLES / "tables.yaml", Team="security", TimeToLive="false")
    assert {here.table(name).ttl for name in TABLES} == {"off"}
    assert stack.outputs()["SessionTableArn"].endswith(":table/sentinel-sessions")
    deleted(stack)
    assert tables.names(here.client("dynamodb")) == set()


def test_breakglass_outlives_its_stack(here: Here) -> None:
    stack = deployed(here.stack("records"), EXAMPLES / "breakglass.yaml", TableName="sentinel-emergencies")
    here.put("sentinel-emergencies", RECORD)
    deleted(stack)
    assert here.get("sentinel-emergencies", "r-1") == RECORD


def test_adopt_takes_over_a_table_with_its_records(here: Here, tmp_path: Path) -> None:
    here.client("dynamodb").create_table(
        TableName="sentinel-requests", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    here.put("sentinel-requests", RECORD)
    before = here.table("sentinel-requests")

    stack = deployed(here.stack("records"), EXAMPLES / "adopt.yaml")

    after = here.table("sentinel-requests")
    assert (after.table_id, after.owner) == (before.table_id, "records/ApprovalTable, adopted")
    assert after.indexes == ("gsi-profile", "gsi-requester", "gsi-status")
    assert here.get("sentinel-requests", "r-1") == RECORD
    updated(stack, without("ExistingTable", EXAMPLES / "adopt.yaml", tmp_path))
    deleted(stack)
    assert here.get("sentinel-requests", "r-1") == RECORD


def test_a_table_that_outlived_its_stack_is_not_taken_by_another_unasked(here: Here) -> None:
    template, name = EXAMPLES / "breakglass.yaml", "sentinel-emergencies"
    deleted(deployed(here.stack("records"), template, TableName=name))
    others = here.stack("records-of-others")
    others.expect(others.create(template, TableName=name), "ROLLBACK_COMPLETE")
    assert "ExistingTable: Adopt" in others.reason("BreakGlassTable")
    assert owner(here, name) == "records/BreakGlassTable, created"


def test_evidence_is_kept_by_a_key_of_ones_own(here: Here) -> None:
    stack = deployed(here.stack("records"), EXAMPLES / "evidence.yaml", KeyArn=here.key)
    for name in ("sentinel-breakglass", "sentinel-requests"):
        table = here.table(name)
        assert (table.ttl, table.recovery, table.protected, table.tags["records"]) == ("off", "35 days", True, "evidence")
        assert table.encryption == f"KMS, {here.key.split(':', 5)[5]}"
        here.put(name, RECORD)
    deleted(stack)
    assert here.get("sentinel-requests", "r-1") == here.get("sentinel-breakglass", "r-1") == RECORD
    with pytest.raises(here.client("dynamodb").exceptions.ClientError, match="protect"):
        here.client("dynamodb").delete_table(TableName="sentinel-requests")


def test_rename_keeps_the_table(here: Here, tmp_path: Path) -> None:
    """Both stages, the first as it stands in the comments of the second."""
    second = EXAMPLES / "rename.yaml"
    comment = re.search(r"^#   Emergency:\n(?:#    .*\n)+", second.read_text(encoding="utf-8"), re.MULTILINE)
    assert comment
    first = tmp_path / "first.yaml"
    first.write_text("Resources:\n" + comment[0].replace("# ", ""), encoding="utf-8")
    beginning = tmp_path / "beginning.yaml"
    beginning.write_text(re.sub(r" *(Deletion|UpdateReplace)Policy: .*\n", "", first.read_text()), encoding="utf-8")
    stack = deployed(here.stack("records"), beginning)
    here.put("sentinel-breakglass", RECORD)
    before = here.table("sentinel-breakglass")

    updated(stack, first)
    assert here.table("sentinel-breakglass") == before
    updated(stack, second)

    after = here.table("sentinel-breakglass")
    assert (after.table_id, after.owner) == (before.table_id, "records/BreakGlassTable, adopted")
    assert here.get("sentinel-breakglass", "r-1") == RECORD
    updated(stack, without("ExistingTable", second, tmp_path))
    assert owner(here, "sentinel-breakglass") == "records/BreakGlassTable, adopted"


def test_organisation_gives_each_account_its_provider(here: Here, tmp_path: Path) -> None:
    """What a StackSet does with the example, done in its place: the processed template, the parameters, another account."""
    found = here.client("cloudformation").get_template(StackName=sam.STACK, TemplateStage="Processed")["TemplateBody"]
    body = found if isinstance(found, str) else json.dumps(found)
    assert "Transform" not in json.loads(body)
    processed = tmp_path / "provider.json"
    processed.write_text(body, encoding="utf-8")
    example = (EXAMPLES / "organisation.yaml").read_text(encoding="utf-8")
    fixed = dict(re.findall(r"ParameterKey: (\S+)\n\s+ParameterValue: ([\w-]+)$", example, re.MULTILINE))
    assert fixed == {"ExportName": "sentinel-tables-ServiceToken"}
    cloudformation = here.engine.client("cloudformation", MEMBER)
    provider = Stack(cloudformation, "StackSet-sentinel-db-3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    deployed(provider, processed, DriftSchedule="rate(1 day)", **fixed)
    exports = {one["Name"] for one in cloudformation.list_exports()["Exports"]}
    assert "sentinel-tables-ServiceToken" in exports


def test_cdk(here: Here, tmp_path: Path) -> None:
    need_environments(".venv-stacks")
    need(shutil.which("node"), "the AWS CDK runs on Node.js, which is not here")
    subprocess.run(  # noqa: S603 - as the example's page says
        [str(environment.python(".venv-stacks")), "app.py"],
        cwd=EXAMPLES / "cdk", env=environment.outside() | {"CDK_OUTDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    template = tmp_path / "SentinelRecords.template.json"
    resources: dict[str, Any] = json.loads(template.read_text())["Resources"]
    names = [name for name, one in resources.items() if one["Type"] == "Custom::SentinelTable"]
    here.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="21", Type="String", Overwrite=True)

    stack = deployed(here.stack("records"), template)

    assert len(names) == 2
    assert {owner(here, name) for name in ("sentinel-breakglass", "sentinel-requests")} == {
        f"records/{name}, created" for name in names
    }
    assert here.table("sentinel-requests").protected
    assert here.table("sentinel-requests").ttl == "off"
    (arn,) = stack.outputs().values()
    assert arn.endswith(":table/sentinel-breakglass")
    deleted(stack)
    assert {"sentinel-breakglass", "sentinel-requests"} <= tables.names(here.client("dynamodb"))
