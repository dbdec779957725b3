"""The life of an event: from one invocation to the next, until there is an outcome. Time and AWS are arguments.

What outlasts an invocation goes on in a fresh one, with the event and what has to be remembered; the chain ends before
CloudFormation's patience does.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from handler.answer import compact
from sentinel_tables import allowance as time_allowed
from sentinel_tables.allowance import (
    FIRST_HAND_OVER_PAUSE_SECONDS,
    HAND_OVER_SHARE,
    LONGEST_HAND_OVER_PAUSE_SECONDS,
    UNDO_SHARE,
    Allowance,
    Clock,
)
from sentinel_tables.errors import InvalidRequest, NotNow, OutOfTime, SentinelTableError
from sentinel_tables.memory import Memory
from sentinel_tables.ports import Stacks, Tables
from sentinel_tables.request.envelope import Envelope
from sentinel_tables.request.event import parse
from sentinel_tables.resource import Outcome, Surroundings, give_up, may_have_to_undo, provide, unread
from sentinel_tables.values import Value

log = logging.getLogger(__name__)

HANDED_OVER = "SentinelTablesMemory"
"""The key under which an event carries what the invocation before remembered. CloudFormation sends no such key."""


class Means(Value):
    """The clock, the ports and the settings that events are served with."""

    clock: Clock
    tables: Tables
    invoke: Callable[[bytes], None]
    """Starts this function anew, with a payload, and does not wait for it."""
    put: Callable[[str, bytes, float], int]
    """One attempt at delivering an answer: a URL, a body, and the seconds that it may take, for a status."""
    prefix: str
    """The beginning of the names of all tables of the provider."""
    declare: bool = False
    """True if tables carry the tag of what their templates declare: for the drift watch."""
    stacks: Stacks | None = None
    """The port to CloudFormation; None if nobody is asked."""


class Delivered(Value):
    """An event as it was delivered to this invocation."""

    event: Mapping[str, Any]
    sent_at: float | None
    """When CloudFormation sent it, in seconds since the epoch; None if nobody knows."""
    service_timeout: float
    """The seconds that CloudFormation waits."""
    memory: Memory
    """The memory of the event. It is filled in while the event is served."""
    ends_at: float
    """When the invocation ends, in seconds since the epoch."""
    home: tuple[str, str] | None = None
    """The function's own Region and account; None if it does not know them."""


def received(
    event: Mapping[str, Any], envelope: Envelope, now: float, ends_at: float, home: tuple[str, str] | None = None
) -> Delivered:
    """An event that was delivered now; in its first invocation, by when it has to be answered is worked out.

    CloudFormation's patience begins when it signs the ResponseURL: an event that Lambda delivers after it touches nothing.
    """
    memory = Memory.recalled(event.get(HANDED_OVER))
    if memory.answer_by is None:
        memory.answer_by = envelope.answer_by(now)
    return Delivered(event, envelope.sent_at(now), envelope.service_timeout, memory, ends_at, home)


def serve(delivery: Delivered, means: Means) -> Outcome | None:
    """Serves the event. Returns the outcome, or None if the next invocation goes on."""
    event, memory = delivery.event, delivery.memory
    try:
        request = parse(event, means.prefix, sent_at=delivery.sent_at, declare=means.declare)
    except InvalidRequest as error:
        return unread(event, error)
    around = _surroundings(delivery, means)
    try:
        return provide(request, around, memory)
    except OutOfTime as pending:
        memory.pending, memory.pending_since = str(pending), pending.since
        log.info("handing over", extra={"reason": memory.pending})
    share = HAND_OVER_SHARE if may_have_to_undo(request) else HAND_OVER_SHARE + UNDO_SHARE
    try:
        hand_over(event, memory, delivery.ends_at, means, share)
    except SentinelTableError as error:
        ends = around.allowance.invocation_ends
        ends += (delivery.ends_at - ends) * UNDO_SHARE
        last = replace(around.allowance, invocation_ends=ends, answer_by=min(ends, around.allowance.answer_by))
        remedy = ""
        if isinstance(error, NotNow):  # it may be at work all the same
            remedy, memory.here = ". Repeat the operation.", False
        reason = f"The work could not be handed over: {error}{remedy}"
        return give_up(request, replace(around, allowance=last), memory, reason)
    return None


def hand_over(
    event: Mapping[str, Any], memory: Memory, ends_at: float, means: Means, share: float = HAND_OVER_SHARE
) -> None:
    """Goes on in a fresh invocation. Raises RefusedByAws, or NotNow if that share of the time left was not enough."""
    payload = compact({**event, HANDED_OVER: memory.note()})
    clock, pause = means.clock, FIRST_HAND_OVER_PAUSE_SECONDS
    until = clock.now() + (ends_at - clock.now()) * share
    while True:
        try:
            return means.invoke(payload)
        except NotNow:
            if clock.now() + pause >= until:
                raise
            clock.sleep(pause * (0.5 + clock.jitter()))
            pause = min(LONGEST_HAND_OVER_PAUSE_SECONDS, pause * 2)


def _surroundings(delivery: Delivered, means: Means) -> Surroundings:
    now, ends_at, timeout = means.clock.now(), delivery.ends_at, delivery.service_timeout
    answer_by = delivery.memory.answer_by if delivery.memory.answer_by is not None else now + timeout
    allowance = Allowance(
        means.clock,
        invocation_ends=ends_at - time_allowed.invocation_reserve(ends_at - now),
        answer_by=answer_by - time_allowed.event_reserve(timeout),
    )
    return Surroundings(
        tables=means.tables,
        allowance=allowance,
        prefix=means.prefix,
        removal_reserve=time_allowed.removal_reserve(timeout),
        stacks=means.stacks,
        home=delivery.home,
        first=HANDED_OVER not in delivery.event,
    )
