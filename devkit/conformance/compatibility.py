"""Whether Camunda's official element templates run here: each version applied, deployed, and its job tried.

A version is tried with one set of values. REST tasks run through the Lambda door against a service on this machine;
jobs of other connectors are bound to the connector's model, because their services are not here. What a template
offers beyond those values is compared with the model: kinds of authentication that it does not know. Webhooks are
not tried: recorded deliveries do that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from pydantic import BaseModel

from connector_sdk.binding import bind
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.references import Documents
from connector_sdk.documents.store import MissingStore
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import ConnectorInputError, EngineRejected, NotBuilt
from connector_sdk.outbound import Connector
from devkit.checkout import ROOT
from devkit.conformance.jobs import Runner
from devkit.conformance.official_tasks import NoValues, apply_somehow, recorded_values
from devkit.conformance.template_tasks import JOB_TYPE, NoJob, activated, element_for, process_of, redirected
from devkit.engine import server
from devkit.generate import catalogue
from devkit.modeler import HeadlessModeler, official_templates

Template = Mapping[str, Any]
State = Literal["works", "partly", "refused", "not yet"]
SECRETS = {"TOKEN": "tok-secret", "PASS_S": "fake-pass", "DATABRICKS_CLIENT_SECRET": "fake-client-secret"}
"""Those that the recorded values name."""
TYPED: Mapping[str, Mapping[str, Any]] = {
    "io.camunda:aws-eventbridge:1": {"input.eventBusName": '="orders"'},
    "io.camunda:connector-jdbc:1": {"connection.uri": "jdbc:postgresql://db.test/orders"},
    "io.camunda:connector-kafka:1": {"message.key": "order-7"},
    "io.camunda:connector-rabbitmq:1": {"authentication.uri": "amqp://broker.test", "message.body": "order 7"},
    "io.camunda:email:1": {"data.smtpAction.body": "It was placed."},
    "io.camunda:slack:1": {"data.channel": "#orders"},
    "io.camunda:soap:1": {"body.json": "={place: {}}"},
}
"""Values for templates of other types, where what is filled in would not do."""
AUTHENTICATION = "authentication.type"
NOT_BUILT: Mapping[str, tuple[str, frozenset[str]]] = {
    "io.camunda:connector-jdbc:1": ("database", frozenset({"MSSQL", "ORACLE"})),
}
"""Type → an input or property, and those of its choices that the connector refuses."""
SHOWN_CHARACTERS = 200
_PREFIX = "jakarta.validation.ValidationException: Found constraints violated while validating input: - "
_RULES = Compatibility.of("8.10")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one version."""

    template_id: str
    name: str
    version: int | None
    """The oldest templates have none."""
    served_as: str
    """Job type, or connector type of an inbound template."""
    state: State
    why: str = ""


def verdicts(cases: Iterable[Mapping[str, Any]], step: int = 1) -> Iterator[Verdict]:
    """Every `step`-th version of the official templates, by id. `cases` are recorded tasks, whose values are used.

    Raises ModelerUnavailable.
    """
    recorded = list(cases)
    served = {job_type: one.connector for one in catalogue(ROOT) if one.does_jobs for job_type in one.types}
    hooks = {one.connector.type for one in catalogue(ROOT) if one.group == "inbound"}
    every = sorted(official_templates().values(), key=lambda one: (one["id"], one.get("version") or 0))
    with HeadlessModeler() as modeler, server.start() as running, Runner([{"id": "", "secrets": SECRETS}]) as runner:
        trial = _Trial(modeler, EngineClient(running.address), runner, recorded)
        for template in every[::step]:
            kind, as_what = _serving(template)
            if kind == "outbound" and as_what in served:
                state, why = trial.outcome(template, served[as_what], as_what)
            elif kind == "inbound" and as_what in hooks:
                state, why = _judged(_lacking(template, as_what))
            else:
                state, why = "not yet", ""
            yield Verdict(template["id"], template["name"], template.get("version"), as_what, state, why)


