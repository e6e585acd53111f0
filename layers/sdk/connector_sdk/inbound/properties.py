"""`zeebe:property` lists: what the runtime itself reads, and what a connector binds.

Names with dots are nested (`inbound.auth.type`), the first of several equal names wins, and an empty value equals an
absent property, as in Camunda's runtime 8.8.7; a blank is a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions import evaluate
from connector_sdk.java_duration import milliseconds

MAX_PORT = 65_535
LONGEST_INTERVAL_MS = 366 * 86_400_000
"""Between two polls or looks: what is longer was meant otherwise, and clocks cannot add it to a date."""
SYNCHRONOUS = "synchronousResponse"
RUNTIME_PROPERTIES = frozenset(
    {
        "activationCondition",
        "inbound.activationCondition",
        "consumeUnmatchedEvents",
        "correlationKeyExpression",
        "correlationRequired",
        "deduplicationId",
        "deduplicationMode",
        "deduplicationModeManualFlag",
        "messageIdExpression",
        "messageTtl",
        "resultExpression",
        "resultVariable",
    }
)
"""What belongs to one element and not to the connector: elements that differ only here share one connector."""


def interval_ms(name: str, value: Any) -> int:
    """The milliseconds between two polls or looks. Raises ConnectorInputError that names the property."""
    try:
        found = milliseconds(str(value))
    except ValueError as error:
        raise ConnectorInputError(f"property {name}: {error}; correct it in the model") from None
    if not 0 < found <= LONGEST_INTERVAL_MS:
        raise ConnectorInputError(
            f"property {name}: {str(value)!r} is no interval of PT0.001S to P366D; correct it in the model"
        )
    return found


def first_of_each(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """The properties of one element, by name; those without a value are left out."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in pairs:
        if name not in seen and value:
            found[name] = value
        seen.add(name)
    return found


def nested(properties: Mapping[str, str]) -> dict[str, Any]:
    """Dotted names as nested mappings. Raises ConnectorInputError if a name is both a value and a parent."""
    tree: dict[str, Any] = {}
    for name, value in properties.items():
        *parents, last = name.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise ConnectorInputError(f"property {name!r} is below another property that has a value itself")
        if last in branch:
            raise ConnectorInputError(f"property {name!r} has a value and further properties below it")
        branch[last] = value
    return tree


class Properties:
    """The properties of one connector, secrets in place. `feel` are the fields that may hold FEEL.

    `prefix` is what stands before all their names in the model: `inbound.` for webhooks.

    Every reader raises ConnectorInputError that names the property; a failing expression raises ExpressionError.
    """

    def __init__(
        self, tree: Mapping[str, Any], feel: frozenset[str] = frozenset(), *, prefix: str = "inbound."
    ) -> None:
        self._prefix = prefix
        self._tree = tree
        self._feel = feel

    def value(self, name: str) -> Any:
        """The raw value of `name` (dots lead into nested properties), FEEL evaluated where the field may hold it."""
        found: Any = self._tree
        for part in name.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(part)
        if name in self._feel and isinstance(found, str) and found.startswith("="):
            return evaluate(found, {})
        return found

    def refuse_configuration(self, name: str, what: str) -> None:
        """Raises ConnectorInputError if a template of 8.10 takes `what` from a configuration of the cluster, `name`."""
        if self.value(name) is not None:
            raise ConnectorInputError(
                f"{name} names a configuration of the cluster, which cannot be read from outside: give {what} in the "
                "element itself"
            )

    def text(self, name: str, default: str = "") -> str:
        """A text; numbers and booleans count as their spelling."""
        found = self.value(name)
        if found is None:
            return default
        if isinstance(found, dict | list):
            raise ConnectorInputError(f"property {self._prefix}{name} should be a text")
        return found if isinstance(found, str) else json.dumps(found)

    def required(self, name: str) -> str:
        """A text that is not blank."""
        found = self.text(name)
        if not found.strip():
            raise ConnectorInputError(f"property {self._prefix}{name} must not be empty")
        return found

    def port(self, name: str) -> int:
        """The port of a service."""
        found = self.number(name)
        if found is None or not 0 < found <= MAX_PORT:
            raise ConnectorInputError(f"property {self._prefix}{name} should be a port, 1 to {MAX_PORT}")
        return found

    def interval_ms(self, name: str, default: str) -> int:
        """Milliseconds between two looks (an ISO 8601 duration, as Java reads it)."""
        return interval_ms(self._prefix + name, self.text(name, default))

    def choice(self, name: str, options: Iterable[str], default: str) -> str:
        """One of `options`, whatever its case."""
        found, known = self.text(name, default), list(options)
        if found.lower() not in (option.lower() for option in known):
            raise ConnectorInputError(
                f"property {self._prefix}{name} is {found!r}, it should be one of {', '.join(known)}"
            )
        return next(option for option in known if option.lower() == found.lower())

    def texts(self, name: str) -> list[str] | None:
        """A list of texts: a FEEL or JSON list, or `a, b`. None if there is none."""
        found = self.value(name)
        if isinstance(found, str):
            found = _json_list(found) if found.startswith("[") else [part.strip() for part in found.split(",")]
        if found is None:
            return None
        items = found if isinstance(found, list) else [found]
        return [item if isinstance(item, str) else json.dumps(item) for item in items]

    def mapping(self, name: str) -> dict[str, Any] | None:
        """A context: dotted properties, FEEL, or a JSON object as text."""
        found = self.value(name)
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except ValueError:
                found = found or None
        if found is None or isinstance(found, dict):
            return found
        raise ConnectorInputError(f"property {self._prefix}{name} should be a context")

    def number(self, name: str) -> int | None:
        """A whole number, also as text; a fraction of a FEEL number is cut off, a blank is no number."""
        found = self.value(name)
        if isinstance(found, str):
            found = found.strip() or None
        try:
            if isinstance(found, bool):
                raise TypeError("a boolean is no number")
            return None if found is None else int(found)
        except (TypeError, ValueError):
            raise ConnectorInputError(f"property {self._prefix}{name} should be a whole number") from None

    def flag(self, name: str) -> bool | None:
        """true or false, also as text whatever its case, or 1 and 0; a blank is neither."""
        found = self.value(name)
        if found is None or not str(found).strip():
            return None
        try:
            return _FLAGS[str(found).lower()]
        except KeyError:
            raise ConnectorInputError(f"property {self._prefix}{name} should be true or false") from None


_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def _json_list(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return [text]
