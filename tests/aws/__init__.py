"""DynamoDB's control plane, and what surrounds the provider, on virtual time.

`ControlPlane` is the service, `Client` and `KeyService` are the boto3 clients with the model behind them, `Faults` lets
calls go wrong on order, `World` runs several environments side by side on one `VirtualClock`.
"""

from .answers import SIGV2, SIGV4, UNDATED, Answer, AnswerSink
from .client import Client, KeyService
from .clock import SteadyClock, VirtualClock
from .cloudformation import CloudFormation
from .durations import FAST, INSTANT, REAL, Durations
from .faults import NEVER_ENDING, SWEPT, TRIED_AGAIN_BY_SDKS, Fault, Faults, Kind, every_pair, every_single
from .lambda_service import Invocation, LambdaService
from .plane import APIS, WRITES, Call, ControlPlane
from .process import Killed, Process
from .rate import Rate
from .refusals import Refused
from .stack_events import Request, Resource
from .stack_records import ShownResource, StackRecord, StackRecords, late
from .stacks_client import StacksClient
from .state import Change, Limits, LostRecord, Switches
from .world import Environment, World, follow

__all__ = [
    "APIS",
    "FAST",
    "INSTANT",
    "NEVER_ENDING",
    "REAL",
    "SIGV2",
    "SIGV4",
    "SWEPT",
    "TRIED_AGAIN_BY_SDKS",
    "UNDATED",
    "WRITES",
    "Answer",
    "AnswerSink",
    "Call",
    "Change",
    "Client",
    "CloudFormation",
    "ControlPlane",
    "Durations",
    "Environment",
    "Fault",
    "Faults",
    "Invocation",
    "KeyService",
    "Killed",
    "Kind",
    "LambdaService",
    "Limits",
    "LostRecord",
    "Process",
    "Rate",
    "Refused",
    "Request",
    "Resource",
    "ShownResource",
    "StackRecord",
    "StackRecords",
    "StacksClient",
    "SteadyClock",
    "Switches",
    "VirtualClock",
    "World",
    "every_pair",
    "every_single",
    "follow",
    "late",
]
