"""Ad-hoc sub-processes: what a model says of one. Each activity that is activated gets an inner instance of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_sdk.bpmn import Element, Process
from devkit.engine.expressions import Expression, plain_path

AD_HOC = "adHocSubProcess"
INNER = "adHocSubProcessInnerInstance"
ELEMENTS_VARIABLE = "adHocSubProcessElements"
"""The variable in which a job worker finds what it may activate."""


@dataclass(frozen=True, slots=True)
class AdHocModel:
    """An ad-hoc sub-process, compiled. `output_variable` is what the output element reads, if it is a plain path."""

    active_elements: Expression | None
    completion_condition: Expression | None
    cancel_remaining: bool
    output_collection: str | None
    output_element: Expression | None
    output_variable: str | None
    activities: tuple[str, ...]
    """What may be activated: the elements that no sequence flow leads to."""
    elements: tuple[dict[str, Any], ...]
    """The same for job workers, with names, documentation and properties."""


def inner_id(ad_hoc_id: str) -> str:
    """The element id of the inner instances, as Zeebe calls them."""
    return f"{ad_hoc_id}#innerInstance"


def ad_hoc_model(element: Element, process: Process) -> AdHocModel | None:
    """What an element says, if it is an ad-hoc sub-process. Raises feel.FeelSyntaxError."""
    if element.kind != AD_HOC:
        return None
    said = element.extensions.get("adHoc", {})
    collection, output = said.get("activeElementsCollection"), said.get("outputElement")
    condition = element.completion_condition
    activities = [
        inner
        for inner in process.elements.values()
        if inner.parent == element.id
        and not (inner.incoming or inner.triggered_by_event or inner.kind == "boundaryEvent")
    ]
    output_element = Expression(output) if output else None
    return AdHocModel(
        Expression(collection) if collection else None,
        Expression(condition) if condition else None,
        element.cancel_remaining,
        said.get("outputCollection") or None,
        output_element,
        None if output_element is None else plain_path(output_element),
        tuple(activity.id for activity in activities),
        tuple(_described(activity) for activity in activities),
    )


def _described(activity: Element) -> dict[str, Any]:
    """What there is to say of an activity; Zeebe leaves out what there is not."""
    said = {
        "elementId": activity.id,
        "elementName": activity.name,
        "documentation": activity.documentation,
        "properties": dict(activity.properties),
    }
    return {name: value for name, value in said.items() if value}
