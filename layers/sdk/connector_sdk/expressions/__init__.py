"""Expressions in a connector's headers and properties: evaluation, result mapping; `error_mapping` is for jobs only."""

from connector_sdk.expressions.created_documents import CreateDocument
from connector_sdk.expressions.evaluation import ExpressionError, evaluate
from connector_sdk.expressions.functions import CONNECTOR_FUNCTIONS, CONNECTOR_FUNCTIONS_8_8
from connector_sdk.expressions.result_mapping import MAX_VARIABLES_BYTES, output_variables

__all__ = [
    "CONNECTOR_FUNCTIONS",
    "CONNECTOR_FUNCTIONS_8_8",
    "MAX_VARIABLES_BYTES",
    "CreateDocument",
    "ExpressionError",
    "evaluate",
    "output_variables",
]
