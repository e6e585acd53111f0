"""For people who write connectors: try one without an engine."""

from devkit.testing.jobs import run_job, services_for

__all__ = ["run_job", "services_for"]
