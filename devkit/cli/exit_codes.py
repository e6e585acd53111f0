"""What the exit status of `connectors` means."""

OK = 0
DIFFERENCE = 1
"""The command ran, and what it shows is not what it should be: a difference, a failed expectation."""
USAGE = 2
"""Something to put right first: an option, a file, a setting, a port, an engine that is not there."""
INTERRUPTED = 130
"""Ctrl-C before the command could end by itself (128 + SIGINT)."""
