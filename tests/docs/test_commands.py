"""Each command of the AWS CLI on a page is one that the CLI has: service, operation, options, and their JSON."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator

from tests.docs.pages import ROOT, every_page, fences

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.model import OperationModel

GLOBAL = {"query", "output", "region", "profile", "endpoint-url", "max-items"}
OWN = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "parameter-overrides", "capabilities"},
    ("s3", "cp"): set(),
    ("s3", "mb"): set(),
    ("s3", "sync"): set(),
}
"""What the CLI has that the API has not, with the options that the pages use."""
CALL = re.compile(r"(?m)(?:(?<=\$\()|(?<=^)|(?<= ))aws (?=[a-z0-9-]+ [a-z])")
ENDS = "|;&<>()\n"
MODELS = {"s3api": "s3"}
"""Services that the CLI calls by another name than the API."""
PAGES = [page for page in every_page() if any("aws " in block.text for block in fences(page))]


def commands(page: Path) -> list[list[str]]:
    """The words of each call of the AWS CLI in the page's shell blocks, also of one within `$(...)`."""
    texts = [block.text.replace("\\\n", " ") for block in fences(page) if block.language == "sh"]
    return [_words(text[call.start() :]) for text in texts for call in CALL.finditer(text)]


def _words(text: str) -> list[str]:
    """The words up to the end of the call. What a shell would put in stands as it is."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=ENDS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, "#"
    return list(takewhile(lambda word: not set(word) <= set(ENDS), lexer))


@cache
def operation(service: str, name: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(MODELS.get(service, service))
    names = {xform_name(one, "-"): one for one in model.operation_names}
    assert name in names, f"aws {service} has no {name}"
    return model.operation_model(names[name])


def options(words: list[str]) -> dict[str, list[str]]:
    """The values behind each option."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word.removeprefix("--")] = []
        elif found:
            found[list(found)[-1]].append(word)
    return found


def check(words: list[str]) -> None:
    """Raises AssertionError if the AWS CLI would not take the command."""
    _, service, name, *rest = words
    given = {option: values for option, values in options(rest).items() if option not in GLOBAL}
    if (service, name) in OWN:
        assert given.keys() <= OWN[service, name], words
        return
    if name == "wait":
        waiters = botocore.session.get_session().get_waiter_model(service).waiter_names
        assert rest[0] in {xform_name(one, "-") for one in waiters}, words
        return
    shape = operation(service, name).input_shape
    members: dict[str, Any] = dict(shape.members) if shape else {}
    known = {xform_name(member, "-"): member for member in members}
    for option, values in given.items():
        member = known.get(option) or known.get(option.removeprefix("no-"))
        assert member, f"aws {service} {name} has no --{option}"
        if values and values[0][:1] in "[{" and members[member].type_name != "string":
            text = re.sub(r"\$\w+", "us-west-2", values[0])
            report = ParamValidator().validate(json.loads(text), members[member])
            assert not report.has_errors(), report.generate_report()
    needed = {xform_name(member, "-") for member in (shape.required_members if shape else ())}
    assert needed <= given.keys(), f"aws {service} {name} needs {needed - given.keys()}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_aws_cli_takes_the_commands(page: Path) -> None:
    for words in commands(page):
        check(words)


def test_commands_are_found_also_within_others() -> None:
    found = {word for page in PAGES for words in commands(page) for word in words[2:3]}
    assert {"describe-stack-events", "restore-table-from-backup", "describe-table", "update-table", "list-backups"} <= found


@pytest.mark.parametrize(
    "wrong",
    [
        "aws dynamodb restore-table --target-table-name x",
        "aws dynamodb restore-table-from-backup --target-table-name x",
        "aws dynamodb describe-table --table x",
        'aws dynamodb update-table --table-name x --replica-updates [{"Add":{"RegionName":"eu-west-1"}}]',
    ],
)
def test_a_command_that_there_is_not_is_found(wrong: str) -> None:
    with pytest.raises(AssertionError):
        check(shlex.split(wrong) if "[" not in wrong else wrong.split())
