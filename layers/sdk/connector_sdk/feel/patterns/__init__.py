"""Java's regular expressions, for `matches`, `replace`, `split` and `extract`.

Python's `re` spells many things differently, lacks some, and cannot be interrupted when a pattern runs away. This one
reads java.util.regex's syntax, goes through the same ways in the same order, and gives up after MAX_MATCH_STEPS.

Not there: `\\G`, `\\X`, `\\N{…}`, and most Unicode blocks and scripts of `\\p{…}`; they are invalid patterns here.
"""

from __future__ import annotations

from connector_sdk.feel.patterns.compiled import Pattern, compile_pattern
from connector_sdk.feel.patterns.machine import Match

__all__ = ["Match", "Pattern", "compile_pattern"]
