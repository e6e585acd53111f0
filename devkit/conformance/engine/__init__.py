"""Scenarios for process engines: steps over the REST API v2, with what a real engine answered to each.

    python -m devkit.conformance.engine --base http://127.0.0.1:8080/v2 --clock v2 --probe v2 \\
        --golden tests/recorded/engine/transcript.jsonl.gz tests/recorded/engine/scenarios

The format of scenarios is described in `tests/recorded/engine/README.md`.
"""
