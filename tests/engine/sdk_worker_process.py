"""The worker of Camunda's Python SDK as its documentation shows it, run with the SDK's own interpreter."""

import asyncio
from importlib import import_module
from typing import Any

sdk = import_module("camunda_orchestration_sdk")

JOB_TIMEOUT_MS = 30_000


async def work(job: Any) -> dict[str, object]:
    """Add what the process asks for; a job without it fails."""
    variables = job.variables.to_dict()
    return {"sum": variables["a"] + variables["b"]}


async def main() -> None:
    async with sdk.CamundaAsyncClient() as client:
        client.create_job_worker(
            config=sdk.WorkerConfig(job_type="sum", job_timeout_milliseconds=JOB_TIMEOUT_MS), callback=work
        )
        await client.run_workers()


asyncio.run(main())
