"""The memory of an event, from one invocation to the next. All else is read from the live table, or asked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any, Self


@dataclass(slots=True)
class Memory:
    """Filled in while the event is worked on, handed over with it. Moments are seconds since the epoch.

    A process that dies takes its memory with it, and whoever may invoke the function can make one up. So no table is safe
    by what stands here alone, and none goes by it alone.
    """

    answer_by: float | None = None
    """When CloudFormation has to have its answer."""
    table_id: str = ""
    """The table in hand. Another table under the same name is not the one that this event is about."""
    tried_at: float | None = None
    """When CreateTable was called for a table that was not there, and was not refused."""
    made_at: float | None = None
    """When CreateTable accepted the table."""
    held: bool = False
    """True if the table in hand was seen to be this resource's."""
    adopted: dict[str, str] | None = None
    """The ownership tags of the table that this event took over, as they were before."""
    pending: str = ""
    """The thing that the loop waited for when the last invocation's time was used up."""
    pending_since: float | None = None
    """Since when."""
    ready_from: float | None = None
    """Before that moment the work that is pending cannot be done."""
    seen_at_work: bool = False
    """True if CloudFormation has shown the status of the resource that began with this event."""
    failure: str = ""
    """Why the event has failed, while what it made is being removed."""
    late: bool = False
    """True if it has failed because its time was up."""
    answer: dict[str, Any] | None = None
    """An answer that could not be delivered yet."""
    here: bool = False
    """True if it was this very process that made or adopted the table. It is not handed over."""

    def note(self) -> dict[str, Any]:
        """Itself as JSON values, to be handed over."""
        return {name: value for name, value in asdict(self).items() if name in _KINDS}

    @classmethod
    def recalled(cls, note: object) -> Self:
        """From what `note` gave; nothing, if there was no hand-over. What is of another kind does not count."""
        memory = cls()
        for name, kinds in _KINDS.items():
            if isinstance(note, dict) and name in note and isinstance(note[name], kinds):
                setattr(memory, name, note[name])
        return memory


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "answer_by": (int, float, NoneType),
    "table_id": str,
    "tried_at": (int, float, NoneType),
    "made_at": (int, float, NoneType),
    "held": bool,
    "adopted": (dict, NoneType),
    "pending": str,
    "pending_since": (int, float, NoneType),
    "ready_from": (int, float, NoneType),
    "seen_at_work": bool,
    "failure": str,
    "late": bool,
    "answer": (dict, NoneType),
}
