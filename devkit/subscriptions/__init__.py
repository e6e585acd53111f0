"""The subscriptions and polls of BPMN files, and the parts of the stack's template that they need."""
