"""Signature schemes, one a file, each with `verify` for the receiver, `sign` for senders and tests, and a delivery id.

`schemes` has them by name: SCHEMES["stripe"](secret, previous_secret).verify(request)
"""
