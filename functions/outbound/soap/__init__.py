"""SOAP (`io.camunda:soap:1`)."""
