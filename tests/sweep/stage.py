"""One run: a world with one stack, the provider, and the faults that were ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.aws import Fault, Faults
from tests.worlds import Place

Properties = dict[str, Any]
RECORD = {"id": "r-1", "invoker": "kim", "profile": "prod", "status": "open", "created_at": "2026-01-01T00:00:00Z"}
FOREIGN = {"team": "billing"}


@dataclass(eq=False)
class Stage(Place):
    """What a scenario plays on. `stack` is the stack under test."""

    shapes_before: Mapping[str, Any] = field(default_factory=dict)
    began: float = 0.0
    ordered: Faults = field(default_factory=Faults)
    """The faults of the run, with what they struck; those of an operator's repetition are none."""

    def order(self, *faults: Fault) -> Faults:
        """Orders faults, counted from now."""
        self.functions.faults = Faults(*faults)
        return self.functions.faults

    def create(self, logical_id: str, properties: Properties) -> None:
        """Creates a resource, and a record in its table."""
        resource = self.stack.create(logical_id, properties)
        self.world.run()
        assert resource.status == "CREATE_COMPLETE", resource.reason
        assert resource.physical_id is not None
        self.plane.put_record(resource.physical_id, RECORD)

    def owner_tags(self, logical_id: str, origin: str = "created", schema: str = "breakglass") -> dict[str, str]:
        """The tags of a table that the stack's resource owns."""
        return {
            "sentinel:stack-id": self.stack.stack_id,
            "sentinel:logical-id": logical_id,
            "sentinel:schema": schema,
            "sentinel:origin": origin,
        }

    def shapes(self) -> dict[str, Any]:
        """What stands: each table without what is new with every table, or moves by itself."""
        return {name: _shape(self.plane.truth(name)) for name in sorted(self.plane.tables)}


PASSING = (
    "TableId",
    "CreationDateTime",
    "LatestStreamArn",
    "LatestStreamLabel",
    "BillingModeSummary",
    "ItemCount",
    "TableSizeBytes",
)


def _shape(truth: Mapping[str, Any] | None) -> dict[str, Any]:
    assert truth is not None
    shape = {key: value for key, value in truth.items() if key not in PASSING}
    shape["BillingMode"] = truth.get("BillingModeSummary", {}).get("BillingMode")
    return shape
