"""What becomes of a table, as values. Pure."""

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
    """What becomes of a table, in one word."""

    NOTHING = "nothing"
    CREATE = "create"
    CHANGE = "change"
    DRIFTED = "drifted"
    """To be changed, were the deployment to ask for it."""
    ADOPT = "adopt"
    REPLACE = "replace"
    REMOVE = "remove"
    REFUSED = "refused"
    UNKNOWN = "unknown"


FAILED = (TableOutcome.REFUSED, TableOutcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a deployment does to one table, or why it does not."""

    logical_id: str
    table: str
    outcome: TableOutcome
    schema: str = ""
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is refused or unknown."""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    seen: bool = True
    """Whether the table was there to be looked at."""
    replaces: str = ""
    """The table that the resource leaves for this one."""

    @property
    def span(self) -> Span:
        """How long it takes."""
        return in_all(change.kind for change in self.changes)

    @property
    def adopts(self) -> bool:
        """Whether it takes a table over that another resource, or nobody, has."""
        going_on = self.outcome not in (*FAILED, TableOutcome.DRIFTED)
        return going_on and any(change.step.effect is Effect.ADOPTS for change in self.changes)

    def stopped(self, *reasons: str) -> "Forecast":
        """The same table, of which nothing becomes, for reasons that do not lie in the table."""
        return replace(self, outcome=TableOutcome.REFUSED, changes=(), replaces="", reasons=(*self.reasons, *reasons))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a forecast is made with: who looks, the stack where it is known, the provider's prefix, and the time.

    `adopters` are the resources that take tables over in this deployment, by table: that comes before any removal.
    """

    eyes: Eyes
    stack: Stack | None
    prefix: str
    now: float
    adopters: Mapping[str, str] = field(default_factory=dict)


def refused(logical_id: str, table: str, outcome: TableOutcome, *reasons: str) -> Forecast:
    """A table of which nothing becomes, and why."""
    return Forecast(logical_id, table, outcome, reasons=reasons)


@dataclass(frozen=True, slots=True)
class Report:
    """The forecasts for a template, with what is to be said about all of them."""

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
