"""Camunda's own OpenAPI specification of the REST API, as a judge of answers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

SPECIFICATION = Path(".cache/openapi/bundled_spec.yaml")
"""Where `make api` puts the specification of the Python SDK's source archive."""
UNDOCUMENTED = {
    "POST /process-instances 404": "no such definition: Zeebe answers 404",
    "POST /messages/publication 409": "the message id is taken: Zeebe answers 409",
    "PUT /element-instances/{elementInstanceKey}/variables 404": "no such element: Zeebe answers 404",
    "POST /resources/{resourceKey}/deletion 204": "200 with a body since 8.9; 204 as recorded",
    "POST /deployments 413": "too large; Spring's answer",
    "POST /documents 409": "the document id is taken",
    "GET /documents/{documentId} 400": "another store, or another hash",
    "DELETE /documents/{documentId} 400": "another store",
}
"""Statuses of operations that the specification does not know, with the reason."""
_VALUE = re.compile(r"^.*?(?= (?:is|does) not )|^.*(?= is longer)")


def content(path: Path = SPECIFICATION) -> dict[str, Any]:
    """The specification, in which `oneOf` of kinds of keys is `anyOf`: all kinds of keys look alike."""
    loaded = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    whole: dict[str, Any] = _with_keys_alike(loaded)
    return whole


def _with_keys_alike(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_keys_alike(item) for item in node]
    if not isinstance(node, dict):
        return node
    kinds = [str(kind.get("$ref", "")) for kind in node.get("oneOf", ()) if isinstance(kind, dict)]
    alike = bool(kinds) and all(kind.endswith("Key") for kind in kinds)
    return {"anyOf" if alike and name == "oneOf" else name: _with_keys_alike(value) for name, value in node.items()}


class Specification:
    """The operations, with a compiled schema for each answer."""

    def __init__(self, path: Path = SPECIFICATION) -> None:
        self._content = content(path)
        self._rs: Any = pytest.importorskip("jsonschema_rs")
        self._root = _json_schema(self._content["components"])
        self._validators: dict[tuple[str, str, int], Any] = {}
        self._paths: dict[tuple[str, ...], str] = {
            tuple(path.strip("/").split("/")): path for path in self._content["paths"]
        }

    def path(self, method: str, target: str) -> str | None:
        """The path of the operation that a request is for, as the specification writes it."""
        parts = tuple(urlsplit(target).path.strip("/").split("/"))
        fitting = [known for known in self._paths if len(known) == len(parts) and all(map(_fits, known, parts))]
        for known in sorted(fitting, key=lambda known: sum(part.startswith("{") for part in known)):
            if method.lower() in self._content["paths"][self._paths[known]]:
                return self._paths[known]
        return None

    def faults(self, method: str, target: str, status: int, media_type: str, body: Any) -> Iterator[str]:
        """What an answer has that the specification does not, or the other way round."""
        path = self.path(method, target)
        if path is None:
            yield f"{method} {urlsplit(target).path}: no such operation"
            return
        where = f"{method} {path} {status}"
        answer = self._content["paths"][path][method.lower()]["responses"].get(str(status))
        if answer is None:
            yield f"{where}: undocumented status"
            return
        answer = self._resolved(answer)
        content = answer.get("content", {})
        if not content:
            if body is not None:
                yield f"{where}: a body where none is documented"
            return
        if media_type not in content:
            yield f"{where}: undocumented media type {media_type!r}"
            return
        if not media_type.endswith("json"):
            return
        for error in self._validator(path, method, status, content[media_type]["schema"]).iter_errors(body):
            place = "/".join("*" if isinstance(step, int) else str(step) for step in error.instance_path)
            yield f"{where}: {place}: {_VALUE.sub('…', error.message)}"

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found = self._content
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _validator(self, path: str, method: str, status: int, schema: Any) -> Any:
        key = (path, method, status)
        if key not in self._validators:
            whole = {"allOf": [_json_schema(schema)], "components": self._root}
            self._validators[key] = self._rs.Draft202012Validator(whole)
        return self._validators[key]


def _fits(known: str, part: str) -> bool:
    return known.startswith("{") or known == part


def _json_schema(node: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema: `nullable` is a type of its own there."""
    if isinstance(node, list):
        return [_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _json_schema(value) for name, value in node.items() if name not in ("nullable", "example", "xml")}
    if node.get("nullable") is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema
