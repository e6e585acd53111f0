"""How many jobs a run takes, in full and quickly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many jobs, and how long is waited for them."""

    rounds: int = 3
    engine_warm_up: int = 20_000
    warm_up: int = 300
    java_warm_up: int = 3_000
    slow_warm_up: int = 20
    backlog: int = 2_000
    slow_backlog: int = 200
    latencies: int = 200
    two_seconds: int = 500
    large: int = 200
    fast: int = 200
    hanging: int = 100
    near_free: int = 5_000
    patience: float = 20.0
    """Seconds for each experiment that a worker may not get done with."""
    slow_patience: float = 12.0


QUICK = Amounts(
    rounds=1,
    engine_warm_up=500,
    warm_up=100,
    java_warm_up=500,
    backlog=500,
    slow_backlog=50,
    latencies=50,
    large=50,
    fast=60,
    near_free=2_000,
    patience=12.0,
)
