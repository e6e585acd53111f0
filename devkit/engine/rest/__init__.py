"""The engine over HTTP: Camunda 8's REST API v2, one module for each resource."""
