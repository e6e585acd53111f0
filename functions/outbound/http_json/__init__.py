"""REST: one HTTP request a job, for every official template on `io.camunda:http-json:1`."""
