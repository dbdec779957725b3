"""What an event says of its own time: when it was sent, as far as that can be, and by when its answer is due."""

import time
from collections.abc import Iterator

import pytest

from sentinel_tables.request.envelope import Envelope

NOW = 1_790_035_200.0
SIX_HOURS, SKEW = 21_600.0, 120.0


@pytest.mark.parametrize(
    ("signed", "possible"),
    [
        (NOW, True),
        (NOW - 1, True),
        (NOW - SIX_HOURS + 0.5, True),
        (NOW - SIX_HOURS, False),
        (NOW - SIX_HOURS - 1, False),
        (NOW + SKEW, True),
        (NOW + SKEW + 0.5, False),
        (0.0, False),
    ],
)
def test_an_event_was_sent_when_it_was_signed_unless_that_cannot_be(signed: float, possible: bool) -> None:
    assert Envelope(signed, 3600.0).sent_at(NOW) == (signed if possible else None)


def test_an_event_that_was_signed_nobody_knows_when_was_sent_nobody_knows_when() -> None:
    assert Envelope(None, 3600.0).sent_at(NOW) is None


@pytest.mark.parametrize(
    ("signed", "due"),
    [
        (NOW - 100, NOW - 100 + 900),
        (NOW + 100, NOW + 900),
        (None, NOW + 900),
        (NOW - SIX_HOURS, NOW + 900),
    ],
)
def test_the_answer_is_due_a_service_timeout_after_the_sending_else_after_now(signed: float | None, due: float) -> None:
    assert Envelope(signed, 900.0).answer_by(NOW) == due


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_the_date_of_a_signature_is_utc_wherever_the_function_believes_to_be() -> None:
    assert Envelope.read({"ResponseURL": "https://example.com/?X-Amz-Date=20260922T000000Z"}).signed_at == NOW
