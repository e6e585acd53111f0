"""Takes jobs from the engine, has functions run them, and brings back what became of each."""
