"""How far an event is believed: each row of rule R2, both ways, and rules R0 and R3."""

import pytest

from sentinel_tables.model import Owner
from sentinel_tables.rules.belief import (
    UNHEARD_OF,
    ResourceWord,
    Sender,
    StackWord,
    Verb,
    Word,
    began_with,
    contradiction,
    is_foreign,
    needs_stack,
)

STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/1"
OWNER = Owner(STACK_ID, "Records")
SENT = 1_790_000_000.0
OWN, OTHER, NONE = "sentinel-requests", "sentinel-before", UNHEARD_OF
RESTING = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE", NONE)
WORKING = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")
GOING = (
    "DELETE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
)
EVERY = (*RESTING, *WORKING, *GOING)
UPDATES = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED")
IMPORTS = ("IMPORT_IN_PROGRESS", "IMPORT_COMPLETE", "IMPORT_FAILED")
DELETES = ("DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED", "DELETE_SKIPPED")
UNLISTED = "SOMETHING_NEW"

# Verb, the resource's status, the statuses of the stack in which that contradicts the verb; in every other one it does not.
ROWS: list[tuple[Verb, str, tuple[str, ...]]] = [
    (Verb.CREATE, "CREATE_IN_PROGRESS", ()),
    (Verb.CREATE, UNLISTED, ()),
    *((Verb.CREATE, one, EVERY) for one in (NONE, "CREATE_COMPLETE", "CREATE_FAILED", *UPDATES, *IMPORTS, *DELETES)),
    (Verb.UPDATE, "UPDATE_IN_PROGRESS", ()),
    (Verb.UPDATE, UNLISTED, ()),
    (Verb.UPDATE, "UPDATE_FAILED", RESTING),
    *((Verb.UPDATE, one, EVERY) for one in (NONE, "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED", *DELETES)),
    *((Verb.UPDATE, one, EVERY) for one in ("UPDATE_COMPLETE", "IMPORT_COMPLETE")),
    (Verb.DELETE, "DELETE_IN_PROGRESS", ()),
    (Verb.DELETE, UNLISTED, ()),
    *((Verb.DELETE, one, (*RESTING, *WORKING)) for one in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE", *UPDATES, *IMPORTS)),
    *((Verb.DELETE, one, RESTING) for one in ("CREATE_FAILED", "DELETE_FAILED")),
    *((Verb.DELETE, one, EVERY) for one in ("DELETE_COMPLETE", "DELETE_SKIPPED")),
]


def why(verb: Verb, resource: ResourceWord, stack: str, deleted: str = OWN, **more: object) -> str:
    sender = Sender(verb, OWNER, deleted, SENT, **more)  # type: ignore[arg-type] # rows
    return contradiction(sender, Word(resource, StackWord(stack)))


@pytest.mark.parametrize("stack", EVERY)
@pytest.mark.parametrize(("verb", "status", "contradicted"), ROWS)
def test_a_status_contradicts_a_verb_or_does_not(verb: Verb, status: str, contradicted: tuple[str, ...], stack: str) -> None:
    if verb is Verb.DELETE and status == NONE:
        contradicted = RESTING
    assert bool(why(verb, ResourceWord(status, OWN), stack)) is (stack in contradicted)


@pytest.mark.parametrize("stack", EVERY)
@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "CREATE_FAILED", NONE])
def test_a_delete_of_another_id_is_contradicted_while_the_stack_rests(status: str, stack: str) -> None:
    physical_id = "" if status == NONE else OWN
    assert bool(why(Verb.DELETE, ResourceWord(status, physical_id), stack, OTHER)) is (stack in RESTING)


@pytest.mark.parametrize(
    ("seconds", "datable", "over"),
    [(-100.0, True, False), (0.0, True, False), (30.0, True, False), (30.1, True, True), (30.1, False, False)],
)
def test_an_event_is_over_if_the_status_is_more_than_30_s_younger(seconds: float, datable: bool, over: bool) -> None:
    resource = ResourceWord("UPDATE_IN_PROGRESS", OWN, SENT + seconds)
    assert bool(why(Verb.UPDATE, resource, "UPDATE_IN_PROGRESS", datable=datable)) is over


