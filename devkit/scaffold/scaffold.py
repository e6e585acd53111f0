"""Writes the files of a new connector, webhook or poll. Their texts are beside this module, as `<kind>/<file>.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from connector_sdk.errors import SdkError
from devkit.generate.catalogue import catalogue, public_name
from devkit.generate.join import filled

TEXTS = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
OWN_TYPES = "io.serverless-connectors"
"""What types begin with that Camunda has no connector for."""
OUTBOUND, POLLING = "outbound", "polling"
_INBOUND = {
    "__init__.py": "functions/inbound/@folder@/__init__.py",
    "app.py": "functions/inbound/@folder@/app.py",
    "model.py": "functions/inbound/@folder@/model.py",
    "function.yaml": "functions/inbound/@folder@/function.yaml",
    "../icon.svg": "functions/inbound/@folder@/icon.svg",
    "test.py": "tests/inbound/test_@folder@.py",
}
FOLDERS: Mapping[str, Mapping[str, str]] = {
    OUTBOUND: {
        "__init__.py": "functions/outbound/@folder@/__init__.py",
        "app.py": "functions/outbound/@folder@/app.py",
        "model.py": "functions/outbound/@folder@/model.py",
        "function.yaml": "functions/outbound/@folder@/function.yaml",
        "../icon.svg": "functions/outbound/@folder@/icon.svg",
        "found.json": "events/@public@/found.json",
        "expected.yaml": "events/@public@/expected.yaml",
        "test.py": "tests/outbound/test_@folder@.py",
        "bad_input.py": "tests/connectors/bad_input/@folder@.py",
    },
    "webhook": {
        **_INBOUND,
        "unknown-path.json": "events/@public@/unknown-path.json",
        "expected.yaml": "events/@public@/expected.yaml",
    },
    "polling": {**_INBOUND, "bad_input.py": "tests/connectors/bad_input/@folder@.py"},
}
"""By kind: a text, and where it goes."""
INBOUND_KINDS = tuple(kind for kind in FOLDERS if kind != OUTBOUND)


class Refused(SdkError):
    """Nothing was written; the message says why and what to do."""


def scaffold(root: Path, kind: str, name: str, type_: str | None = None) -> Sequence[Path]:
    """Write the files of a function `name` (such as `my-crm`) of a kind in FOLDERS; returns their paths under `root`.

    Raises Refused for a name that cannot be used or is taken, and if one of the files is there already.
    """
    if not NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name for a function: they are lower-case letters, digits and dashes, as my-crm")
    folder = "_".join((*name.split("-"), *([POLLING] if kind == POLLING else [])))
    public = public_name(OUTBOUND if kind == OUTBOUND else "inbound", folder)
    if any(one.name == public for one in catalogue(root)):
        raise Refused(f"there is a function {public} already: choose another name")
    places = {
        "name": name,
        "public": public,
        "folder": folder,
        "Class": "".join(word.capitalize() for word in name.split("-")),
        "title": " ".join(word.capitalize() for word in name.split("-")),
        "type": type_ or f"{OWN_TYPES}:{public}:1",
    }
    files = {Path(filled(to, places, to)): TEXTS / kind / f"{text}.txt" for text, to in FOLDERS[kind].items()}
    if there := [str(path) for path in files if (root / path).exists()]:
        raise Refused(f"{', '.join(there)} is there already: move it away, or choose another name")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        content = filled(text.read_text(encoding="utf-8"), places, text.name)
        (root / path).write_text(content + "\n", encoding="utf-8")
    return tuple(files)
