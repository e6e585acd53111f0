"""Bad input, by connector: a module here for each folder of functions/outbound, with its ROWS (see rows.py)."""
