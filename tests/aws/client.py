"""The boto3 clients that the product is given, with the model behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import botocore.session
from botocore import xform_name
from botocore.errorfactory import ClientExceptionsFactory
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.validate import ParamValidator

from .faults import AFTERWARDS, Fault, Faults, Kind
from .plane import APIS, ControlPlane
from .process import Process
from .refusals import Refused

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

    from .tables import Json

LATENCY_SECONDS = 0.02
Latency = float | Callable[[], float]
MOMENTS = frozenset(
    {
        "CreationDateTime",
        "LastUpdateToPayPerRequestDateTime",
        "EarliestRestorableDateTime",
        "LatestRestorableDateTime",
        "LastUpdateDateTime",
        "ArchivalDateTime",
        "CreationTime",
        "InaccessibleEncryptionDateTime",
        "RestoreDateTime",
        "LastUpdatedTime",
        "LastUpdatedTimestamp",
    }
)
WORDS = {"cloudformation": ("Throttling", "InternalFailure", "AccessDenied", 403)}
"""A service's codes for throttled, internal error and denied, and the status of the last; else those of DynamoDB."""
DYNAMODB_WORDS = ("ThrottlingException", "InternalServerError", "AccessDeniedException", 400)


class Wire:
    """The way of one process to one service: botocore's checks before it, latency and faults on it."""

    def __init__(
        self, service: str, plane: ControlPlane, faults: Faults | None, process: Process | None, latency: Latency
    ) -> None:
        self.plane = plane
        self.faults = Faults() if faults is None else faults
        self.process = Process() if process is None else process
        self.service = service
        self.environment = ""
        self._latency = latency
        self._requests = 0

    @property
    def exceptions(self) -> Any:
        """`client.exceptions`, botocore's own classes."""
        return exceptions_of(self.service)

    def send(self, api: str, arguments: Json, effect: Callable[[], Json]) -> Json:
        """Check the arguments as botocore does, let time pass, let go wrong what was ordered, and answer."""
        self.process.check()
        check_arguments(self.service, api, arguments)
        latency = self._latency() if callable(self._latency) else self._latency
        self.plane.clock.sleep(latency / 2)
        self.process.check()
        fault = self.faults.strike(api)
        kind = fault.kind if fault else None
        if fault and kind not in AFTERWARDS:
            self._fail(api, fault)
        if fault:
            self._lose(effect)
        if fault and kind is not Kind.ANSWER_LOST_AND_RETRIED:
            self._fail(api, fault)
        answer = self._refusable(api, effect)
        self.plane.clock.sleep(latency / 2)
        self._requests += 1
        metadata = {"HTTPStatusCode": 200, "RequestId": f"request-{self._requests}", "RetryAttempts": 0}
        shown: Json = with_moments(answer)
        return shown | {"ResponseMetadata": metadata}

    def _lose(self, effect: Callable[[], Json]) -> None:
        """Let the call take effect; nobody hears the answer, be it a refusal."""
        with suppress(Refused):
            effect()

    def _refusable(self, api: str, effect: Callable[[], Json]) -> Json:
        try:
            return effect()
        except Refused as refusal:
            raise self.error(api, refusal.code, refusal.message, refusal.status) from None

    def _fail(self, api: str, fault: Fault) -> NoReturn:
        throttled, internal, denied, denied_status = WORDS.get(self.service, DYNAMODB_WORDS)
        match fault.kind:
            case Kind.THROTTLED:
                raise self.error(api, fault.code or throttled, "Rate exceeded", fault.status or 400)
            case Kind.INTERNAL_ERROR | Kind.INTERNAL_ERROR_AFTER:
                raise self.error(api, fault.code or internal, "Internal server error", fault.status or 500)
            case Kind.ANSWER_LOST | Kind.ANSWER_LOST_AND_RETRIED:
                raise ReadTimeoutError(endpoint_url=self._endpoint)
            case Kind.REQUEST_LOST:
                raise ConnectionClosedError(endpoint_url=self._endpoint)
            case Kind.KILLED_BEFORE | Kind.KILLED_AFTER:
                self.process.kill(f"{fault.kind.value}: {api}")
            case Kind.ACCESS_DENIED | Kind.ACCESS_DENIED_FROM_NOW:
                raise self.error(api, fault.code or denied, self._denial(api), fault.status or denied_status)
            case Kind.UNREACHABLE:
                raise EndpointConnectionError(endpoint_url=self._endpoint, error="[Errno 101] Network is unreachable")
            case Kind.CONNECT_TIMED_OUT:
                raise ConnectTimeoutError(endpoint_url=self._endpoint, error="timed out")
        raise AssertionError(fault)

    @property
    def _endpoint(self) -> str:
        return f"https://{self.service}.{self.plane.state.region}.amazonaws.com/"

    def _denial(self, api: str) -> str:
        action = f"{self.service}:{operation(self.service, api).name}"
        who = f"arn:aws:sts::{self.plane.state.account}:assumed-role/provider/function"
        why = f"because no identity-based policy allows the {action} action"
        return f"User: {who} is not authorized to perform: {action} {why}"

    def error(self, api: str, code: str, message: str, status: int) -> Exception:
        """The `ClientError` that boto3 would raise, of the modelled class where there is one."""
        answer = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "refused", "RetryAttempts": 0},
        }
        error: Exception = self.exceptions.from_code(code)(answer, operation(self.service, api).name)
        return error


