"""Replacing secret placeholders in a JSON-like value.

The safe way is the default: only `{{secrets.NAME}}`, each text looked at once, so that a secret's own value is never
searched for further placeholders. The textual way is what Camunda's connector runtime does (8.8.7): it works on the
JSON text, knows the bare form `secrets.NAME` too, and repeats as often as there were placeholders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.errors import ConnectorInputError, SecretMissing
from connector_sdk.secrets.provider import AdvisingSecrets, SecretProvider

_BRACES = re.compile(r"\{\{\s*secrets\.([^\s{}]+)\s*\}\}")
_TEXTUAL_BRACES = re.compile(r"\{\{\s*secrets\.(\S+?\s*)\}\}", re.ASCII)
_TEXTUAL_BARE = re.compile(r"secrets\.((?:[a-zA-Z0-9]+[/._-])*[a-zA-Z0-9]+)")
_HINT = "secrets."


@dataclass(frozen=True, slots=True, repr=False)
class Resolved:
    """A value with its secrets in place, and the secret values themselves, for masking. The repr shows neither."""

    value: Any
    used: tuple[str, ...]


def resolve(
    tree: Any, provider: SecretProvider, *, allowed: Collection[str] | None = None, textual: bool = False
) -> Resolved:
    """Replace the placeholders in every text of `tree`, keys included.

    `allowed` are the names that may be used (None: any). Raises SecretMissing for a name that the provider does not
    know, and ConnectorInputError for one that is not allowed.
    """
    lookup = _Lookup(provider, allowed)
    value = _resolve_text(tree, lookup) if textual else _resolve_tree(tree, lookup)
    return Resolved(value, tuple(lookup.used))


@dataclass(slots=True, repr=False)
class _Lookup:
    provider: SecretProvider
    allowed: Collection[str] | None
    used: dict[str, None] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        if self.allowed is not None and name not in self.allowed:
            raise ConnectorInputError(
                f"Secret with name '{name}' is not allowed here: it came in with the data. "
                f"Write {{{{secrets.{name}}}}} into an input mapping of the element itself to allow it"
            )
        value = self.provider.get(name)
        if value is None:
            advice = self.provider.advice(name) if isinstance(self.provider, AdvisingSecrets) else ""
            raise SecretMissing(name, advice)
        self.used[value] = None
        return value


def _resolve_tree(tree: Any, lookup: _Lookup) -> Any:
    if isinstance(tree, str):
        return _BRACES.sub(lambda found: lookup(found[1]), tree) if _HINT in tree else tree
    if isinstance(tree, dict):
        return {_resolve_tree(key, lookup): _resolve_tree(value, lookup) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_resolve_tree(item, lookup) for item in tree]
    return tree


def _resolve_text(tree: Any, lookup: _Lookup) -> Any:
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    if _HINT not in text:
        return tree
    for pattern in (_TEXTUAL_BRACES, _TEXTUAL_BARE):
        for _ in pattern.findall(text):
            text = pattern.sub(lambda found: _quoted(lookup(found[1].strip())), text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConnectorInputError("The variables are no JSON any more once the secrets are in place") from error


def _quoted(value: str) -> str:
    """The value as it stands inside a JSON text."""
    return json.dumps(value, ensure_ascii=False)[1:-1]
