"""One request at a time over a connection of its own, so that the runner shares nothing with the kit's client."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

BOUNDARY = "scenario-boundary-7f3a"
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """What a step sends; `status` is what it expects unless it says so itself."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `type` is the media type without parameters, `body` JSON if it can be read as such."""

    status: int
    type: str
    body: Any


def send(base: str, request: Request) -> Answer:
    """Send a request to an engine whose API is at `base`. Raises OSError and HTTPException."""
    url = urlsplit(base)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest(request.method, url.path + request.path)
        for name, value in (request.headers or {}).items():
            connection.putheader(name, value)
        if request.body is not None or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body or b"")))
        connection.endheaders(request.body)
        response = connection.getresponse()
        raw = response.read()
        media_type = (response.getheader("Content-Type") or "").split(";")[0]
        return Answer(response.status, media_type, _job_keys(request.path, _read(raw)))
    finally:
        connection.close()


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


def _job_keys(path: str, body: Any) -> Any:
    """8.6.0 calls an activated job's key `key`, later versions `jobKey`."""
    if path == "/jobs/activation" and isinstance(body, dict):
        for job in body.get("jobs") or ():
            if "jobKey" not in job and "key" in job:
                job["jobKey"] = job.pop("key")
    return body


def json_request(method: str, path: str, body: Any, status: int | None = None) -> Request:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request(method, path, json.dumps(body).encode(), headers, status)


def multipart(parts: Iterable[Mapping[str, str | None]]) -> tuple[bytes, str]:
    """A multipart body and its media type. Parts: `part` (its name), `data`, and for files `file` (its name)."""
    out = b""
    for part in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part["part"]}"'
        if part.get("file") is not None:
            head += f'; filename="{part["file"]}"\r\nContent-Type: application/octet-stream'
        out += head.encode() + b"\r\n\r\n" + (part["data"] or "").encode() + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"
