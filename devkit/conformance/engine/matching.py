"""Whether an answer is what a scenario wants: objects by subset, lists in full, and matchers for what varies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:300]


def _is_key(got: Any, _: str) -> bool:
    return not isinstance(got, bool) and str(got).isdigit()


_MATCHERS: Mapping[str, Callable[[Any, str], bool]] = {
    "$any": lambda got, _: True,
    "$null": lambda got, _: got is None,
    "$key": _is_key,
    "$int": lambda got, _: isinstance(got, int) and not isinstance(got, bool),
    "$str": lambda got, _: isinstance(got, str),
    "$has": lambda got, rest: isinstance(got, str) and rest in got,
    "$re": lambda got, rest: isinstance(got, str) and re.search(rest, got) is not None,
    "$list": lambda got, rest: isinstance(got, list) and (not rest or len(got) == int(rest)),
    "$object": lambda got, _: isinstance(got, dict),
}


def mismatch(want: Any, got: Any, at: str = "$", *, is_key: bool = False) -> str | None:
    """None if `got` satisfies `want`, else one line that says where it does not. Keys are compared as text."""
    if isinstance(want, str) and want.startswith("$"):
        return _matcher(want, got, at)
    if isinstance(want, dict) and set(want) == {"$unordered"}:
        return _unordered(want["$unordered"], got, at)
    if isinstance(want, dict):
        return _object(want, got, at)
    if isinstance(want, list):
        return _list(want, got, at)
    return None if _same(want, got, is_key=is_key) else f"{at}: wanted {short(want)}, got {short(got)}"


def _same(want: Any, got: Any, *, is_key: bool) -> bool:
    if is_key and want is not None and got is not None and str(want) == str(got):
        return True
    numbers = type(want) in (int, float) and type(got) in (int, float)
    return bool(want == got) and (numbers or type(want) is type(got))


def _matcher(want: str, got: Any, at: str) -> str | None:
    word, _, rest = want.partition(":")
    if word not in _MATCHERS:
        return f"{at}: unknown matcher {want}"
    return None if _MATCHERS[word](got, rest) else f"{at}: wanted {want}, got {short(got)}"


def _object(want: Mapping[str, Any], got: Any, at: str) -> str | None:
    if not isinstance(got, dict):
        return f"{at}: wanted an object, got {short(got)}"
    for name, value in want.items():
        bad = _property(name, value, got, at)
        if bad is not None:
            return bad
    return None


def _property(name: str, want: Any, got: Mapping[str, Any], at: str) -> str | None:
    if want == "$absent":
        return f"{at}.{name}: wanted it absent, got {short(got[name])}" if name in got else None
    if name == "$exactly":
        extra = sorted(set(got) - set(want))
        return f"{at}: unexpected {extra}" if extra else mismatch(want, got, at)
    if name not in got:
        return f"{at}: no {name} in {short(got)}"
    return mismatch(want, got[name], f"{at}.{name}", is_key=name.endswith(("Key", "_key")))


def _list(want: Sequence[Any], got: Any, at: str) -> str | None:
    if not isinstance(got, list) or len(want) != len(got):
        return f"{at}: wanted {len(want)} item(s), got {short(got)}"
    for place, (wanted, item) in enumerate(zip(want, got, strict=True)):
        bad = mismatch(wanted, item, f"{at}[{place}]")
        if bad is not None:
            return bad
    return None


def _unordered(want: Sequence[Any], got: Any, at: str) -> str | None:
    rest = list(got) if isinstance(got, list) else []
    for wanted in want:
        hit = next((item for item in rest if mismatch(wanted, item) is None), None)
        if hit is None:
            return f"{at}: nothing like {short(wanted)} in {short(got)}"
        rest.remove(hit)
    return f"{at}: unexpected {short(rest)}" if rest else None


def pick(value: Any, path: str) -> Any:
    """What stands at a path such as `$.jobs[0].jobKey`. Raises KeyError and IndexError."""
    for name, index in re.findall(r"\.([A-Za-z_]\w*)|\[(-?\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value
