"""RabbitMQ: one message a job, for every official template on `io.camunda:connector-rabbitmq:1`."""
