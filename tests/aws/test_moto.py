"""The life of each schema with every setting, on another model of AWS: each call that is made exists there too."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

import sentinel_tables
from sentinel_tables.allowance import Allowance
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.converge import converge, remove
from sentinel_tables.errors import NotOwned
from sentinel_tables.goals.ending import Removed
from sentinel_tables.goals.standing import Standing
from sentinel_tables.memory import Memory
from sentinel_tables.model import Facet, LiveTable
from sentinel_tables.request.event import Create, parse
from sentinel_tables.resource import Surroundings, provide
from sentinel_tables.rules.removal import delete_of_own_id
from tests.aws import APIS
from tests.worlds import DEFAULT_NAMES, INDEXES, Json

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteItem", "Resource": "*"}],
}
CHANGES: list[tuple[str, Json]] = [
    ("deletion_protection", {"DeletionProtectionEnabled": "true"}),
    ("recovery_days", {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": "7"}}),
    ("time_to_live", {"TimeToLiveSpecification": {"Enabled": "false"}}),
    ("stream", {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}),
    ("contributor_insights", {"ContributorInsightsSpecification": {"Enabled": "true"}}),
    ("policy", {"ResourcePolicy": {"PolicyDocument": POLICY}}),
]
SAID_BACK: dict[str, Json] = {
    "deletion_protection": {"DeletionProtectionEnabled": "false"},
    "time_to_live": {"TimeToLiveSpecification": {"Enabled": "true"}},
}
"""What goes back to its default only if a template says so."""
NEW_ALONE: list[Json] = [
    {"SSESpecification": {"KMSMasterKeyId": "alias/records"}},
    {"SSESpecification": {"SSEEnabled": "false"}},
]
"""What moto takes in a CreateTable, and forgets in an UpdateTable. The table class it forgets in either."""


@dataclass
class Impatient:
    """A clock that does not sleep; the time passes all the same, and not without end."""

    moment: float
    slept: Iterator[int] = field(default_factory=lambda: iter(range(2_000)))

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        next(self.slept)
        self.moment += seconds

    def jitter(self) -> float:
        return 0.5


class Mended:
    """moto's client, with what it lacks, and what it gets wrong.

    It has no contributor insights. And it takes the definitions of an UpdateTable for all that the table has, where
    DynamoDB takes them for those of the new index.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._observed: set[str] = set()

    def __getattr__(self, api: str) -> Any:
        return getattr(self._client, api)

    def describe_contributor_insights(self, TableName: str) -> Json:  # noqa: N803 - boto3 names it
        return {
            "TableName": TableName,
            "ContributorInsightsStatus": "ENABLED" if TableName in self._observed else "DISABLED",
        }

    def update_contributor_insights(self, TableName: str, ContributorInsightsAction: str) -> Json:  # noqa: N803
        (self._observed.add if ContributorInsightsAction == "ENABLE" else self._observed.discard)(TableName)
        return self.describe_contributor_insights(TableName)

    def update_table(self, **arguments: Any) -> Any:
        if "AttributeDefinitions" in arguments:
            new = arguments["AttributeDefinitions"]
            table = self._client.describe_table(TableName=arguments["TableName"])["Table"]
            known = [definition for definition in table["AttributeDefinitions"] if definition not in new]
            arguments = arguments | {"AttributeDefinitions": [*new, *known]}
        return self._client.update_table(**arguments)


class Listed:
    """A client that keeps a list of what is asked of it."""

    def __init__(self, client: Any) -> None:
        self._client = Mended(client)
        self.meta = client.meta
        self.calls: list[str] = []

    def __getattr__(self, api: str) -> Any:
        self.calls.append(api)
        return getattr(self._client, api)


