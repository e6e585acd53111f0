"""Messages to the engine: `io.camunda:sendMessage:1`, for the official send tasks and message events."""
