"""One run: a world with one stack, the provider, and the faults that were ordered."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.aws import Fault, Faults
from tests.worlds import Place

Properties = dict[str, Any]
Statuses = dict[str, list[str]]
RECORD = {"id": "r-1", "invoker": "kim", "profile": "prod", "status": "open", "created_at": "2026-01-01T00:00:00Z"}
FOREIGN = {"team": "billing"}


class _Warnings(logging.Handler):
    """The tables that the provider's log warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.tables: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.tables.add(getattr(record, "table", ""))


_WARNINGS = _Warnings()


@contextmanager
def quiet() -> Iterator[None]:
    """The provider's log lines, which would be the most of the time, go nowhere; which tables they warn of is kept."""
    loggers = [logging.getLogger(name) for name in ("sentinel_tables", "handler")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.addHandler(_WARNINGS)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
        logger.propagate = True
        logger.removeHandler(_WARNINGS)


@dataclass(eq=False)
class Stage(Place):
    """What a scenario plays on. `stack` is the stack under test."""

    shapes_before: Mapping[str, Any] = field(default_factory=dict)
    truths_before: Mapping[str, Any] = field(default_factory=dict)
    said: list[Properties] = field(default_factory=list)
    """What templates said of the resources, beside those that are known to the stack."""
    began: float = 0.0
    course: Statuses = field(default_factory=dict)
    """What the stack's events say of each resource at the end, before an operator repeats what failed."""
    ends_of_table: list[str] = field(default_factory=list)
    """What the resource `Table` came to in the act, step by step."""
    ordered: Faults = field(default_factory=Faults)
    """The faults of the run, with what they struck; those of an operator's repetition are none."""

    def order(self, *faults: Fault) -> Faults:
        """Orders faults, counted from now."""
        self.functions.faults = Faults(*faults)
        return self.functions.faults

    def create(self, logical_id: str, properties: Properties) -> None:
        """Creates a resource, and a record in its table."""
        resource = self.stack.create(logical_id, properties)
        self.world.run()
        assert resource.status == "CREATE_COMPLETE", resource.reason
        assert resource.physical_id is not None
        self.plane.put_record(resource.physical_id, RECORD)

    def owner_tags(self, logical_id: str, origin: str = "created", schema: str = "breakglass") -> dict[str, str]:
        """The tags of a table that the stack's resource owns."""
        return {
            "sentinel:stack-id": self.stack.stack_id,
            "sentinel:logical-id": logical_id,
            "sentinel:schema": schema,
            "sentinel:origin": origin,
        }

    def begins(self) -> None:
        """The beginning has been played: from here on it is the act."""
        self.shapes_before, self.truths_before = self.shapes(), self.plane.snapshot()
        self.began = self.clock.now()
        _WARNINGS.tables.clear()

    def ends(self) -> None:
        """The act has come to its end."""
        self.course = {name: [status for _, status, _ in one.statuses] for name, one in self.stack.resources.items()}
        self.ends_of_table = [
            status
            for moment, status, _ in self.stack.resources["Table"].statuses
            if moment > self.began and not status.endswith("IN_PROGRESS")
        ]

    @property
    def warned(self) -> set[str]:
        """The tables that the log of the newest run has warned of since its beginning, if it is listened to."""
        return _WARNINGS.tables

    def shapes(self) -> dict[str, Any]:
        """What stands: each table without what is new with every table, or moves by itself."""
        return {name: _shape(self.plane.truth(name)) for name in sorted(self.plane.tables)}


PASSING = (
    "TableId",
    "CreationDateTime",
    "LatestStreamArn",
    "LatestStreamLabel",
    "BillingModeSummary",
    "ItemCount",
    "TableSizeBytes",
)


def _shape(truth: Mapping[str, Any] | None) -> dict[str, Any]:
    assert truth is not None
    shape = {key: value for key, value in truth.items() if key not in PASSING}
    shape["TableClassSummary"] = truth.get(
        "TableClassSummary", {"TableClass": "STANDARD"}
    )  # left out if it never was another
    shape["BillingMode"] = truth.get("BillingModeSummary", {}).get("BillingMode")
    return shape
