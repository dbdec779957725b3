"""The commands on boto3 itself: its sessions, its errors, and moto in place of AWS."""

import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from sentinel_tables.model import Table
from sentinel_tables.rules.steps import create_table
from sentinel_tables.schemas import resolve
from sentinel_tables_cli.app import app

from .desk import BREAKGLASS


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of this machine, and no way to its metadata."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with mock_aws():
        yield


@pytest.fixture
def template(tmp_path: Path) -> str:
    path = tmp_path / "template.yaml"
    path.write_text(LITERAL)
    return str(path)


LITERAL = BREAKGLASS.replace("!ImportValue sentinel-tables-ServiceToken", "arn:token")
CREDENTIALS = "Look at the credentials: --profile, or the variables AWS_..."


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.usefixtures("aws")
def test_a_table_that_is_not_there_would_be_created(template: str) -> None:
    planned = run("plan", template, "--detailed-exitcode")
    assert planned.exit_code == 2
    assert planned.stdout.endswith("Plan: 1 to be created.\n")


@pytest.mark.usefixtures("aws")
def test_calls_and_their_seconds(template: str) -> None:
    told = run("plan", template, "--debug").stderr.splitlines()
    assert any(re.fullmatch(r"dynamodb DescribeTable: \d+\.\d{3} s", line) for line in told)


@pytest.mark.usefixtures("aws")
def test_parameters_are_looked_up_in_the_parameter_store(template: str) -> None:
    boto3.client("ssm", region_name="eu-west-1").put_parameter(Name="/name", Value="sentinel-stored", Type="String")
    head = "Parameters: {Name: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name}}\n"
    Path(template).write_text(f"{head}{LITERAL}      TableName: !Ref Name\n")
    assert "BreakGlass -> sentinel-stored: to be created" in run("plan", template).stdout


@pytest.mark.usefixtures("aws")
def test_tables_of_nobody_are_not_listed() -> None:
    table = Table(resolve("breakglass").named("sentinel-breakglass"))
    boto3.client("dynamodb", region_name="eu-west-1").create_table(**create_table(table).arguments)  # type: ignore[arg-type]
    listed = run("status")
    assert (listed.exit_code, listed.stdout) == (0, "There is no table that carries the tags of ownership.\n")


@pytest.mark.usefixtures("aws")
def test_the_account_is_looked_up_where_the_template_needs_it(template: str) -> None:
    Path(template).write_text(LITERAL + "      TableName: !Sub sentinel-${AWS::AccountId}-${AWS::Region}\n")
    assert "sentinel-123456789012-eu-west-1" in run("plan", template).stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("plan",), "Table sentinel-breakglass"),
        (("plan", "--stack", "records"), "Stack records"),
        (("status",), "The tables"),
    ],
)
def test_without_credentials_nothing_can_be_said(template: str, words: tuple[str, ...], what: str) -> None:
    told = run(*words, *([template] if "plan" in words else []), "--region", "eu-west-1")
    assert (told.exit_code, told.stdout) == (1, "")
    verb = "listed" if "status" in words else "looked at"
    assert told.stderr == f"Error: {what} cannot be {verb}: Unable to locate credentials. {CREDENTIALS}\n"


ERRORS = {
    "no Region": ((), "Error: You must specify a region. Name one with --region or AWS_REGION.\n"),
    "no such profile": (
        ("--profile", "nobody"),
        "Error: The config profile (nobody) could not be found. Look",
    ),
    "no address": (("--region", "eu-west-1", "--endpoint-url", "nonsense"), "Error: Invalid endpoint: nonsense. "),
}


@pytest.mark.parametrize(("words", "message"), ERRORS.values(), ids=ERRORS)
def test_options_that_lead_nowhere(template: str, words: tuple[str, ...], message: str) -> None:
    planned = run("plan", template, *words)
    assert planned.exit_code == 1
    assert planned.stderr.startswith(message)


def test_an_address_where_nobody_answers(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    planned = run("plan", template, "--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9")
    assert planned.exit_code == 1
    assert planned.stderr.startswith("Error: DynamoDB did not answer (Could not connect to the endpoint URL")


def test_status_where_nobody_answers_does_not_ask_for_a_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    listed = run("status", "--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9")
    assert listed.exit_code == 1
    assert "Look at --endpoint-url and --region, or try again." in listed.stderr
    assert "dynamodb:ListTables" not in listed.stderr


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.usefixtures("keys")
def test_a_region_of_no_partition_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(BREAKGLASS)
    words = ["plan", str(path), "--region", "us-east1", "--endpoint-url", "http://127.0.0.1:9"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Error: DynamoDB did not answer")


@pytest.mark.usefixtures("keys")
def test_an_address_of_one_service_goes_before_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.eu-west-1.amazonaws.com")
    with mock_aws():
        assert CliRunner().invoke(app, ["status", "--region", "eu-west-1"]).exit_code == 0
