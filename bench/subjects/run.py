"""Starts a handler in this process and invokes it once, as Lambda does, and prints what that took.

That is the seconds of CPU until it first reached out to AWS, and the peak of its memory in KiB. Arguments: the module that
has `handler`, the event as JSON, and the folders to find modules in.
"""

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path

LAMBDA_MILLISECONDS = 900_000


class Context:
    """Lambda's context, as far as the handlers ask for it."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "sentinel-tables"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:sentinel-tables"

    def get_remaining_time_in_millis(self) -> int:
        """The whole of it."""
        return LAMBDA_MILLISECONDS


def peak_kib() -> int:
    """The most memory that this program has held.

    Linux counts the parent's in getrusage, up to the moment that this program took its child's place; VmHWM begins anew.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))[0])
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage // 1024 if sys.platform == "darwin" else usage


connected: list[float] = []


def watch(event: str, _arguments: object) -> None:
    """Notes the CPU's time at each connection."""
    if event == "socket.connect":
        connected.append(time.process_time())


sys.addaudithook(watch)
module, event, *folders = sys.argv[1:]
sys.path[:0] = folders
importlib.import_module(module).handler(json.loads(event), Context())
print(connected[0], peak_kib())  # noqa: T201 - the parent reads it
