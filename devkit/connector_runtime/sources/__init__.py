"""What an event source mapping or a schedule is on AWS, on one machine: a consumer of the real broker, a timer."""

from devkit.connector_runtime.sources.supervisor import Sources

__all__ = ["Sources"]