class Account:
    """moto's account, with this package at work in it."""

    def __init__(self, client: Any, keys: Any) -> None:
        self.client = Listed(client)
        self.tables = DynamoTables(self.client, lambda: keys)
        self.clock = Impatient(4_000_000_000.0)

    def around(self) -> Surroundings:
        allowance = Allowance(self.clock, self.clock.now() + 800, self.clock.now() + 3_000)
        return Surroundings(self.tables, allowance, "sentinel-")

    def ask(self, verb: str, physical_id: str, properties: Json, old: Json | None = None) -> Json:
        event = {
            "RequestType": verb,
            "StackId": STACK,
            "LogicalResourceId": "Records",
            "RequestId": "1",
            "PhysicalResourceId": physical_id,
            "ResourceProperties": properties,
            "OldResourceProperties": old,
        }
        outcome = provide(parse(event, "sentinel-"), self.around(), Memory())
        assert outcome.reason == ""
        return dict(outcome.attributes)

    def live(self, name: str) -> LiveTable | None:
        return self.tables.read(name, None, frozenset(Facet), frozenset(Facet))


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Any, Any]]:
    """Made once: it takes a quarter of a second."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "testing")
        keys = boto3.client("kms", "eu-central-1")
        keys.create_alias(AliasName="alias/records", TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
        yield boto3.client("dynamodb", "eu-central-1"), keys


@pytest.fixture
def account(clients: tuple[Any, Any]) -> Iterator[Account]:
    yield Account(*clients)
    for name in clients[0].list_tables()["TableNames"]:
        clients[0].update_table(TableName=name, DeletionProtectionEnabled=False)
        clients[0].delete_table(TableName=name)


def writes(account: Account, before: int) -> list[str]:
    return [api for api in account.client.calls[before:] if not api.startswith(("describe_", "list_", "get_"))]


@pytest.mark.parametrize("schema", DEFAULT_NAMES)
def test_a_table_of_each_schema_lives_from_create_to_delete(account: Account, schema: str) -> None:
    name = DEFAULT_NAMES[schema]
    attributes = account.ask("Create", "", {"Schema": schema})
    assert attributes["TableName"] == name
    live = account.live(name)
    assert live is not None
    assert attributes == {"TableName": name, "Arn": live.arn, "TableId": live.table_id, "Schema": schema}
    assert {index.index_name for index in live.table.schema.global_secondary_indexes} == set(INDEXES[schema])
    before = len(account.client.calls)
    account.ask("Update", name, {"Schema": schema})
    assert writes(account, before) == []
    account.ask("Delete", name, {"Schema": schema})
    assert account.live(name) is None


@pytest.mark.parametrize(("setting", "properties"), CHANGES, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("schema", DEFAULT_NAMES)
def test_each_setting_comes_and_goes_on_a_standing_table(
    account: Account, schema: str, setting: str, properties: Json
) -> None:
    name, plain = DEFAULT_NAMES[schema], {"Schema": schema}
    account.ask("Create", "", plain)
    first = account.live(name)
    account.ask("Update", name, plain | properties, plain)
    changed = account.live(name)
    account.ask("Update", name, plain | SAID_BACK.get(setting, {}), plain | properties)
    last = account.live(name)
    assert first is not None
    assert changed is not None
    assert last is not None
    assert getattr(changed.table.settings, setting) != getattr(first.table.settings, setting)
    assert last.table == first.table


@pytest.mark.parametrize(
    "properties", [properties for _, properties in CHANGES] + NEW_ALONE, ids=lambda row: next(iter(row))
)
def test_each_setting_is_there_from_the_beginning(account: Account, properties: Json) -> None:
    account.ask("Create", "", {"Schema": "session"} | properties)
    live = account.live("sentinel-sessions")
    assert live is not None
    before = len(account.client.calls)
    account.ask("Update", "sentinel-sessions", {"Schema": "session"} | properties)
    assert writes(account, before) == []


def test_tags_come_and_go_and_those_of_others_stay(account: Account) -> None:
    tags: Json = {"Schema": "approval", "Tags": [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "7"}]}
    fewer: Json = {"Schema": "approval", "Tags": [{"Key": "team", "Value": "blue"}]}
    attributes = account.ask("Create", "", tags)
    account.client.tag_resource(ResourceArn=attributes["Arn"], Tags=[{"Key": "foreign", "Value": "1"}])
    account.ask("Update", "sentinel-requests", fewer, tags)
    live = account.live("sentinel-requests")
    assert live is not None
    others = {key: value for key, value in live.table.tags.items() if not key.startswith("sentinel:")}
    assert others == {"team": "blue", "foreign": "1"}


@pytest.mark.parametrize("missing", INDEXES["session"])
def test_an_index_that_is_missing_or_wrong_is_made_anew(account: Account, missing: str) -> None:
    account.ask("Create", "", {"Schema": "session"})
    drop: Any = [{"Delete": {"IndexName": missing}}]
    account.client.update_table(TableName="sentinel-sessions", GlobalSecondaryIndexUpdates=drop)
    account.ask("Update", "sentinel-sessions", {"Schema": "session"})
    live = account.live("sentinel-sessions")
    assert live is not None
    assert {index.index_name for index in live.table.schema.global_secondary_indexes} == set(INDEXES["session"])


def test_a_provisioned_table_of_nobody_is_refused_adopted_and_released(account: Account) -> None:
    units: Any = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    account.client.create_table(
        TableName="sentinel-requests",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput=units,
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    account.client.put_item(TableName="sentinel-requests", Item={"id": {"S": "1"}})
    before = len(account.client.calls)
    request = parse({"RequestType": "Create", "StackId": STACK, "LogicalResourceId": "Records",
                     "ResourceProperties": {"Schema": "approval"}}, "sentinel-")  # fmt: skip
    assert isinstance(request, Create)
    with pytest.raises(NotOwned):
        converge(Standing(request.desired), account.tables, account.around().allowance, Memory())
    assert writes(account, before) == []
    account.ask("Create", "", {"Schema": "approval", "ExistingTable": "Adopt"})
    live = account.live("sentinel-requests")
    assert live is not None
    assert live.table.schema.billing_mode == "PAY_PER_REQUEST"
    assert remove(
        Removed("sentinel-requests", request.owner, delete_of_own_id("sentinel-requests")),
        account.tables,
        account.around().allowance,
        Memory(),
    ).ours
    assert account.client.get_item(TableName="sentinel-requests", Key={"id": {"S": "1"}})["Item"]


@pytest.mark.parametrize("api", ["describe_contributor_insights", "update_contributor_insights"])
def test_what_is_stood_in_for_is_what_moto_lacks(clients: tuple[Any, Any], api: str) -> None:
    arguments = {"TableName": "sentinel-x"} | ({"ContributorInsightsAction": "ENABLE"} if api.startswith("update") else {})
    with pytest.raises(NotImplementedError):
        getattr(clients[0], api)(**arguments)


def apis_of_the_product() -> set[str]:
    """Every client method that stands in the package's sources as a string."""
    sources = Path(sentinel_tables.__file__).parent.rglob("*.py")
    trees = [ast.parse(source.read_text()) for source in sources]
    words = {node.value for node in itertools.chain(*map(ast.walk, trees)) if isinstance(node, ast.Constant)}
    return {word for word in words if isinstance(word, str) and word in APIS}


def test_all_calls_of_the_product_are_made_here(account: Account) -> None:
    everything: Json = {"Schema": "approval"}
    for _, properties in CHANGES:
        everything |= properties
    everything["Tags"] = [{"Key": "team", "Value": "red"}]
    plain = {"Schema": "approval"}
    account.ask("Create", "", plain)
    account.ask("Update", "sentinel-requests", everything, plain)
    back = plain | SAID_BACK["deletion_protection"] | SAID_BACK["time_to_live"]
    account.ask("Update", "sentinel-requests", back, everything)
    account.ask("Delete", "sentinel-requests", plain)
    assert set(account.client.calls) == apis_of_the_product() == set(APIS)
