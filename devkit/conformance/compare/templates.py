"""Official element templates against Camunda's runtime: the same job first, then the same requests and command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devkit.conformance.compare import jobs
from devkit.conformance.compare.jobs import group, skipped

__all__ = ["difference", "group", "skipped"]

PARTS = {"variablesSha256": "variables", "headersSha256": "headers"}


def difference(case: Mapping[str, Any], result: Mapping[str, Any]) -> str | None:
    """What differs, or None."""
    if "problem" in result:
        return f"there is no job: {result['problem']}"
    for member, part in PARTS.items():
        if result[member] != case[member]:
            return f"the job's {part} are not those of the recorded job"
    return jobs.difference(case, result)
