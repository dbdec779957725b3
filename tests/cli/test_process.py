"""The command as a process: what it says, and with which status it ends, when something outside cuts it short."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .desk import BREAKGLASS

HERE = Path(__file__).resolve().parents[2]


def start(*words: str, stdout: int, path: Path = HERE) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{HERE}"}
    command = [sys.executable, "-m", "sentinel_tables_cli", *words]
    return subprocess.Popen(command, env=environment, text=True, stdout=stdout, stderr=subprocess.PIPE)  # noqa: S603


COMMANDS = {
    "typer's output": ("schema", "approval"),
    "rich's output": ("validate",),
    "a help": ("--help",),
}


def words_of(command: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    path = folder / "template.yaml"
    path.write_text(BREAKGLASS)
    return (*command, str(path)) if command == ("validate",) else command


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_disk(tmp_path: Path, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        process = start(*words_of(command, tmp_path), stdout=full.fileno())
        _, told = process.communicate(timeout=60)
    message = "Error: The output cannot be used: No space left on device. Repeat the command without it.\n"
    assert (process.returncode, told) == (1, message)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_pipe_that_nobody_reads(tmp_path: Path, command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(*words_of(command, tmp_path), stdout=writing)
    os.close(writing)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (141, "")


def test_an_interrupt_while_it_starts(tmp_path: Path) -> None:
    """Most of the start is spent on imports; one of them is interrupted, also if the shell had turned interrupts off."""
    lines = "import signal", "signal.signal(signal.SIGINT, signal.default_int_handler)", "signal.raise_signal(signal.SIGINT)"
    (tmp_path / "typer.py").write_text("\n".join(lines))
    process = start("schema", "approval", stdout=subprocess.PIPE, path=tmp_path)
    assert (process.communicate(timeout=60), process.returncode) == (("", ""), 130)


def test_standard_input_is_utf_8_wherever_it_is_read() -> None:
    text = f"Description: Über\n{BREAKGLASS}"
    for locale, encoding, status in (("C", "latin-1", 1), ("C", "utf-8", 0), ("C", "utf-8-sig", 0)):
        done = subprocess.run(
            [sys.executable, "-m", "sentinel_tables_cli", "validate", "-"],
            env=os.environ | {"LC_ALL": locale, "PYTHONPATH": str(HERE)},
            input=text.encode(encoding),
            capture_output=True,
            check=False,
        )
        assert done.returncode == status
        assert (b"- is not text in UTF-8." in done.stderr) is (status == 1)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize(("command", "status"), [(("schema", "approval"), 0), (("--help",), 0), (("schema", "ledger"), 1)])
def test_a_shell_that_gives_no_output(command: tuple[str, ...], status: int, closed: str) -> None:
    script = f'exec "$@" {closed}'
    words = ["sh", "-c", script, "sh", sys.executable, "-m", "sentinel_tables_cli", *command]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    told = subprocess.run(words, env=environment, text=True, capture_output=True, timeout=60, check=False)  # noqa: S603
    assert told.returncode == status
    assert "Traceback" not in told.stdout + told.stderr
