"""Faults on order: at the n-th call of a run, or the n-th call of one API, this kind of thing goes wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@unique
class Kind(Enum):
    """What goes wrong, and whether the call took effect."""

    THROTTLED = "throttled"
    INTERNAL_ERROR = "internal error, no effect"
    INTERNAL_ERROR_AFTER = "internal error, after it took effect"
    ANSWER_LOST = "answer lost, after it took effect"
    ANSWER_LOST_AND_RETRIED = "answer lost, after it took effect, and the same call made again by botocore"
    REQUEST_LOST = "request lost, no effect"
    KILLED_BEFORE = "process killed before the call"
    KILLED_AFTER = "process killed after the call"
    ACCESS_DENIED = "access denied, this once"
    ACCESS_DENIED_FROM_NOW = "access denied to this API from now on"
    UNREACHABLE = "no way to the endpoint, no effect"
    CONNECT_TIMED_OUT = "no connection to the endpoint in time, no effect"


LASTING = frozenset({Kind.ACCESS_DENIED_FROM_NOW})
AFTERWARDS = frozenset({Kind.INTERNAL_ERROR_AFTER, Kind.ANSWER_LOST, Kind.ANSWER_LOST_AND_RETRIED, Kind.KILLED_AFTER})
"""The kinds that let the call take effect first."""


NEVER_ENDING = 10**9
TRIED_AGAIN_BY_SDKS: tuple[tuple[Kind, str, int], ...] = (
    (Kind.INTERNAL_ERROR, "RequestTimeout", 408),
    (Kind.INTERNAL_ERROR_AFTER, "RequestTimeout", 408),
    (Kind.INTERNAL_ERROR_AFTER, "RequestTimeoutException", 400),
    (Kind.THROTTLED, "Throttling", 400),
    (Kind.THROTTLED, "ThrottlingException", 400),
    (Kind.THROTTLED, "ThrottledException", 400),
    (Kind.THROTTLED, "RequestThrottled", 400),
    (Kind.THROTTLED, "RequestThrottledException", 400),
    (Kind.THROTTLED, "TooManyRequestsException", 429),
    (Kind.THROTTLED, "ProvisionedThroughputExceededException", 400),
    (Kind.THROTTLED, "RequestLimitExceeded", 400),
    (Kind.THROTTLED, "BandwidthLimitExceeded", 400),
    (Kind.THROTTLED, "SlowDown", 503),
    (Kind.THROTTLED, "PriorRequestNotComplete", 400),
    (Kind.THROTTLED, "TransactionInProgressException", 400),
    (Kind.THROTTLED, "EC2ThrottledException", 400),
    (Kind.INTERNAL_ERROR_AFTER, "BadGateway", 502),
    (Kind.INTERNAL_ERROR_AFTER, "ServiceUnavailable", 503),
    (Kind.INTERNAL_ERROR_AFTER, "GatewayTimeout", 504),
)
"""Kind, code and status of what AWS's own SDKs try again."""
SWEPT = tuple(kind for kind in Kind if kind not in {Kind.UNREACHABLE, Kind.CONNECT_TIMED_OUT})
"""What a sweep orders: of the kinds that nobody can tell apart, one is enough."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` at the `call`-th call (from 1) and those after it, `times` in all: of all calls, or of those of `api` only.

    `code` and `status` take the place of the usual ones, where the kind is a refusal.
    """

    kind: Kind
    call: int
    api: str | None = None
    times: int = 1
    code: str = ""
    status: int = 0


class Faults:
    """The faults of one run, and the count of its calls over all its processes."""

    def __init__(self, *faults: Fault) -> None:
        self.ordered: tuple[Fault, ...] = faults
        self.calls: list[str] = []
        """The APIs called so far, in order: a sweep orders a fault for each."""
        self.struck: list[Fault] = []
        self._counts: Counter[str] = Counter()
        self._denied: dict[str, Fault] = {}

    def strike(self, api: str) -> Fault | None:
        """Count a call, and give the fault that it has."""
        self.calls.append(api)
        self._counts[api] += 1
        for fault in self.ordered:
            if self._due(fault, api):
                self.struck.append(fault)
                if fault.kind in LASTING:
                    self._denied.setdefault(api, fault)
                return self._denied.get(api, fault)
        return self._denied.get(api)

    def _due(self, fault: Fault, api: str) -> bool:
        if fault.api is None:
            return 0 <= len(self.calls) - fault.call < fault.times
        return fault.api == api and 0 <= self._counts[api] - fault.call < fault.times


def every_single(calls: int, kinds: Iterable[Kind] = SWEPT) -> list[tuple[Fault, ...]]:
    """Each kind at each of `calls` calls."""
    return [(Fault(kind, call),) for call in range(1, calls + 1) for kind in kinds]


def every_pair(calls: int, kinds: Iterable[Kind] = SWEPT) -> list[tuple[Fault, ...]]:
    """Each two kinds at each two different calls."""
    kinds = tuple(kinds)
    return [
        (Fault(first, call), Fault(second, later))
        for call in range(1, calls + 1)
        for later in range(call + 1, calls + 1)
        for first in kinds
        for second in kinds
    ]
