"""Options of the test run, and what it prints at its end."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sweep`: every fault at every call, and every pair of faults; else one run in a few."""
    parser.addoption("--sweep", action="store_true", help="sweep every fault and every pair, instead of a part of them")


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
