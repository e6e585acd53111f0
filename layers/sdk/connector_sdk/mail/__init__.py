"""Mail as both directions use it: a bounded connection, a mailbox with folders, and what a mail holds."""
