"""The samples with `sam local invoke`, where a container engine can run Lambda's image. (conftest.py asks for one.)"""

import json
import subprocess
from pathlib import Path

import pytest

from devkit.checkout import ROOT, tool
from devkit.testing.emulator import REGION

BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
VARIABLES = {"OutboundHttpJson": {"CONNECTORS_SECRETS": "environment"}}


@pytest.mark.timeout(600)
def test_sam_local_invoke_prints_the_same_outcome(tmp_path: Path) -> None:
    if not BUILT.exists():
        pytest.skip("nothing is built: make build")
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps(VARIABLES))

    ran = subprocess.run(  # noqa: S603
        [
            *(str(tool("sam") / "sam"), "local", "invoke", "OutboundHttpJson"),
            *("--template-file", str(BUILT), "--region", REGION),
            *("--event", str(ROOT / "events" / "http-json" / "missing-secret.json")),
            *("--env-vars", str(variables)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    [outcome] = json.loads(ran.stdout)["outcomes"]
    assert (outcome["command"], outcome["body"]["retries"]) == ("failure", 0)
    assert outcome["body"]["errorMessage"].startswith("Secret with name 'NOT_THERE' is not available")
