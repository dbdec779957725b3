"""The driver plays every step, waits for each, and deletes every stack, whatever is refused and however long it takes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from probe.driver import LAST_MINUTES, PREFIX, Account, Driver, clean
from probe.records import Afterwards, Change, Event, Operation, Records
from probe.scenes import Scene, Stage, scenes

from .cloudformation import Bucket, CloudFormation, Table

STAGE = Stage("arn:aws:lambda:eu-central-1:123456789012:function:probe", "r", 40)
LIFE, PRESERVED = (next(one for one in scenes(STAGE) if one.name == name) for name in ("life", "preserved update"))
NESTED = next(one for one in scenes(STAGE) if one.name == "nested")


@dataclass
class Run:
    """A run against stand-ins, one scene after the other, since they share a clock."""

    cloudformation: CloudFormation = field(default_factory=CloudFormation)
    table: Table = field(default_factory=Table)
    bucket: Bucket = field(default_factory=Bucket)
    name_of_bucket: str = "bucket"

    def account(self) -> Account:
        clock = self.cloudformation.clock
        return Account(
            self.cloudformation, self.table, self.bucket, clock.now, clock.sleep, self.name_of_bucket, lambda _line: None
        )  # fmt: skip

    def play(self, *scenes: Scene, minutes: float = 60) -> Records:
        return Driver(self.account(), STAGE, minutes).play(scenes, "records", side_by_side=1)

    def calls(self) -> list[str]:
        return [call for call, _ in self.cloudformation.calls]


def test_every_step_is_played_and_waited_for() -> None:
    run = Run()
    records = run.play(LIFE)
    operations = records.of(Operation)
    assert [one.step for one in operations] == [step.name for step in LIFE.steps]
    assert {one.status for one in operations} == {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
    assert all(one.ended - one.began > 50 for one in operations)
    assert [one.what for one in records.of(Afterwards)] == ["removed", "deleted"]
    assert len(records.of(Change)) == 1
    assert clean(run.account()) == 0


def test_a_late_answer_is_not_taken_for_the_end() -> None:
    """An update's first answers say how the stack was before it."""
    run = Run(CloudFormation(late_seconds=5.9))
    assert all(one.ended - one.began > 50 for one in run.play(LIFE).of(Operation))


def test_a_refused_step_is_written_down_and_the_stack_is_deleted() -> None:
    run = Run(CloudFormation(refused="roll_back"))
    statuses = [one.status for one in run.play(PRESERVED).of(Operation)]
    assert statuses[-2].startswith("REFUSED: ")
    assert statuses[-1] == "DELETE_COMPLETE"


def test_without_a_stack_there_is_nothing_to_delete() -> None:
    run = Run(CloudFormation(refused="create"))
    assert [one.step for one in run.play(LIFE).of(Operation)] == ["create"]
    assert run.calls() == []


def test_when_time_is_up_no_step_begins_but_the_deletion() -> None:
    run = Run(CloudFormation(endless="update"))
    began = run.cloudformation.clock.now()
    statuses = [one.status for one in run.play(LIFE, minutes=10).of(Operation)]
    assert statuses == ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_COMPLETE"]
    assert run.calls() == ["create", "update", "delete"]
    assert run.cloudformation.clock.now() - began < 60 * (10 + LAST_MINUTES)


def test_a_deletion_that_never_ends_is_given_up_and_told() -> None:
    run = Run(CloudFormation(endless="delete"))
    assert run.play(PRESERVED, minutes=10).of(Operation)[-1].status == "DELETE_IN_PROGRESS"
    assert clean(run.account(), minutes=1) == 1


def test_an_event_that_was_never_answered_is_waited_for_in_vain_but_not_for_ever() -> None:
    run = Run()
    run.table.items = [
        {"kind": "event", "invocation": "i", "received_at": 0.0, "verb": "Create", "request_id": "r", "stack_id": "s/t/u",
         "logical_id": "Watched"},
    ]  # fmt: skip
    began = run.cloudformation.clock.now()
    records = run.play(Scene("nothing", ()))
    assert [one.verb for one in records.of(Event)] == ["Create"]
    assert 600 < run.cloudformation.clock.now() - began < 750


def test_nested_templates_are_uploaded_and_deleted_again() -> None:
    run = Run()
    run.play(NESTED)
    assert len(set(run.bucket.ever)) == 3
    assert run.bucket.keys == []


def test_without_a_bucket_the_nested_scene_is_left_out() -> None:
    run = Run(name_of_bucket="")
    run.play(NESTED)
    assert run.calls() == []


@pytest.mark.parametrize(("name", "calls"), [(f"{PREFIX}r-life", ["create", "delete"]), ("somebody-elses", ["create"])])
def test_what_a_run_left_behind_is_deleted_and_nothing_else(name: str, calls: list[str]) -> None:
    run = Run()
    run.cloudformation.create_stack(StackName=name)
    assert clean(run.account()) == 0
    assert run.calls() == calls
