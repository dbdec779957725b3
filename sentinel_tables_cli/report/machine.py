"""Reports for machines, as JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sentinel_tables_cli.forecast.changes import Change
from sentinel_tables_cli.forecast.durations import SPANS
from sentinel_tables_cli.forecast.outcome import Forecast, Report, exit_status
from sentinel_tables_cli.status.judgement import Status


def report_json(report: Report) -> str:
    """The report for machines."""
    tables = [_forecast_json(forecast) for forecast in report.forecasts]
    return json.dumps({"tables": tables, "notes": list(report.notes), "exit_status": exit_status(report)}, indent=2)


def _forecast_json(forecast: Forecast) -> Mapping[str, Any]:
    return {
        "logical_id": forecast.logical_id,
        "table": forecast.table,
        "schema": forecast.schema,
        "outcome": forecast.outcome,
        "steps": [_change_json(change) for change in forecast.changes],
        "seconds": [forecast.span.low, forecast.span.high],
        "reasons": list(forecast.reasons),
        "unknown": [{"property": gap.place, "why": gap.why} for gap in forecast.gaps],
        "notes": list(forecast.notes),
    }


def _change_json(change: Change) -> Mapping[str, Any]:
    span = SPANS[change.kind]
    return {
        "kind": change.kind,
        "what": change.what,
        "reason": change.step.reason,
        "api": change.step.api,
        "arguments": change.step.arguments,
        "seconds": [span.low, span.high],
    }


def states_json(states: Iterable[Status], notes: Iterable[str]) -> str:
    """The states for machines."""
    return json.dumps({"tables": [_state_json(state) for state in states], "notes": list(notes)}, indent=2)


def _state_json(state: Status) -> Mapping[str, Any]:
    return {
        "table": state.table,
        "schema": state.schema,
        "stack_id": state.owner.stack_id,
        "logical_id": state.owner.logical_id,
        "origin": state.origin,
        "drift": state.drift,
        "reason": state.reason,
        "steps": [_change_json(change) for change in state.changes],
        "notes": list(state.notes),
    }
