"""An engine for tests of the poller: it hands out given jobs, notes every request, and refuses when it is told to."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT_SECONDS = 20
PROBLEM = {"title": "SCRIPTED", "detail": "as told"}
PAGE = "<html>default backend</html>"
TOPOLOGY = b'{"gatewayVersion": "8.8.0"}'


class ScriptedEngine:
    """A server on loopback, on a free port if none is given; `requests` holds (method, path, body) as they arrived."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.closed = False
        self.longest = sys.maxsize
        """Requests that are longer get no answer, and their connection is cut."""
        self.again = False
        """Whether a job that fails with retries left is offered again, at once."""
        self.behind_a_gateway = False
        """Whether refusals come from what stands before it: they are pages for people, and no problem details."""
        self.taken: list[tuple[str, str]] = []
        """(job key, command) of each command that was not refused."""
        self._offered: dict[str, dict[str, Any]] = {}
        self._jobs: dict[str, deque[dict[str, Any]]] = {}
        self._refusals: dict[str, deque[int]] = {}
        self._keys = iter(range(1, 1_000_000))
        self._changed = threading.Condition()
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                pass

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                if length > engine.longest:
                    self.close_connection = True
                    return
                content = self.rfile.read(length)
                status, answer = engine.answer(self.command, self.path, json.loads(content))
                body = b"" if answer is None else (answer if answer == PAGE else json.dumps(answer)).encode()
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PATCH = do_POST

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(TOPOLOGY)))
                self.end_headers()
                self.wfile.write(TOPOLOGY)

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

        self._server = Server(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        """Answer open and later polls at once."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def stop(self) -> None:
        self.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(WAIT_SECONDS)

    def add(self, job_type: str, count: int = 1, **fields: Any) -> list[str]:
        """Put jobs on offer; returns their keys."""
        with self._changed:
            jobs = [{"key": next(self._keys), "type": job_type, "retries": 3, **fields} for _ in range(count)]
            self._jobs.setdefault(job_type, deque()).extend(jobs)
            self._changed.notify_all()
        return [str(job["key"]) for job in jobs]

    def offer_again(self, job_type: str, key: str) -> None:
        """Hand out a job once more, as an engine does when its lock has run out."""
        with self._changed:
            self._jobs[job_type].append(self._offered[key])
            self._changed.notify_all()

    def refuse(self, last_segment: str, *statuses: int) -> None:
        """Answer the next requests to a path that ends so with these statuses."""
        with self._changed:
            self._refusals[last_segment] = deque(statuses)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any] | str | None]:
        with self._changed:
            self.requests.append((method, path, body))
            self._changed.notify_all()
            refusals = self._refusals.get(path.rpartition("/")[2])
            if refusals:
                return refusals.popleft(), PAGE if self.behind_a_gateway else PROBLEM
            if path != "/v2/jobs/activation":
                self._take(path, body)
                return 204, None
            offered = self._jobs.setdefault(body["type"], deque())
            self._changed.wait_for(lambda: offered or self.closed, body["requestTimeout"] / 1000)
            count = min(len(offered), body["maxJobsToActivate"])
            jobs = [offered.popleft() for _ in range(count)]
            self._offered |= {str(job["key"]): job for job in jobs}
            return 200, {"jobs": jobs}

    def _take(self, path: str, body: dict[str, Any]) -> None:
        key, command = path.split("/")[3], path.split("/")[-1]
        self.taken.append((key, command))
        if self.again and command == "failure" and body["retries"] > 0:
            job = self._offered[key] | {"retries": body["retries"]}
            self._jobs[job["type"]].append(job)

    def completions(self) -> Counter[str]:
        """By job key, how many completions were taken."""
        with self._changed:
            return Counter(key for key, command in self.taken if command == "completion")

    def commands(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(job key, command, body) of each command; `PATCH` for updates."""
        with self._changed:
            return [
                (path.split("/")[3], path.split("/")[4] if method == "POST" else method, body)
                for method, path, body in self.requests
                if path != "/v2/jobs/activation"
            ]

    def activations(self) -> list[dict[str, Any]]:
        """The bodies of the requests for jobs."""
        with self._changed:
            return [body for _, path, body in self.requests if path == "/v2/jobs/activation"]

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on what was requested holds; fails the test when it takes too long."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_SECONDS), self.requests
