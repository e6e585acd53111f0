"""Official element templates end to end: applied, deployed on the development engine, run, and judged by the recording.

The job that the engine hands out is run through the Lambda door of the REST function, against the service that the
recording had. A result has `id`, `requests` and `outcome` as recorded jobs have, and `variablesSha256` and
`headersSha256` of the job; a case that never became a job has `problem` instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineRejected
from connector_sdk.job import Job
from devkit.conformance.jobs import Runner
from devkit.conformance.template_tasks import NoJob, activated, diagram, redirected
from devkit.engine import server
from devkit.modeler import HeadlessModeler, TemplateRejected

Case = Mapping[str, Any]
Result = dict[str, Any]


def results(cases: Iterable[Case]) -> Iterator[Result]:
    """The raw result of each case, in order. Raises ModelerUnavailable."""
    every = list(cases)
    with HeadlessModeler() as modeler, server.start() as running, Runner(every) as runner:
        engine = EngineClient(running.address)
        for case in every:
            yield _result(case, modeler, engine, runner)


def _result(case: Case, modeler: HeadlessModeler, engine: EngineClient, runner: Runner) -> Result:
    try:
        job = activated(case, diagram(case, modeler), engine)
    except (TemplateRejected, LookupError, EngineRejected, NoJob) as error:
        return {"id": case["id"], "problem": str(error)}
    moved = replace(job, variables=redirected(job.variables, case, runner.port))
    result = runner.run(case, moved.to_wire())
    _end(job, result["outcome"], engine)
    return {**result, **fingerprints(job)}


def _end(job: Job, outcome: Mapping[str, Any], engine: EngineClient) -> None:
    """Give the engine the command, but no retries: a failed job must not come again among those of other cases."""
    body = outcome["body"]
    engine.command_job(job.key, outcome["command"], {**body, "retries": 0} if outcome["command"] == "failure" else body)


def fingerprints(job: Job) -> dict[str, str]:
    """The hashes that tell whether a job is the recorded one."""
    return {"variablesSha256": _sha256(job.variables), "headersSha256": _sha256(job.custom_headers)}


def _sha256(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(dict(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
