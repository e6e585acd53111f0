"""`connectors demo`: a signed GitHub webhook in, REST calls out, on one machine and in seconds."""
