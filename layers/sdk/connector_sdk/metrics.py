"""Metrics of a deployed stack: a line of JSON in a function's log is one (CloudWatch's Embedded Metric Format)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

NAMESPACE = "ServerlessConnectors"


def embedded(name: str, value: float, unit: str, dimensions: Mapping[str, str], time_ms: int) -> str:
    """The line for one value. `unit` is CloudWatch's, such as `Count` or `Seconds`."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    return json.dumps(
        {"_aws": {"Timestamp": time_ms, "CloudWatchMetrics": [directive]}, **dimensions, name: value},
        separators=(",", ":"),
    )


def emit(line: str) -> None:
    """Write it to the function's log, as it is: what a logger puts before it would make it a text."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
