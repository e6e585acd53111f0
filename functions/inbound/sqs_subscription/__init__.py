"""Amazon SQS subscription, `io.camunda:aws-sqs-inbound:1`: a message of a queue for a process."""
