"""What a call activity calls: the version of a process that it is bound to, as deep as calls may go."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import Definition, Node
from devkit.engine.records import ElementInstance
from devkit.engine.rejection import Failure

CALLED_ELEMENT_ERROR = "CALLED_ELEMENT_ERROR"
MAX_DEPTH = 1000
"""How many process instances may stand one below the other, as in Zeebe after 8.6.0, which goes on without end."""


def called(core: Core, node: Node, process_id: str, caller: Definition) -> Definition:
    """The definition that a call activity of `caller` is bound to by its bindingType. Raises Failure."""
    said = node.extensions.get("calledElement", {})
    binding, tag = said.get("bindingType", "latest"), said.get("versionTag")
    if binding == "latest":
        found = core.state.latest(process_id)
        reason = f"Expected process with BPMN process id '{process_id}' to be deployed, but not found."
    elif binding == "deployment":
        found = _newest(core, process_id, "deployment_key", caller.deployment_key)
        reason = (
            f"Expected to call process with BPMN process id '{process_id}' with binding type 'deployment', "
            f"but no such process found in the deployment with key {caller.deployment_key} which contained the "
            "current process. To resolve this incident, migrate the process instance to a process definition that is "
            "deployed together with the intended process definition to call."
        )
    else:
        found = _newest(core, process_id, "version_tag", tag)
        reason = (
            f"Expected to call process with BPMN process id '{process_id}' and version tag '{tag}', "
            "but no such process found. To resolve this incident, deploy a process with the given process id and "
            "version tag."
        )
    if found is None:
        raise Failure(CALLED_ELEMENT_ERROR, reason)
    return found


def _newest(core: Core, process_id: str, attribute: str, value: object) -> Definition | None:
    """The newest version of a process of which an attribute has this value."""
    versions = map(core.state.definition, reversed(core.state.versions.get(process_id, ())))
    return next((version for version in versions if getattr(version, attribute) == value), None)


def check_depth(core: Core, instance: ElementInstance) -> None:
    """Raises Failure if a call from here would be deeper than calls may go."""
    depth, around = 1, core.state.elements[instance.process_instance_key]
    while around.caller_key:
        around = core.state.elements[core.state.elements[around.caller_key].process_instance_key]
        depth += 1
    if depth >= MAX_DEPTH:
        raise Failure(
            CALLED_ELEMENT_ERROR,
            f"The call activity has reached the maximum depth of {MAX_DEPTH}. This is likely due to a recursive call. "
            "Cancel the root process instance if this was unintentional. Otherwise, consider increasing the maximum "
            "depth, or use process instance modification to adjust the process instance.",
        )
