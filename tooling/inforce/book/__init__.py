"""The book on disk: its folder, strict YAML, the lock file, and git as evidence.

Invariants: nothing outside the book is read, no link is followed, and files are written atomically.
Not responsible for: checking the contents (see `checks`).
"""
