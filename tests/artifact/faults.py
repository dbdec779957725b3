"""AWS's bad days, on order: which call meets which, and when."""

import enum
import threading
from dataclasses import dataclass
from typing import Final

from .wire import Reply, refusal

ANY: Final = "*"
SLOW_SECONDS: Final = 4.0


class Fault(enum.Enum):
    """What may happen to a call instead of its answer."""

    THROTTLED = "throttled"
    INTERNAL = "internal error"
    DENIED = "access denied"
    DROPPED_BEFORE = "the connection drops before anything has happened"
    DROPPED_AFTER = "it happens, and the connection drops before the answer"
    HANGS = "nothing comes back"
    SLOW = "the answer takes a few seconds"
    DIES_BEFORE = "the function's process dies before anything has happened"
    DIES_AFTER = "it happens, and the function's process dies before the answer"


DIES: Final = frozenset({Fault.DIES_BEFORE, Fault.DIES_AFTER})
DENIED_TEXT: Final = (
    "User: arn:aws:sts::123456789012:assumed-role/sentinel-tables-ProviderRole-1ABCDEFGHIJKL/sentinel-tables-Provider is "
    "not authorized to perform: dynamodb:{0} on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/sentinel-breakglass "
    "because no identity-based policy allows the dynamodb:{0} action"
)
HAPPENS: Final = frozenset({Fault.DROPPED_AFTER, Fault.DIES_AFTER})
REPLIES: Final[dict[Fault, Reply]] = {
    Fault.THROTTLED: refusal("ThrottlingException", "Rate exceeded"),
    Fault.INTERNAL: refusal("InternalServerError", "Internal server error", status=500),
}


def reply(fault: Fault, action: str) -> Reply | None:
    """What is answered; None for nothing."""
    if fault is Fault.DENIED:
        return refusal("AccessDeniedException", DENIED_TEXT.format(action))
    return REPLIES.get(fault)


@dataclass
class _Order:
    fault: Fault
    action: str
    skip: int
    times: int


class Faults:
    """The orders. Calls are counted for each order by itself, from the moment it was given."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault, action: str = ANY, *, nth: int = 1, times: int = 1) -> None:
        """`action`'s `nth` call from now on meets `fault`, and so do the ones after it, `times` in all."""
        with self._lock:
            self._orders.append(_Order(fault, action, nth - 1, times))

    def cancel(self) -> None:
        """Nothing is ordered any more."""
        with self._lock:
            self._orders.clear()

    def meet(self, action: str) -> Fault | None:
        """What this call of `action` meets."""
        with self._lock:
            for order in self._orders:
                if order.action not in {action, ANY} or not order.times:
                    continue
                if order.skip:
                    order.skip -= 1
                    continue
                order.times -= 1
                return order.fault
        return None
