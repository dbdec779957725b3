"""A stack of two tables: `cdk deploy`, with the provider deployed before as the stack sentinel-tables."""

from aws_cdk import App, CfnOutput, Stack
from sentinel_table import SentinelTable

app = App()
stack = Stack(app, "SentinelRecords")
breakglass = SentinelTable(stack, "BreakGlassTable", schema="breakglass")
SentinelTable(
    stack,
    "ApprovalTable",
    schema="approval",
    settings={"DeletionProtectionEnabled": True, "TimeToLiveSpecification": {"Enabled": False}},
)
CfnOutput(stack, "BreakGlassTableArn", value=breakglass.table_arn)
app.synth()
