"""crhelper, configured and corrected, so that CloudFormation gets one answer, in time, whatever happens.

Left alone, crhelper 2.0.12 sleeps 120 s before it answers a Delete, takes a 503 for success, tries again for ever, logs the
signed ResponseURL, and invents an id when Create fails. What is overridden here mends such things, and no more.
"""

import logging
from collections.abc import Callable
from typing import Any

from crhelper import FAILED, SUCCESS, CfnResource

from handler import logs
from handler.answer import Courier, Delivery
from handler.invocation import Delivered, Means, hand_over, received, serve
from sentinel_tables.errors import SentinelTableError, bounded
from sentinel_tables.request.envelope import Envelope
from sentinel_tables.rules.removal import not_created

log = logging.getLogger(__name__)

LONGEST_REASON = 256
ECHOED = {"RequestType": 32, "StackId": 256, "RequestId": 128, "LogicalResourceId": 255}
"""The keys that crhelper expects in every event, each with the most characters that are echoed."""


class SentinelTable(CfnResource):
    """The custom resource. `means` makes what an event is served with, of the seconds that one call to AWS may take."""

    _event: dict[str, Any]
    _delivered: Delivered
    _tools: Means
    _spare: float
    _handed_over: bool
    _response_url: str
    _sam_local = property(lambda _self: True, lambda _self, _value: None)
    """crhelper makes three clients for polling by EventBridge, unless it runs locally. This resource hands over by itself:
    without them a cold start is the shorter."""

    def __init__(self, means: Callable[[float], Means], log_level: str) -> None:
        super().__init__(json_logging=False, log_level=log_level, boto_level="ERROR", sleep_on_delete=0)
        self._means = means

    def __call__(self, event: Any, context: Any) -> None:
        """Serves an event. One that has nowhere to be answered to is logged, and left."""
        if not isinstance(event, dict) or not isinstance(event.get("ResponseURL"), str):
            logs.bind(event if isinstance(event, dict) else {}, context.aws_request_id)
            log.error("the event has no ResponseURL to be answered to")
            return
        echoed = {**event, **{key: str(event.get(key, ""))[:most] for key, most in ECHOED.items()}}
        envelope = Envelope.read(event)
        seconds = context.get_remaining_time_in_millis() / 1000
        self._spare = min(5.0, seconds / 8)
        self._tools = self._means(min(seconds, envelope.service_timeout) / 12)
        began = self._tools.clock.now()
        home = _home(getattr(context, "invoked_function_arn", ""))
        self._delivered, self._handed_over = received(event, envelope, began, began + seconds, home), False
        super().__call__(echoed, context)
        seconds = round(self._tools.clock.now() - began, 3)
        log.info("end", extra={"status": "HANDED_OVER" if self._handed_over else self.Status, "seconds": seconds})

    def generate_physical_id(self, event: Any) -> str:
        """The id that the event brings; else one that no Delete takes for the name of a table that stood before."""
        return str(event.get("PhysicalResourceId") or not_created(event["RequestId"]))

    def _log_setup(self, event: dict[str, Any], context: Any) -> None:
        logs.bind(event, context.aws_request_id)

    def _set_timeout(self) -> None:
        """No timer: every wait and every call ends in time by itself, and two answers cannot meet."""

    def _poll_enabled(self) -> bool:
        return False

    def _get_func(self) -> Callable[[Any, Any], str]:
        return self._serve

    def _serve(self, _event: dict[str, Any], _context: object) -> str:
        """The physical id; the rest of the outcome goes to where crhelper looks for it."""
        if self._delivered.memory.answer:
            return ""
        try:
            outcome = serve(self._delivered, self._tools)
        except Exception as error:
            log.exception("the provider failed")
            self.Status = FAILED
            self.Reason = f"The provider failed by its own fault ({type(error).__name__}). Its log tells where; report it."
            return ""
        if outcome is None:
            self._handed_over = True
            return ""
        self.Status, self.Reason = FAILED if outcome.reason else SUCCESS, outcome.reason
        self.Data = dict(outcome.attributes)
        return outcome.physical_id

    def _cfn_response(self, event: dict[str, Any]) -> None:
        if not self._handed_over:
            super()._cfn_response(event)  # type: ignore[misc] # crhelper's stubs leave it out

    def _send(self, status: str | None = None, reason: str = "", send_response: object = None) -> None:  # noqa: ARG002
        answer = self._delivered.memory.answer or {
            "Status": status or self.Status,
            "Reason": bounded(reason or self.Reason, LONGEST_REASON),
            "PhysicalResourceId": self.PhysicalResourceId or self.generate_physical_id(self._event),
            "StackId": self.StackId,
            "RequestId": self.RequestId,
            "LogicalResourceId": self.LogicalResourceId,
            "NoEcho": False,
            "Data": self.Data,
        }
        log.info("answer", extra={"status": answer.get("Status"), "reason": answer.get("Reason")})
        told = self._deliver(answer)
        if told is Delivery.LATE and (self._delivered.memory.answer_by or 0.0) > self._tools.clock.now():
            self._hand_over_answer(answer)

    def _deliver(self, answer: dict[str, Any]) -> Delivery:
        clock = self._tools.clock
        return Courier(self._left, clock.sleep, clock.jitter, self._tools.put).deliver(self._response_url, answer)

    def _left(self) -> float:
        return self._delivered.ends_at - self._spare - self._tools.clock.now()

    def _hand_over_answer(self, answer: dict[str, Any]) -> None:
        """Leaves the answer to the next invocation; if that fails, tries once more at the very end of this one."""
        self._delivered.memory.answer = answer
        try:
            hand_over(self._event, self._delivered.memory, self._delivered.ends_at, self._tools)
        except SentinelTableError as error:
            log.error("the answer could not be handed over", extra={"reason": str(error)})  # noqa: TRY400 - told in full
            self._spare = 0.0
            self._deliver(answer)


def _home(function_arn: object) -> tuple[str, str] | None:
    """The Region and the account of a function's ARN; None if it is not one."""
    parts = str(function_arn).split(":")
    return (parts[3], parts[4]) if len(parts) > 6 and parts[2] == "lambda" else None  # noqa: PLR2004 - an ARN's parts
