"""Options of the test run, what it prints at its end, and what it keeps away from the tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]  # whoever runs the tests may have an account, and a shell that points to it
os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(
    filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1", "localhost"))
)
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):  # where Hypothesis has a profile of its own
    settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sweep`: as many faults, pairs, replays and forgeries as five minutes take; `--sweep-all`: all of them."""
    parser.addoption("--sweep", action="store_true", help="sweep what fits into five minutes on two cores")
    parser.addoption("--sweep-all", action="store_true", help="sweep every fault, pair, replay and forgery")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The counts of the sweep."""
    told = [
        value
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for key, value in report.user_properties
        if key == "sweep"
    ]
    if told:
        scenarios, runs = len({row[0] for row in told}), sum(row[1] for row in told)
        courses, calls = sum(row[2] for row in told), sum(row[3] for row in told)
        terminalreporter.write_line(
            f"sweep: {scenarios} scenarios, {runs} runs with faults, {calls} calls to AWS, {courses} courses of events"
        )
