"""Functions as Lambda runs them, on this machine: each in a process of its own, behind Lambda's own runtime client."""

from devkit.generate import UnknownFunction
from devkit.host.execution import Answer
from devkit.host.functions import HostedFunction, built, from_source
from devkit.host.host import FunctionHost, HostClosed, TooManyInvocations
from devkit.host.invoke_api import RunningHost, serve

__all__ = [
    "Answer",
    "FunctionHost",
    "HostClosed",
    "HostedFunction",
    "RunningHost",
    "TooManyInvocations",
    "UnknownFunction",
    "built",
    "from_source",
    "serve",
]
