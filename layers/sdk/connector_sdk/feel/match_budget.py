"""What the regular expressions of one evaluation may cost; apart from them, because few expressions have any."""

from __future__ import annotations

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_MATCH_STEPS


class MatchBudget:
    """The steps that are left, for all calls and all parts of all patterns together."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_MATCH_STEPS

    def spend(self, steps: int) -> None:
        """Raises FeelEvaluationError when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise FeelEvaluationError(
                f"the patterns of the evaluation took more than {MAX_MATCH_STEPS} steps (MAX_MATCH_STEPS); "
                "make them less ambiguous or match less"
            )
