"""How much of everything one request may hold; what is more has an answer of its own."""

from __future__ import annotations

from typing import Any

MAX_BODY_BYTES = 4_400_000
"""413. What fits, as Base64 and with headers around it, through an invocation of a Lambda function (6 MB)."""
MAX_HEADERS = 100
"""431. As many as Camunda's runtime takes; API Gateway limits their size (10 KB), not their number."""
MAX_JSON_DEPTH = 256
"""400. What expressions can still walk through, with room for what a model puts around it."""
MAX_PARTS = 50
"""413. Parts of a multipart body: each becomes a document, with a request of its own to the engine."""


def is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested more than `depth` times."""
    level = [value]
    for _ in range(depth + 1):
        containers = [one for one in level if isinstance(one, dict | list)]
        if not containers:
            return False
        level = [child for one in containers for child in (one.values() if isinstance(one, dict) else one)]
    return True
