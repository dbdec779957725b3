"""The drift watch: what a schedule calls. It reads every table of the provider's, writes to none, and tells what it found.

A log line for each table that carries the tags of ownership, and the metric `DriftedTables` with one data point for each
kind of drift, zeros among them, and one for all of the tables that somebody has to see to. What counts as drift:
`sentinel_tables.drift`.
"""

import functools
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handler import logs
from sentinel_tables.aws.calls import Client, call
from sentinel_tables.aws.tables import DynamoTables
from sentinel_tables.drift.judgement import KINDS, UNREAD, WELL, Judgement, is_owned, judged, owner_of
from sentinel_tables.errors import SentinelTableError, bounded
from sentinel_tables.model import Facet, LiveTable
from sentinel_tables.rules import ownership

log = logging.getLogger(__name__)

NAMESPACE = "SentinelTables"
METRIC = "DriftedTables"
RESERVE_SECONDS = 60.0
"""The seconds of an invocation that are kept for the metric. Tables not reached by then are reported as unread."""
CALL_SECONDS = 5.0
ATTEMPTS = 4
"""At a call. Reading is harmless, and DynamoDB lists tags ten times a second at most."""
FIRST, ALL, NONE = frozenset({Facet.TABLE, Facet.TAGS}), frozenset(Facet), frozenset[Facet]()


@dataclass(frozen=True, slots=True)
class Watch:
    """The clients, names and clock that the watch works with."""

    dynamodb: Client
    tables: DynamoTables
    metrics: Client
    """CloudWatch."""
    prefix: str
    provider: str
    """The name of the provider's stack, by which the metrics of two of them are told apart."""
    left: Callable[[], float]
    """Gives the seconds that are left."""

    def run(self) -> Counter[str]:
        """The tables that were found, counted by kind of drift. Raises NotNow or RefusedByAws where none can be listed."""
        counts: Counter[str] = Counter()
        drifted = 0
        for name in sorted(self._names()):
            kinds = self._look(name)
            counts.update(kinds)
            drifted += bool(set(kinds) - WELL)
        self._publish(counts, drifted)
        return counts

    def _names(self) -> Iterator[str]:
        page: dict[str, str] = {}
        while True:
            answer = call(self.dynamodb, "list_tables", page)
            yield from (name for name in answer["TableNames"] if name.startswith(self.prefix))
            if not answer.get("LastEvaluatedTableName"):
                return
            page = {"ExclusiveStartTableName": answer["LastEvaluatedTableName"]}

    def _look(self, name: str) -> tuple[str, ...]:
        """The kinds of drift of a table; none at all where it is gone, or nobody's."""
        try:
            if self.left() < RESERVE_SECONDS:
                return _told_unread(name, "no time was left to read it")
            live = self._read(name)
            return () if live is None else _told(live)
        except SentinelTableError as error:
            return _told_unread(name, str(error))
        except Exception as error:
            log.exception("the watch failed at a table", extra={"table": name})
            return _told_unread(name, type(error).__name__)

    def _read(self, name: str) -> LiveTable | None:
        """Its tags first, and the rest only where they tell that it is owned."""
        first = self.tables.read(name, None, FIRST, NONE)
        return self.tables.read(name, first, ALL, NONE) if first is not None and is_owned(first) else None

    def _publish(self, counts: Mapping[str, int], drifted: int) -> None:
        points = [self._point(drifted), *(self._point(counts.get(kind, 0), Kind=kind) for kind in KINDS)]
        call(self.metrics, "put_metric_data", {"Namespace": NAMESPACE, "MetricData": points})

    def _point(self, value: int, **dimensions: str) -> dict[str, Any]:
        named = [{"Name": name, "Value": one} for name, one in {"Provider": self.provider, **dimensions}.items()]
        return {"MetricName": METRIC, "Dimensions": named, "Value": float(value), "Unit": "Count"}


def _told(live: LiveTable) -> tuple[str, ...]:
    judgement, owner, tags = judged(live), owner_of(live), live.table.tags
    fields = {
        "table": live.table.name,
        "stackId": owner.stack_id,
        "logicalResourceId": owner.logical_id,
        "schema": tags.get(ownership.SCHEMA, ""),
        "drift": judgement.drift.value,
        "kinds": ", ".join(judgement.kinds),
        "reason": bounded(judgement.reason or "; ".join(_reasons(judgement))),
    }
    log.log(logging.INFO if set(judgement.kinds) <= WELL else logging.WARNING, "drift", extra=fields)
    return judgement.kinds


def _reasons(judgement: Judgement) -> Iterator[str]:
    yield from dict.fromkeys(step.reason for step in judgement.steps)


def _told_unread(name: str, reason: str) -> tuple[str, ...]:
    log.warning("drift", extra={"table": name, "drift": UNREAD, "kinds": UNREAD, "reason": reason})
    return (UNREAD,)


def handler(_event: object, context: Any) -> dict[str, int]:
    """Serves Lambda's call. It returns the counts for anyone who calls it by hand."""
    from handler import clients  # noqa: PLC0415 - loads botocore, once the log is set up

    logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
    client = functools.partial(clients.client, patience=CALL_SECONDS, attempts=ATTEMPTS)
    logs.bind({}, context.aws_request_id)
    dynamodb = client("dynamodb")
    watch = Watch(
        dynamodb=dynamodb,
        tables=DynamoTables(dynamodb, lambda: client("kms")),
        metrics=client("cloudwatch"),
        prefix=os.environ.get("TABLE_NAME_PREFIX", "sentinel-"),
        provider=os.environ.get("PROVIDER_NAME", "sentinel-tables"),
        left=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return dict(watch.run())
