"""The part of API Gateway on one machine: HTTP in, Lambda events (payload version 2.0) to a handler, answers out."""

from devkit.gateway.server import PortInUse, RunningGateway, start

__all__ = ["PortInUse", "RunningGateway", "start"]
