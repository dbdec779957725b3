"""Which permissions a call takes: its own, and those that its arguments bring with them.

A method of boto3 is an operation of botocore's model, and an action of the same name; Lambda's Invoke alone is called
otherwise. What is asked of which resource is in the service authorization reference, which the tests hold this against:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.aws.client import operation
from tests.security.iam import Request, request

OTHERWISE_CALLED: Final = {"lambda:Invoke": "lambda:InvokeFunction"}
KEY_ACTIONS: Final = (
    "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom",
    "ReEncryptTo",
)  # fmt: skip
"""What DynamoDB does with a customer managed key in the caller's name, but for the grant.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""
EVERYTHING: Final = "*"
"""What a call is about that is about no resource."""
INSIGHTS: Final = "contributorinsights.dynamodb.amazonaws.com"
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Contributor_Insights_IAM.html"""


@dataclass(frozen=True)
class Place:
    """Where calls are made, and the keys of the account there: an alias leads to a key's ARN."""

    region: str
    account: str
    keys: Mapping[str, str]

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def key(self, name: str) -> str | None:
        """The ARN of a key, by its id, ARN or alias; None where there is no such key."""
        if ":key/" in name:
            return name
        if name.startswith(("arn:", "alias/")):
            return self.keys.get(name.rpartition(":")[2])
        return self.arn("kms", f"key/{name.removeprefix('key/')}")


def needs(service: str, api: str, arguments: Mapping[str, Any], place: Place) -> Iterator[Request]:
    """The requests that IAM is asked about when `api`, a method of boto3's client, is called."""
    named = f"{service}:{operation(service, api).name}"
    action = OTHERWISE_CALLED.get(named, named)
    match service:
        case "kms":
            yield from _describe_key(action, arguments["KeyId"], place)
        case "lambda":
            yield request(action, place.arn("lambda", f"function:{arguments['FunctionName']}"))
        case "cloudformation":
            yield request(action, arguments["StackName"])
        case "cloudwatch":
            yield request(action, EVERYTHING, cloudwatch__namespace=arguments["Namespace"])
        case "dynamodb" if api == "list_tables":
            yield request(action, EVERYTHING)
        case "dynamodb":
            yield from _on_table(action, arguments, place)
        case _:
            raise NotImplementedError(service)


def _describe_key(action: str, name: str, place: Place) -> Iterator[Request]:
    """IAM looks at the key that an alias stands for, and at the alias as a condition. No key, no permission to ask for."""
    if arn := place.key(name):
        yield request(action, arn, **({"kms__RequestAlias": name} if name.startswith("alias/") else {}))


def _on_table(action: str, arguments: Mapping[str, Any], place: Place) -> Iterator[Request]:
    arn = str(arguments.get("ResourceArn") or place.arn("dynamodb", f"table/{arguments['TableName']}"))
    yield request(action, arn)
    if action == "dynamodb:CreateTable":
        for argument, also in (("Tags", "dynamodb:TagResource"), ("ResourcePolicy", "dynamodb:PutResourcePolicy")):
            if arguments.get(argument):
                yield request(also, arn)
    if key := arguments.get("SSESpecification", {}).get("KMSMasterKeyId"):
        yield from _use_of_key(place.key(key) or key, place)
    if arguments.get("ContributorInsightsAction") == "ENABLE":
        role = f"role/aws-service-role/{INSIGHTS}/AWSServiceRoleForDynamoDBCloudWatchContributorInsights"
        yield request("iam:CreateServiceLinkedRole", f"arn:aws:iam::{place.account}:{role}", iam__AWSServiceName=INSIGHTS)


def _use_of_key(arn: str, place: Place) -> Iterator[Request]:
    via = f"dynamodb.{place.region}.amazonaws.com"
    for name in KEY_ACTIONS:
        yield request(f"kms:{name}", arn, kms__ViaService=via)
    yield request("kms:CreateGrant", arn, kms__ViaService=via, kms__GrantIsForAWSResource="true")
