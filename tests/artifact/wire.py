"""AWS's JSON protocol, and CloudFormation's XML, as far as the endpoint of the tests needs them."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

JSON_TYPE: Final = "application/x-amz-json-1.0"
XML_TYPE: Final = "text/xml"
DYNAMODB: Final = "com.amazonaws.dynamodb.v20120810#"
CLOUDFORMATION: Final = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
REQUEST_ID: Final = "b9b4b068-3a41-11e5-94eb-example"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body."""

    status: int
    body: str
    content_type: str = JSON_TYPE

    @property
    def ok(self) -> bool:
        return self.status < 300

    @property
    def value(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body or "{}")
        return loaded

    @property
    def error(self) -> str:
        """The error's code, or nothing."""
        if self.ok:
            return ""
        if self.content_type == XML_TYPE:
            return str(ElementTree.fromstring(self.body).findtext(f".//{{{CLOUDFORMATION}}}Code"))  # noqa: S314 - our own
        return str(self.value.get("__type", "")).rpartition("#")[2]


def answer(value: Mapping[str, Any]) -> Reply:
    return Reply(200, json.dumps(value))


def refusal(code: str, message: str, *, status: int = 400) -> Reply:
    return Reply(status, json.dumps({"__type": DYNAMODB + code, "message": message}))


def xml_answer(action: str, result: Mapping[str, Any]) -> Reply:
    """CloudFormation's answer; a number is a moment, in seconds since the epoch."""
    told = {f"{action}Result": result, "ResponseMetadata": {"RequestId": REQUEST_ID}}
    return Reply(200, _document(f"{action}Response", told), XML_TYPE)


def xml_refusal(code: str, message: str, *, status: int = 400) -> Reply:
    error = {"Type": "Sender" if status < 500 else "Receiver", "Code": code, "Message": message}
    return Reply(status, _document("ErrorResponse", {"Error": error, "RequestId": REQUEST_ID}), XML_TYPE)


def _document(name: str, value: Mapping[str, Any]) -> str:
    root = _element(name, value)
    root.set("xmlns", CLOUDFORMATION)
    return ElementTree.tostring(root, encoding="unicode")


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, list):
        element.extend(_element("member", inner) for inner in value)
    else:
        element.text = _moment(value) if isinstance(value, float) else str(value)
    return element


def _moment(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
