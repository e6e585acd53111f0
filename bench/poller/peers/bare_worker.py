"""A worker that completes jobs and does nothing else, on the standard library alone: `bare_worker.py ENGINE TYPE`."""

import json
import socket
import sys
import threading
from http.client import HTTPConnection
from queue import SimpleQueue
from urllib.parse import urlsplit

THREADS = 16
BATCH = 64
ACTIVATION = {"maxJobsToActivate": BATCH, "timeout": 120_000, "worker": "bare", "requestTimeout": 10_000}


class Commands:
    """One kept connection."""

    def __init__(self, engine: str) -> None:
        place = urlsplit(engine)
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: object) -> bytes:
        self._connection.request("POST", f"/v2{path}", json.dumps(body), {"Content-Type": "application/json"})
        return self._connection.getresponse().read()


def complete(engine: str, keys: SimpleQueue[str]) -> None:
    commands = Commands(engine)
    while True:
        commands.post(f"/jobs/{keys.get()}/completion", {"variables": {"value": 42}})


def main(engine: str, job_type: str) -> None:
    keys: SimpleQueue[str] = SimpleQueue()
    for _ in range(THREADS):
        threading.Thread(target=complete, args=(engine, keys), daemon=True).start()
    commands = Commands(engine)
    while True:
        for job in json.loads(commands.post("/jobs/activation", {**ACTIVATION, "type": job_type})).get("jobs", ()):
            keys.put(job["jobKey"] if "jobKey" in job else job["key"])


main(sys.argv[1], sys.argv[2])
