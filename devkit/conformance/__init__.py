"""Recorded behaviour as the judge: cases of one kind run through the code that Lambda runs, and compared.

devkit.conformance.<kind>          results(cases) → one result for each case, in the form that can be compared
devkit.conformance.compare.<kind>  difference(case, result) → what differs, or None
"""

from devkit.conformance.frame import KINDS, UnknownKind, judge
from devkit.conformance.report import Report

__all__ = ["KINDS", "Report", "UnknownKind", "judge"]
