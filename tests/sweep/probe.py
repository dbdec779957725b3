"""A part of the sweep as a program: of one scenario, one kind of trouble; status 1 where anything survives.

For breaking a rule on purpose in a copy of the code, and seeing that it is found.
"""

import sys
from collections.abc import Callable, Iterator, Mapping

from tests.aws import REAL
from tests.aws.faults import every_single
from tests.sweep import replays
from tests.sweep.run import survivors, without_faults
from tests.sweep.scenario import Scenario
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import quiet

QUICK = REAL.scaled(0.1)


def plain(scenario: Scenario) -> Iterator[str]:
    """Without a fault."""
    yield from survivors(scenario, REAL, ())


def faults(scenario: Scenario) -> Iterator[str]:
    """Every fault at every call."""
    calls, *_ = without_faults(scenario, QUICK)
    for order in every_single(calls):
        yield from (f"{order[0].kind.name} at call {order[0].call}: {found}" for found in survivors(scenario, QUICK, order))


def again(scenario: Scenario) -> Iterator[str]:
    """Each event once more, afterwards and meanwhile."""
    yield from replays.changed_afterwards(replays.play(scenario))
    yield from replays.differences(scenario)


def late(scenario: Scenario) -> Iterator[str]:
    """With late answers of CloudFormation."""
    for seed in range(6):
        yield from filter(None, [replays.refused(scenario, seed)])


PARTS: Mapping[str, Callable[[Scenario], Iterator[str]]] = {"plain": plain, "faults": faults, "again": again, "late": late}


def main(part: str, name: str) -> int:
    """The exit status."""
    (scenario,) = [scenario for scenario in SCENARIOS if scenario.name == name]
    with quiet():
        found = next(PARTS[part](scenario), "")
    sys.stdout.write(f"survivor: {found}\n" if found else "nothing survives\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
