"""`examples/alarms.yaml` and `examples/backup.yaml`, deployed: what is to be heard is heard, as far as the local AWS goes.

It takes no event in CloudTrail's name, so the rules are asked what they would hear; it makes no metric of a log, so each
metric is put in the log's place; and it knows neither `AWS::Backup::BackupSelection` nor a vault's lock and policy.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from local import environment, sam

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Here

EXAMPLES = environment.ROOT / "examples"
SECONDS = 60.0
ALARMS = {
    "AsyncEventAge", "Errors", "Errors of the log", "ApproximateNumberOfMessagesVisible", "TablesLeftBehind", "Throttles",
}  # fmt: skip


def alarms_of(here: Here) -> Any:
    """The example's stack, with the names of the provider that is deployed."""
    provider = here.stack(sam.STACK)
    queue = provider.outputs()["FailedEventsQueueUrl"].rpartition("/")[2]
    stack = here.stack("records-alarms")
    stack.expect(stack.create(EXAMPLES / "alarms.yaml", FailedEventsQueueName=queue, KeyArns=here.key), "CREATE_COMPLETE")
    return stack


def ear(here: Here, topic: str) -> Any:
    """What hears the topic: gives the subjects of the messages so far."""
    sqs = here.client("sqs")
    url = sqs.create_queue(QueueName="ear")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    here.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def heard() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(json.loads(message["Body"])["Message"])["AlarmName"] for message in found]

    return heard


def test_every_alarm_rings_at_the_topic(here: Here) -> None:
    stack = alarms_of(here)
    heard, cloudwatch = ear(here, stack.outputs()["TopicArn"]), here.client("cloudwatch")
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="records-alarms-")["MetricAlarms"]
    assert len(alarms) == len(ALARMS)
    for alarm in alarms:
        value = alarm["Threshold"] + 1
        data = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": value}
        cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[data])
    rang: set[str] = set()
    ends_at = time.monotonic() + SECONDS
    while rang != {alarm["AlarmName"] for alarm in alarms}:
        assert time.monotonic() < ends_at, f"only {sorted(rang)} rang within {SECONDS:.0f} s"
        rang.update(heard())


def test_the_alarms_listen_to_what_the_provider_has(here: Here) -> None:
    alarms_of(here)
    found = here.client("cloudwatch").describe_alarms(AlarmNamePrefix="records-alarms-")["MetricAlarms"]
    names = {dimension["Value"] for alarm in found for dimension in alarm["Dimensions"]}
    provider = here.stack(sam.STACK).outputs()
    assert names == {provider["FunctionName"], provider["FailedEventsQueueUrl"].rpartition("/")[2]}
    filters = here.client("logs").describe_metric_filters(logGroupName=f"/aws/lambda/{provider['FunctionName']}")
    patterns = {one["filterPattern"] for one in filters["metricFilters"]}
    assert patterns == {'{ $.level = "ERROR" }', '{ $.message = "left behind" }'}


def by(role: str) -> dict[str, Any]:
    return {"userIdentity": {"sessionContext": {"sessionIssuer": {"userName": role}}}}


PROVIDER = by(f"{sam.STACK}-ProviderRole-1")
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/sentinel-requests"
ROWS: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "a person deletes a table": ("dynamodb", "DeleteTable", {"tableName": "sentinel-requests", "userIdentity": {}}, True),
    "a role deletes a table": ("dynamodb", "DeleteTable", {"tableName": "sentinel-requests", **by("Admin")}, True),
    "a role names it by its ARN": ("dynamodb", "DeleteTable", {"tableName": TABLE, **by("Admin")}, True),
    "a role takes a tag": ("dynamodb", "UntagResource", {"resourceArn": TABLE, **by("Admin")}, True),
    "the provider": (
        "dynamodb",
        "DeleteTable",
        {"tableName": "sentinel-requests", **PROVIDER},
        False,
    ),
    "another table": ("dynamodb", "DeleteTable", {"tableName": "billing", **by("Admin")}, False),
    "a look": ("dynamodb", "DescribeTable", {"tableName": "sentinel-requests", **by("Admin")}, False),
    "the key is disabled": ("kms", "DisableKey", {"resources": True}, True),
    "another key is disabled": ("kms", "DisableKey", {"resources": False}, False),
    "the key is used": ("kms", "Decrypt", {"resources": True}, False),
}


def test_the_rules_hear_whoever_is_not_the_provider(here: Here) -> None:
    alarms_of(here)
    events = here.client("events")
    patterns = {
        json.loads(rule["EventPattern"])["source"][0]: rule["EventPattern"]
        for rule in events.list_rules(NamePrefix="records-alarms-")["Rules"]
    }
    for name, (service, api, given, wanted) in ROWS.items():
        told = dict(given)
        if service == "kms":
            told["resources"] = [{"ARN": here.key if given["resources"] else f"{here.key}-other"}]
        names = {key: told.pop(key) for key in ("tableName", "resourceArn") if key in told}
        detail = {"eventSource": f"{service}.amazonaws.com", "eventName": api, "requestParameters": names, **told}
        event = {
            "id": "1", "account": "000000000000", "region": "us-east-1", "time": "2026-03-01T12:00:00Z", "resources": [],
            "source": f"aws.{service}", "detail-type": "AWS API Call via CloudTrail", "detail": detail,
        }  # fmt: skip
        heard = events.test_event_pattern(EventPattern=patterns[f"aws.{service}"], Event=json.dumps(event))["Result"]
        assert heard is wanted, name


def without(logical_id: str, template: Path, folder: Path) -> Path:
    """The template without a resource."""
    lines = template.read_text(encoding="utf-8").splitlines(keepends=True)
    start = lines.index(f"  {logical_id}:\n")
    end = next(place for place in range(start + 1, len(lines)) if lines[place].strip() and lines[place][:3] != "   ")
    path = folder / template.name
    path.write_text("".join([*lines[:start], *lines[end:]]), encoding="utf-8")
    return path


@pytest.mark.parametrize("receives", [False, True])
def test_backups_go_into_a_vault_and_to_another_account(here: Here, tmp_path: Path, *, receives: bool) -> None:
    template = without("Selection", EXAMPLES / "backup.yaml", tmp_path)
    other = "arn:aws:backup:us-east-1:444455556666:backup-vault:sentinel-records"
    given = {"CopiesFromAccount": "111122223333"} if receives else {"CopyToVaultArn": other}
    stack, backup = here.stack("records-backup"), here.client("backup")
    stack.expect(stack.create(template, **given), "CREATE_COMPLETE")
    assert stack.outputs()["VaultArn"].endswith(":backup-vault:sentinel-records")
    plans = [backup.get_backup_plan(BackupPlanId=one["BackupPlanId"])["BackupPlan"]
             for one in backup.list_backup_plans()["BackupPlansList"]]  # fmt: skip
    rules = [rule for plan in plans for rule in plan["Rules"]]
    assert [rule["CopyActions"][0]["DestinationBackupVaultArn"] for rule in rules] == ([] if receives else [other])
    stack.expect(stack.delete(), "DELETE_COMPLETE")
    if backup.list_backup_vaults()["BackupVaultList"]:
        backup.delete_backup_vault(BackupVaultName="sentinel-records")
