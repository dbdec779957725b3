"""A part of the sweep as a program: the scenarios that are named, status 1 where anything survives.

For breaking a rule on purpose in a copy of the code, and seeing that it is found.
"""

import sys

from tests.aws import REAL
from tests.aws.faults import every_single
from tests.sweep.run import survivors, without_faults
from tests.sweep.scenario import Scenario
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import quiet

QUICK = REAL.scaled(0.1)


def harm(scenario: Scenario) -> str:
    """The first thing that survives, without a fault, or with one."""
    found = survivors(scenario, REAL, ())
    if found:
        return found[0]
    calls, *_ = without_faults(scenario, QUICK)
    for order in every_single(calls):
        found = survivors(scenario, QUICK, order)
        if found:
            return f"{order[0].kind.name} at call {order[0].call}: {found[0]}"
    return ""


def main(names: list[str]) -> int:
    """The exit status."""
    with quiet():
        told = [text for scenario in SCENARIOS if scenario.name in names for text in [harm(scenario)] if text]
    for text in told:
        sys.stdout.write(f"survivor: {text}\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
