"""Random stacks of resources over shared names, random faults, random interleavings: the rules hold all the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.aws import REAL, CloudFormation, Fault, Kind, World
from tests.sweep.stage import FOREIGN, RECORD, Stage

pytestmark = pytest.mark.timeout(600)  # one test is sixty histories of two stacks

NAMES = ("sentinel-one", "sentinel-two", "sentinel-three")
LOGICAL_IDS = ("A", "B", "C")
STACKS = ("first", "second")
QUICK = REAL.scaled(0.05)
WANTED = st.fixed_dictionaries(
    {"Schema": st.sampled_from(["breakglass", "approval"]), "TableName": st.sampled_from(NAMES)},
    optional={
        "ExistingTable": st.sampled_from(["Adopt", "Fail"]),
        "TimeToLiveSpecification": st.sampled_from([{"Enabled": False}, {"Enabled": True}]),
        "Tags": st.sampled_from([[{"Key": "team", "Value": "red"}], [{"Key": "cost", "Value": "7"}]]),
    },
)
FAULTS = st.lists(st.builds(Fault, st.sampled_from(list(Kind)), st.integers(1, 60)), max_size=2)


class Stacks(RuleBasedStateMachine):
    """Two stacks, and somebody else's table, in one account."""

    @initialize(name=st.sampled_from(NAMES), steps=st.lists(st.integers(0, 3), min_size=1, max_size=40))
    def an_account_with_a_table_of_others(self, name: str, steps: list[int]) -> None:
        self.stage = Stage(QUICK)
        turns = iter(steps * 10_000)
        world = World(self.stage.clock, choose=lambda count: next(turns) % count, window=0.05)
        self.stage.world = self.stage.functions.world = world
        self.stacks = {stack: self.stage.another_stack(stack, seed) for seed, stack in enumerate(STACKS)}
        self.stage.plane.given_table(name, tags=FOREIGN, records=[RECORD])
        self.adopted: set[str] = set()

    @rule(stack=st.sampled_from(STACKS), logical_id=st.sampled_from(LOGICAL_IDS), wanted=WANTED, faults=FAULTS)
    def deploy(self, stack: str, logical_id: str, wanted: dict[str, Any], faults: list[Fault]) -> None:
        """Creates the resource or updates it, while another may be at work in the other stack."""
        self.stage.order(*faults)
        self._deploy(self.stacks[stack], logical_id, wanted)
        self._settle()

    @rule(logical_id=st.sampled_from(LOGICAL_IDS), one=WANTED, other=WANTED, after=st.floats(0, 2), faults=FAULTS)
    def deploy_side_by_side(
        self, logical_id: str, one: dict[str, Any], other: dict[str, Any], after: float, faults: list[Fault]
    ) -> None:
        """Both stacks want a table at the same time, maybe the same one."""
        self.stage.order(*faults)
        self._deploy(self.stacks["first"], logical_id, one)
        self._deploy(self.stacks["second"], logical_id, other, after)
        self._settle()

    @rule(stack=st.sampled_from(STACKS), logical_id=st.sampled_from(LOGICAL_IDS), faults=FAULTS)
    def take_out(self, stack: str, logical_id: str, faults: list[Fault]) -> None:
        """The resource leaves its stack."""
        self.stage.order(*faults)
        resource = self.stacks[stack].resources.get(logical_id)
        if resource is not None and not resource.gone:
            self.stacks[stack].delete(logical_id)
            self._settle()

    @rule(stack=st.sampled_from(STACKS), logical_id=st.sampled_from(LOGICAL_IDS))
    def retain(self, stack: str, logical_id: str) -> None:
        """The resource leaves its stack, and its table stays."""
        if logical_id in self.stacks[stack].resources:
            self.stacks[stack].retain(logical_id)

    @rule(name=st.sampled_from(NAMES))
    def write_a_record(self, name: str) -> None:
        table = self.stage.plane.tables.get(name)
        if table is not None and table.status == "ACTIVE":
            self.stage.plane.put_record(name, RECORD)

    def _deploy(self, stack: CloudFormation, logical_id: str, wanted: dict[str, Any], after: float = 0.0) -> None:
        if wanted.get("ExistingTable") == "Adopt":
            self.adopted.add(wanted["TableName"])
        resource = stack.resources.get(logical_id)
        if resource is None or resource.gone:
            stack.create(logical_id, wanted, after)
        elif resource.status == "DELETE_FAILED":
            stack.repeat(logical_id, after)
        elif not resource.in_progress:
            stack.update(logical_id, wanted, after)

    def _settle(self) -> None:
        self.stage.world.run()
        self.stage.clock.sleep(2 * 3600)

    @invariant()
    def nothing_is_changed_that_is_not_owned(self) -> None:
        """Each change is one of the table's owner; a new owner's first is to say so."""
        if not hasattr(self, "stage"):
            return
        ids = [stack_id for stack in self.stacks.values() for stack_id in stack.stack_ids]
        owners = [(stack_id, logical_id) for stack_id in ids for logical_id in LOGICAL_IDS]
        for change in self.stage.plane.changes:
            taken_over = change.api == "tag_resource" and change.table in self.adopted
            allowed = change.api == "create_table" or change.owner in owners or taken_over
            assert allowed or not change.environment, change

    @invariant()
    def nothing_is_deleted_that_was_not_created(self) -> None:
        """A table goes only while its tags say that its owner created it, and the first one is never among them."""
        if not hasattr(self, "stage"):
            return
        for change in self.stage.plane.changes:
            if change.api == "delete_table":
                assert change.tags.get("sentinel:origin") == "created", change
                assert "team" not in change.tags or change.tags["team"] != FOREIGN["team"], change

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        """Each event was answered, unless its URL was refused, and no answer crashed the provider."""
        if not hasattr(self, "stage"):
            return
        assert self.stage.functions.crashes() == []
        denied = any(attempt.status != 200 for attempt in self.stage.sink.attempts)
        faults = self.stage.functions.faults
        refused = denied or any(kind in (Kind.ACCESS_DENIED, Kind.ACCESS_DENIED_FROM_NOW) for kind in _at_delivery(faults))
        late = [
            one.kind for stack in self.stacks.values() for one in stack.requests if one.outcome and one.outcome.timed_out
        ]
        assert not late or refused or self._refused_before, late
        self._refused_before = self._refused_before or refused

    _refused_before = False


def _at_delivery(faults: Any) -> list[Kind]:
    return [fault.kind for fault in faults.struck if faults.calls[fault.call - 1] == "deliver"]


TestStacks = Stacks.TestCase
TestStacks.settings = settings(
    max_examples=60, stateful_step_count=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
