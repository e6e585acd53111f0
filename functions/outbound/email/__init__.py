"""E-mail (`io.camunda:email:1`)."""
