"""AWS's bad days, on order: which call meets which, and when."""

import enum
import threading
from dataclasses import dataclass
from typing import Final

from .wire import Reply, refusal, xml_refusal

ANY: Final = "*"
SLOW_SECONDS: Final = 4.0


class Fault(enum.Enum):
    """What may happen to a call instead of its answer."""

    THROTTLED = "throttled"
    INTERNAL = "internal error"
    TIMED_OUT = "request time-out"
    LIMIT = "the day's limit of changes of a table's encryption"
    BILLING_LIMIT = "the day's limit of changes of a table's billing mode"
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
    "not authorized to perform: {0} on resource: {1} because no identity-based policy allows the {0} action"
)
LIMIT_TEXT: Final = (
    "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window ending at 2026-01-02T00:00:00Z. After "
    "the first 4 change, each subsequent change in the same window can be performed at most once every 21600 seconds."
)
BILLING_TEXT: Final = (
    "Subscriber limit exceeded: Update to PayPerRequest mode are limited to once in 24 hours per table. "
    "Last update at 2026-01-01T00:00:00Z. Next update can be made at 2026-01-02T00:00:00Z"
)
HAPPENS: Final = frozenset({Fault.DROPPED_AFTER, Fault.DIES_AFTER})
REPLIES: Final[dict[Fault, Reply]] = {
    Fault.THROTTLED: refusal("ThrottlingException", "Rate exceeded"),
    Fault.INTERNAL: refusal("InternalServerError", "Internal server error", status=500),
    Fault.TIMED_OUT: refusal("RequestTimeout", "The request timed out", status=408),
    Fault.LIMIT: refusal("LimitExceededException", LIMIT_TEXT),
    Fault.BILLING_LIMIT: refusal("LimitExceededException", BILLING_TEXT),
}
XML_REPLIES: Final[dict[Fault, Reply]] = {
    Fault.THROTTLED: xml_refusal("Throttling", "Rate exceeded"),
    Fault.INTERNAL: xml_refusal("InternalFailure", "An internal error occurred", status=500),
}


def reply(fault: Fault, service: str, action: str, resource: str) -> Reply | None:
    """What is answered; None for nothing."""
    text = DENIED_TEXT.format(f"{service}:{action}", resource)
    if service == "cloudformation":
        return xml_refusal("AccessDenied", text, status=403) if fault is Fault.DENIED else XML_REPLIES.get(fault)
    return refusal("AccessDeniedException", text) if fault is Fault.DENIED else REPLIES.get(fault)


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
