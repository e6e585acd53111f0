"""Reading BPMN: `read(xml)` gives a file's processes with their typed elements."""

from connector_sdk.bpmn.model import (
    Definitions,
    Element,
    EventDefinition,
    Flow,
    Message,
    MultiInstance,
    Process,
    Reference,
    TaskDefinition,
    VariableMapping,
)
from connector_sdk.bpmn.reader import read
from connector_sdk.bpmn.tree import BpmnError

__all__ = [
    "BpmnError",
    "Definitions",
    "Element",
    "EventDefinition",
    "Flow",
    "Message",
    "MultiInstance",
    "Process",
    "Reference",
    "TaskDefinition",
    "VariableMapping",
    "read",
]
