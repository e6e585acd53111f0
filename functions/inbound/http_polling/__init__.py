"""HTTP polling, `io.camunda:http-polling:1`: a request now and then for each instance that waits."""
