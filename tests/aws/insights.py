"""Contributor insights of the table itself.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parts import known
from .refusals import no_table, validation
from .validation import checked_name

if TYPE_CHECKING:
    from .state import Arguments, State
    from .tables import Json, Table


def describe_contributor_insights(state: State, arguments: Arguments) -> Json:
    """A table that never had them shows the name and DISABLED only."""
    table = known(state, checked_name(arguments), no_table(checked_name(arguments)))
    shown: Json = {"TableName": table.name, "ContributorInsightsStatus": table.insights}
    if table.insights_changed_at is not None:
        shown["LastUpdateDateTime"] = table.insights_changed_at
        shown["ContributorInsightsMode"] = "ACCESSED_AND_THROTTLED_KEYS"
    if table.insights == "ENABLED":
        kinds = ("PKC", "PKT", *(("SKC", "SKT") if len(table.keys) > 1 else ()))
        shown["ContributorInsightsRuleList"] = [f"DynamoDBContributorInsights-{kind}-{table.name}" for kind in kinds]
    return shown


def update_contributor_insights(state: State, arguments: Arguments) -> Json:
    """Turn them on or off; what is the case already is accepted."""
    table = known(state, checked_name(arguments), no_table(checked_name(arguments)))
    if table.status == "CREATING":
        raise validation(
            "Table or Index is not in a valid state to update Key Access Insights: "
            "TableStatus must be ACTIVE to enable ContributorInsights."
        )
    enable = arguments["ContributorInsightsAction"] == "ENABLE"
    if (table.insights in {"ENABLED", "ENABLING"}) != enable:
        state.changed(table, f"insights {enable}")
        _change(state, table, enable=enable)
    return {"TableName": table.name, "ContributorInsightsStatus": table.insights}


def _change(state: State, table: Table, *, enable: bool) -> None:
    under_way, settled = ("ENABLING", "ENABLED") if enable else ("DISABLING", "DISABLED")
    table.insights = under_way
    table.insights_changed_at = state.now

    def settle() -> None:
        if table.insights == under_way:
            table.insights = settled

    spans = state.durations
    state.after(state.draw(spans.insights_enable if enable else spans.insights_disable), settle)
