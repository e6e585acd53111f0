"""`python -m devkit.conformance.compatibility_page [--check]`: write docs/compatibility.md, or see whether it is stale.

It needs Node.js: Camunda's templates come from npm, and the headless Modeler applies them.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from connector_sdk.errors import SdkError
from devkit.checkout import ROOT
from devkit.conformance.compatibility import Verdict, verdicts
from devkit.conformance.template_tasks import JOB_TYPE
from devkit.modeler.install import SOURCES

PAGE = ROOT / "docs/compatibility.md"
RECORDED = ROOT / "tests/recorded/jobs/templates.jsonl.gz"
PACKAGE = "@camunda/connectors-element-templates"
HEAD = """# Camunda's official element templates on these connectors

Every version of every template in the npm package `{package}` {version}, {ids} ids and {versions} versions. The page is
written by a run (`python -m devkit.conformance.compatibility_page`): each version whose connector is here is applied in
Camunda Modeler without a window, deployed on the development engine, and its job is taken. Jobs of the REST connector
are run through the code that Lambda runs, against a service on the same machine; jobs of the others are bound to the
connector's model. Each version is tried with one set of values; what other values would do, the recorded cases tell
([outbound](outbound.md)); on other types than REST, `tests/connectors` runs every operation against the service.
Webhooks are not run here, recorded deliveries judge them ([webhooks](webhooks.md)).

- **works**: the job ended in a completion; for other connectors than REST, their model takes it.
- **partly**: it works, and something that the template offers does not; the reason says what.
- **refused**: the job fails, and the reason is what its incident would say.
- **not yet**: no function serves the type.

| works | partly | refused | not yet |
|---|---|---|---|
| {works} | {partly} | {refused} | {not_yet} |

(versions; the same in words for each id below)

"""


def page(found: Sequence[Verdict]) -> str:
    """The whole page."""
    counts = {state: sum(one.state == state for one in found) for state in ("works", "partly", "refused", "not yet")}
    head = HEAD.format(
        package=PACKAGE,
        version=json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["devDependencies"][PACKAGE],
        ids=len({one.template_id for one in found}),
        versions=len(found),
        works=counts["works"],
        partly=counts["partly"],
        refused=counts["refused"],
        not_yet=counts["not yet"],
    )
    rest = [one for one in found if one.served_as == JOB_TYPE]
    others = [one for one in found if one.served_as != JOB_TYPE]
    return head + "\n".join([f"## On `{JOB_TYPE}`", "", *rows(rest), "", "## On other types", "", *rows(others), ""])


def rows(found: Iterable[Verdict]) -> Iterator[str]:
    """A table: neighbouring versions of an id with the same end share a line."""
    yield "| template | versions | type | state | why |"
    yield "|---|---|---|---|---|"
    for (template_id, served_as, state, why), group in groupby(
        found, lambda one: (one.template_id, one.served_as, one.state, one.why)
    ):
        versions = [one.version for one in group]
        yield f"| `{template_id}` | {_range(versions)} | {_type(served_as)} | {state} | {why.replace('|', '¦')} |"


def _range(versions: Sequence[int | None]) -> str:
    first, last = ("none" if one is None else str(one) for one in (versions[0], versions[-1]))
    return first if len(versions) == 1 else f"{first} to {last}"


def _type(served_as: str) -> str:
    return "an expression" if served_as.startswith("=") else f"`{served_as}`" if served_as else "none"


def written() -> str:
    """The page as a run finds it now. Raises ModelerUnavailable."""
    lines = gzip.decompress(RECORDED.read_bytes()).splitlines()
    return page(list(verdicts(json.loads(line) for line in lines)))


def main(arguments: Sequence[str]) -> int:
    """0; 1 if `--check` finds a stale page; 2 where the Modeler cannot run."""
    try:
        now = written()
    except SdkError as error:
        print(f"compatibility: {error}", file=sys.stderr)
        return 2
    if "--check" not in arguments:
        PAGE.write_text(now, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") != now:
        print("docs/compatibility.md is stale: run `make compatibility` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
