"""The review of a pull request: what changed in the book, as one Markdown comment with links."""
