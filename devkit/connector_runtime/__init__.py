"""The connector runtime on one machine: what a stack deploys, in one process, against any engine."""
