"""Apache Kafka: one record a job, for every official template on `io.camunda:connector-kafka:1`."""
