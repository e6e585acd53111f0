"""Errors as a person reads them: what happened, then the next step."""

from __future__ import annotations

from connector_sdk.bpmn import BpmnError
from connector_sdk.errors import EngineBusy, EngineRejected, NotBuilt, SdkError, SettingsError
from devkit.cli import exit_codes

EXPECTED = (SdkError, BpmnError)
"""Errors that somebody can put right; anything else is a fault of this program."""

NEXT_STEP: dict[type[Exception], str] = {
    EngineBusy: "it is overloaded or still starting: try again in a moment",
    EngineRejected: "change what it names, then try again",
    BpmnError: "correct the file in Camunda Modeler and save it again",
    SettingsError: "set it in the environment and try again",
    NotBuilt: "the README says what there is",
}
"""A row for each kind of error whose message does not itself say what to do."""

REJECTED = {
    200: "CAMUNDA_REST_ADDRESS has to name the engine's REST API",
    401: "CAMUNDA_AUTH_STRATEGY (NONE, BASIC, OAUTH) and the variables of its login have to fit the engine",
}
"""Refusals that are no matter of what was asked."""


class Refusal(SdkError):
    """A command cannot do what it was asked; the message says why and what to do, `exit_code` is the status."""

    def __init__(self, message: str, exit_code: int = exit_codes.USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def sentence(error: Exception) -> str:
    """One line: what happened; next step."""
    what = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, EngineRejected) and error.status in REJECTED:
        return f"{what}; {REJECTED[error.status]}"
    step = next((text for kind, text in NEXT_STEP.items() if isinstance(error, kind)), None)
    return f"{what}; {step}" if step else what


def exit_code(error: Exception) -> int:
    """The status that belongs to an error."""
    return error.exit_code if isinstance(error, Refusal) else exit_codes.USAGE
