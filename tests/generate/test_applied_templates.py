"""Our element templates in the Modeler's own code: valid, and with what has to be filled in the function takes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

import pytest

from connector_sdk.binding import bind
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.references import Documents
from connector_sdk.documents.store import MissingStore
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.polled import PolledConnector
from connector_sdk.inbound.polling import PollingConnector, Polls
from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.subscription import SubscriptionConnector, Subscriptions
from connector_sdk.inbound.webhook import WebhookConnector
from connector_sdk.outbound import Connector
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.template import Property
from devkit.checkout import ROOT
from devkit.generate.derived import templated
from devkit.modeler import Applied, HeadlessModeler, ModelerUnavailable
from tests.generate.applied import PROCESS, applied, choices_of, definitions, element, variables

FUNCTIONS = {one.function.name: one for one in templated(ROOT)}
OUTBOUND = [name for name, one in FUNCTIONS.items() if isinstance(one.function.connector, Connector)]
WEBHOOKS = [name for name, one in FUNCTIONS.items() if isinstance(one.function.connector, WebhookConnector)]
FETCHED: Mapping[type, Callable[..., Activations[Any]]] = {
    SubscriptionConnector: Subscriptions,
    PolledConnector: Subscriptions,
    PollingConnector: Polls,
}
"""Kinds for which nobody calls, and what opens them."""
TEMPLATES = {template["id"]: (name, template) for name, one in FUNCTIONS.items() for template in one.templates}
DOCUMENTS = Documents(MissingStore(), str.encode, Compatibility.of("8.10"))
SOME, ALL = 6, 1_000
READ_BY_THE_RUNTIME = {"inbound.verificationExpression", "inbound.responseExpression", "inbound.context"}
NOT_OFFERED = {"inbound.responseBodyExpression", "inbound.signature", "inbound.signature.previousSecret"}
"""Of the generic webhook: gone since 8.10, the two below it, and for the day on which a secret changes."""


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        with HeadlessModeler() as opened:
            yield opened
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def completed(modeler: HeadlessModeler) -> Callable[[str, int], Sequence[Applied]]:
    """A template with only what is required, and also with up to so many of the choices that it offers."""

    @cache
    def found(template_id: str, choices: int) -> Sequence[Applied]:
        template = TEMPLATES[template_id][1]
        offered = list(choices_of(template))
        sample = offered[:: max(1, -(-len(offered) // choices))] if choices else []
        return [applied(modeler, template, values) for values in ({}, *sample)]

    return found


@pytest.mark.parametrize("template_id", TEMPLATES)
def test_a_template_is_valid(template_id: str, modeler: HeadlessModeler) -> None:
    assert modeler.validate(TEMPLATES[template_id][1]) == []


def test_an_invalid_template_is_named(modeler: HeadlessModeler) -> None:
    [_, template] = next(iter(TEMPLATES.values()))

    assert "must be string" in modeler.validate({**template, "id": None})


@pytest.mark.parametrize("choices", [SOME, pytest.param(ALL, marks=pytest.mark.wide)], ids=["sample", "all"])
@pytest.mark.parametrize("name", OUTBOUND)
def test_a_task_with_only_what_is_required_is_one_that_the_model_accepts(
    name: str, choices: int, completed: Callable[[str, int], Sequence[Applied]]
) -> None:
    connector = FUNCTIONS[name].function.connector
    for template in FUNCTIONS[name].templates:
        for found in completed(template["id"], choices):
            definition = element(found).task_definition
            assert definition is not None
            assert definition.type == connector.type
            bind(connector.model, variables(found), DOCUMENTS)


@pytest.mark.parametrize("name", OUTBOUND)
def test_every_input_has_a_field_and_every_field_an_input(name: str) -> None:
    model = FUNCTIONS[name].function.connector.model
    schema = model.model_json_schema()
    fields = _leaves(schema, schema.get("$defs", {}), _not_offered(model))

    for template in FUNCTIONS[name].templates:
        bound = [one["binding"] for one in template["properties"]]
        assert {one["name"] for one in bound if one["type"] == "zeebe:input"} == fields


def _leaves(
    node: Mapping[str, Any], models: Mapping[str, Any], unseen: set[tuple[str, str]], path: str = ""
) -> set[str]:
    """The paths of a JSON schema that hold values."""
    if "$ref" in node:
        node = models[node["$ref"].rpartition("/")[2]]
    found: set[str] = set()
    for one in node.get("anyOf", node.get("oneOf", ())):
        if one.get("type") != "null":
            found |= _leaves(one, models, unseen, path)
    for name, one in node.get("properties", {}).items():
        if (node["title"], name) not in unseen:
            found |= _leaves(one, models, unseen, f"{path}.{name}" if path else name)
    return found or {path}


def _not_offered(annotation: Any) -> set[tuple[str, str]]:
    """Model and name of the fields that say so, in a type and whatever is in it."""
    found: set[tuple[str, str]] = set()
    for name, info in getattr(annotation, "model_fields", {}).items():
        if any(isinstance(one, Property) and not one.offered for one in info.metadata):
            found.add((annotation.__name__, info.alias or name))
        else:
            found |= _not_offered(info.annotation)
    return found.union(*map(_not_offered, get_args(annotation)))


@pytest.mark.parametrize("template_id", [one for one, (name, _) in TEMPLATES.items() if name in WEBHOOKS])
def test_an_event_with_only_what_is_required_is_opened(
    template_id: str, completed: Callable[[str, int], Sequence[Applied]]
) -> None:
    connector = FUNCTIONS[TEMPLATES[template_id][0]].function.connector
    process = DeployedProcess(PROCESS, 1, "2251799813685250", "order.bpmn", "<default>")

    for found in completed(template_id, ALL if ".StartEvent." in template_id else 0):
        [opened] = elements_of(definitions(found), process)
        refused = Routes([connector], EnvironmentSecrets({})).deploy(process, [opened])

        assert [one.reason for one in refused] == []
        assert opened.properties["inbound.type"] == connector.type


@pytest.mark.parametrize(
    "template_id", [one for one, (name, _) in TEMPLATES.items() if type(FUNCTIONS[name].function.connector) in FETCHED]
)
def test_an_event_with_only_what_is_required_is_subscribed_to_or_polled(
    template_id: str, completed: Callable[[str, int], Sequence[Applied]]
) -> None:
    connector = FUNCTIONS[TEMPLATES[template_id][0]].function.connector
    process = DeployedProcess(PROCESS, 1, "2251799813685250", "order.bpmn", "<default>")
    opened = FETCHED[type(connector)]([connector], EnvironmentSecrets({}))
    for found in completed(template_id, 0):
        [element_there] = elements_of(definitions(found), process)

        assert [one.reason for one in opened.deploy(process, [element_there])] == []
        assert element_there.properties["inbound.type"] == connector.type
        assert len(list(opened)) == 1


class Watched(Properties):
    """Notes what is read."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        super().__init__(tree)
        self.read: set[str] = set()

    def value(self, name: str) -> Any:
        self.read.add(f"inbound.{name}")
        return super().value(name)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_every_property_is_read_and_what_is_read_is_a_property(
    name: str, completed: Callable[[str, int], Sequence[Applied]]
) -> None:
    connector, template = FUNCTIONS[name].function.connector, FUNCTIONS[name].templates[0]
    read: set[str] = set()
    for found in completed(template["id"], ALL):
        given = {name: value for name, value in found.active.items() if name.startswith("inbound.") and value}
        tree = _nested(given)
        watched = Watched(tree["inbound"])
        connector.properties(watched)
        read |= watched.read

    offered = {one["binding"]["name"] for one in template["properties"]} - READ_BY_THE_RUNTIME - {"inbound.type"}
    assert read - NOT_OFFERED == {name for name in offered if name.startswith("inbound.")}


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        place = tree
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return tree
