"""The function that Lambda calls. The clients are made here, when the process starts, so that no event waits for them.

A process that cannot start tells so to CloudFormation, event by event: silence would keep a stack waiting for an hour.
"""

# ruff: noqa: E402 - what is imported next is what the first line is for
import gc

gc.disable()  # a collection while boto3's models are being loaded finds nothing, and is a sixth of a cold start

import logging
import os
import random
import time
from collections.abc import Callable
from typing import Any

from handler import answer, logs

log = logging.getLogger(__name__)
Serve = Callable[[Any, Any], None]


def start() -> Serve:
    """Starts the provider, and returns what serves its events."""
    try:
        logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
        # Loads urllib3, whose patterns are compiled by recursion. Where that crosses the end of a chunk of Python's stack,
        # every call maps 16 KB of memory and unmaps them: a thousand times below the other imports, hardly ever from here.
        import botocore.compat  # noqa: F401, PLC0415 - for that alone

        from handler import clients  # noqa: PLC0415 - what fails here has to be answered for
        from handler.cloudformation import SentinelTable  # noqa: PLC0415

        clients.means()
        resource = SentinelTable(clients.means_within, os.environ.get("LOG_LEVEL", "INFO"))
        logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
    except Exception as error:
        log.exception("the provider could not start")
        return broken(f"{type(error).__name__}: {error}")
    return resource


def broken(why: str) -> Serve:
    """Returns what answers FAILED to every event, and says why."""
    reason = f"The provider could not start: {ascii(why)[:120]}. Deploy it again, and repeat the operation."

    def serve(event: Any, context: Any) -> None:
        if not isinstance(event, dict) or not isinstance(event.get("ResponseURL"), str):
            return
        ends_at = time.monotonic() + context.get_remaining_time_in_millis() / 1000 * 0.9
        echoed = {key: str(event.get(key, ""))[:256] for key in ("StackId", "RequestId", "LogicalResourceId")}
        physical_id = str(event.get("PhysicalResourceId") or f"not-created:-:{echoed['RequestId']}")
        body = {
            "Status": "FAILED",
            "Reason": reason,
            "PhysicalResourceId": physical_id,
            **echoed,
            "NoEcho": False,
            "Data": {},
        }
        courier = answer.Courier(lambda: ends_at - time.monotonic(), time.sleep, random.random, answer.put)
        courier.deliver(event["ResponseURL"], body)

    return serve


handler = start()
gc.freeze()
gc.enable()
