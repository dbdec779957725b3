"""
The plan as a case table: what is wanted, what stands, and the steps between them.

Each row buys three checks: the plan equals the expected one; run, then the plan is empty; each step's arguments pass
botocore's own validator.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sentinel_tables.model import LiveTable, Owner, Settings, Table
from sentinel_tables.rules.desired import Claim, Desired, Origin
from sentinel_tables.rules.policies import canonical_policy
from sentinel_tables.rules.steps import Step
from sentinel_tables.schemas import SCHEMAS
from tests.aws import FAST, INSTANT, Durations
from tests.aws.client import check_arguments
from tests.aws.given import Given
from tests.aws.keys import Keys
from tests.worlds import Bench, Json, standing

OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1", "Records")
OTHER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/other/2", "Table")
KEYS = Keys("123456789012", "eu-central-1")
CUSTOMER_KEY = KEYS.add("alias/records").arn
POLICY = canonical_policy(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["dynamodb:Query", "dynamodb:Scan"], "Resource": "*"}],
    }
)
OTHER_POLICY = POLICY.replace("Deny", "Allow")
DEFAULTS = Settings()
Expected = list[tuple[str, Json, str]]
"""Each step: the API, its arguments without the table's name or ARN, and how its reason begins."""


def owned(owner: Owner = OWNER, *, schema: str = "approval", origin: str = "created", **others: str) -> dict[str, str]:
    return {
        "sentinel:stack-id": owner.stack_id,
        "sentinel:logical-id": owner.logical_id,
        "sentinel:schema": schema,
        "sentinel:origin": origin,
    } | others


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def index(name: str, partition_key: str, sort_key: str = "created_at") -> Json:
    keys = [{"AttributeName": partition_key, "KeyType": "HASH"}, {"AttributeName": sort_key, "KeyType": "RANGE"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}


def created(name: str, partition_key: str, sort_key: str = "created_at") -> tuple[str, Json, str]:
    types = [{"AttributeName": key, "AttributeType": "S"} for key in sorted((partition_key, sort_key))]
    change = {
        "AttributeDefinitions": types,
        "GlobalSecondaryIndexUpdates": [{"Create": index(name, partition_key, sort_key)}],
    }
    return "update_table", change, f"index {name} is missing"


def deleted(name: str) -> tuple[str, Json, str]:
    change = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    return "update_table", change, f"index {name} has other keys or another projection"


def updated(argument: str, value: object, reason: str) -> tuple[str, Json, str]:
    return "update_table", {argument: value}, reason


def recovery(days: int | None) -> tuple[str, Json, str]:
    specification: Json = {"PointInTimeRecoveryEnabled": days is not None} | ({"RecoveryPeriodInDays": days} if days else {})
    reason = f"point-in-time recovery is not {f'{days} days' if days else 'off'}"
    return "update_continuous_backups", {"PointInTimeRecoverySpecification": specification}, reason


def expiry(*, enabled: bool, attribute: str = "ttl") -> tuple[str, Json, str]:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return "update_time_to_live", {"TimeToLiveSpecification": specification}, "time to live is "


def insights(*, enabled: bool) -> tuple[str, Json, str]:
    action = "ENABLE" if enabled else "DISABLE"
    return "update_contributor_insights", {"ContributorInsightsAction": action}, "contributor insights are "


def protection(*, enabled: bool) -> tuple[str, Json, str]:
    return updated("DeletionProtectionEnabled", enabled, "deletion protection is ")


def stream(view_type: str | None, reason: str) -> tuple[str, Json, str]:
    on = {"StreamEnabled": True, "StreamViewType": view_type} if view_type else {"StreamEnabled": False}
    return updated("StreamSpecification", on, reason)


def capped(read: int, write: int) -> tuple[str, Json, str]:
    return updated(
        "OnDemandThroughput", {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}, "the throughput limits"
    )


KMS = {"Enabled": True, "SSEType": "KMS"}
RE_ENCRYPTED = "the encryption key differs"


@dataclass(frozen=True)
class Row:
    """What a template wants, what stands, and the plan between them."""

    name: str
    expected: Expected
    live: Given | None = field(default_factory=lambda: standing(tags=owned()))
    settings: Settings = DEFAULTS
    tags: dict[str, str] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    schema: str = "approval"
    adopt: bool = False
    since: float | None = None

    def desired(self) -> Desired:
        schema = SCHEMAS[self.schema]
        table = Table(schema.named(schema.default_table_name), self.settings, self.tags)
        origin = Origin.CREATE if self.since else Origin.REPLACEMENT
        claim = Claim(OWNER, self.schema, adopt=self.adopt, origin=origin, sent_at=self.since)
        return Desired(table, claim, forgotten_tags=self.forgotten)

    def bench(self, durations: Durations) -> Bench:
        bench = Bench(durations)
        assert bench.customer_key.arn == CUSTOMER_KEY
        if self.live is not None:
            bench.plane.given_table(self.desired().table.name, **self.live)
        return bench


def fresh(schema: str, *keys: str, **more: object) -> tuple[str, Json, str]:
    """CreateTable with all that it takes at once."""
    pairs = {f"gsi-{key.partition('_id')[0].replace('_', '-')}": key for key in keys}
    indexes = [index(name, key, "status" if key == "server_instance_id" else "created_at") for name, key in pairs.items()]
    arguments = {
        "AttributeDefinitions": tagged_types("created_at", "id", *keys),
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TableClass": "STANDARD",
        "Tags": tagged(**owned(schema=schema)),
        "GlobalSecondaryIndexes": indexes,
        "SSESpecification": KMS,
    }
    return (
        "create_table",
        {key: value for key, value in (arguments | more).items() if value is not None},
        "the table does not",
    )


def tagged_types(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)]


