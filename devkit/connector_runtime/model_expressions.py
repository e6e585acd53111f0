"""What is wrong with the expressions of a model, found before anything is deployed and not by the first event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from connector_sdk.bpmn import Element
from connector_sdk.expressions import CONNECTOR_FUNCTIONS
from connector_sdk.feel import FeelSyntaxError, parse
from devkit.connector_runtime.models import Model, UnusableModel

HEADERS = frozenset({"resultExpression", "errorExpression"})
PROPERTIES = frozenset(
    {
        "resultExpression",
        "activationCondition",
        "inbound.activationCondition",
        "correlationKeyExpression",
        "messageIdExpression",
        "inbound.responseExpression",
        "inbound.verificationExpression",
    }
)
"""Properties of inbound connectors that are FEEL."""
PLACEHOLDER = re.compile(r"\{\{\s*secrets\.[^}]*\}\}")
BARE_SECRET = re.compile(r"(?<![{\w.])(?<!\{ )secrets\.\w+")


def require_expressions(models: Iterable[Model]) -> None:
    """Raise UnusableModel for the first expression that is no FEEL, naming element, property and column."""
    for model in models:
        for element in model.elements():
            for name, text in _expressions(element):
                try:
                    parse(_readable(text), functions=CONNECTOR_FUNCTIONS)
                except FeelSyntaxError as error:
                    raise UnusableModel(
                        f"{model.name}: {name} of {element.id} is no FEEL: {error.message}; "
                        "correct it in Camunda Modeler and save it again"
                    ) from error


def bare_secrets(models: Iterable[Model]) -> Iterator[str]:
    """A sentence for each input that says `secrets.X` without braces, which 8.10 does not replace."""
    for model in models:
        for element in model.elements():
            for mapping in element.inputs:
                found = BARE_SECRET.search(mapping.source or "")
                if found:
                    yield (
                        f"{mapping.target} of {element.id} in {model.name} says {found[0]} without braces, which is "
                        f"no secret: write {{{{{found[0]}}}}}"
                    )


def _readable(text: str) -> str:
    """FEEL with a name of the same length where a secret will stand: in a text or outside of one, it can be read."""
    return PLACEHOLDER.sub(lambda found: "x" * len(found[0]), text.strip().removeprefix("="))


def _expressions(element: Element) -> Iterator[tuple[str, str]]:
    for names, values in ((HEADERS, element.headers), (PROPERTIES, element.properties)):
        yield from ((name, text) for name, text in values if name in names and text and text.strip().lstrip("="))
