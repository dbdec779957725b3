"""Many tables at once, in as many stacks, under the account's limits: 500 tables in change, throttled writes and questions.

The throttling is the model's: one bucket for the account, of 10 writes at once and 5 more in each second; and another one
for the questions to CloudFormation, 10 in each second. What is not modelled is Lambda's own concurrency, 1,000 by default:
invocations beyond it would wait in Lambda's queue.
"""

import threading
from collections import Counter
from dataclasses import dataclass

from bench.stage import LOGICAL_ID, Stage
from tests.aws import REAL, WRITES, Rate, Resource, world

SIZES = (1, 10, 100, 500, 2000)
SEEDS = (0, 1, 2)
RATED_WRITES = 2
"""Of each create's writes, those that the rate counts: CreateTable and recovery. Time to live is exempt."""
QUESTIONS = {"describe_stack_resource": 2, "describe_stacks": 1}
"""Of each create: about the resource before CreateTable and before the steps after it, about its stack once."""
QUESTIONS_PER_SECOND = 10.0
"""How many questions of each kind CloudFormation answers in a second, for the account. AWS publishes no figure."""
STACK_BYTES = 256 * 1024
"""Each stack's handler runs on a thread of its own."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many creates at once. All times are in seconds.

    `best` is what no schedule could do in less: each table's turn at the rate and its own time, the last write and the last
    question that the rates let through, or the tables' own times through the limit of tables in change, whichever is the
    longest. `calls` are those to both services; of `throttled` those to DynamoDB.
    """

    tables: int
    seed: int
    succeeded: int
    seconds: float
    best: float
    waits: tuple[float, ...]
    calls: int
    reads: int
    throttled: int
    invocations: int

    @property
    def times(self) -> float:
        """How many times the best possible it took."""
        return self.seconds / self.best


def measure(tables: int, seed: int = 0) -> Crowd:
    """Creates so many tables at one moment."""
    threading.stack_size(STACK_BYTES)
    world.MOST_EVENTS = 10**9  # the model's guard against a run that never ends is meant for a single table
    rate = Rate()
    stage = Stage(REAL, seed=tables + seed, rate=rate)
    stage.functions.stacks.rates = {api: Rate(per_second=QUESTIONS_PER_SECOND) for api in QUESTIONS}
    began = stage.clock.now()
    resources = [_created(stage, number) for number in range(tables)]
    stage.world.run()
    history = stage.plane.history
    outcomes = Counter((call.api in WRITES, call.outcome) for call in history)
    questions = sum(api.startswith("describe_stack") for api in stage.functions.faults.calls)
    return Crowd(
        tables=tables,
        seed=seed,
        succeeded=sum(resource.status == "CREATE_COMPLETE" for resource in resources),
        seconds=max(resource.statuses[-1][0] for resource in resources) - began,
        best=_best(stage, rate, tables),
        waits=tuple(sorted(resource.statuses[-1][0] - began for resource in resources)),
        calls=len(history) + questions,
        reads=sum(count for (write, _), count in outcomes.items() if not write),
        throttled=sum(count for (_, outcome), count in outcomes.items() if outcome == "ThrottlingException"),
        invocations=stage.functions.queued,
    )


def _created(stage: Stage, number: int) -> Resource:
    stack = stage.another_stack(f"records-{number}", number)
    return stack.create(LOGICAL_ID, {"Schema": "approval", "TableName": f"sentinel-{number:04}"})


def _best(stage: Stage, rate: Rate, tables: int) -> float:
    """A lower bound, from what the model drew: each table's creation, and then its recovery, which begins at that moment."""
    drawn = stage.draws.drawn
    recovery = {moment: seconds for moment, span, seconds in drawn if span == REAL.recovery_after_active}
    creations = [(moment + took, took) for moment, span, took in drawn if span == REAL.create_with_indexes]
    own = [took + recovery[active] for active, took in creations]
    in_turn = [max(0.0, (turn - rate.burst) / rate.per_second) + took for turn, took in enumerate(own, 1)]
    last_write = max(0.0, (RATED_WRITES * tables - rate.burst) / rate.per_second)
    last_question = max(0.0, (max(QUESTIONS.values()) * tables - rate.burst) / QUESTIONS_PER_SECOND)
    in_change = sum(took for _, took in creations) / stage.plane.state.limits.in_change
    return max(*in_turn, last_write, last_question, in_change)
