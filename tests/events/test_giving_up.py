"""Work that cannot be handed over ends in an answer that says so."""

import pytest

from tests.aws import REAL, Fault, Kind
from tests.sweep.stage import Stage


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.ACCESS_DENIED_FROM_NOW])
def test_what_cannot_be_handed_over_fails_by_that_reason_with_a_remedy(kind: Kind) -> None:
    stage = Stage(REAL)
    stage.create("Table", {"Schema": "breakglass"})
    stage.functions.timeout = 8.0
    stage.order(*(Fault(kind, call, "invoke") for call in range(1, 40)))
    stage.stack.roll_back_after_failed_update = False
    resource = stage.stack.update("Table", {"Schema": "breakglass", "TableName": "sentinel-elsewhere"})
    stage.world.run()
    assert resource.status == "UPDATE_FAILED"
    assert resource.reason.startswith("The work could not be handed over: ")
    assert any(remedy in resource.reason for remedy in ("Repeat the operation.", "then retry."))
    assert "sentinel-elsewhere" not in stage.plane.tables or "was left behind" in resource.reason
