"""Judges: does a result agree with what was recorded? One module a kind, each with `group`, `skipped`, `difference`."""
