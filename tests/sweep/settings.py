"""What a table is to be by what its template says, and by what it does not: docs/reference/resource.md, told a second time.

It speaks the service's words, and shares nothing with the provider.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.sweep.stage import Stage
    from tests.worlds import Place

Values = dict[str, Any]
DEFAULTS: Values = {
    "protection": False,
    "recovery": 35,
    "encryption": "AWS managed",
    "expiry": "ttl",
    "stream": None,
    "class": "STANDARD",
    "reads": None,
    "writes": None,
    "insights": False,
    "policy": None,
}
STAYS = ("protection", "expiry")
"""What is as it was found, also after a template that said it takes it back."""
REPLICAS_LIVE_ON = ("stream", "encryption")


def said(properties: Mapping[str, Any]) -> Values:
    """The settings that properties say, and what they say of them."""
    found: Values = {}
    for name, reader in READERS.items():
        value = reader(properties)
        if value is not UNSAID:
            found[name] = value
    return found


UNSAID = object()


def _within(property_name: str, key: str | None, means: Any = lambda value: value) -> Any:
    def read(properties: Mapping[str, Any]) -> object:
        value = properties.get(property_name, UNSAID)
        if key is not None and value is not UNSAID:
            value = value.get(key, UNSAID)
        return UNSAID if value is UNSAID else means(value)

    return read


def _recovery(specification: Mapping[str, Any]) -> int | None:
    return specification.get("RecoveryPeriodInDays", 35) if specification.get("PointInTimeRecoveryEnabled", True) else None


def _encryption(specification: Mapping[str, Any]) -> str:
    return specification.get("KMSMasterKeyId", "AWS managed") if specification.get("SSEEnabled", True) else "AWS owned"


def canonical(policy: object) -> str:
    return json.dumps(json.loads(policy) if isinstance(policy, str) else policy, sort_keys=True)


READERS: Mapping[str, Any] = {
    "protection": _within("DeletionProtectionEnabled", None),
    "recovery": _within("PointInTimeRecoverySpecification", None, _recovery),
    "encryption": _within("SSESpecification", None, _encryption),
    "expiry": _within("TimeToLiveSpecification", "Enabled", lambda enabled: "ttl" if enabled else None),
    "stream": _within("StreamSpecification", "StreamViewType"),
    "class": _within("TableClass", None),
    "reads": _within("OnDemandThroughput", "MaxReadRequestUnits"),
    "writes": _within("OnDemandThroughput", "MaxWriteRequestUnits"),
    "insights": _within("ContributorInsightsSpecification", "Enabled"),
    "policy": _within("ResourcePolicy", "PolicyDocument", canonical),
}


def stands(place: Place, truth: Mapping[str, Any]) -> Values:
    """The settings of a table, as the service knows it."""
    key = truth.get("SSEDescription", {}).get("KMSMasterKeyArn", "AWS owned")
    cap = truth.get("OnDemandThroughput", {})
    return {
        "protection": truth["DeletionProtectionEnabled"],
        "recovery": truth["RecoveryPeriodInDays"],
        "encryption": "AWS managed" if key == place.plane.keys.managed.arn else key,
        "expiry": truth["TimeToLive"],
        "stream": truth.get("StreamSpecification", {}).get("StreamViewType"),
        "class": truth.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "reads": cap.get("MaxReadRequestUnits"),
        "writes": cap.get("MaxWriteRequestUnits"),
        "insights": truth["ContributorInsights"] in {"ENABLED", "ENABLING"},
        "policy": truth["ResourcePolicy"] and canonical(truth["ResourcePolicy"]),
    }


def wrong(stage: Stage, name: str, wanted: Mapping[str, Any], others: list[Mapping[str, Any]]) -> Iterator[str]:
    """The settings of a table that are not as its template wants them.

    `others` are what other templates of the run said of the resource: what a roll-back does not say, these may have.
    """
    truth = stage.plane.truth(name)
    assert truth is not None
    keys = stage.plane.keys
    found, before = stands(stage, truth), stage.truths_before.get(name)
    stood = before is not None and before["TableId"] == truth["TableId"]
    was = stands(stage, before) if before is not None and stood else DEFAULTS
    frozen = REPLICAS_LIVE_ON if truth.get("Replicas") else ()
    mine, theirs = said(wanted), [said(other) for other in others]
    if key := keys.find(str(mine.get("encryption"))):
        mine["encryption"] = key.arn
    if not stood and has_failed(stage):
        theirs.append({"expiry": None})  # half made, it stands like any other from the next event on
    for setting, value in found.items():
        told = [other[setting] for other in theirs if setting in other]
        allowed = [mine[setting]] if setting in mine else _unsaid(setting, was[setting], told, frozen=setting in frozen)
        if value not in allowed:
            yield f"{setting} is {value!r}, not {' or '.join(map(repr, allowed))}"


def has_failed(stage: Stage) -> bool:
    """Whether an operation of the act has failed, so that a table may have been half made by it."""
    requests = [request for request in stage.stack.requests if request.sent_at >= stage.began]
    return any(request.outcome is None or not request.outcome.succeeded for request in requests)


def _unsaid(setting: str, was: object, told: list[Any], *, frozen: bool) -> list[Any]:
    """What a setting may be that the template does not say."""
    if frozen:
        return [was]
    if setting == "recovery":
        return [DEFAULTS[setting]]
    if setting in STAYS:
        return [was, *told]
    if told or (setting == "encryption" and was == "AWS owned"):
        return [DEFAULTS[setting]]
    return [was]


def taken_unsaid(stage: Stage, told: list[Mapping[str, Any]]) -> Iterator[str]:
    """Each thing that the provider took from a table that stood before, although no template of the run said so."""
    says = [said(properties) for properties in told]
    for change in stage.plane.changes:
        before = stage.truths_before.get(change.table)
        if change.time < stage.began or not change.environment or before is None or before["TableId"] != change.table_id:
            continue
        if (taken := TAKEN.get(change.what)) and not any(taken[0] in each and each[taken[0]] == taken[1] for each in says):
            yield f"{change.what}: nobody said so of {change.table}"


TAKEN: Mapping[str, tuple[str, Any]] = {
    "deletion protection False": ("protection", False),
    "TTL ttl True": ("expiry", "ttl"),
    "recovery None days": ("recovery", None),
}
