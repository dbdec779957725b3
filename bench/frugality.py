"""How many calls an operation makes, beside the fewest that the work allows; and how long a create takes to finish."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bench.stage import Stage
from tests.aws import INSTANT, REAL, WRITES, Durations

NAME = "sentinel-sessions"
PROPERTIES = {"Schema": "session"}
PROTECTED = PROPERTIES | {"DeletionProtectionEnabled": "true"}
SAMPLES = 40
AT_ONCE = (0.0, 0.0)
SETTLED = replace(
    REAL, parts_after_create=AT_ONCE, tag_lag_after_active=AT_ONCE, recovery_after_active=AT_ONCE, ttl_settles=AT_ONCE
)
"""A table takes its time, as on the service, and its settings none, as on an emulator."""

Operation = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Operated:
    """One operation: its calls to DynamoDB, by API, where the service takes no time, and on the real one's durations.

    `keys` are the calls to KMS, once in the life of a process. `fewest` is what must be called: each write, and each
    reading without which an owner, a difference or an end could not be known. `why` says which.
    """

    name: str
    calls: Mapping[str, int]
    real_calls: int
    keys: int
    fewest: int
    why: str

    @property
    def writes(self) -> int:
        """How many of the calls change something."""
        return sum(count for api, count in self.calls.items() if api in WRITES)

    @property
    def total(self) -> int:
        """All calls to DynamoDB where the service takes no time."""
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True)
class Finished:
    """A create: seconds from ACTIVE to the answer, what of it the service itself takes, and all its calls.

    `owed` is the longest of three: until tags show, until recovery can be turned on, until time to live has settled. `calls`
    are those to DynamoDB, with waiting; `questions` those to CloudFormation.
    """

    seconds: float
    owed: float
    calls: int
    questions: int

    @property
    def own(self) -> float:
        """Seconds that the provider takes itself."""
        return self.seconds - self.owed


def measure() -> list[Operated]:
    """A create, the three kinds of update, and a delete."""
    return [
        _operated("create", _create, 4, "CreateTable, DescribeTable when it is ACTIVE, recovery, time to live"),
        _operated("update that changes nothing", _unchanged, 6, "each of the six readings: a difference may be in any"),
        _operated("update of one setting", _protect, 7, "the six readings, one write"),
        _operated("delete", _delete, 4, "whose it is (two readings), DeleteTable, DescribeTable when it is gone"),
    ]


def finish(*, at_once: bool = False, samples: int = SAMPLES) -> list[Finished]:
    """What follows when a new table is ACTIVE, with other durations each time; `at_once` if its settings take no time."""
    durations = SETTLED if at_once else REAL
    return [_finished(durations, seed) for seed in range(samples)]


def _create(stage: Stage) -> None:
    stage.ask("Create", PROPERTIES)


def _unchanged(stage: Stage) -> None:
    stage.ask("Update", PROPERTIES, NAME)


def _protect(stage: Stage) -> None:
    stage.ask("Update", PROTECTED, NAME)


def _delete(stage: Stage) -> None:
    stage.ask("Delete", PROPERTIES, NAME)


def _operated(name: str, operation: Operation, fewest: int, why: str) -> Operated:
    instant, keys = _calls(operation, INSTANT)
    real, _ = _calls(operation, REAL)
    return Operated(name, instant, sum(real.values()), keys, fewest, why)


def _calls(operation: Operation, durations: Durations) -> tuple[Counter[str], int]:
    stage = Stage(durations)
    if operation is not _create:
        stage.standing(NAME)
    operation(stage)
    keys = stage.functions.faults.calls.count("describe_key")
    return Counter(call.api for call in stage.plane.history), keys


def _finished(durations: Durations, seed: int) -> Finished:
    stage = Stage(durations, seed)
    answered = stage.ask("Create", PROPERTIES)
    drawn = {span: (moment, seconds) for moment, span, seconds in stage.draws.drawn}
    began, took = drawn[durations.create_with_indexes]
    parts = (durations.tag_lag_after_active, durations.recovery_after_active, durations.ttl_settles)
    questions = sum(api.startswith("describe_stack") for api in stage.functions.faults.calls)
    return Finished(answered - began - took, max(drawn[part][1] for part in parts), len(stage.plane.history), questions)