EVERYTHING = Settings(
    deletion_protection=True,
    recovery_days=7,
    encryption=replace(Settings().encryption, key=CUSTOMER_KEY),
    time_to_live=None,
    stream="KEYS_ONLY",
    table_class="STANDARD_INFREQUENT_ACCESS",
    max_read_units=100,
    max_write_units=-1,
    contributor_insights=True,
    policy=POLICY,
)
"""No setting as it is by default."""
APPROVAL_KEYS = ("requester", "status", "profile")
AFTER_CREATION = [expiry(enabled=True), recovery(35)]
INDEXES = dict(standing()["indexes"])
UNOWNED_KMS = replace(Settings().encryption, kms=False)
CUSTOMER_KMS = replace(Settings().encryption, key=CUSTOMER_KEY)


def without(name: str) -> dict[str, tuple[str, str | None]]:
    return {other: keys for other, keys in INDEXES.items() if other != name}


ROWS = [
    Row("nothing differs", []),
    Row("a fresh table of breakglass", [fresh("breakglass", "invoker", "status", "profile"), *AFTER_CREATION],
        live=None, schema="breakglass"),
    Row("a fresh table of approval", [fresh("approval", *APPROVAL_KEYS), *AFTER_CREATION], live=None),
    Row("a fresh table of session",
        [fresh("session", "user", "status", "profile", "server_instance_id"), *AFTER_CREATION], live=None, schema="session"),
    Row("a fresh table without any default",
        [fresh("approval", *APPROVAL_KEYS, TableClass="STANDARD_INFREQUENT_ACCESS", ResourcePolicy=POLICY,
               SSESpecification=KMS | {"KMSMasterKeyId": CUSTOMER_KEY}, Tags=tagged(team="red", **owned()),
               StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
               OnDemandThroughput={"MaxReadRequestUnits": 100}),
         insights(enabled=True), recovery(7), protection(enabled=True)],
        live=None, settings=EVERYTHING, tags={"team": "red"}),
    Row("a fresh table with the key that AWS owns",
        [fresh("approval", *APPROVAL_KEYS, SSESpecification=None), *AFTER_CREATION],
        live=None, settings=Settings(encryption=UNOWNED_KMS)),
    Row("recovery off", [recovery(None)], settings=Settings(recovery_days=None)),
    Row("recovery on", [recovery(35)], live=standing(tags=owned(), recovery_days=None)),
    Row("recovery reaches less far", [recovery(1)], settings=Settings(recovery_days=1)),
    Row("recovery reaches further", [recovery(35)], live=standing(tags=owned(), recovery_days=3)),
    Row("expiry off", [expiry(enabled=False)], settings=Settings(time_to_live=None)),
    Row("expiry on", [expiry(enabled=True)], live=standing(tags=owned(), ttl=None)),
    Row("expiry by another attribute off", [expiry(enabled=False, attribute="expires")],
        live=standing(tags=owned(), ttl="expires"), settings=Settings(time_to_live=None)),
    Row("protection on", [protection(enabled=True)], settings=Settings(deletion_protection=True)),
    Row("protection off", [protection(enabled=False)], live=standing(tags=owned(), protected=True)),
    Row("a stream begins", [stream("NEW_IMAGE", "there is no NEW_IMAGE stream")], settings=Settings(stream="NEW_IMAGE")),
    Row("a stream ends", [stream(None, "the stream is OLD_IMAGE")], live=standing(tags=owned(), stream="OLD_IMAGE")),
    Row("a stream of another view", [stream(None, "the stream is OLD_IMAGE"), stream("NEW_IMAGE", "there is no NEW_IMAGE")],
        live=standing(tags=owned(), stream="OLD_IMAGE"), settings=Settings(stream="NEW_IMAGE")),
    Row("infrequent access", [updated("TableClass", "STANDARD_INFREQUENT_ACCESS", "the table class is not")],
        settings=Settings(table_class="STANDARD_INFREQUENT_ACCESS")),
    Row("frequent access", [updated("TableClass", "STANDARD", "the table class is not STANDARD")],
        live=standing(tags=owned(), table_class="STANDARD_INFREQUENT_ACCESS")),
    Row("the standard class said and not left out", [], live=standing(tags=owned(), table_class="STANDARD")),
    Row("limits", [capped(100, 200)], settings=Settings(max_read_units=100, max_write_units=200)),
    Row("one limit", [capped(-1, 200)], settings=Settings(max_write_units=200)),
    Row("another limit", [capped(100, -1)], settings=Settings(max_read_units=100),
        live=standing(tags=owned(), cap={"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 50})),
    Row("no limits any more", [capped(-1, -1)], live=standing(tags=owned(), cap={"MaxReadRequestUnits": 50})),
    Row("a limit of -1 is none", [], live=standing(tags=owned(), cap={"MaxReadRequestUnits": -1})),
    Row("insights on", [insights(enabled=True)], settings=Settings(contributor_insights=True)),
    Row("insights off", [insights(enabled=False)], live=standing(tags=owned(), insights=True)),
    Row("provisioned billing", [updated("BillingMode", "PAY_PER_REQUEST", "the table is billed by provisioned capacity")],
        live=standing(tags=owned(), provisioned=(5, 5))),
    Row("provisioned billing, limits and a missing index",
        [updated("BillingMode", "PAY_PER_REQUEST", "the table is billed"), capped(9, 9), created("gsi-status", "status")],
        live=standing(tags=owned(), provisioned=(5, 5), indexes=without("gsi-status")),
        settings=Settings(max_read_units=9, max_write_units=9)),
    Row("from the AWS owned key to the AWS managed one", [updated("SSESpecification", KMS, RE_ENCRYPTED)],
        live=standing(tags=owned(), key=None)),
    Row("from the AWS managed key to the AWS owned one", [updated("SSESpecification", {"Enabled": False}, RE_ENCRYPTED)],
        settings=Settings(encryption=UNOWNED_KMS)),
    Row("the AWS owned key", [], live=standing(tags=owned(), key=None), settings=Settings(encryption=UNOWNED_KMS)),
    Row("from the AWS managed key to the customer's",
        [updated("SSESpecification", KMS | {"KMSMasterKeyId": CUSTOMER_KEY}, RE_ENCRYPTED)],
        settings=Settings(encryption=CUSTOMER_KMS)),
    Row("from the customer's key to the AWS managed one", [updated("SSESpecification", KMS, RE_ENCRYPTED)],
        live=standing(tags=owned(), key=CUSTOMER_KEY)),
    Row("the customer's key", [], live=standing(tags=owned(), key="alias/records"),
        settings=Settings(encryption=CUSTOMER_KMS)),
    Row("a policy is put", [("put_resource_policy", {"Policy": POLICY}, "the resource policy differs")],
        settings=Settings(policy=POLICY)),
    Row("another policy is put", [("put_resource_policy", {"Policy": POLICY}, "the resource policy differs")],
        live=standing(tags=owned(), policy=OTHER_POLICY), settings=Settings(policy=POLICY)),
    Row("a policy goes", [("delete_resource_policy", {}, "there is a resource policy")],
        live=standing(tags=owned(), policy=POLICY)),
    Row("the same policy", [], live=standing(tags=owned(), policy=POLICY), settings=Settings(policy=POLICY)),
    Row("a tag is missing", [("tag_resource", {"Tags": tagged(team="red")}, "tags differ")], tags={"team": "red"}),
    Row("tags are missing, and others differ", [("tag_resource", {"Tags": tagged(a="1", b="2")}, "tags differ")],
        live=standing(tags=owned(b="0", c="3")), tags={"a": "1", "b": "2", "c": "3"}),
    Row("a forgotten tag goes", [("untag_resource", {"TagKeys": ["old", "older"]}, "the template no longer names")],
        live=standing(tags=owned(old="1", older="2", foreign="3")), forgotten=frozenset({"old", "older", "gone"})),
    Row("tags go, tags come",
        [("untag_resource", {"TagKeys": ["old"]}, "the te"), ("tag_resource", {"Tags": tagged(new="1")}, "tags differ")],
        live=standing(tags=owned(old="1")), tags={"new": "1"}, forgotten=frozenset({"old"})),
    Row("tags of others are left alone", [], live=standing(tags=owned(cost="7") | {"aws:cloudformation:stack-name": "x"})),
    Row("an index is missing", [created("gsi-status", "status")],
        live=standing(tags=owned(), indexes=without("gsi-status"))),
    Row("every index is missing", [created(f"gsi-{key}", key) for key in APPROVAL_KEYS],
        live=standing(tags=owned(), indexes={})),
    Row("an index has another partition key", [deleted("gsi-status"), created("gsi-status", "status")],
        live=standing(tags=owned(), indexes=INDEXES | {"gsi-status": ("state", "created_at")})),
    Row("an index has no sort key", [deleted("gsi-profile"), created("gsi-profile", "profile")],
        live=standing(tags=owned(), indexes=INDEXES | {"gsi-profile": ("profile", None)})),
    Row("an index has its keys the wrong way round", [deleted("gsi-profile"), created("gsi-profile", "profile")],
        live=standing(tags=owned(), indexes=INDEXES | {"gsi-profile": ("created_at", "profile")})),
    Row("an index has keys alone", [deleted("gsi-requester"), created("gsi-requester", "requester")],
        live=standing(tags=owned(), projections={"gsi-requester": {"ProjectionType": "KEYS_ONLY"}})),
    Row("an index has a part of each record", [deleted("gsi-requester"), created("gsi-requester", "requester")],
        live=standing(tags=owned(), projections={
            "gsi-requester": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]}})),
    Row("one index more is left alone", [], live=standing(tags=owned(), indexes=INDEXES | {"gsi-mine": ("mine", None)})),
    Row("one index more, of other types, is left alone", [],
        live=standing(tags=owned(), indexes=INDEXES | {"gsi-mine": ("mine", "size")}, types={"size": "N", "mine": "B"})),
    Row("the server-instance index is missing", [created("gsi-server-instance", "server_instance_id", "status")],
        live=standing("session", tags=owned(schema="session"), indexes={
            name: keys for name, keys in standing("session")["indexes"].items() if name != "gsi-server-instance"}),
        schema="session"),
    Row("a table of nobody is adopted, its ownership first",
        [("tag_resource", {"Tags": tagged(team="red", **owned(origin="adopted"))}, "the table is adopted"),
         recovery(35), protection(enabled=False)],
        live=standing(protected=True, recovery_days=None, tags={"cost": "7"}), tags={"team": "red"}, adopt=True),
    Row("a table of somebody else is adopted",
        [("tag_resource", {"Tags": tagged(**{key: value for key, value in owned(origin="adopted").items()
                                             if key != "sentinel:schema"})}, "the table is adopted")],
        live=standing(tags=owned(OTHER)), adopt=True),
    Row("a table adopted before stays adopted", [], live=standing(tags=owned(origin="adopted")), adopt=True),
    Row("an own table is not adopted", [], adopt=True),
    Row("a table of unknown origin counts as adopted",
        [("tag_resource", {"Tags": tagged(**{"sentinel:origin": "adopted"})}, "tags differ")],
        live=standing(tags={key: value for key, value in owned().items() if key != "sentinel:origin"})),
    Row("a retained table that its own resource makes again counts as adopted",
        [("tag_resource", {"Tags": tagged(**{"sentinel:origin": "adopted"})}, "tags differ")], since=1_790_000_000.0),
    Row("all drift at once, ownership first and what takes something away last",
        [("tag_resource", {"Tags": tagged(team="red", **owned(origin="adopted"))}, "the table is adopted"),
         ("untag_resource", {"TagKeys": ["old"]}, "the template no longer names"),
         expiry(enabled=False),
         updated("BillingMode", "PAY_PER_REQUEST", "the table is billed"),
         updated("TableClass", "STANDARD_INFREQUENT_ACCESS", "the table class"),
         updated("SSESpecification", KMS | {"KMSMasterKeyId": CUSTOMER_KEY}, RE_ENCRYPTED),
         capped(100, -1),
         recovery(7),
         created("gsi-requester", "requester"),
         deleted("gsi-status"), created("gsi-status", "status"),
         ("put_resource_policy", {"Policy": POLICY}, "the resource policy differs"),
         insights(enabled=True),
         protection(enabled=True),
         stream(None, "the stream is OLD_IMAGE"), stream("KEYS_ONLY", "there is no KEYS_ONLY stream")],
        live=standing(tags={"old": "1"}, recovery_days=1, provisioned=(5, 5), key=None, stream="OLD_IMAGE",
                      policy=OTHER_POLICY, indexes={"gsi-status": ("state", None), "gsi-profile": ("profile", "created_at"),
                                                    "gsi-mine": ("mine", None)}),
        settings=EVERYTHING, tags={"team": "red"}, forgotten=frozenset({"old"}), adopt=True),
]  # fmt: skip
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def told(step: Step, live: LiveTable | None) -> tuple[str, Json]:
    """A step's API and arguments; the name of the table, or its ARN, is always the table's own, and left out."""
    arguments: dict[str, Any] = dict(step.arguments)
    if "ResourceArn" in arguments:
        assert live is not None
        assert arguments.pop("ResourceArn") == live.arn
        return step.api, arguments
    assert arguments.pop("TableName").startswith("sentinel-")
    return step.api, arguments


@each_row
def test_the_plan_is_the_expected_one(row: Row) -> None:
    bench = row.bench(INSTANT)
    live = bench.live(row.desired().table.name)
    found = bench.plan(row.desired())
    assert [told(step, live) for step in found] == [(api, arguments) for api, arguments, _ in row.expected]
    for step, (_, _, reason) in zip(found, row.expected, strict=True):
        assert step.reason.startswith(reason)


@each_row
@pytest.mark.parametrize("durations", [INSTANT, FAST], ids=["at once", "in time"])
def test_the_plan_when_run_leaves_nothing_to_do(row: Row, durations: Durations) -> None:
    bench = row.bench(durations)
    live = bench.converge(row.desired())
    assert bench.plan(row.desired()) == ()
    assert live.motions == ()
    assert [call.api for call in bench.plane.writes() if call.outcome == "ok"] == [api for api, _, _ in row.expected]


@each_row
def test_a_second_run_writes_nothing(row: Row) -> None:
    bench = row.bench(INSTANT)
    bench.converge(row.desired())
    before = len(bench.plane.writes())
    bench.converge(replace(row.desired(), forgotten_tags=frozenset()))
    assert bench.plane.writes()[before:] == []


@each_row
def test_botocore_accepts_the_arguments_of_each_step(row: Row) -> None:
    for step in row.bench(INSTANT).plan(row.desired()):
        check_arguments("dynamodb", step.api, dict(step.arguments))


def test_no_step_changes_two_things_at_once() -> None:
    for row in ROWS:
        for step in row.bench(INSTANT).plan(row.desired()):
            if step.api == "update_table":
                assert len(step.arguments.keys() - {"TableName", "AttributeDefinitions"}) == 1
                assert len(step.arguments.get("GlobalSecondaryIndexUpdates", [1])) == 1  # type: ignore[arg-type]
