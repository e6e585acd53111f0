"""Element templates: what Camunda Modeler shows for a function, made from its model and what it says about itself."""

from devkit.generate.element_template.connector import outbound_templates
from devkit.generate.element_template.event import inbound_templates

__all__ = ["inbound_templates", "outbound_templates"]
