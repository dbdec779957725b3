"""Log lines that an operator can query: one JSON object each, with the ids of the event that it is about.

Whatever came from outside is escaped and bounded, and no line holds the signature of a ResponseURL.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping

LONGEST_VALUE = 1000
SECRET = re.compile(r"((?:X-Amz-)?(?:Signature|Credential|Security-Token)=)[^&\s\"'\\]+", re.IGNORECASE)
IDS = {
    "RequestType": "requestType",
    "StackId": "stackId",
    "LogicalResourceId": "logicalResourceId",
    "PhysicalResourceId": "physicalResourceId",
    "RequestId": "requestId",
}
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id", "tenant_id"}


class JsonLines(logging.Formatter):
    """Formats a record, and what was given to it as `extra`, as one line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, str] = {}

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, ASCII only, and the end of its line: Lambda's own handler adds none."""
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03}Z",
            "level": record.levelname,
            "message": _bounded(record.getMessage()),
            **self.ids,
            **{key: _bounded(value) for key, value in vars(record).items() if key not in STANDARD},
        }
        if record.exc_info:
            line["exception"] = _scrubbed(self.formatException(record.exc_info))[-4 * LONGEST_VALUE :]
        return _scrubbed(json.dumps(line, default=str)) + "\n"


_LINES = JsonLines()


def set_up(level: str) -> None:
    """Puts every line of this process into that form. Raises ValueError for a level that there is not."""
    root = logging.getLogger()
    if not root.handlers:
        own = logging.StreamHandler(sys.stdout)
        own.terminator = ""
        root.addHandler(own)
    for handler in root.handlers:
        handler.setFormatter(_LINES)
    root.setLevel(level)
    for noisy in ("boto3", "botocore", "urllib3", "crhelper"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def bind(event: Mapping[str, object], aws_request_id: str) -> None:
    """Gives the event's ids to every line from here on."""
    _LINES.ids = {name: str(_bounded(event[key])) for key, name in IDS.items() if event.get(key)}
    _LINES.ids["awsRequestId"] = aws_request_id


def _scrubbed(text: str) -> str:
    return SECRET.sub(r"\1...", text)


def _bounded(value: object) -> object:
    if isinstance(value, int | float | bool | None):
        return value
    text = _scrubbed(str(value))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
