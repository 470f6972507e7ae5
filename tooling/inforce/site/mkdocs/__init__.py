"""The MkDocs plugin, and what it prepares for MkDocs and Material for MkDocs."""
