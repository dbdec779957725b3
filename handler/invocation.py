"""The life of an event: from one invocation to the next, until there is an outcome. Time and AWS are arguments.

What outlasts an invocation goes on in a fresh one, with the event and what has to be remembered; the chain ends before
CloudFormation's patience does.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handler.answer import compact
from sentinel_tables import allowance as time_allowed
from sentinel_tables.allowance import Allowance, Clock
from sentinel_tables.converge import Tables
from sentinel_tables.errors import InvalidRequest, NotNow, OutOfTime, SentinelTableError
from sentinel_tables.memory import Memory
from sentinel_tables.request.event import parse, sent_at, service_timeout
from sentinel_tables.resource import Outcome, Surroundings, give_up, may_have_to_undo, provide, unread
from sentinel_tables.rules.removal import OLDEST_EVENT_SECONDS

log = logging.getLogger(__name__)

HANDED_OVER = "SentinelTablesMemory"
"""The key under which an event carries what the invocation before remembered. CloudFormation sends no such key."""
LONGEST_PAUSE_SECONDS = 4.0
HAND_OVER_SHARE = 0.25
UNDO_SHARE = 0.375
"""Of what is kept of an invocation: for trying to hand over, and from there for undoing. The rest is the answer's, which may
be the last word of the event."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an event is served with."""

    clock: Clock
    tables: Tables
    invoke: Callable[[bytes], None]
    """Starts this function anew, with a payload, and does not wait for it."""
    put: Callable[[str, bytes, float], int]
    """One attempt at delivering an answer: a URL, a body, and the seconds that it may take, for a status."""
    prefix: str
    """How the names of the provider's tables begin."""
    declare: bool = False
    """Whether tables tell, in a tag, what their templates declare: for the drift watch."""


def recalled(event: Mapping[str, Any], now: float) -> Memory:
    """What is remembered of the event; in its first invocation, by when it has to be answered.

    CloudFormation's patience begins when it signs the ResponseURL: an event that Lambda delivers after it touches nothing. A
    date that cannot be, such as one of a sample event, does not count.
    """
    memory = Memory.recalled(event.get(HANDED_OVER))
    if memory.answer_by is None:
        timeout, sent = service_timeout(event), sent_at(event)
        memory.answer_by = timeout + (sent if sent is not None and now - OLDEST_EVENT_SECONDS < sent <= now else now)
    return memory


def serve(event: Mapping[str, Any], memory: Memory, ends_at: float, means: Means) -> Outcome | None:
    """Serves the event in an invocation that ends at `ends_at`, in seconds since the epoch.

    Returns the outcome, or None where the next invocation goes on.
    """
    try:
        request = parse(event, means.prefix, declare=means.declare)
    except InvalidRequest as error:
        return unread(event, error)
    allowance = _allowance(event, memory, ends_at, means.clock)
    around = Surroundings(means.tables, allowance, means.prefix, time_allowed.removal_reserve(service_timeout(event)))
    try:
        return provide(request, around, memory)
    except OutOfTime as pending:
        memory.pending = str(pending)
        log.info("handing over", extra={"reason": memory.pending})
    share = HAND_OVER_SHARE if may_have_to_undo(request) else HAND_OVER_SHARE + UNDO_SHARE
    try:
        hand_over(event, memory, ends_at, means, share)
    except SentinelTableError as error:
        ends = allowance.invocation_ends + (ends_at - allowance.invocation_ends) * UNDO_SHARE
        last = replace(allowance, invocation_ends=ends, answer_by=min(ends, allowance.answer_by))
        remedy = ""
        if isinstance(error, NotNow):  # it may be at work all the same
            remedy, memory.alone = ". Repeat the operation.", False
        reason = f"The work could not be handed over: {error}{remedy}"
        return give_up(request, replace(around, allowance=last), memory, reason)
    return None


def hand_over(
    event: Mapping[str, Any], memory: Memory, ends_at: float, means: Means, share: float = HAND_OVER_SHARE
) -> None:
    """Goes on in a fresh invocation. Raises RefusedByAws, or NotNow where that share of the time left was not enough."""
    payload = compact({**event, HANDED_OVER: memory.note()})
    clock, pause = means.clock, 0.25
    until = clock.now() + (ends_at - clock.now()) * share
    while True:
        try:
            return means.invoke(payload)
        except NotNow:
            if clock.now() + pause >= until:
                raise
            clock.sleep(pause * (0.5 + clock.jitter()))
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)


def _allowance(event: Mapping[str, Any], memory: Memory, ends_at: float, clock: Clock) -> Allowance:
    now = clock.now()
    timeout = service_timeout(event)
    answer_by = memory.answer_by if memory.answer_by is not None else now + timeout
    return Allowance(
        clock,
        invocation_ends=ends_at - time_allowed.invocation_reserve(ends_at - now),
        answer_by=answer_by - time_allowed.event_reserve(timeout),
    )
