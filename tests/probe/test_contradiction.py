"""The table of what contradicts an event, row by row."""

from __future__ import annotations

import pytest

from probe.contradiction import contradicts, is_over

from .made import said

ROWS = [
    # verb, the event's id, resource, stack, contradicted
    ("Create", "", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", False),
    ("Create", "", "none", "CREATE_IN_PROGRESS", True),
    ("Create", "", "CREATE_COMPLETE a", "UPDATE_IN_PROGRESS", True),
    ("Create", "", "CREATE_FAILED", "ROLLBACK_IN_PROGRESS", True),
    ("Create", "", "UPDATE_IN_PROGRESS a", "UPDATE_IN_PROGRESS", True),
    ("Create", "", "DELETE_IN_PROGRESS a", "ROLLBACK_IN_PROGRESS", True),
    ("Create", "", "SOMETHING_NEW", "CREATE_IN_PROGRESS", False),
    ("Create", "", "Throttling!", "CREATE_IN_PROGRESS", False),
    ("Update", "a", "UPDATE_IN_PROGRESS a", "UPDATE_IN_PROGRESS", False),
    ("Update", "a", "none", "UPDATE_IN_PROGRESS", True),
    ("Update", "a", "CREATE_COMPLETE a", "UPDATE_IN_PROGRESS", True),
    ("Update", "a", "UPDATE_COMPLETE a", "UPDATE_IN_PROGRESS", True),
    ("Update", "a", "UPDATE_FAILED a", "UPDATE_ROLLBACK_IN_PROGRESS", False),
    ("Update", "a", "UPDATE_FAILED a", "UPDATE_FAILED", True),
    ("Update", "a", "UPDATE_COMPLETE a", "Throttling!", False),
    ("Delete", "a", "DELETE_IN_PROGRESS a", "DELETE_IN_PROGRESS", False),
    ("Delete", "a", "UPDATE_COMPLETE a", "UPDATE_IN_PROGRESS", True),
    ("Delete", "a", "UPDATE_COMPLETE a", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False),
    ("Delete", "a", "CREATE_COMPLETE a", "DELETE_IN_PROGRESS", False),
    ("Delete", "a", "CREATE_FAILED a", "ROLLBACK_IN_PROGRESS", False),
    ("Delete", "a", "DELETE_FAILED a", "DELETE_FAILED", True),
    ("Delete", "a", "DELETE_COMPLETE a", "DELETE_IN_PROGRESS", True),
    ("Delete", "a", "UPDATE_COMPLETE b", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False),
    ("Delete", "a", "UPDATE_COMPLETE b", "UPDATE_COMPLETE", True),
    ("Delete", "a", "none", "UPDATE_IN_PROGRESS", False),
    ("Delete", "a", "none", "none", True),
    ("Delete", "a", "none", "AccessDenied!", False),
]


@pytest.mark.parametrize(("verb", "physical_id", "resource", "stack", "contradicted"), ROWS)
def test_a_status_contradicts_an_event(verb: str, physical_id: str, resource: str, stack: str, contradicted: bool) -> None:
    assert contradicts(verb, physical_id, said(resource), said(stack)) is contradicted


@pytest.mark.parametrize(
    ("sent_at", "changed_at", "over"), [(10, 40, False), (10, 41, True), (None, 41, False), (10, None, False)]
)
def test_an_event_is_over_if_the_resource_is_younger(sent_at: float | None, changed_at: float | None, over: bool) -> None:
    assert is_over(sent_at, said("UPDATE_IN_PROGRESS a", changed_at)) is over
