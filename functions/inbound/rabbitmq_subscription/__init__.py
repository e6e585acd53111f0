"""RabbitMQ subscription, `io.camunda:connector-rabbitmq-inbound:1`: a message of a queue for a process."""
