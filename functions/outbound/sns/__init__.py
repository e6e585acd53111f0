"""Amazon SNS: one message a job, for every official template on `io.camunda:aws-sns:1`."""