@dataclass(frozen=True, slots=True)
class _Trial:
    modeler: HeadlessModeler
    engine: EngineClient
    runner: Runner
    recorded: Sequence[Mapping[str, Any]]

    def outcome(self, template: Template, connector: Connector, job_type: str) -> tuple[State, str]:
        """The state of one version, and why."""
        case: dict[str, Any] = {
            "id": f"{template['id']}-{template.get('version')}",
            "targetStatus": 200,
            "secrets": SECRETS,
        }
        try:
            element, drawn = element_for(template, process_of(case["id"]))
            values = TYPED.get(job_type) or self._values(template)
            xml = apply_somehow(template, values, drawn, self.modeler, element).xml
            job = activated(case, xml, self.engine, job_type)
        except (NoValues, EngineRejected, NoJob) as error:
            return "refused", _shown(str(error))
        self.engine.command_job(job.key, "completion", {})
        if job_type == JOB_TYPE:
            moved = replace(job, variables=redirected(job.variables, case, self.runner.port))
            outcome = self.runner.run(case, moved.to_wire())["outcome"]
            refusal = "" if outcome["command"] == "completion" else str(outcome["body"].get("errorMessage"))
        else:
            refusal = _unbound(connector.model, job.variables)
        if refusal:
            return "refused", _shown(refusal)
        unknown = _choices(template, AUTHENTICATION) - _known_authentications(connector.model)
        return _judged({"authentication": sorted(unknown), **_lacking(template, job_type)})

    def _values(self, template: Template) -> Mapping[str, Any]:
        try:
            return recorded_values(self.recorded, template["id"])
        except NoValues:
            return {}


def _lacking(template: Template, served_as: str) -> Mapping[str, Sequence[str]]:
    """The choices that its connector refuses, by what is chosen."""
    name, refused = NOT_BUILT.get(served_as, ("", frozenset()))
    return {name: sorted(_choices(template, name) & refused)}


def _judged(missing: Mapping[str, Sequence[str]]) -> tuple[State, str]:
    lacking = [f"without {what} {', '.join(values)}" for what, values in missing.items() if values]
    return ("partly", "; ".join(lacking)) if lacking else ("works", "")


def _shown(reason: str) -> str:
    return " ".join(reason.split()).removeprefix(_PREFIX)[:SHOWN_CHARACTERS]


def _unbound(model: type[BaseModel], variables: Mapping[str, Any]) -> str:
    """Why the variables do not fit the model; nothing if they do."""
    try:
        bind(model, variables, Documents(MissingStore(), lambda url: b"", _RULES))
    except (ConnectorInputError, NotBuilt) as error:
        return str(error)
    return ""


def _serving(template: Template) -> tuple[str, str]:
    """Whether a template is outbound or inbound, and the type that says who serves it."""
    for one in template["properties"]:
        binding = one.get("binding", {})
        if binding.get("type") in ("zeebe:taskDefinition:type", "zeebe:taskDefinition") and (
            binding.get("property", "type") == "type"
        ):
            return "outbound", str(one.get("value"))
        if binding.get("name") == "inbound.type":
            return "inbound", str(one.get("value"))
    return "other", ""


def _choices(template: Template, name: str) -> set[str]:
    """What a person can choose for an input."""
    found: set[str] = set()
    for one in template["properties"]:
        if one.get("binding", {}).get("name") == name:
            found |= {str(choice["value"]) for choice in one.get("choices", [])} or {str(one.get("value"))}
    return found


def _known_authentications(model: type[BaseModel]) -> set[str]:
    field = model.model_fields.get(AUTHENTICATION.partition(".")[0])
    members = _models(field.annotation) if field else ()
    fields = (member.model_fields.get("type") for member in members)
    return {tag for one in fields if one is not None for tag in get_args(one.annotation)}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
