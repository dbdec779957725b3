"""The state of the stack: what CloudFormation does not take, and what is not there yet."""

import pytest

from .desk import BREAKGLASS, Desk

OWN = ("--stack", "records", "--detailed-exitcode")
REFUSING = {"ROLLBACK_COMPLETE": "Delete the stack first.", "UPDATE_ROLLBACK_FAILED": "Continue its roll-back first."}


@pytest.mark.parametrize(("state", "remedy"), REFUSING.items())
def test_a_stack_that_takes_no_update(desk: Desk, state: str, remedy: str) -> None:
    desk.deploy(BREAKGLASS)
    desk.state = state
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 1
    why = f"Stack records is {state}, and CloudFormation does not update it. {remedy}"
    assert result.stdout == f"BreakGlass -> sentinel-breakglass: refused\n  ! {why}\n\nPlan: 1 refused.\n"
    assert f"BreakGlass -> sentinel-breakglass: refused\n  ! {why}" in desk.plan("Resources: {}", *OWN).stdout


def test_a_stack_that_is_being_updated(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    desk.state = "UPDATE_IN_PROGRESS"
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 0
    assert "Stack records is UPDATE_IN_PROGRESS. Plan again when that is over" in result.stdout


def test_a_stack_that_is_only_reviewed_is_not_there_yet(desk: Desk) -> None:
    desk.deployed, desk.state = BREAKGLASS, "REVIEW_IN_PROGRESS"
    result = desk.plan(BREAKGLASS, *OWN)
    assert result.exit_code == 2
    assert "There is no stack records yet.\n" in result.stdout


def test_a_stack_that_is_not_there_is_told(desk: Desk) -> None:
    assert "There is no stack record yet.\n" in desk.plan(BREAKGLASS, "--stack", "record").stdout
    desk.deploy(BREAKGLASS)
    assert "There is no stack" not in desk.plan(BREAKGLASS, *OWN).stdout
