"""Where a ledger is stored: SQLite files, or PostgreSQL by URL, with the same bytes in both.

The log holds no secret and no pseudonym. The subjects, with their pseudonyms and wrapped keys, are in a file or schema
of their own, so that they can have their own short backup.
"""
