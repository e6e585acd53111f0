"""A small client for tests of the engine: the REST API and nothing else, with an engine whose clock stands still."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from devkit.conformance.engine.bpmn import bpmn
from devkit.conformance.engine.http import Answer, Request, json_request, multipart, send
from devkit.engine import server


@dataclass
class Driver:
    """Requests to one running engine; whatever is not expected fails the test."""

    running: server.RunningEngine
    now_ms: int = 1_800_000_000_000

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        base = f"{self.running.address}/v2"
        return send(base, Request(method, path) if body is None else json_request(method, path, body))

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.request("POST", path, body)
        assert answer.status == status, answer
        return answer.body

    def deploy_files(self, **files: str) -> Answer:
        """Files by name, `__` for a dot."""
        parts = [{"part": "resources", "file": name.replace("__", "."), "data": data} for name, data in files.items()]
        body, media_type = multipart(parts)
        headers = {"Content-Type": media_type}
        return send(f"{self.running.address}/v2", Request("POST", "/deployments", body, headers))

    def deploy(self, process_id: str, nodes: str, **more: str) -> dict[str, Any]:
        """Deploy a process described by nodes in YAML, and others with it; the first one's definition."""
        processes = {process_id: nodes, **more}
        files = {f"{name}__bpmn": bpmn({"id": name, "nodes": yaml.safe_load(text)}) for name, text in processes.items()}
        answer = self.deploy_files(**files)
        assert answer.status == 200, answer
        definition: dict[str, Any] = answer.body["deployments"][0]["processDefinition"]
        return definition

    def refused(self, nodes: str) -> str:
        """Why a process cannot be deployed."""
        answer = self.deploy_files(P__bpmn=bpmn({"id": "P", "nodes": yaml.safe_load(nodes)}))
        assert (answer.status, answer.body["title"]) == (400, "INVALID_ARGUMENT"), answer
        detail: str = answer.body["detail"]
        return detail

    def create(self, process_id: str, **variables: Any) -> str:
        body = {"processDefinitionId": process_id, "variables": variables}
        key: str = self.post("/process-instances", body)["processInstanceKey"]
        return key

    def result(self, process_id: str, **variables: Any) -> Any:
        """Run an instance to its end; its variables."""
        body = {"processDefinitionId": process_id, "variables": variables, "awaitCompletion": True}
        return self.post("/process-instances", body)["variables"]

    def jobs(self, job_type: str, **more: Any) -> list[dict[str, Any]]:
        body = {"type": job_type, "maxJobsToActivate": 10, "timeout": 60_000, "requestTimeout": -1, **more}
        found: list[dict[str, Any]] = self.post("/jobs/activation", body)["jobs"]
        return found

    def job(self, job_type: str) -> dict[str, Any]:
        (job,) = self.jobs(job_type)
        return job

    def complete(self, job_type: str, **variables: Any) -> dict[str, Any]:
        """Do the only job of a type; as it was handed out."""
        job = self.job(job_type)
        self.post(f"/jobs/{job['jobKey']}/completion", {"variables": variables}, 204)
        return job

    def publish(self, name: str, key: str = "", ttl: int = 0, **variables: Any) -> None:
        body = {"name": name, "correlationKey": key, "timeToLive": ttl, "variables": variables}
        self.post("/messages/publication", body)

    def search(self, resource: str, **wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.post(f"/{resource}/search", {"filter": wanted})["items"]
        return found

    def state(self, instance: str) -> str:
        (found,) = self.search("process-instances", processInstanceKey=instance)
        state: str = found["state"]
        return state

    def states(self, instance: str) -> dict[str, str]:
        """The states of an instance's elements by id."""
        found = self.search("element-instances", processInstanceKey=instance)
        return {item["elementId"]: item["state"] for item in found}

    def variables(self, instance: str) -> dict[str, Any]:
        """The variables at the process instance."""
        found = self.search("variables", scopeKey=instance)
        return {item["name"]: json.loads(item["value"]) for item in found}

    def incident(self, instance: str) -> dict[str, Any]:
        (found,) = self.search("incidents", processInstanceKey=instance, state="ACTIVE")
        return found

    def pass_time(self, milliseconds: int) -> None:
        self.now_ms += milliseconds
        answer = self.request("PUT", "/clock", {"timestamp": self.now_ms})
        assert answer.status == 204, answer