@pytest.mark.parametrize(
    ("seconds", "sent_at", "seen"),
    [
        (-30.1, SENT, False),
        (-30.0, SENT, True),
        (30.0, SENT, True),
        (30.1, SENT, False),
        (None, SENT, False),
        (0.0, None, False),
    ],
)
def test_the_status_that_began_with_an_event_is_as_old_as_the_event(
    seconds: float | None, sent_at: float | None, seen: bool
) -> None:
    resource = ResourceWord("UPDATE_IN_PROGRESS", OWN, None if seconds is None else SENT + seconds)
    assert began_with(Sender(Verb.UPDATE, OWNER, OWN, sent_at), Word(resource)) is seen
    assert began_with(Sender(Verb.UPDATE, OWNER, OWN, sent_at), Word()) is False


def test_an_event_without_a_date_and_a_status_without_one_are_not_compared() -> None:
    word = Word(ResourceWord("UPDATE_IN_PROGRESS", OWN, SENT), StackWord("UPDATE_IN_PROGRESS"))
    assert contradiction(Sender(Verb.UPDATE, OWNER, OWN, None), word) == ""
    assert why(Verb.UPDATE, ResourceWord("UPDATE_IN_PROGRESS", OWN), "UPDATE_IN_PROGRESS") == ""


@pytest.mark.parametrize(
    ("home", "foreign"),
    [
        (("eu-central-1", "123456789012"), False),
        (("eu-west-1", "123456789012"), True),
        (("eu-central-1", "210987654321"), True),
        (None, False),
    ],
)
def test_a_stack_of_another_account_or_region_is_foreign(home: tuple[str, str] | None, foreign: bool) -> None:
    assert is_foreign(Sender(Verb.CREATE, OWNER, home=home)) is foreign
    assert is_foreign(Sender(Verb.CREATE, Owner("no arn", "x"), home=home)) is (home is not None)
    cut_off = STACK_ID.removesuffix(":stack/records/1")
    assert is_foreign(Sender(Verb.CREATE, Owner(cut_off, "x"), home=home)) is (home is not None)


@pytest.mark.parametrize(
    ("verb", "status", "needed"),
    [
        (Verb.CREATE, "CREATE_IN_PROGRESS", False),
        (Verb.UPDATE, "UPDATE_IN_PROGRESS", False),
        (Verb.UPDATE, "UPDATE_FAILED", True),
        (Verb.UPDATE, "CREATE_COMPLETE", False),
        (Verb.DELETE, "DELETE_IN_PROGRESS", True),
    ],
)
def test_the_stack_is_asked_about_if_that_can_matter(verb: Verb, status: str, needed: bool) -> None:
    assert needs_stack(Sender(verb, OWNER, OWN), ResourceWord(status, OWN)) is needed


@pytest.mark.parametrize("verb", Verb)
def test_nothing_contradicts_an_event_if_nobody_was_asked_about_its_resource(verb: Verb) -> None:
    assert contradiction(Sender(verb, OWNER, OWN, SENT), Word(None, StackWord("DELETE_COMPLETE"))) == ""


def test_the_reason_says_what_cloudformation_said() -> None:
    assert why(Verb.CREATE, ResourceWord(), "DELETE_COMPLETE") == "knows no such resource and DELETE_COMPLETE of its stack"
    complete = ResourceWord("UPDATE_COMPLETE", OWN)
    assert (
        why(Verb.UPDATE, complete, "UPDATE_COMPLETE")
        == "says UPDATE_COMPLETE of the resource and UPDATE_COMPLETE of its stack"
    )
    assert contradiction(Sender(Verb.UPDATE, OWNER, OWN), Word(complete)) == "says UPDATE_COMPLETE of the resource"
