"""Which tables a Delete, or an undoing, may take. Nobody else compares ages or ids."""

CLOCK_SKEW_SECONDS = 120
"""CloudFormation's clock, which dates an event, and DynamoDB's, which dates a table, may differ by less than this."""

LATE_CREATE_SECONDS = 5.0
"""How long a Delete for a Create that was cancelled looks for the table which that Create may yet make."""

LIKE_NEW_SECONDS = 1800.0
"""How long a table's time to live cannot have been turned off by a later update, for DynamoDB refuses to."""

OLDEST_EVENT_SECONDS = 6 * 3600
"""How long Lambda keeps an asynchronous event at most.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html"""

LONGEST_CREATE_SECONDS = 10_800
"""How old a table may be that a Create left which never answered. An older one was retained."""

MADE_LATE_SECONDS, CANCELLED_LATE_SECONDS = 5.0, 10.0
"""How long after a Delete was sent, or its Create was answered, a table may be made that it is about, as clocks differ and
events come twice; and by a Create that is cancelled. A younger table is that of a later Create."""

NOT_CREATED = "not-created"
"""How the physical id of a Create begins that made no table. The colon after it is in no table's name."""


def not_created(request_id: str, sent_at: float | None, answered_at: float = 0.0) -> str:
    """The physical id of a Create that left no table, but perhaps one that was made from its sending to its answer.

    Both in seconds since the epoch; where `sent_at` is None, it made none.
    """
    span = "-" if sent_at is None else f"{int(sent_at)}-{int(answered_at + MADE_LATE_SECONDS)}"
    return f"{NOT_CREATED}:{span}:{request_id[:128]}"


NEVER = (float("inf"), 0.0)


def span(physical_id: str) -> tuple[float, float] | None:
    """From when to when a table was made that a Delete with this physical id removes, in seconds since the epoch.

    None where the id is not one that a failed Create was answered with.
    """
    word, _, rest = physical_id.partition(":")
    if word != NOT_CREATED or not rest:
        return None
    since, _, until = rest.partition(":")[0].partition("-")
    return (float(since), float(until)) if since.isdecimal() and until.isdecimal() else NEVER
