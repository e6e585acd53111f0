"""A worker of pyzeebe that calls what the job names: `pyzeebe_worker.py ENGINE JOBS TYPE…`; 0 jobs: its defaults."""

import asyncio
import json
import sys
from importlib import import_module

import httpx

pyzeebe = import_module("pyzeebe")
JOB_TIMEOUT_MS = 120_000


async def main(engine: str, jobs: int, types: list[str]) -> None:
    limits = {"max_jobs_to_activate": jobs, "max_running_jobs": jobs} if jobs else {}
    worker = pyzeebe.ZeebeWorker(pyzeebe.create_insecure_channel(grpc_address=engine.removeprefix("http://")))
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:

        async def call(method: str, url: str) -> dict[str, object]:
            body = json.loads((await client.request(method, url)).content)
            return {"value": len(body["items"]) if "items" in body else body.get("value")}

        for job_type in types:
            worker.task(task_type=job_type, timeout_ms=JOB_TIMEOUT_MS, **limits)(call)
        await worker.work()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
