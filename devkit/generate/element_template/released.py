"""Which content each version had when it was released: a model keeps the version that it was made with for years."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from devkit.generate.element_template.rules import Finding, Template

RELEASED = Path("functions/released-templates.json")
RULE = "CurrentVersionBump"


def released(root: Path) -> Mapping[str, Mapping[str, Any]]:
    """Version and SHA-256 by template id; nothing if nothing was released yet."""
    file = root / RELEASED
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def changed_without_version(
    templates: Sequence[Template], before: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Templates that differ from what was released as the same version, or have an older version."""
    for one in templates:
        was = before.get(one["id"])
        if was is None or one["version"] > was["version"]:
            continue
        if one["version"] < was["version"]:
            what = f"version {was['version']} was released already, and its code says version={one['version']}"
            yield Finding(RULE, one["id"], what)
        elif digest(one) != was["sha256"]:
            what = (
                f"it is not what was released as version {one['version']}: say version={one['version'] + 1} in its code"
            )
            yield Finding(RULE, one["id"], what)


def release(templates: Sequence[Template], before: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of the file once these templates are released; what is no longer made stays in it."""
    now = {one["id"]: {"version": one["version"], "sha256": digest(one)} for one in templates}
    return json.dumps({**before, **now}, indent=2, sort_keys=True) + "\n"


def digest(template: Template) -> str:
    """SHA-256 of a template, whatever the order and spacing of its JSON."""
    canonical = json.dumps(template, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
