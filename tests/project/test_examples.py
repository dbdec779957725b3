"""Each example is a template that CloudFormation and the provider take, as it stands."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

from sentinel_tables.request.event import Create, parse
from sentinel_tables.request.properties import PROPERTIES

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "examples").glob("*.yaml"))
CONSTRUCT = ROOT / "examples" / "cdk" / "sentinel_table.py"
SAMPLES = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "KeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
ATTRIBUTES = {"TableName", "Arn", "TableId", "Schema", "StreamArn"}
RUN = "from cfnlint.runner.cli import main; main()"
Json = dict[str, Any]


def template(path: Path) -> Json:
    document, mistakes = decode(str(path))
    assert not mistakes
    assert isinstance(document, dict)
    return document


def tables(document: Json) -> Iterator[tuple[str, Json]]:
    """Logical id and properties of each table, functions in place."""
    for logical_id, resource in document["Resources"].items():
        if resource["Type"] == "Custom::SentinelTable":
            yield logical_id, resource["Properties"]


def as_sent(value: Any, parameters: Json) -> Any:
    """A value as CloudFormation sends it: functions as samples of what they give, scalars as strings."""
    if isinstance(value, list):
        return [as_sent(item, parameters) for item in value]
    if isinstance(value, dict):
        function = next((FUNCTIONS[name] for name in value if name in FUNCTIONS), None)
        return function(value, parameters) if function else {key: as_sent(item, parameters) for key, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)


FUNCTIONS: dict[str, Callable[[Json, Json], Any]] = {
    "Ref": lambda value, parameters: str(SAMPLES.get(value["Ref"]) or parameters[value["Ref"]]["Default"]),
    "Fn::Sub": lambda value, _: re.sub(r"\$\{([^}]+)\}", lambda found: SAMPLES[found[1]], value["Fn::Sub"]),
    "Fn::If": lambda value, parameters: as_sent(value["Fn::If"][1], parameters),
    "Fn::ImportValue": lambda _value, _parameters: "arn:aws:lambda:eu-central-1:123456789012:function:sentinel-tables",
}


def request(logical_id: str, properties: Json, parameters: Json) -> Create:
    event = {
        "RequestType": "Create",
        "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/examples/1",
        "LogicalResourceId": logical_id,
        "ResourceProperties": as_sent(properties, parameters),
    }
    request = parse(event, "sentinel-")
    assert isinstance(request, Create)
    return request


def attributes(value: Any, of: set[str]) -> Iterator[str]:
    """The attribute of each `Fn::GetAtt` of one of these resources."""
    if isinstance(value, dict):
        if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in of:
            yield value["Fn::GetAtt"][1]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from attributes(item, of)


def ids(path: Path) -> str:
    return path.stem


def test_every_example_is_clean_to_cfn_lint() -> None:
    command = [sys.executable, "-c", RUN, *map(str, TEMPLATES)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own files
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_the_provider_takes_the_properties_of_every_example(path: Path) -> None:
    document = template(path)
    for logical_id, properties in tables(document):
        read = request(logical_id, properties, document.get("Parameters", {}))
        assert read.desired is not None
        assert read.desired.table.name.startswith("sentinel-")


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_the_examples_use_attributes_that_there_are(path: Path) -> None:
    document = template(path)
    assert set(attributes(document, {logical_id for logical_id, _ in tables(document)})) <= ATTRIBUTES


@pytest.mark.parametrize("name", ["adopt", "archive", "breakglass", "evidence", "rename", "roles"])
def test_a_table_that_holds_records_outlives_its_stack(name: str) -> None:
    document = template(ROOT / "examples" / f"{name}.yaml")
    for logical_id, _ in tables(document):
        resource = document["Resources"][logical_id]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_evidence_is_kept() -> None:
    document = template(ROOT / "examples" / "evidence.yaml")
    for logical_id, properties in tables(document):
        desired = request(logical_id, properties, document["Parameters"]).desired
        assert desired is not None
        settings = desired.table.settings
        assert (settings.time_to_live, settings.deletion_protection, settings.recovery_days) == (None, True, 35)
        assert settings.encryption.key == SAMPLES["KeyArn"]


@pytest.mark.parametrize("name", ["adopt", "rename"])
def test_taking_over_a_table_is_asked_for(name: str) -> None:
    document = template(ROOT / "examples" / f"{name}.yaml")
    for logical_id, properties in tables(document):
        desired = request(logical_id, properties, document.get("Parameters", {})).desired
        assert desired is not None
        assert desired.claim.adopt


def test_the_stack_set_deploys_the_providers_own_parameters() -> None:
    stack_set = template(ROOT / "examples" / "organisation.yaml")["Resources"]["Provider"]["Properties"]
    provider = template(ROOT / "template.yaml")
    given = {item["ParameterKey"]: item["ParameterValue"] for item in stack_set["Parameters"]}
    assert given.keys() <= provider["Parameters"].keys()
    assert given["ExportName"] == "sentinel-tables-ServiceToken", "what every template imports"
    longest_name = f"StackSet-{stack_set['StackSetName']}-" + "0" * 36 + "-drift"
    assert len(longest_name) <= 64, "the functions have the name of their stack"


def test_the_construct_names_what_the_provider_knows() -> None:
    tree = ast.parse(CONSTRUCT.read_text(encoding="utf-8"))
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "properties"]
    assert isinstance(call.value, ast.Dict)
    names = {key.value for key in call.value.keys if isinstance(key, ast.Constant)}
    assert names
    assert names <= PROPERTIES.keys()
    app = ast.parse((CONSTRUCT.parent / "app.py").read_text(encoding="utf-8"))
    (settings,) = [node for node in ast.walk(app) if isinstance(node, ast.keyword) and node.arg == "settings"]
    properties = {"Schema": "approval", **ast.literal_eval(settings.value)}
    assert request("ApprovalTable", properties, {}).desired is not None
