"""Bad input, by connector: a module here for each folder of functions/outbound, and for each subscription and poll.

Each has its ROWS (see rows.py).
"""
