"""The migrations of the two databases, forwards only."""
