"""Development tools: the command line, the development engine, the webhook gateway. Never deployed."""
