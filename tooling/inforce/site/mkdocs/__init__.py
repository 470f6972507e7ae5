"""The MkDocs plugin and its preparation of MkDocs and Material for MkDocs."""
