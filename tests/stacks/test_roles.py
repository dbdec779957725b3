"""`examples/roles.yaml` and the policy of `examples/evidence.yaml`, deployed: who may make which call, by the local IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.exceptions import ClientError

from local import environment
from tests.sentinel_calls import NAMES, ROLES, Call

if TYPE_CHECKING:
    from .conftest import Here

EXAMPLES = environment.ROOT / "examples"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}],
}


def client_of(here: Here, name: str, policy: str) -> Any:
    """A client for DynamoDB of somebody who has that managed policy, and nothing else."""
    iam = here.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    found = here.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return botocore.session.get_session().create_client(
        "dynamodb",
        endpoint_url=here.engine.endpoint,
        region_name=environment.REGION,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
        verify=str(here.engine.ca_bundle),
    )


def is_allowed(client: Any, api: str, **arguments: Any) -> bool:
    """Whether IAM lets the call through; what DynamoDB then says of it is another matter."""
    try:
        getattr(client, api)(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDeniedException"
    return True


def told(here: Here) -> dict[str, str]:
    """The variables of Sentinel's Lambda function, as the command line prints them for the stack."""
    command = [str(environment.python(".venv")), "-m", "sentinel_tables_cli", "wiring", "records", "--json"]
    text = environment.run(command, env=environment.outside() | here.engine.variables())
    return {name: value for table in json.loads(text)["tables"] for name, value in table["variables"].items()}


def test_each_role_makes_its_own_calls_and_no_other_s(here: Here) -> None:
    stack = here.stack("records")
    stack.expect(stack.create(EXAMPLES / "roles.yaml"), "CREATE_COMPLETE")
    outputs = stack.outputs()
    clients = {role: client_of(here, f"sentinel-{role}", outputs[f"{role.title()}PolicyArn"]) for role in ROLES}

    def allowed(role: str, call: Call) -> bool:
        return is_allowed(clients[role], call.api, **call.arguments)

    assert [(role, call) for role, calls in ROLES.items() for call in calls if not allowed(role, call)] == []
    for role, client in clients.items():
        for schema, name in NAMES.items():
            key = {"PK" if schema == "ratelimit" else "id": {"S": "r-1"}}
            assert not is_allowed(client, "delete_item", TableName=name, Key=key), role
            used = any(call.schema == schema and call.api == "get_item" for call in ROLES[role])
            assert is_allowed(client, "get_item", TableName=name, Key=key) is used, role
    assert told(here)["SENTINEL_RATE_LIMIT_TABLE"] == NAMES["ratelimit"]
    assert not allowed("requester", ROLES["approver"][3])
    assert not allowed("authorizer", ROLES["revoker"][1])


def test_the_policy_of_the_evidence_stands_on_both_tables(here: Here) -> None:
    """What it refuses is proven in `tests/security`: the local IAM does not ask a table."""
    stack = here.stack("records")
    stack.expect(stack.create(EXAMPLES / "evidence.yaml", KeyArn=here.key), "CREATE_COMPLETE")
    dynamodb = here.client("dynamodb")
    for name in ("sentinel-breakglass", "sentinel-requests"):
        arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
        (statement,) = json.loads(dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", arn)
        assert "dynamodb:DeleteItem" in statement["Action"]
