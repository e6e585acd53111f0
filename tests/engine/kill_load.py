"""Load on an engine that may be killed at any moment, and a record of everything that it acknowledged."""

import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

WORKERS = 3
ROUNDS = 20
"""How often each worker creates something in one life of the engine; it remembers only so many ended instances."""
TIMEOUT_SECONDS = 30
LONG_MS = 3_600_000


class Gone(Exception):
    """The engine was killed: whether it did the last request is not known."""


class Connection:
    """Requests over one kept connection."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._http = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_SECONDS)

    def post(self, path: str, body: Any, method: str = "POST") -> tuple[int, Any]:
        """Raises Gone."""
        try:
            self._http.request(method, f"/v2{path}", json.dumps(body), {"Content-Type": "application/json"})
            answer = self._http.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone from error
        return answer.status, json.loads(content) if content else None

    def close(self) -> None:
        self._http.close()


@dataclass
class Acknowledged:
    """What the engine said yes to, over all its lives."""

    created: dict[str, int] = field(default_factory=dict)
    """Process instance key → the number that it was created with."""
    published: list[int] = field(default_factory=list)
    """Numbers that were published as messages that start an instance."""
    named: dict[str, int] = field(default_factory=dict)
    """Process instance key → the number that was set at it later, as its variable `name`."""
    cancelled: list[str] = field(default_factory=list)
    """Process instance keys whose cancellation was answered with 204."""
    activated: set[str] = field(default_factory=set)
    """Jobs that were handed out, under a lock that outlasts the load."""
    offered_again: list[str] = field(default_factory=list)
    """Jobs that were handed out a second time while that lock lasts."""
    completed: dict[str, int] = field(default_factory=dict)
    """Job key → how often its completion was answered with 204."""
    offered_after: list[str] = field(default_factory=list)
    """Jobs that were handed out although their completion was acknowledged before."""
    unexpected: list[Any] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many commands were answered with yes."""
        parts = (self.created, self.published, self.named, self.cancelled, self.activated, self.completed)
        return sum(map(len, parts))


class Load:
    """Workers that create, publish and complete until the engine is gone."""

    def __init__(self, acknowledged: Acknowledged, first: int) -> None:
        self.acknowledged = acknowledged
        self._next = first
        self._lock = threading.Lock()

    def run(self, address: str) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._work, args=(address,)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        return threads

    @property
    def next_number(self) -> int:
        """A number that was not used yet."""
        with self._lock:
            self._next += 1
            return self._next

    def _work(self, address: str) -> None:
        connection = Connection(address)
        try:
            for _ in range(ROUNDS):
                self._create(connection)
                self._publish(connection)
                self._cancel(connection)
                self.complete_some(connection, 2)
            while True:
                self.complete_some(connection, 2)
        except Gone:
            connection.close()

    def _create(self, connection: Connection) -> None:
        number = self.next_number
        body = {"processDefinitionId": "Kill", "variables": {"number": number}}
        answer = self._expect(200, *connection.post("/process-instances", body))
        if answer is not None:
            self.acknowledged.created[answer["processInstanceKey"]] = number

    def _cancel(self, connection: Connection) -> None:
        """An instance without any other purpose: it gets a name, then it is cancelled."""
        answer = self._expect(200, *connection.post("/process-instances", {"processDefinitionId": "Cancelled"}))
        if answer is None:
            return
        key, number = answer["processInstanceKey"], self.next_number
        name = {"variables": {"name": number}}
        if self._expect(204, *connection.post(f"/element-instances/{key}/variables", name, "PUT")) is not None:
            self.acknowledged.named[key] = number
        if self._expect(204, *connection.post(f"/process-instances/{key}/cancellation", {})) is not None:
            self.acknowledged.cancelled.append(key)

    def _expect(self, wanted: int, status: int, answer: Any) -> Any:
        """The answer, not None, if its status is the one that is wanted."""
        if status == wanted:
            return answer or {}
        self.acknowledged.unexpected.append((status, answer))
        return None

    def _publish(self, connection: Connection) -> None:
        number = self.next_number
        body = {
            "name": "kill",
            "messageId": str(number),
            "timeToLive": LONG_MS,
            "variables": {"number": number},
        }
        if self._expect(200, *connection.post("/messages/publication", body)) is not None:
            self.acknowledged.published.append(number)

    def complete_some(self, connection: Connection, most: int) -> int:
        """Take jobs and complete them; how many there were."""
        body = {"type": "kill", "maxJobsToActivate": most, "timeout": LONG_MS, "requestTimeout": -1}
        answer = self._expect(200, *connection.post("/jobs/activation", body))
        jobs = [] if answer is None else answer["jobs"]
        keys = [job["jobKey"] for job in jobs]
        self.acknowledged.offered_again += [key for key in keys if key in self.acknowledged.activated]
        self.acknowledged.activated.update(keys)
        for key, job in zip(keys, jobs, strict=True):
            if key in self.acknowledged.completed:
                self.acknowledged.offered_after.append(key)
            done = {"variables": {"done": job["variables"]["number"]}}
            if self._expect(204, *connection.post(f"/jobs/{key}/completion", done)) is not None:
                self.acknowledged.completed[key] = self.acknowledged.completed.get(key, 0) + 1
        return len(jobs)
