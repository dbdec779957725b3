"""Reports for machines, as JSON. docs/reference/reports.schema.json describes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sentinel_tables_cli.forecast.changes import Change
from sentinel_tables_cli.forecast.durations import SPANS
from sentinel_tables_cli.forecast.outcome import Forecast, Report
from sentinel_tables_cli.status.judgement import Status
from sentinel_tables_cli.status.left_behind import Leftover


def report_data(report: Report) -> Mapping[str, Any]:
    """A plan."""
    tables = [_forecast_data(forecast) for forecast in report.forecasts]
    return {"tables": tables, "problems": list(report.problems), "notes": list(report.notes)}


def _forecast_data(forecast: Forecast) -> Mapping[str, Any]:
    return {
        "logical_id": forecast.logical_id,
        "table": forecast.table,
        "schema": forecast.schema,
        "outcome": forecast.outcome,
        "steps": [_change_data(change) for change in forecast.changes],
        "seconds": [forecast.span.low, forecast.span.high],
        "reasons": list(forecast.reasons),
        "unknown": [{"property": gap.place, "why": gap.why} for gap in forecast.gaps],
        "notes": list(forecast.notes),
    }


def _change_data(change: Change) -> Mapping[str, Any]:
    span = SPANS[change.kind]
    return {
        "kind": change.kind,
        "what": change.what,
        "reason": change.step.reason,
        "api": change.step.api,
        "arguments": change.step.arguments,
        "seconds": [span.low, span.high],
    }


def states_data(states: Iterable[Status], notes: Iterable[str]) -> Mapping[str, Any]:
    """The states of tables."""
    return {"tables": [_state_data(state) for state in states], "notes": list(notes)}


def _state_data(state: Status) -> Mapping[str, Any]:
    return {
        "table": state.table,
        "schema": state.schema,
        "stack_id": state.owner.stack_id,
        "logical_id": state.owner.logical_id,
        "origin": state.origin,
        "drift": state.drift,
        "reason": state.reason,
        "steps": [_change_data(change) for change in state.changes],
        "notes": list(state.notes),
    }


def leftovers_data(leftovers: Iterable[Leftover], notes: Iterable[str]) -> Mapping[str, Any]:
    """The tables that are left behind."""
    return {"tables": [_leftover_data(one) for one in leftovers], "notes": list(notes)}


def _leftover_data(one: Leftover) -> Mapping[str, Any]:
    return {
        "table": one.table,
        "schema": one.schema,
        "stack_id": one.owner.stack_id,
        "logical_id": one.owner.logical_id,
        "origin": one.origin,
        "why": one.why,
        "age_days": one.age_days,
        "adopt": one.adopt,
        "delete": list(one.delete),
    }
