"""A worker of Camunda's Python SDK that calls what the job names: `sdk_worker.py ENGINE JOBS TYPE…`; 0: its defaults.

The SDK refuses jobs of engines older than 8.10, of which some have numbers for keys and all lack members that it
wants: their answers are put right on their way.
"""

import asyncio
import json
import sys
from importlib import import_module
from typing import Any

import httpx

sdk = import_module("camunda_orchestration_sdk")
JOB_TIMEOUT_MS = 120_000
KEYS = ("processInstanceKey", "processDefinitionKey", "elementInstanceKey")
LATER: dict[str, Any] = {
    "physicalTenantId": "default",
    "kind": "BPMN_ELEMENT",
    "listenerEventType": "UNSPECIFIED",
    "tags": [],
    "userTask": None,
    "rootProcessInstanceKey": None,
    "businessId": None,
    "priority": 0,
}
"""What engines before 8.10 do not send."""


class AsLaterEngines(httpx.AsyncHTTPTransport):
    """Makes activated jobs what the SDK expects."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if not request.url.path.endswith("/jobs/activation") or response.status_code != 200:
            return response
        content = await response.aread()
        jobs = [_later(job) for job in json.loads(content)["jobs"]]
        return httpx.Response(200, json={"jobs": jobs}, request=request)


def _later(job: dict[str, Any]) -> dict[str, Any]:
    texts = {name: str(job[name]) for name in KEYS}
    return {**LATER, **job, **texts, "jobKey": str(job["jobKey"] if "jobKey" in job else job["key"])}


async def main(engine: str, jobs: int, types: list[str]) -> None:
    limits = {"max_concurrent_jobs": jobs} if jobs else {}
    configuration = {"CAMUNDA_REST_ADDRESS": engine, "CAMUNDA_AUTH_STRATEGY": "NONE"}
    async with (
        httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as http,
        sdk.CamundaAsyncClient(configuration, httpx_args={"transport": AsLaterEngines()}) as client,
    ):

        async def call(job: Any) -> dict[str, object]:
            variables = job.variables.to_dict()
            body = json.loads((await http.request(variables["method"], variables["url"])).content)
            return {"value": len(body["items"]) if "items" in body else body.get("value")}

        for job_type in types:
            config = sdk.WorkerConfig(job_type=job_type, job_timeout_milliseconds=JOB_TIMEOUT_MS, **limits)
            client.create_job_worker(config=config, callback=call)
        await client.run_workers()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
