"""The values that a forecast is made of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sentinel_tables.rules.steps import Effect
from sentinel_tables_cli.account.stacks import Stack
from sentinel_tables_cli.account.tables import Eyes
from sentinel_tables_cli.checks.properties import Gap
from sentinel_tables_cli.forecast.changes import Change
from sentinel_tables_cli.forecast.durations import Span, in_all

UNKNOWN_STACK = "a stack that is not known"


class TableOutcome(StrEnum):
    """The outcome of a deployment for one table, in one word."""

    NOTHING = "nothing"
    CREATE = "create"
    CHANGE = "change"
    DRIFTED = "drifted"
    """The deployment would change it, but sends no event."""
    ADOPT = "adopt"
    REPLACE = "replace"
    REMOVE = "remove"
    REFUSED = "refused"
    UNKNOWN = "unknown"


FAILED = (TableOutcome.REFUSED, TableOutcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The changes that a deployment makes to one table, or the reasons why it makes none."""

    logical_id: str
    table: str
    outcome: TableOutcome
    schema: str = ""
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    """The reasons why it is refused or unknown."""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    seen: bool = True
    """True if the table could be looked at."""
    replaces: str = ""
    """The table that the resource leaves for this one."""

    @property
    def span(self) -> Span:
        """The time that it takes."""
        return in_all(change.kind for change in self.changes)

    @property
    def adopts(self) -> bool:
        """True if it takes over a table that another resource, or nobody, has."""
        going_on = self.outcome not in (*FAILED, TableOutcome.DRIFTED)
        return going_on and any(change.step.effect is Effect.ADOPTS for change in self.changes)

    def stopped(self, *reasons: str) -> "Forecast":
        """The same table, refused for reasons that lie outside the table."""
        return replace(self, outcome=TableOutcome.REFUSED, changes=(), replaces="", reasons=(*self.reasons, *reasons))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The circumstances of a forecast: the eyes, the stack if it is known, the provider's prefix, and the time.

    `adopters` are the resources that take over tables in this deployment, by table. That comes before any removal.
    """

    eyes: Eyes
    stack: Stack | None
    prefix: str
    now: float
    adopters: Mapping[str, str] = field(default_factory=dict)


def refused(logical_id: str, table: str, outcome: TableOutcome, *reasons: str) -> Forecast:
    """A forecast that makes no change, with the reasons."""
    return Forecast(logical_id, table, outcome, reasons=reasons)


@dataclass(frozen=True, slots=True)
class Report:
    """The forecasts for a template, and notes on all of them."""

    forecasts: tuple[Forecast, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """The reasons why CloudFormation refuses the template as a whole."""


def exit_status(report: Report, *, detailed: bool = False) -> int:
    """1 if anything is refused or not known, else 0; if it is to be `detailed`, 2 if there are changes."""
    outcomes = {forecast.outcome for forecast in report.forecasts}
    if report.problems or outcomes & set(FAILED):
        return 1
    return 2 if detailed and outcomes - {TableOutcome.NOTHING} else 0