class Client:
    """`boto3.client("dynamodb")`, the control plane's methods of it.

    Each call takes `latency` seconds, half of it before it takes effect. `faults` is shared by all clients of one run,
    `process` by all clients of one process.
    """

    def __init__(
        self,
        plane: ControlPlane,
        *,
        faults: Faults | None = None,
        process: Process | None = None,
        latency: Latency = LATENCY_SECONDS,
        environment: str = "",
    ) -> None:
        self._wire = Wire("dynamodb", plane, faults, process, latency)
        self._wire.environment = environment
        self._plane = plane
        self.exceptions = self._wire.exceptions
        self.meta = Meta(plane.state.region, plane.endpoint_url)

    def __getattr__(self, api: str) -> Callable[..., Json]:
        if api not in APIS:
            raise AttributeError(api)
        wire, plane = self._wire, self._plane

        def method(**arguments: Any) -> Json:
            return wire.send(api, arguments, lambda: plane.call(api, arguments, wire.environment))

        return method

    def get_paginator(self, api: str) -> TagPages:
        """Only tags come in pages."""
        if api != "list_tags_of_resource":
            raise ValueError(api)
        return TagPages(self)


class Meta:
    """`client.meta`."""

    def __init__(self, region: str, endpoint_url: str) -> None:
        self.region_name, self.endpoint_url = region, endpoint_url


class TagPages:
    """`client.get_paginator("list_tags_of_resource")`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def paginate(self, **arguments: Any) -> Iterator[Json]:
        """One page after another."""
        page = self._client.list_tags_of_resource(**arguments)
        yield page
        while "NextToken" in page:
            page = self._client.list_tags_of_resource(**arguments, NextToken=page["NextToken"])
            yield page


class KeyService:
    """`boto3.client("kms")`, `describe_key` of it."""

    def __init__(
        self,
        plane: ControlPlane,
        *,
        faults: Faults | None = None,
        process: Process | None = None,
        latency: Latency = LATENCY_SECONDS,
    ) -> None:
        self._wire = Wire("kms", plane, faults, process, latency)
        self._plane = plane
        self.exceptions = self._wire.exceptions
        self.meta = Meta(plane.state.region, plane.endpoint_url)

    def describe_key(self, **arguments: Any) -> Json:
        """The key behind an id, an ARN or an alias."""
        return self._wire.send("describe_key", arguments, lambda: self._describe(arguments["KeyId"]))

    def _describe(self, name: str) -> Json:
        key = self._plane.keys.find(name)
        if key is None:
            what = f"Alias {name} is not found." if "alias/" in name else f"Key '{name}' does not exist"
            raise Refused("NotFoundException", what)
        metadata = {
            "AWSAccountId": self._plane.state.account,
            "KeyId": key.key_id,
            "Arn": key.arn,
            "Enabled": key.state == "Enabled",
            "KeyState": key.state,
            "KeyManager": key.manager,
            "KeySpec": key.spec,
            "KeyUsage": "ENCRYPT_DECRYPT",
        }
        return {"KeyMetadata": metadata}


@cache
def service_model(service: str) -> ServiceModel:
    """Botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


@cache
def operation(service: str, api: str) -> OperationModel:
    """An operation by its method name."""
    model = service_model(service)
    return model.operation_model(next(name for name in model.operation_names if xform_name(name) == api))


@cache
def exceptions_of(service: str) -> Any:
    """The exception classes of a service."""
    return ClientExceptionsFactory().create_client_exceptions(service_model(service))


def check_arguments(service: str, api: str, arguments: Json) -> None:
    """Raise `ParamValidationError` where botocore would."""
    shape = operation(service, api).input_shape
    assert shape is not None
    report = ParamValidator().validate(arguments, shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


def with_moments(value: Any, name: str = "") -> Any:
    """A copy with its epoch seconds as datetimes."""
    if isinstance(value, dict):
        return {key: with_moments(entry, key) for key, entry in value.items()}
    if isinstance(value, list):
        return [with_moments(entry) for entry in value]
    return datetime.fromtimestamp(value, UTC) if name in MOMENTS else value
