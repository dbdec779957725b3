"""Resource policies: when two of them say the same. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")


def canonical_policy(policy: Mapping[str, Any]) -> str:
    """A policy document as JSON that compares: lists of one as that one, other lists sorted, accounts as their ids.

    A document without a Version has the older one.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    return json.dumps(_canonical({"Version": "2008-10-17", **policy}), sort_keys=True, separators=(",", ":"))


def _canonical(value: object, key: str = "") -> object:
    if isinstance(value, Mapping):
        return {name: _canonical(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = sorted((_canonical(item, key) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    root = ROOT.fullmatch(value) if key == "AWS" and isinstance(value, str) else None
    return root[1] if root else value
