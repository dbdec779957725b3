"""`python -m probe`: plays every scene in the account that the AWS settings of the shell name, and prints what held.

`python -m probe judge FILE` judges a result again; `python -m probe clean` deletes the stacks that a run has left behind.
"""

import argparse
import re
import sys
import time
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from probe.driver import Account, Driver, clean
from probe.judgement import Outcome, judge
from probe.records import Records, from_lines, lines
from probe.report import refused, table
from probe.scenes import Stage, scenes

RESULT = "probe-result.jsonl"
SAM_STACK = "aws-sam-cli-managed-default"
FEWEST_SECONDS, MOST_SECONDS = 4, 150
NOBODY = "0" * 12
NAMES = [scene.name for scene in scenes(Stage("", "", FEWEST_SECONDS))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0 if everything that was seen held, 1 if something did not or stacks were left, 2 if nothing could begin."""
    options = _options().parse_args(arguments)
    try:
        return int(options.act(options))
    except (ClientError, BotoCoreError, LookupError, OSError) as error:
        _print([f"{type(error).__name__}: {error}"])
        return 2


def run(options: argparse.Namespace) -> int:
    """Plays the scenes, writes the result to a file, and prints the table."""
    account, outputs = _account(options.bucket), _outputs(options.stack)
    chosen = set(options.scene)
    stage = Stage(outputs["ServiceToken"], uuid.uuid4().hex[:8], options.seconds)
    played = tuple(scene for scene in scenes(stage) if not chosen or scene.name in chosen)
    if not account.bucket:
        _print(["There is no bucket of the SAM CLI, so the nested stack is left out. Name one with --bucket."])
    try:
        records = Driver(account, stage, options.minutes).play(played, outputs["RecordsTable"])
    finally:
        left = clean(account)
    options.result.write_text(anonymous("\n".join(lines(records.all))) + "\n", encoding="utf-8")
    status = _report(records)
    _print([f"The result is in {options.result}.", *([f"{left} stacks are left: python -m probe clean"] if left else [])])
    return 1 if left else status


def again(options: argparse.Namespace) -> int:
    """Judges a result that was written before."""
    return _report(from_lines(options.result.read_text(encoding="utf-8")))


def tidy(_options: argparse.Namespace) -> int:
    """Deletes what runs have left behind."""
    left = clean(_account(""))
    _print([f"{left} stacks are left."])
    return 1 if left else 0


def anonymous(text: str) -> str:
    """The text with the account's number taken out of every ARN."""
    numbers = set(re.findall(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):", text))
    for number in numbers:
        text = text.replace(number, NOBODY)
    return text


def _report(records: Records) -> int:
    verdicts = judge(records)
    _print(["", *table(verdicts), *refused(records)])
    return int(any(verdict.outcome is Outcome.BROKEN for verdict in verdicts))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m probe", description="What CloudFormation says while it works.")
    parser.set_defaults(act=run, stack="sentinel-probe", seconds=40, minutes=60.0, bucket="", scene=[], result=Path(RESULT))
    parser.add_argument("--stack", help="the probe's own stack (sentinel-probe)")
    parser.add_argument("--seconds", type=_seconds, help="how long an ordinary event is at work (40)")
    parser.add_argument("--minutes", type=float, help="when no step begins any more (60)")
    parser.add_argument("--scene", action="append", choices=NAMES, help="play this scene, and not all of them")
    parser.add_argument("--bucket", help="where the nested stack's template is put for a while (the SAM CLI's bucket)")
    parser.add_argument("--result", type=Path, help=f"the file that the result is written to ({RESULT})")
    commands = parser.add_subparsers()
    judged = commands.add_parser("judge", help="judge a result again")
    judged.add_argument("result", type=Path)
    judged.set_defaults(act=again)
    commands.add_parser("clean", help="delete the stacks that runs have left behind").set_defaults(act=tidy)
    return parser


def _seconds(text: str) -> int:
    seconds = int(text)
    if not FEWEST_SECONDS <= seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{seconds} is not between {FEWEST_SECONDS} and {MOST_SECONDS}")
    return seconds


def _account(bucket: str) -> Account:
    client: Any = boto3.client
    found = bucket or _outputs(SAM_STACK, missing_is_empty=True).get("SourceBucket", "")
    clients = client("cloudformation"), client("dynamodb"), client("s3")
    return Account(*clients, now=time.time, sleep=time.sleep, bucket=found, say=lambda line: _print([line]))


def _outputs(stack: str, *, missing_is_empty: bool = False) -> dict[str, str]:
    """The outputs of a stack. LookupError says how the probe is deployed, if it is not."""
    client: Any = boto3.client("cloudformation")
    try:
        found = client.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        if missing_is_empty:
            return {}
        raise LookupError(f"There is no stack {stack}. Deploy it in the folder probe: sam deploy") from error
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def _print(shown: Iterable[str]) -> None:
    for line in shown:
        print(line, flush=True)  # noqa: T201 - a program for a terminal


if __name__ == "__main__":
    sys.exit(main())
