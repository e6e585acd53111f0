"""SQL: one statement a job, for every official template on `io.camunda:connector-jdbc:1`."""
