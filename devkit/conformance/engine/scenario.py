"""One scenario: its steps in order, against one engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from connector_sdk.clock import SystemClock
from devkit.conformance.engine.http import Answer, Request, json_request
from devkit.conformance.engine.matching import mismatch, pick, short
from devkit.conformance.engine.names import Names, milliseconds
from devkit.conformance.engine.probing import look
from devkit.conformance.engine.requests import request_of
from devkit.conformance.engine.target import Failed, Target
from devkit.conformance.engine.transcript import Entry, answer_entry, neutral

RETRY_SECONDS = 0.05
BACKGROUND_HEAD_START_SECONDS = 0.3
"""How long a request in the background gets before the next step: it has to be there first."""
JOIN_SECONDS = 60

Step = Mapping[str, Any]


def pause(seconds: float) -> None:
    """Let time pass; the engine under test is another process."""
    threading.Event().wait(seconds)


def eventually(attempt: Callable[[], Any], patience: float) -> Any:
    """Try until it succeeds or `patience` seconds are over; then what it raised last. Raises Failed."""
    clock = SystemClock()
    end = clock.monotonic() + patience
    while True:
        try:
            return attempt()
        except Failed:
            if clock.monotonic() >= end:
                raise
        pause(RETRY_SECONDS)


@dataclass(slots=True)
class _Background:
    step: Step
    request: Request
    answer: Future[Answer]


@dataclass(slots=True)
class Scenario:
    """A scenario and what it has met so far; `log` holds its answers as a transcript does."""

    spec: Mapping[str, Any]
    target: Target
    names: Names
    log: list[Entry] = field(default_factory=list)
    _background: dict[str, _Background] = field(default_factory=dict)

    def run(self) -> str | None:
        """None if every step was as expected, else what was not."""
        for number, step in enumerate(self.spec["steps"]):
            if "if" in step and not self.target.has(step["if"]):
                continue
            try:
                self._step(number, step)
            except (Failed, OSError, HTTPException, LookupError, TypeError, NotInTime) as error:
                kind = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
                return f"step {number} {short(step)}\n      {kind}{error}"
        return None

    def _step(self, number: int, step: Step) -> None:
        for name, kind in _STEPS.items():
            if name in step:
                kind(self, number, step)
                return
        self._request(number, step)

    def _request(self, number: int, step: Step) -> None:
        request = self._of(step)

        def attempt() -> Answer:
            answer = self.target.send(request)
            self._check(step, answer, request.status)
            return answer

        answer = eventually(attempt, self.target.patience if step.get("eventually") else 0)
        self._note(number, request, answer)
        self._save(step, answer)

    def _of(self, step: Step) -> Request:
        return request_of(step, self.names, self.spec.get("bpmn", {}))

    def _note(self, number: int, request: Request, answer: Answer) -> None:
        what = f"{request.method} {request.path}"
        self.log.append(answer_entry(self.spec["id"], number, what, answer, self.names.unique))

    def _save(self, step: Step, answer: Answer) -> None:
        for name, path in step.get("save", {}).items():
            self.names.captured[name] = pick(answer.body, path)
        if "create" in step and isinstance(answer.body, dict) and "processInstanceKey" in answer.body:
            self.names.captured.setdefault("pi", answer.body["processInstanceKey"])

    def _check(self, step: Step, answer: Answer, status: int | None) -> None:
        """Raises Failed if the answer is not what the step expects."""
        expect = {"status": status, **self.names.fill(step.get("expect", {}))}
        allowed = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
        if allowed != [None] and answer.status not in allowed:
            raise Failed(f"wanted status {expect['status']}, got {answer.status}: {short(answer.body)}")
        if "type" in expect and answer.type != expect["type"]:
            raise Failed(f"wanted content type {expect['type']}, got {answer.type}")
        want = expect.get("body", {})
        if isinstance(want, dict):
            want = {**want, **{name: expect[name] for name in ("title", "detail") if name in expect}}
        if "problem" in expect:
            want = {**want, **_problem(expect["problem"], answer)}
        bad = mismatch(want, answer.body) if want else None
        if bad is not None:
            raise Failed(bad)

    def _clock(self, number: int, step: Step) -> None:
        if self.target.clock is None:
            raise Failed("this step needs a clock")
        self.target.clock.advance(milliseconds(step["clock"]))
        pause(self.target.settle)

    def _wait(self, number: int, step: Step) -> None:
        """Time for the engine to do what it has accepted; none, if it does everything at once."""
        if self.target.settle:
            pause(milliseconds(step["wait"]) / 1000)

    def _job(self, number: int, step: Step) -> None:
        """Activate exactly one job of a type, waiting for it; captures <as>, <as>_el, <as>_pi."""
        body = {
            "type": self.names.fill(step["job"]),
            "maxJobsToActivate": 1,
            "timeout": 300_000,
            "worker": "w",
            "requestTimeout": -1,
            **self.names.fill(step.get("with", {})),
        }
        request = json_request("POST", "/jobs/activation", body)

        def attempt() -> Answer:
            answer = self.target.send(request)
            if answer.status == 200 and not answer.body["jobs"]:
                raise Failed(f"no job of type {body['type']}")
            return answer

        answer = eventually(attempt, self.target.patience)
        self._note(number, request, answer)
        if answer.status != 200:
            raise Failed(f"no job of type {body['type']}: {answer.status} {short(answer.body)}")
        self._take(step, answer.body["jobs"][0])

    def _take(self, step: Step, job: dict[str, Any]) -> None:
        name = step.get("as", "job")
        self.names.captured |= {
            name: job["jobKey"],
            f"{name}_el": job["elementInstanceKey"],
            f"{name}_pi": job["processInstanceKey"],
            **{saved: pick(job, path) for saved, path in step.get("save", {}).items()},
        }
        bad = mismatch(self.names.fill(step.get("is", {})), job)
        if "vars" in step and bad is None:
            bad = mismatch({"$exactly": self.names.fill(step["vars"])}, job["variables"], "$.variables")
        if bad is not None:
            raise Failed(bad)

    def _no_job(self, number: int, step: Step) -> None:
        pause(self.target.settle)
        body = {"type": self.names.fill(step["no_job"]), "maxJobsToActivate": 10, "timeout": 60_000}
        request = json_request("POST", "/jobs/activation", {**body, "requestTimeout": -1})
        answer = self.target.send(request)
        self._note(number, request, answer)
        if answer.status != 200 or answer.body != {"jobs": []}:
            raise Failed(f"wanted no job, got {answer.status} {short(answer.body)}")

    def _probe(self, number: int, step: Step) -> None:
        if self.target.probe is None:
            return
        probe = self.target.probe
        seen = eventually(lambda: look(probe, step, self.names), self.target.patience)
        entry = {"scenario": self.spec["id"], "step": number, "probe": step["probe"]}
        self.log.append({**entry, "body": neutral(seen, self.names.unique)})

    def _start(self, number: int, step: Step) -> None:
        inner = {name: value for name, value in step.items() if name not in ("background", "expect")}
        request = self._of(inner)
        executor = ThreadPoolExecutor(1)
        self._background[step["background"]] = _Background(inner, request, executor.submit(self.target.send, request))
        executor.shutdown(wait=False)
        pause(BACKGROUND_HEAD_START_SECONDS)

    def _join(self, number: int, step: Step) -> None:
        begun = self._background.pop(step["join"])
        answer = begun.answer.result(JOIN_SECONDS)
        self._check(step, answer, None)
        self._save({**begun.step, **step}, answer)
        self._note(number, begun.request, answer)

    def _together(self, number: int, step: Step) -> None:
        """One request several times at once; the jobs that come of it must all be different."""
        requests = [self._of(step["together"]) for _ in range(step["times"])]
        with ThreadPoolExecutor(len(requests)) as executor:
            answers = list(executor.map(self.target.send, requests))
        statuses = sorted(answer.status for answer in answers)
        if "statuses" in step and statuses != step["statuses"]:
            raise Failed(f"wanted {step['statuses']}, got {statuses}")
        if "jobs" in step:
            keys = [str(job["jobKey"]) for answer in answers for job in answer.body.get("jobs") or ()]
            if len(keys) != step["jobs"] or len(set(keys)) != len(keys):
                raise Failed(f"wanted {step['jobs']} jobs, got {len(keys)}, {len(set(keys))} of them different")

    def _distinct(self, number: int, step: Step) -> None:
        seen = [str(value) for value in self.names.fill(step["distinct"])]
        if len(set(seen)) != len(seen):
            raise Failed(f"not distinct: {seen}")

    def _same(self, number: int, step: Step) -> None:
        seen = [str(value) for value in self.names.fill(step["same"])]
        if len(set(seen)) != 1:
            raise Failed(f"not the same: {seen}")


def _problem(wanted: Any, answer: Answer) -> dict[str, Any]:
    """The body of a problem: a title, or [title, detail]. Raises Failed for an answer that is none."""
    if answer.type != "application/problem+json":
        raise Failed(f"wanted problem+json, got {answer.type}: {short(answer.body)}")
    title, *detail = wanted if isinstance(wanted, list) else [wanted]
    body = {"type": "about:blank", "title": title, "status": answer.status, "instance": "$str"}
    return {**body, **({"detail": detail[0]} if detail else {})}


_STEPS: Mapping[str, Callable[[Scenario, int, Step], None]] = {
    "clock": Scenario._clock,
    "wait": Scenario._wait,
    "job": Scenario._job,
    "no_job": Scenario._no_job,
    "probe": Scenario._probe,
    "together": Scenario._together,
    "join": Scenario._join,
    "distinct": Scenario._distinct,
    "same": Scenario._same,
    "background": Scenario._start,
}
"""Steps that are more than a request."""
