"""How soon it is noticed that a table is ready, or gone, and how many DescribeTable calls that takes.

A table is ready here when it and its indexes are ACTIVE: the lags of tags, recovery and time to live that follow on the
real service are the same for everybody, and are set to nothing.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.rivals import Wait, rivals
from bench.stage import Stage
from sentinel_tables.model import Table
from sentinel_tables.rules.steps import create_table
from sentinel_tables.schemas import session_table_schema
from tests.aws import INSTANT, WRITES, Call, Client, Durations
from tests.aws.client import LATENCY_SECONDS

NAME = "sentinel-sessions"
SHORTEST, LONGEST = 2.0, 60.0
SAMPLES = 150
PROPERTIES = {"Schema": "session"}
PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Noticed:
    """One wait: how long the work took, and the seconds from its end to what followed.

    `noticed` is the answer of the DescribeTable that tells, `acted` the next call that does something with that (for a
    create the first write, for a delete the answer to CloudFormation), `calls` the DescribeTable calls until then.
    """

    took: float
    noticed: float
    acted: float
    calls: int


@dataclass(frozen=True, slots=True)
class Noticing:
    """Waits by who waited, for creates and for deletes."""

    creates: dict[str, list[Noticed]]
    deletes: dict[str, list[Noticed]]


def measure(samples: int = SAMPLES) -> Noticing:
    """Everybody waits for the same tables."""
    chance = random.Random(1)  # noqa: S311 - the same run again is the point
    spans = [chance.uniform(SHORTEST, LONGEST) for _ in range(samples)]
    creates = {PROVIDER: [_created(span, seed) for seed, span in enumerate(spans)]}
    deletes = {PROVIDER: [_deleted(span, seed) for seed, span in enumerate(spans)]}
    creates |= {name: [_rival(wait, span, gone=False) for span in spans] for name, wait in rivals(gone=False).items()}
    deletes |= {name: [_rival(wait, span, gone=True) for span in spans] for name, wait in rivals(gone=True).items()}
    return Noticing(creates, deletes)


def _taking(seconds: float) -> Durations:
    span = (seconds, seconds)
    return replace(INSTANT, create_with_indexes=span, delete=span)


def _created(seconds: float, seed: int) -> Noticed:
    stage = Stage(_taking(seconds), seed)
    stage.ask("Create", PROPERTIES)
    history = stage.plane.history
    began = _first(history, "create_table", "ok", 0.0)
    ready = began + seconds
    write = next(call.time for call in history if call.api in WRITES and call.time >= ready)
    return _noticed(history, began, ready, "ok", write - LATENCY_SECONDS / 2)


def _deleted(seconds: float, seed: int) -> Noticed:
    stage = Stage(_taking(seconds), seed)
    stage.standing(NAME)
    answered = stage.ask("Delete", PROPERTIES, NAME)
    began = _first(stage.plane.history, "delete_table", "ok", 0.0)
    return _noticed(stage.plane.history, began, began + seconds, "ResourceNotFoundException", answered)


def _noticed(history: Sequence[Call], began: float, ready: float, outcome: str, acted: float) -> Noticed:
    told = _first(history, "describe_table", outcome, ready)
    calls = sum(call.api == "describe_table" and began < call.time <= told for call in history)
    return Noticed(ready - began, told + LATENCY_SECONDS / 2 - ready, acted - ready, calls)


def _first(history: Sequence[Call], api: str, outcome: str, after: float) -> float:
    return next(call.time for call in history if call.api == api and call.outcome == outcome and call.time >= after)


def _rival(wait: Wait, seconds: float, *, gone: bool) -> Noticed:
    """A rival begins to wait as soon as its CreateTable or DeleteTable is answered, and acts as soon as it knows."""
    stage = Stage(_taking(seconds))
    client = Client(stage.plane)
    if gone:
        stage.standing(NAME)
        client.delete_table(TableName=NAME)
    else:
        client.create_table(**create_table(Table(session_table_schema(NAME))).arguments)
    ready = stage.plane.history[-1].time + seconds
    wait(client, stage.clock, NAME)
    lag = stage.clock.now() - ready
    return Noticed(seconds, lag, lag, sum(call.api == "describe_table" for call in stage.plane.history))
