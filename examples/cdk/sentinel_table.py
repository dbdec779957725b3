"""`Custom::SentinelTable` as a construct of the AWS CDK."""

from collections.abc import Mapping

from aws_cdk import CustomResource, Duration, Fn, RemovalPolicy
from constructs import Construct


class SentinelTable(CustomResource):
    """One of Sentinel's tables. It outlives its stack, unless `removal_policy` says otherwise.

    `settings` are further properties of the resource, by the names that a template gives them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        schema: str,
        settings: Mapping[str, object] | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::SentinelTable",
            service_token=Fn.import_value("sentinel-tables-ServiceToken"),
            service_timeout=Duration.hours(1),
            removal_policy=removal_policy,
            properties={"Schema": schema, **(settings or {})},
        )

    @property
    def table_name(self) -> str:
        """The table's name."""
        return self.ref

    @property
    def table_arn(self) -> str:
        """The table's ARN."""
        return self.get_att_string("Arn")
