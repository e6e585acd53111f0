"""FEEL is importable alone, and does not load what most expressions never need."""

import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).resolve().parents[2] / "layers" / "sdk"
PROGRAM = f"""
import sys
sys.path.insert(0, {str(LAYER)!r})
from connector_sdk.feel import evaluate
assert evaluate("if a > 1 then string(a) else null", {{"a": 2}}).value == "2"
print(*sorted(sys.modules))
"""


def test_feel_loads_alone_and_without_what_takes_long() -> None:
    # -S: no packages beside the standard library.
    command = [sys.executable, "-I", "-S", "-c", PROGRAM]
    run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    loaded = set(run.stdout.split())
    ours = {name for name in loaded if name.startswith("connector_sdk.")}
    assert {name for name in ours if not name.startswith("connector_sdk.feel")} == set()
    assert loaded.isdisjoint({"typing", "dataclasses", "json", "datetime", "zoneinfo", "uuid", "random", "inspect"})
    assert "connector_sdk.feel.patterns" not in ours
