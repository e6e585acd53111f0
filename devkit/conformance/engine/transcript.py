"""The recorded answers: keys, times and names of a run made neutral, and what differs from them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from devkit.conformance.engine.http import Answer

Entry = dict[str, Any]

FIRST_LARGE_KEY = 2**51
_VOLATILE = {"deadline": "<ms>", "timestamp": "<time>", "clusterId": "<id>"}
_KEY = re.compile(r"\b(225179981\d{7}|\d{16})\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)(\[[\w/]+\])?")
_JAVA = re.compile(r"(java|io)\.[\w.]+Exception$")
_LEFT_OPEN = ("$.gatewayVersion",)
_LEFT_OPEN_ENDS = (".version", ".host", ".port", ".health")


def read_transcript(path: Path) -> dict[tuple[str, int], Entry]:
    """The recorded answers by scenario and number of the step."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    return {(entry["scenario"], entry["step"]): entry for entry in entries}


def write_transcript(path: Path, entries: Iterable[Entry]) -> None:
    """Write answers as a transcript; the same answers give the same bytes."""
    text = "".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n" for entry in entries)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        packed.write(text.encode())


def neutral(value: Any, unique: str, name: str = "") -> Any:
    """A value with keys, times and this run's names replaced by placeholders."""
    if isinstance(value, dict):
        return {key: neutral(inner, unique, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [neutral(inner, unique, name) for inner in value]
    if name in _VOLATILE and value is not None:
        return _VOLATILE[name]
    return _neutral_scalar(value, unique, name)


def _neutral_scalar(value: Any, unique: str, name: str) -> Any:
    if name.endswith("Key") and name != "correlationKey" and str(value).lstrip("-").isdigit():
        return "<key>" if int(value) > 0 else f"<key {value}>"
    if isinstance(value, int) and not isinstance(value, bool) and value >= FIRST_LARGE_KEY:
        return "<key>"
    if isinstance(value, str):
        return _TIME.sub("<time>", _KEY.sub("<key>", value.replace(unique, "~")))
    return value


def answer_entry(scenario: str, step: int, request: str, answer: Answer, unique: str) -> Entry:
    """An answer as the transcript holds it."""
    entry: Entry = {
        "scenario": scenario,
        "step": step,
        "request": neutral(request, unique),
        "status": answer.status,
        "type": answer.type,
        "body": neutral(answer.body, unique),
    }
    shortened: Entry = json.loads(re.sub(r"x{100,}", "<many x>", json.dumps(entry)))
    return shortened


def asks_for_part(step: Mapping[str, Any]) -> bool:
    """Whether the scenario itself asks for only a part of the detail, or allows several statuses."""
    expect = step.get("expect", {})
    problem, body = expect.get("problem"), expect.get("body")
    texts = list(problem[1:]) if isinstance(problem, list) else []
    texts += [body.get("detail", "") if isinstance(body, dict) else "", expect.get("detail", "")]
    return any(str(text).startswith("$") for text in texts) or isinstance(expect.get("status"), list)


def difference(gold: Entry, now: Entry, *, strict: bool = False, part: bool = False) -> str | None:
    """What differs from the recorded answer, beyond what later versions are known to do otherwise."""
    statuses = {gold["status"]} | ({429, 503} if gold["status"] in (429, 503) else set())
    if part and gold["status"] >= 400 and now["status"] >= 400:
        statuses.add(now["status"])  # the scenario's own list has judged it
    if now["status"] not in statuses:
        return f"status {gold['status']} -> {now['status']} ({json.dumps(now.get('body'))[:200]})"
    body = gold.get("body")
    if gold["status"] >= 400 and (isinstance(body, str) or (isinstance(body, dict) and "timestamp" in body)):
        return None  # unknown path, method or media type: Spring's own shape, or HTML
    if gold["type"] != now["type"]:
        return f"content type {gold['type']} -> {now['type']}"
    return _Comparison(strict, part).compare(body, now.get("body"), "$")


class _Comparison:
    def __init__(self, strict: bool, part: bool) -> None:
        self.strict = strict
        self.part = part

    def compare(self, gold: Any, now: Any, at: str) -> str | None:
        if isinstance(gold, dict) and isinstance(now, dict):
            return self.objects(gold, now, at)
        if isinstance(gold, list) and isinstance(now, list):
            return self.lists(gold, now, at)
        if at in _LEFT_OPEN or at.endswith(_LEFT_OPEN_ENDS) or gold == now:
            return None
        return f"{at}: {json.dumps(gold)[:160]} -> {json.dumps(now)[:160]}"

    def objects(self, gold: Mapping[str, Any], now: Mapping[str, Any], at: str) -> str | None:
        """Properties that only newer versions have are allowed."""
        java = _JAVA.match(str(gold.get("title")))
        for name, value in gold.items():
            if name in ("title", "detail") and java:
                continue  # 8.6.0 shows a Java class name there
            if name == "status" and self.part and "title" in gold:
                continue  # the scenario's own list has judged it
            if name == "detail" and self.leaves_open(str(value)):
                if not isinstance(now.get(name), str):
                    return f"{at}.detail missing"
                continue
            if name not in now:
                return f"{at}.{name} missing"
            bad = self.compare(value, now[name], f"{at}.{name}")
            if bad is not None:
                return bad
        return None

    def leaves_open(self, detail: str) -> bool:
        """Only the engine's own rejections are compared word for word."""
        return not self.strict and (self.part or not detail.startswith("Command '"))

    def lists(self, gold: list[Any], now: list[Any], at: str) -> str | None:
        if len(gold) != len(now):
            return f"{at}: {len(gold)} -> {len(now)} items"
        if at == "$.deployments":  # in no particular order
            gold, now = (sorted(side, key=lambda item: json.dumps(item, sort_keys=True)) for side in (gold, now))
        pairs = enumerate(zip(gold, now, strict=True))
        return next((bad for place, (g, n) in pairs if (bad := self.compare(g, n, f"{at}[{place}]"))), None)
