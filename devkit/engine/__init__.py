"""The development engine: a process engine that answers as Camunda 8's REST API v2 does.

It is for development and tests: one process, no replication, no access control. What it does not support is refused
at deployment, by name. `devkit.engine.server.start()` serves it; `devkit.engine.engine.Engine` is the engine itself.
"""
