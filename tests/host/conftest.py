"""A function that does what its event says, hosted as Lambda would."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devkit.host import FunctionHost, HostedFunction


def container_engine() -> bool:
    """Whether `docker` is there and has a daemon to talk to."""
    docker = shutil.which("docker")
    return docker is not None and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode  # noqa: S603


collect_ignore = [] if container_engine() else ["test_sam_local.py"]

SAMPLE = """
import os, sys, time

started = 0

def handler(event, context):
    global started
    started += 1
    what = event.get("do")
    if what == "raise":
        raise KeyError("a-secret-in-a-message")
    if what == "exit":
        os._exit(3)
    if what == "hang":
        time.sleep(60)
    if what == "large":
        return "x" * event["size"]
    if what == "unserialisable":
        return object()
    if what == "print":
        print("hello from the function")
    if what == "environment":
        return dict(os.environ)
    if what == "context":
        return {"name": context.function_name, "arn": context.invoked_function_arn,
                "memory": context.memory_limit_in_mb, "remaining": context.get_remaining_time_in_millis()}
    if what == "meet":
        with open(event["file"], "a") as file:
            file.write("x")
        while os.path.getsize(event["file"]) < event["others"]:
            time.sleep(0.01)
    return {"started": started, "process": os.getpid(), "event": event}
"""


@pytest.fixture
def function(tmp_path: Path) -> HostedFunction:
    (tmp_path / "sample.py").write_text(SAMPLE)
    (tmp_path / "broken.py").write_text("import a_module_that_is_not_there")
    return HostedFunction("sample", "outbound", "sample.handler", tmp_path, timeout_seconds=20.0)


@pytest.fixture
def hosting() -> Iterator[Callable[..., FunctionHost]]:
    """Host functions until the test's end."""
    hosts: list[FunctionHost] = []

    def start(*functions: HostedFunction, **options: Any) -> FunctionHost:
        hosts.append(FunctionHost({one.name: one for one in functions}, **options))
        return hosts[-1]

    yield start
    for host in hosts:
        host.close()
