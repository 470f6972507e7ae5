"""The ledger: who accepted exactly what, provable to a stranger.

A record is sealed with a key of its subject, and a leaf that commits to it enters a public log. Checkpoints of the log
are signed; a proof shows that a record is in it.

Invariants: a well-formed receipt is kept whatever its verdict, and durable before it is answered; the log holds no
personal data; erasing a subject makes its records unreadable and leaves every other proof valid.
"""
