"""GraphQL (`io.camunda:connector-graphql:1`)."""
