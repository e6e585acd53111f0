"""What a person is not shown of a delivery: credentials and signatures, wherever a sender or a model put them."""

from __future__ import annotations

import json
import re
from typing import Any

HIDDEN = "***"
_NAME = re.compile(
    r"authorization|cookie|signature|(^|[-_.])hmac|passw|secret|api[-_]?key|(^|[-_.])(access|refresh|id)?[-_]?token$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\{\{\s*secrets\.[^}]*\}\}|secrets\.\w+")
"""A secret's name is no secret."""
_SPARED = frozenset({"inbound.shouldValidateHmac", "inbound.hmacHeader", "inbound.hmacAlgorithm", "inbound.hmacScopes"})
_SPARED_ENDINGS = (".scheme", "-algorithm", "-timestamp", "Locator")


def masked(value: Any) -> Any:
    """The value with `***` for the text of every member whose name tells that it is secret, at any depth.

    JSON inside of a text is looked through as well: bodies of answers, fields of forms.
    """
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name, one) else masked(one) for name, one in value.items()}
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return _masked_json(value)
    return [masked(one) for one in value] if isinstance(value, list) else value


def _masked_json(text: str) -> str:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return text
    shown = masked(content)
    return text if shown == content else json.dumps(shown, ensure_ascii=False)


def _is_secret(name: str, value: Any) -> bool:
    if isinstance(value, dict | list) or value in (None, "") or name in _SPARED or name.endswith(_SPARED_ENDINGS):
        return False
    return bool(_NAME.search(name)) and not _NAMED.fullmatch(str(value).strip())
