"""The recorded webhook cases in which we mean to differ from Camunda's Java runtime, by the rule that makes us."""

from __future__ import annotations

import re
from typing import NamedTuple


class Improvement(NamedTuple):
    """A rule by which we answer otherwise, and the cases that it touches (a pattern over their ids)."""

    reason: str
    cases: str


IMPROVEMENTS = {
    "engine trouble is stored": Improvement(
        "an engine that is away or refuses is no reason to lose an event: it is kept and answered 2xx, not 500",
        r"engineRest/.*-(4\d\d|5\d\d|204|200-not-json|500-html|404-text|connection-closed|\d+-then-200)|flow/order-engine-404",
    ),
    "a failing expression is 422": Improvement(
        "the sender's event does not fit the model, or the model is wrong: 500 says neither",
        r"activation/(07|17|message-09)|consumeUnmatched/.*\|=request\.body\.a ="
        r"|resultExpression/(018|025|047)|messageId/.*-(null|missing|no-equals-text)|flow/github-pr-opened-no-delivery",
    ),
    "unknown methods are 405, unknown paths 404": Improvement(
        "Camunda's runtime answers 500 to both, with the text of a Java exception",
        r"context/(double-slash|upper-inbound|other-path|unknown-PATCH|inbound-(post|delete|get|put))",
    ),
    "multipart bodies that cannot be read are 400, large ones are taken": Improvement(
        "a sender should know what was wrong with its body; nothing is wrong with more than one MiB of it",
        r"multipart/(no-boundary|too-large|broken.*|.*large.*)",
    ),
    "a missing secret stops one element": Improvement(
        "the other webhooks of the process can do without it", r"secrets/missing-breaks-sibling"
    ),
    "a failed activation stops one element and is tried again": Improvement(
        "a dead connector neither takes requests nor keeps its path, and does not take its siblings along",
        r"connectorThrows/activation-fails.*|version/activation-failing-new-version-phase2",
    ),
}


def named(case_id: str) -> str | None:
    """The rule that lets a case differ."""
    return next((name for name, rule in IMPROVEMENTS.items() if re.fullmatch(rule.cases, case_id)), None)
