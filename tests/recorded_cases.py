"""Where the answers that real systems gave are looked for, and which of them the ordinary run takes."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.settings import environment
from devkit.conformance import json_lines

ROOT = Path(__file__).resolve().parents[1]
PLACES = (
    ROOT / "tests/recorded",
    Path(environment().get("CONFORMANCE_DIR") or "/nowhere"),
    ROOT.parent / "shared/conformance",
)


def recorded_file(*names: str) -> Path | None:
    """The first of these files (`jobs/cases.jsonl.gz`) that is in any of the places; None if none is."""
    return next((file for name in names for place in PLACES if (file := place / name).is_file()), None)


def recorded(*names: str) -> list[dict[str, Any]]:
    """The cases of the first of these files that is there; skips the test if none is."""
    file = recorded_file(*names)
    if file is None:
        pytest.skip(f"there is no {' or '.join(names)} in tests/recorded or CONFORMANCE_DIR")
    return list(json_lines.read(file))


def is_sampled(case: Mapping[str, Any], one_in: int = 10) -> bool:
    """Whether the ordinary run takes this case: the same ones every time, whatever else there is."""
    return int(sha256(case["id"].encode()).hexdigest(), 16) % one_in == 0
