"""FEEL, the expression language of DMN and BPMN, with the answers of feel-scala (which Camunda runs).

    parse('if response.status = 200 then "ok" else "failed"').evaluate({"response": {"status": 200}}).value
    evaluate("{id: body.id}", {"body": {"id": "ord-42"}}).value

Standard library only (and tzdata); nothing here is evaluated by Python itself. Leading `=` is not part of FEEL.
"""

from __future__ import annotations

from connector_sdk.feel.errors import FeelError, FeelEvaluationError, FeelSyntaxError
from connector_sdk.feel.expression import Evaluation, Expression, Functions, evaluate, parse, parse_unary_tests
from connector_sdk.feel.json import connector_json, engine_json
from connector_sdk.feel.registry import HostFunction
from connector_sdk.feel.scope import Warning_
from connector_sdk.feel.values import BeyondDouble

__all__ = [
    "BeyondDouble",
    "Evaluation",
    "Expression",
    "FeelError",
    "FeelEvaluationError",
    "FeelSyntaxError",
    "Functions",
    "HostFunction",
    "Warning_",
    "connector_json",
    "engine_json",
    "evaluate",
    "parse",
    "parse_unary_tests",
]
