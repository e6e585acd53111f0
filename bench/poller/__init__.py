"""Job workers on one engine, in turns."""
