"""`python -m probe judge`: what it prints of a result, and what a result keeps to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from probe.__main__ import anonymous, main
from probe.records import Record, Records, from_lines, lines

from .made import afterwards, change, event, operation

if TYPE_CHECKING:
    from pathlib import Path

RECORDS: list[Record] = [
    *event("life", "create", "Create", "CREATE_IN_PROGRESS | CREATE_IN_PROGRESS", "none | Throttling!", id_=""),
    operation("nested", "create", status="REFUSED: no bucket"),
    change("life", "CREATE_COMPLETE first", 41),
    afterwards("deleted", "DELETE_COMPLETE", "none", "none"),
]


def test_what_was_written_is_read_again() -> None:
    assert from_lines("\n".join(lines(RECORDS))) == Records(tuple(RECORDS))


def test_a_result_is_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = tmp_path / "result.jsonl"
    result.write_text("\n".join(lines(RECORDS)), encoding="utf-8")
    assert main(["judge", str(result)]) == 1
    shown = capsys.readouterr().out
    assert "held          A deleted stack answers by its id, and not by its name.\n" in shown
    assert "DID NOT HOLD  Neither call is throttled" in shown
    assert "not seen      A cancelled Update runs on" in shown
    assert "CREATE_IN_PROGRESS '', does not exist" in shown
    assert "nested, create: REFUSED: no bucket" in shown


def test_a_result_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(tmp_path / "none")]) == 2
    assert "FileNotFoundError" in capsys.readouterr().out


def test_a_result_names_no_account() -> None:
    text = anonymous("\n".join(lines(RECORDS)) + ' "arn:aws-cn:s3:::x" "123456789012"')
    assert "123456789012" not in text
    assert "arn:aws:cloudformation:eu-central-1:000000000000:stack/run-life" in text


@pytest.mark.parametrize("seconds", ["3", "151", "soon"])
def test_an_event_is_at_work_neither_too_short_nor_too_long(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seconds", seconds])
    assert "--seconds" in capsys.readouterr().err
