"""What the demo shows fits a terminal of 80 columns."""

from io import StringIO

from rich.console import Console

from local.show import Screen
from local.tables import Standing

COLUMNS = 80
SESSIONS = Standing(
    name="sentinel-sessions",
    table_id="e3e70682-c209-4cac-a29f-6fbed82c07cd",
    indexes=("gsi-profile", "gsi-server-instance", "gsi-status", "gsi-user"),
    ttl="on ttl",
    recovery="35 days",
    protected=False,
    encryption="KMS, key/1234abcd-12ab-34cd-56ef-1234567890ab",
    tags={
        "sentinel:schema": "session",
        "sentinel:stack-id": "arn:aws:cloudformation:us-east-1:000000000000:stack/sentinel-records/1",
        "sentinel:logical-id": "SessionTable",
        "sentinel:origin": "created",
    },
)
REASON = (
    'BreakGlassTable CREATE_FAILED: Table "sentinel-incidents" exists and has no owner. '
    "Choose another TableName, or take it over with ExistingTable: Adopt."
)


def test_tables_steps_and_reasons_fit_with_every_word_of_them() -> None:
    printed = StringIO()
    screen = Screen(Console(file=printed, width=COLUMNS, highlight=False, color_system=None))
    screen.standing([SESSIONS])
    with screen.step("somebody makes a table of their own, sentinel-incidents, and writes a record"):
        pass
    screen.quote(REASON)
    lines = printed.getvalue().splitlines()
    assert max(map(len, lines)) <= COLUMNS
    words = " ".join(" ".join(lines).split())
    assert REASON in words
    for fact in (SESSIONS.name, SESSIONS.owner, SESSIONS.encryption, " ".join(SESSIONS.indexes), "and writes a record"):
        assert fact in words
