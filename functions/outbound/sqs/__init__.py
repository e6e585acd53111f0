"""Amazon SQS: one message a job, for every official template on `io.camunda:aws-sqs:1`."""
