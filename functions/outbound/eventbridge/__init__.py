"""Amazon EventBridge: one event a job, for every official template on `io.camunda:aws-eventbridge:1`."""
