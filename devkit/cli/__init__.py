"""The `connectors` command line."""
