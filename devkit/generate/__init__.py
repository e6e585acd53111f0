"""What is derived from the functions and never written by hand."""

from devkit.generate.catalogue import FunctionFolder, UnknownFunction, catalogue
from devkit.generate.join import UnusableForm
from devkit.generate.template import ARCHITECTURES, TEMPLATE, Choice, template

__all__ = [
    "ARCHITECTURES",
    "TEMPLATE",
    "Choice",
    "FunctionFolder",
    "UnknownFunction",
    "UnusableForm",
    "catalogue",
    "template",
]
