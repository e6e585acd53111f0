"""What is derived from the functions and never written by hand."""

from devkit.generate.catalogue import FunctionFolder, UnknownFunction, catalogue
from devkit.generate.join import UnusableForm
from devkit.generate.template import TEMPLATE, selection_of, template

__all__ = [
    "TEMPLATE",
    "FunctionFolder",
    "UnknownFunction",
    "UnusableForm",
    "catalogue",
    "selection_of",
    "template",
]
