"""How long the repair of indexes takes, beside the sum of what DynamoDB itself takes for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from bench.stage import OutOfPatience, Stage
from tests.aws import REAL

NAME = "sentinel-sessions"
PROPERTIES = {"Schema": "session"}
SAMPLES = 12
PATIENCE_SECONDS = 3540.0
"""The hour that CloudFormation waits, without the minute that is kept for the answer."""
MARK = 1.03
"""How many times DynamoDB's own time a repair may take: what fits by that has to succeed."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """An update that had to build so many indexes: seconds in all, seconds that DynamoDB took, invocations, calls."""

    indexes: int
    seconds: float
    own: float
    invocations: int
    calls: int

    @property
    def calls_a_minute(self) -> float:
        """Calls to DynamoDB."""
        return 60 * self.calls / self.seconds

    @property
    def beyond(self) -> float:
        """Seconds that were added to DynamoDB's own time, for each index."""
        return (self.seconds - self.own) / self.indexes


def measure(samples: int = SAMPLES) -> list[Repaired]:
    """Repairs of one to four missing indexes, `samples` of each, with other durations each time."""
    return [repaired for missing in (1, 2, 3, 4) for repaired in islice(_repairs(missing), samples)]


def _repairs(missing: int) -> Iterator[Repaired]:
    """Those that fit into the hour that CloudFormation waits; four slow indexes do not."""
    return filter(None, (_repair(missing, seed) for seed in count()))


def _repair(missing: int, seed: int) -> Repaired | None:
    """None where DynamoDB's own time alone is too long. Raises OutOfPatience where it is not, and the update fails."""
    stage = Stage(REAL, seed)
    stage.standing(NAME, missing)
    began = stage.clock.now()
    try:
        answered = stage.ask("Update", PROPERTIES, NAME)
    except OutOfPatience:
        if _own(stage) * MARK < PATIENCE_SECONDS:
            raise
        return None
    own = _own(stage)
    return Repaired(missing, answered - began, own, stage.functions.queued, len(stage.plane.history))


def _own(stage: Stage) -> float:
    """Seconds that DynamoDB takes for the indexes that were asked for, as drawn."""
    return sum(seconds for _, span, seconds in stage.draws.drawn if span in (REAL.index_allocation, REAL.index_backfill))
