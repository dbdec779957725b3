"""How long the repair of indexes takes, beside the sum of what DynamoDB itself takes for each of them."""

from dataclasses import dataclass

from bench.stage import Stage
from tests.controlplane import REAL

NAME = "sentinel-sessions"
PROPERTIES = {"Schema": "session"}
SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Repaired:
    """An update that had to build so many indexes: seconds in all, seconds that DynamoDB took, invocations."""

    indexes: int
    seconds: float
    own: float
    invocations: int

    @property
    def excess(self) -> float:
        """The share that was added to DynamoDB's own time."""
        return self.seconds / self.own - 1


def measure(samples: int = SAMPLES) -> list[Repaired]:
    """Repairs of one to four missing indexes, `samples` of each, with other durations each time."""
    return [_repair(missing, seed) for missing in (1, 2, 3, 4) for seed in range(samples)]


def _repair(missing: int, seed: int) -> Repaired:
    stage = Stage(REAL, seed)
    stage.standing(NAME, missing)
    began = stage.clock.now()
    answered = stage.ask("Update", PROPERTIES, NAME)
    own = sum(seconds for _, span, seconds in stage.draws.drawn if span in (REAL.index_allocation, REAL.index_backfill))
    return Repaired(missing, answered - began, own, stage.functions.queued)
