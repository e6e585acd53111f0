"""docs/feel.md, made from the functions' own docstrings: `python -m devkit.generate.feel_reference > docs/feel.md`."""

from __future__ import annotations

import doctest
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType

from connector_sdk.feel import limits
from connector_sdk.feel.builtins import BUILTINS, FAMILIES
from connector_sdk.feel.registry import Builtin

INTRODUCTION = r"""# FEEL

Every result expression, error expression, condition and correlation key is FEEL. This kit answers as feel-scala does,
the implementation that Camunda runs, held to its main branch at 392c537d (1.22.0-SNAPSHOT: release 1.21 and
`from base64`). `connectors feel EXPRESSION` tries an expression, `connectors conformance feel` judges the kit by
recorded answers.

## What differs from feel-scala

- Limits, listed below: an expression that exceeds one fails with a sentence that names it.
- Where feel-scala fails by an accident of Java (`substring("abc", 5)`, `starts(1, 0)`, `stddev([1])`), the evaluation
  fails here too, with a sentence instead of an exception's name. The recorded cases flag these as `host_exception`;
  `connectors conformance feel` does not count them.
- Members of a context that an expression makes have Scala's order where it can be seen (as made for up to four, then
  that of their hashes). An object that came in as data keeps its own order; in feel-scala it has the order of the Java
  map that held it. One recorded case shows that, `curated-connectors/00042` (`to json` of an incoming object): it is
  the one difference that `connectors conformance feel` reports.
- `connectors feel` does not know the connectors' own functions (`bpmnError`, `jobError` …).
- `\p{…}` in patterns knows the POSIX classes, the general categories and a few scripts and blocks; `\G`, `\X` and
  `\N{…}` are invalid patterns, which make the call null.
- NaN and infinity in the input, which JSON does not have, are null.
- `external` functions are read and refused, as Camunda refuses them.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_limits(), "## Functions", "", *_families()])


def _limits() -> Iterator[str]:
    yield from ("## Limits", "", "| limit | value |", "|---|---|")
    for name in dir(limits):
        if name.startswith("MAX_"):
            yield f"| `{name}` | {getattr(limits, name):,} |"
    yield ""


def _families() -> Iterator[str]:
    for family in FAMILIES:
        more = _joined(_lines(family)[1:])
        yield from (f"### {_title(family)}", "", *((more, "") if more else ()))
        for call, overloads in _functions(family):
            yield from (", ".join(f"**`{signature}`**" for signature in overloads), "", *_entry(call), "")


def _title(family: ModuleType) -> str:
    return _lines(family)[0].split(". ")[0].rstrip(".:")


def _lines(family: ModuleType) -> list[str]:
    return (family.__doc__ or "").strip().split("\n")


def _joined(lines: Iterable[str]) -> str:
    return " ".join(line for line in lines if line).strip()


def _functions(family: ModuleType) -> list[tuple[object, list[str]]]:
    found: dict[object, list[str]] = {}
    for overloads in BUILTINS.values():
        for overload in overloads:
            if overload.call.__module__ == family.__name__:
                found.setdefault(overload.call, []).append(_signature(overload))
    return list(found.items())


def _signature(overload: Builtin) -> str:
    names = [*overload.parameters]
    if overload.variadic:
        names[-1] += "…"
    return f"{overload.name}({', '.join(names)})"


def _entry(call: object) -> Iterator[str]:
    text = call.__doc__ or ""
    yield _joined(line.strip() for line in text.split(">>>")[0].strip().split("\n"))
    yield ""
    yield "```"
    for example in doctest.DocTestParser().get_examples(text):
        yield f"{example.source.strip()}  →  {example.want.strip()}"
    yield "```"


if __name__ == "__main__":
    sys.stdout.write(page())
