"""What a REST job costs beside its request: `python bench/http_json.py`.

One job in process, through the same `run` as on Lambda: secrets, binding, a request to a service on this machine, a
result expression. Beside it the same request alone, through the same transport. CPU is that of the calling thread;
the service is a process of its own.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from statistics import median
from time import perf_counter, thread_time

from connector_sdk.clock import SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.http import HttpClient, Request, Sender
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.transport import GuardedTransport
from connector_sdk.job import Job
from connector_sdk.outbound import Services
from connector_sdk.outcome import Complete
from connector_sdk.secrets import EnvironmentSecrets
from functions.outbound.http_json.app import handler

CPU_TARGET_MS = 0.3
ALL_TARGET_MS = 1.2
ROUNDS = 2_000
WARM_UP = 300
ANSWER = b'{"id": "ord-42", "state": "sent", "items": [{"sku": "a", "count": 2}, {"sku": "b", "count": 1}]}'
SERVICE = """
import socket, sys
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
answer = head % len(ANSWER) + ANSWER
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
while True:
    connection, _ = listening.accept()
    received = b""
    while part := connection.recv(65536):
        received += part
        while b"\\r\\n\\r\\n" in received:
            _, _, received = received.partition(b"\\r\\n\\r\\n")
            connection.sendall(answer)
"""


@contextmanager
def service() -> Iterator[str]:
    """The address of a service that answers every GET with the same order."""
    code = f"ANSWER = {ANSWER!r}\n{SERVICE}"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def job(address: str) -> Job:
    """A task as the official template writes it."""
    variables = {
        "authentication": {"type": "bearer", "token": "{{secrets.TOKEN}}"},
        "method": "GET",
        "url": f"{address}/orders/ord-42",
        "headers": {"X-Request": "bench"},
        "connectionTimeoutInSeconds": "20",
        "readTimeoutInSeconds": "20",
    }
    headers = {"resultExpression": "={state: response.body.state, count: sum(response.body.items.count)}"}
    return Job("1", handler.type, 3, headers, variables)


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Thread CPU and time of one call."""
    cpu, wall = thread_time(), perf_counter()
    work()
    return (thread_time() - cpu) * 1000, (perf_counter() - wall) * 1000


def measure(rounds: int) -> dict[str, float]:
    """Medians over the rounds; job and bare request take turns, so that both see the same machine."""
    transport = GuardedTransport([ip_network("127.0.0.0/8")])
    clock = SystemClock()
    services = Services(
        EnvironmentSecrets({"TOKEN": "t0ken"}, prefix=""),
        HttpClient(Sender(transport)),
        Compatibility.of("8.10"),
        clock,
    )
    with service() as address:
        task = job(address)
        sent = (("authorization", "Bearer t0ken"), ("x-request", "bench"))
        request = Request("GET", f"{address}/orders/ord-42", sent)

        def bare() -> None:
            incoming = transport.send(request, Deadline.after(20, clock))
            incoming.read()
            incoming.close()

        def whole() -> None:
            handler.run(task, services)

        assert handler.run(task, services) == Complete({"state": "sent", "count": 3})
        pairs = [(milliseconds(whole), milliseconds(bare)) for _ in range(WARM_UP + rounds)][WARM_UP:]
    transport.close()
    return {
        "job, CPU": median(job[0] for job, _ in pairs),
        "request alone, CPU": median(bare[0] for _, bare in pairs),
        "job over request, CPU": median(job[0] - bare[0] for job, bare in pairs),
        "job, time": median(job[1] for job, _ in pairs),
        "request alone, time": median(bare[1] for _, bare in pairs),
    }


def main() -> int:
    """Print the medians in milliseconds; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="What a REST job costs beside its request.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    found = measure(parser.parse_args().rounds)
    print(f"Python {platform.python_version()}, {platform.machine()}, medians in ms")
    for name, value in found.items():
        print(f"{name:24}{value:8.3f}")
    missed = found["job over request, CPU"] > CPU_TARGET_MS or found["job, time"] > ALL_TARGET_MS
    print(f"targets (job over request {CPU_TARGET_MS} ms CPU, job {ALL_TARGET_MS} ms): {'missed' if missed else 'met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
