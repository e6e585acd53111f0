"""How fast FEEL is: import over a bare interpreter, parse and first evaluation, cached evaluation.

    python bench/feel.py

Targets: import ≤ 20 ms; ≤ 20 µs cached median; ≤ 200 µs parse and evaluate, median over the expressions.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LAYER = Path(__file__).resolve().parents[1] / "layers" / "sdk"
BODY: dict[str, Any] = {
    "id": "ord-42",
    "order": {
        "status": "SHIPPED",
        "total": 119.95,
        "lines": [{"sku": "A-1", "qty": 2, "price": 9.99}, {"sku": "B-7", "qty": 1, "price": 99.97}],
    },
    "items": [{"id": 1, "name": "foo", "active": True}, {"id": 2, "name": "bar", "active": False}],
}
RESPONSE = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": BODY}
CONTEXT = {
    **RESPONSE,
    "response": RESPONSE,
    "error": {"code": "404", "message": "Not found"},
    "job": {"retries": 3},
}
# As result expressions, error expressions, conditions and correlation keys of official templates have them.
EXPRESSIONS = (
    "response.body.id",
    "{id: response.body.id}",
    "{orderId: response.body.order.status, total: response.body.order.total}",
    'if response.status = 200 then "ok" else "failed"',
    "response.body.items[active = true].id",
    'if error.code = "404" then "N" else null',
    "response.status >= 200 and response.status < 300",
    "response.body.order.total * 1.19",
    "string(response.status)",
    "{a: upper case(response.body.id), b: count(response.body.items)}",
    "response.body.items[1].name",
    'contains(error.message, "Not")',
    "is defined(error.code)",
    "job.retries - 1",
    '"Bearer " + response.body.id',
    'date and time("2024-02-29T10:30:00Z") + duration("PT1H")',
    "sum(response.body.order.lines.price)",
    "for l in response.body.order.lines return {sku: l.sku, sum: l.qty * l.price}",
    "some i in response.body.items satisfies i.active",
    'get value(response.headers, "Content-Type")',
)


def import_ms(statement: str) -> float:
    """The shortest of several interpreters that run a statement."""
    program = f"import sys; sys.path.insert(0, {str(LAYER)!r}); {statement}"
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", program], check=True)  # noqa: S603 - our own interpreter
        times.append(time.perf_counter() - start)
    return min(times) * 1_000


def shortest_us(run: Any, repeats: int, rounds: int) -> float:
    """Microseconds of one call in the best of several rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        times.append((time.perf_counter() - start) / repeats)
    return min(times) * 1e6


def main() -> None:
    """Print the table."""
    print(f"import      {import_ms('import connector_sdk.feel') - import_ms('pass'):7.1f} ms over a bare interpreter")
    sys.path.insert(0, str(LAYER))
    from connector_sdk.feel import evaluate, parse

    def measured(text: str) -> tuple[float, float]:
        first = shortest_us(lambda: parse(text).evaluate(CONTEXT), 1, 30)
        return first, shortest_us(lambda: evaluate(text, CONTEXT), 200, 5)

    rows = []
    for text in EXPRESSIONS:
        first, cached = measured(text)
        rows.append((first, cached))
        print(f"{first:8.1f} µs parse and evaluate {cached:7.1f} µs cached   {text}")
    print(f"{statistics.median(row[0] for row in rows):8.1f} µs", end=" parse and evaluate ")
    print(f"{statistics.median(row[1] for row in rows):7.1f} µs cached   median")


if __name__ == "__main__":
    main()
