"""Keeps documents in the cluster's store for connectors, which hold no credentials of the engine."""
