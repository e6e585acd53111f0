"""Kafka subscription, `io.camunda:connector-kafka-inbound:1`: a record of a topic for a process."""
