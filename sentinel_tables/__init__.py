"""`Custom::SentinelTable`: Sentinel's DynamoDB tables as a CloudFormation resource.

The trip of an event, told once. `handler` receives the event and decides nothing. `request` turns its strings into frozen
values; from there nobody sees the event again. `resource` knows what Create, Update and Delete mean and which physical id
the answer has. It hands a goal to `converge`, the one loop: read the table, decide, take a step, wait, read again. `goals`
decides the next move, by the plan and the rules of ownership in `rules`. A decision is a `Step`, a plain value. `aws` alone
talks to AWS: it reads a table into the type that the desired one has, takes steps, and sorts refusals.

An empty plan is the only meaning of success. Nothing but the live table, and CloudFormation's word, is state, so a handler
that dies, an event that comes twice and a hand-over to the next invocation are all the same thing: the loop starts again.
"""

from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute, TableSchema
from sentinel_tables.schemas import (
    approval_table_schema,
    breakglass_table_schema,
    ratelimit_table_schema,
    session_table_schema,
)

__all__ = [
    "GlobalSecondaryIndex",
    "KeyAttribute",
    "TableSchema",
    "approval_table_schema",
    "breakglass_table_schema",
    "ratelimit_table_schema",
    "session_table_schema",
]
__version__ = "0.1.0"
