"""Writes the files of a new connector, webhook or poll. Their texts are beside this module, as `<kind>/<file>.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from pathlib import Path

from connector_sdk.errors import SdkError
from devkit.generate.catalogue import catalogue, public_name
from devkit.generate.join import filled

TEXTS = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")
LONGEST_NAME = 40
"""Of 64 characters that AWS has for the name of a function, STACK-NAME, and of a schedule, STACK-NAME-each-minute: the
stack has 23 or 11 of its own."""
OWN_TYPES = "io.serverless-connectors"
"""What types begin with that Camunda has no connector for."""
OUTBOUND, POLLING = "outbound", "polling"


def _function(side: str) -> Mapping[str, str]:
    """What every function has, on the side of its kind: outbound or inbound."""
    folder = f"functions/{side}/@folder@"
    return {
        "__init__.py": f"{folder}/__init__.py",
        "app.py": f"{folder}/app.py",
        "model.py": f"{folder}/model.py",
        "function.yaml": f"{folder}/function.yaml",
        "../icon.svg": f"{folder}/icon.svg",
        "test.py": f"tests/{side}/test_@folder@.py",
    }


FOLDERS: Mapping[str, Mapping[str, str]] = {
    OUTBOUND: {
        **_function(OUTBOUND),
        "found.json": "events/@public@/found.json",
        "expected.yaml": "events/@public@/expected.yaml",
        "bad_input.py": "tests/connectors/bad_input/@folder@.py",
    },
    "webhook": {
        **_function("inbound"),
        "unknown-path.json": "events/@public@/unknown-path.json",
        "expected.yaml": "events/@public@/expected.yaml",
    },
    POLLING: {**_function("inbound"), "bad_input.py": "tests/connectors/bad_input/@folder@.py"},
}
"""By kind: a text, and where it goes."""
INBOUND_KINDS = tuple(kind for kind in FOLDERS if kind != OUTBOUND)


class Refused(SdkError):
    """Nothing was written; the message says why and what to do."""


def scaffold(root: Path, kind: str, name: str, type_: str | None = None) -> Sequence[Path]:
    """Write the files of a function `name` (such as `my-crm`) of a kind in FOLDERS; returns their paths under `root`.

    Raises Refused for a name or type that cannot be used or is taken, and if one of the files is there already.
    """
    if not NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name for a function: they are lower-case letters, digits and dashes, as my-crm")
    folder = "_".join((*name.split("-"), *([POLLING] if kind == POLLING else [])))
    public = public_name(OUTBOUND if kind == OUTBOUND else "inbound", folder)
    type_ = type_ or f"{OWN_TYPES}:{public}:1"
    _refuse_unusable(folder, public, type_)
    _refuse_taken(root, kind, public, type_)
    places = {
        "name": name,
        "public": public,
        "folder": folder,
        "Class": "".join(word.capitalize() for word in name.split("-")),
        "title": " ".join(word.capitalize() for word in name.split("-")),
        "type": type_,
    }
    files = {Path(filled(to, places, to)): TEXTS / kind / f"{text}.txt" for text, to in FOLDERS[kind].items()}
    if there := [str(path) for path in files if (root / path).exists()]:
        raise Refused(f"{', '.join(there)} is there already: move it away, or choose another name")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        content = filled(text.read_text(encoding="utf-8"), places, text.name)
        (root / path).write_text(content + "\n", encoding="utf-8")
    return tuple(files)


def _refuse_unusable(folder: str, public: str, type_: str) -> None:
    if iskeyword(folder):
        raise Refused(f"{folder!r} is a word of Python's, and no folder of code can be called so: choose another name")
    if len(public) > LONGEST_NAME:
        raise Refused(f"{public} has {len(public)} characters, and {LONGEST_NAME} is the most: choose a shorter name")
    if not TYPE.fullmatch(type_):
        raise Refused(f"{type_!r} is no type: they are letters, digits and . _ : / -, such as io.acme:my-crm:1")


def _refuse_taken(root: Path, kind: str, public: str, type_: str) -> None:
    there = catalogue(root)
    if any(one.name == public for one in there):
        raise Refused(f"there is a function {public} already: choose another name")
    for one in there:
        if one.does_jobs == (kind == OUTBOUND) and type_ in one.served:
            raise Refused(f"{one.name} serves {type_} already: choose another type")
