"""How the engine says no: a rejection of a command, and a failure inside a process that becomes an incident."""

from __future__ import annotations

from typing import Literal

Code = Literal["INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "INVALID_STATE"]


class Rejection(Exception):
    """A command that changed nothing; the text is Zeebe's, clients and their tests compare it."""

    def __init__(self, intent: str, code: Code, reason: str) -> None:
        super().__init__(f"Command '{intent}' rejected with code '{code}': {reason}")
        self.code = code


class Failure(Exception):
    """An element cannot go on. It becomes an incident of `error_type` (Zeebe's names) at the element."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
