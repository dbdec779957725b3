"""Cold starts: from the start of a fresh process to its first call to AWS, and the peak of its memory.

The handlers take turns, so that whatever else the machine does weighs on all of them alike; what counts is the ratio
within a turn. As on Lambda, the folder of the function takes no bytecode but what it has, and boto3 has its own.
`python -m bench.cold` measures this alone, and writes no page.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.artifact import ROOT, build, zipped_bytes
from bench.endpoint import Loopback, loopback

TURNS = 40
SUBJECTS = ROOT / "bench" / "subjects"
RUN_SECONDS = 60
BARE, STOCK, SOURCES, COMPILED = "bare boto3", "stock crhelper", "provider from sources alone", "provider with bytecode"


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: seconds and seconds of CPU to the first call to AWS, KiB of memory at the peak of the invocation."""

    seconds: float
    cpu: float
    peak_kib: int


@dataclass(frozen=True, slots=True)
class ColdStarts:
    """Starts by handler, turn by turn, and the bytes of the artifact's zip, without and with bytecode."""

    starts: Mapping[str, tuple[Start, ...]]
    zipped: int
    zipped_with_bytecode: int

    def ratios(self, handler: str, base: str = BARE) -> list[float]:
        """How many times as long a handler takes as another one, turn by turn."""
        pairs = zip(self.starts[handler], self.starts[base], strict=True)
        return [one.seconds / other.seconds for one, other in pairs]

    def cpu_ratios(self, handler: str, base: str = BARE) -> list[float]:
        """The same of the CPU's time, which other programs weigh on less."""
        pairs = zip(self.starts[handler], self.starts[base], strict=True)
        return [one.cpu / other.cpu for one, other in pairs]


def measure(folder: Path, turns: int = TURNS) -> ColdStarts:
    """Builds the artifact in `folder`, for this very Python, and starts each handler once in each turn."""
    compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2)
    compiled = build(folder / "compiled")
    sources = Path(shutil.copytree(compiled, folder / "sources", ignore=shutil.ignore_patterns("__pycache__")))
    commands = {
        BARE: ("bare", "Create", SUBJECTS),
        STOCK: ("stock", "Create", sources, SUBJECTS),
        SOURCES: ("handler.app", "Delete", sources),
        COMPILED: ("handler.app", "Delete", compiled),
    }
    starts: dict[str, list[Start]] = {name: [] for name in commands}
    with loopback(folder) as aws:
        for turn in range(-1, turns):  # the first turn only warms the disk's cache
            for name in sorted(commands, reverse=turn % 2 == 0):
                module, verb, *folders = commands[name]
                start = _start(aws, str(module), str(verb), [str(entry) for entry in folders])
                starts[name] += [start] if turn >= 0 else []
    kept = {name: tuple(found) for name, found in starts.items()}
    return ColdStarts(kept, zipped_bytes(sources), zipped_bytes(compiled))


def _start(aws: Loopback, module: str, verb: str, folders: list[str]) -> Start:
    aws.called.clear()
    script = str(SUBJECTS / "run.py")
    command = [sys.executable, "-P", script, module, json.dumps(_event(aws, verb)), *folders]
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - written above
        command, env=_environment(aws), check=True, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    cpu, peak = done.stdout.split()[-2:]
    return Start(aws.called[0] - began, float(cpu), int(peak))


def _event(aws: Loopback, verb: str) -> dict[str, object]:
    return {
        "RequestType": verb,
        "ResponseURL": aws.answer_url,
        "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/records/00000000-0000-4000-8000-000000000000",
        "RequestId": "00000000-0000-4000-8000-000000000000",
        "LogicalResourceId": "Records",
        "PhysicalResourceId": "sentinel-requests",
        "ResourceType": "Custom::SentinelTable",
        "ResourceProperties": {"ServiceToken": "token", "Schema": "approval"},
    }


def _environment(aws: Loopback) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SSL_CERT_FILE": str(aws.certificate),
        "AWS_ENDPOINT_URL": aws.aws_url,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_LAMBDA_FUNCTION_NAME": "sentinel-tables",
        "LOG_LEVEL": "INFO",
        "TABLE_NAME_PREFIX": "sentinel-",
    }


def main() -> None:
    """Measures, and prints the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    for name in found.starts:
        wall, cpu = median(found.ratios(name)), median(found.cpu_ratios(name))
        print(f"{name:30} {wall:.3f} times {BARE} by the clock, {cpu:.3f} of CPU")  # noqa: T201 - the point
    print(f"{found.zipped:,} bytes of zip from sources alone, {found.zipped_with_bytecode:,} with bytecode")  # noqa: T201


if __name__ == "__main__":
    main()
