"""The clients that a real invocation has: every one that the code asks for can be made, and none is made in vain."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from handler import clients

SOURCES = sorted(Path(inspect.getfile(clients)).parent.glob("*.py"))


def asked_for() -> Iterator[str]:
    """The services that the functions' sources name where they make a client."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "client":
                (service, *_) = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
                yield str(service)


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


def test_the_services_that_botocore_is_told_of_are_those_that_the_code_asks_for() -> None:
    assert sorted(set(asked_for())) == sorted(clients.SERVICES)


@pytest.mark.parametrize("service", clients.SERVICES)
def test_a_client_is_made_for_every_service(service: str) -> None:
    made = clients.client(service, patience=2.5, attempts=2)
    assert made.meta.service_model.service_name == service
    assert made.meta.endpoint_url.startswith(f"https://{'monitoring' if service == 'cloudwatch' else service}.eu-central-1.")
    assert (made.meta.config.connect_timeout, made.meta.config.read_timeout) == (0.75, 1.75)
    assert made.meta.config.retries["total_max_attempts"] == 2


def test_no_client_is_made_for_another_service() -> None:
    with pytest.raises(UnknownServiceError):
        clients.client("ec2")


def test_botocore_finds_the_same_files_by_itself() -> None:
    """What a client is made of is loaded for its service by name: to be told of five services hides nothing of them."""
    own, few = Loader(), clients.FewServices()
    for service in clients.SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            assert service in own.list_available_services(kind)
            assert few.load_service_model(service, kind) == own.load_service_model(service, kind)


def test_everybody_else_s_sessions_know_every_service() -> None:
    clients.client("kms")
    assert "ec2" in botocore.session.get_session().get_available_services()
