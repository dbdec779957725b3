"""What an event has to remember from one invocation to the next. All else is read from the live table."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any, Self


@dataclass(slots=True)
class Memory:
    """Filled in while the event is worked on, handed over with it. Moments are seconds since the epoch.

    A process that dies takes its memory with it, so no table is safe by what stands here alone.
    """

    answer_by: float | None = None
    """When CloudFormation has to have its answer."""
    table_id: str = ""
    """The table in hand. Another table under the same name is not the one that this event is about."""
    tried_at: float | None = None
    """When CreateTable was called for a table that was not there, and was not refused."""
    made_at: float | None = None
    """When CreateTable accepted the table."""
    alone: bool = False
    """Whether no other invocation can have finished what was made or adopted: it was here, or the event has failed."""
    held: bool = False
    """Whether the table in hand was seen to be this resource's."""
    adopted: dict[str, str] | None = None
    """The ownership tags of the table that this event took over, as they were before."""
    pending: str = ""
    """What was waited for when the last invocation's time was used up."""
    failure: str = ""
    """Why the event has failed, while what it made is being removed."""
    answer: dict[str, Any] | None = None
    """An answer that could not be delivered yet."""

    def note(self) -> dict[str, Any]:
        """Itself as JSON values, to be handed over."""
        return asdict(self)

    @classmethod
    def recalled(cls, note: object) -> Self:
        """From what `note` gave; nothing, where there was no hand-over. What is of another kind does not count."""
        memory = cls()
        for name, kinds in _KINDS.items():
            if isinstance(note, dict) and name in note and isinstance(note[name], kinds):
                setattr(memory, name, note[name])
        memory.alone = memory.alone and memory.failure != ""
        return memory


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "answer_by": (int, float, NoneType),
    "table_id": str,
    "tried_at": (int, float, NoneType),
    "made_at": (int, float, NoneType),
    "alone": bool,
    "held": bool,
    "adopted": (dict, NoneType),
    "pending": str,
    "failure": str,
    "answer": (dict, NoneType),
}
