"""What connectors and the `documents` function say to each other: the one function that a connector may invoke.

    {"v": 1, "operation": "create", "contentType": "…", "fileName": "…" | null, CONTENT}        → {"reference": {…}}
    {"v": 1, "operation": "read", "reference": {…}, "object": "documents/http-json/3f…"}         → {CONTENT}
    {"v": 1, "operation": "link", "reference": {…}, "timeToLive": 3600000}                      → {"url": "…"}
    whatever the store refuses                                                                  → {"error": "…"}

CONTENT is `"content": "<base64>"` up to MAX_INLINE_BYTES. What is larger goes through the payload bucket, and
`"object"` is its key there: of the object that the connector wrote, or, in `read`, of the one that the documents
function writes if it has to. Every connector has a prefix of its own, may use no other, and deletes what it read.
"""

from __future__ import annotations

import re

VERSION = 1
"""Of a request, as a connector of this release sends it."""
VERSIONS = range(VERSION - 1, VERSION + 2)
"""What the documents function understands: connectors are deployed before it, or after it."""
MAX_INLINE_BYTES = 4 * 1024 * 1024
"""Lambda takes 6 MB each way; base64 makes 5.6 MB of this."""
PREFIX = "documents/"
"""Where the objects are. The bucket deletes what is left there after a day."""
KEY = re.compile(PREFIX + r"[a-z0-9-]+/[0-9a-f]{32}")
"""What a key looks like: the documents function reads and writes no other."""
